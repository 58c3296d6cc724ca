"""A full disk and kill -9: nothing that was committed is lost, nothing is stored by halves."""

import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from articles.errors import DiskFull
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a disk of 24 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "newslake-test", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a disk of its own can't be mounted here ({error}); needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def counted(lake: Lake, table: str) -> int:
    """Return how many rows a table has."""
    row = lake.connection.execute(f"SELECT count(*) FROM lake.{table}").fetchone()
    assert row is not None
    return int(row[0])


def noise(seed: int, size: int) -> str:
    """Return text that no compression makes smaller than three quarters."""
    return random.Random(seed).randbytes(size // 2).hex()  # noqa: S311 - only noise


def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(
    small_disk: Path, rows: Any
) -> None:
    """DiskFull; what was committed stays whole; with space again the next commit goes on."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    committed = 0
    with Lake.open(small_disk / "lake") as lake, writing(lake) as writer:

        def fill() -> None:
            nonlocal committed
            while committed < 50:
                texts = [noise(committed * 10 + n, 20_000) for n in range(10)]
                writer.commit(rows.batch(f"b{committed}", *texts), rows.now)
                committed += 1

        with pytest.raises(DiskFull, match="disk is full") as caught:
            fill()
        assert 2 < committed < 50
        assert "Free some space" in caught.value.hint
        assert counted(lake, "revisions") == 10 * committed
        ballast.unlink()
        assert writer.commit(rows.batch("after", "a text"), rows.now) == committed + 1
    with Lake.open(small_disk / "lake") as lake, writing(lake) as writer:
        assert counted(lake, "batches") == committed + 1
        assert counted(lake, "revisions") == counted(lake, "entries") == 10 * committed + 1
        assert writer.commit(rows.batch("after", "a text"), rows.now) == committed + 1


def test_opening_on_a_full_disk_says_so(small_disk: Path, rows: Any) -> None:
    """SQLite calls it an I/O error: its log needs a little space before it can be read."""
    with Lake.open(small_disk / "lake") as lake, writing(lake) as writer:
        writer.commit(rows.batch("one", "a text"), rows.now)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    with pytest.raises(DiskFull, match="disk is full"):
        Lake.open(small_disk / "lake")
    ballast.unlink()
    with Lake.open(small_disk / "lake") as lake:
        assert lake.batch_no() == 1


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    """A limit on file sizes ends a commit as DiskFull, in any process, also one without root."""
    script = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from articles.errors import DiskFull
from articles.model.article_rows import Quarantined
from articles.model.batch import Batch
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
import random
now = datetime(2026, 11, 1, tzinfo=UTC)
raw = random.Random(1).randbytes(4 << 20)
big = Quarantined("e", "f", "p", "k", 1, None, "binary", "", raw, False, now, 0)
with Lake.open(Path(sys.argv[1])) as lake, writing(lake) as writer:
    writer.commit(Batch("one", "run"), now)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 16 << 20))
    try:
        writer.commit(Batch("two", "run", quarantine=(big,)), now)
    except DiskFull as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 20, 16 << 20))
    print(writer.commit(Batch("two", "run", quarantine=(big,)), now))
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    refused, number = done.stdout.splitlines()
    assert refused.startswith("the disk is full (storing batch 2")
    assert number == "2"


def test_kill_9_at_any_point_loses_and_halves_nothing(tmp_path: Path) -> None:
    """After kill -9 during commits: batches whole, gapless, and none that was reported is lost."""
    said, shared = 0, Path(__file__).parents[2] / "runs"
    environment = os.environ | {"PYTHONPATH": str(shared)}
    for turn in range(10):
        command = [sys.executable, "-c", _ENDLESS, str(tmp_path), str(turn)]
        with subprocess.Popen(command, stdout=-1, text=True, env=environment) as process:
            assert process.stdout is not None
            for _ in range(1 + turn % 3):
                said = int(process.stdout.readline())
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.017 * turn)
            process.kill()
        with Lake.open(tmp_path, lock_timeout=1) as lake, writing(lake) as writer:
            sql = "SELECT batch_no, entries FROM lake.batches ORDER BY batch_no"
            ledger = lake.connection.execute(sql).fetchall()
            assert [number for number, _ in ledger] == list(range(1, len(ledger) + 1))
            assert len(ledger) >= said
            for table in ("entries", "revisions", "sightings", "quarantine"):
                sql = f"SELECT batch_no, count(*) FROM lake.{table} GROUP BY ALL"
                counts = dict(lake.connection.execute(sql).fetchall())
                assert counts == dict(ledger), table
            marks = writer.look_up([], [], [], ["feed"]).feed_batches
            assert marks == {"feed": len(ledger)}


_ENDLESS = """
import itertools, sys
import trusted
trusted.trust_extensions()
from datetime import UTC, datetime
from pathlib import Path
from articles.model.article_rows import EntryRow, Quarantined, Revision, Sighting
from articles.model.batch import Batch
from articles.model.ids import hash64, hash128
from articles.model.poll_rows import Poll
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
now = datetime(2026, 11, 1, tzinfo=UTC)
none = (None,) * 2
def batch(name):
    ids = [f"{name}-{n}" for n in range(20)]
    return Batch(
        name, "run",
        polls=(Poll(name, "feed", "run", now, "new", None, *(0,) * 8, None, None),),
        entries=tuple(EntryRow(i, "feed", name, now, i, 1, i, *none, "", "{}", ()) for i in ids),
        revisions=tuple(
            Revision(
                i, 1, i, "s", "feed", i, None, "none", 0.0, i, "feed", 1.0, i * 99, "full", None,
                (), "none", 0.0, None, "none", 0.0, None, "none", 0.0, 1, hash128(i), hash128(i),
                (), now,
            ) for i in ids
        ),
        sightings=tuple(
            Sighting(i, i, 1, "feed", name, None, i, None, "full", True, False, now, n)
            for n, i in enumerate(ids)
        ),
        quarantine=tuple(
            Quarantined(i, "feed", name, i, 1, None, "empty", "", b"x", False, now, 0) for i in ids
        ),
    )
with Lake.open(Path(sys.argv[1])) as lake, writing(lake) as writer:
    for turn in itertools.count():
        print(writer.commit(batch(f"{sys.argv[2]}-{turn}"), now), flush=True)
"""
