"""A power cut at any moment: what was reported done is whole on the disk. Needs root and Linux."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warehouse.lake.lake import Lake

pytestmark = pytest.mark.slow
MOMENTS = 10


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    """Mount an ext4 image by a loop device of its own; its journal is replayed, as after a cut."""
    folder.mkdir(exist_ok=True)
    try:
        subprocess.run(["mount", "-o", "loop", image, folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"an image can't be mounted here ({error}); needs root and loop devices")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Return an image of an empty ext4 file system."""
    program = shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        pytest.skip("mkfs.ext4 is not installed (Debian: apt-get install e2fsprogs)")
    path = tmp_path / "image"
    with path.open("wb") as file:
        file.truncate(48 << 20)
    subprocess.run([program, "-q", path], check=True)
    return path


def whole_batches(image: Path, folder: Path) -> tuple[int, int]:
    """Return how many batches and how many texts the lake in an image holds; all is read."""
    with mounted(image, folder) as disk, Lake.open(disk / "lake", create=False) as lake:
        for table in ("polls", "entries", "sightings", "keys"):
            lake.connection.execute(f"SELECT * FROM lake.{table}").fetchall()
        sql = "SELECT count(DISTINCT body) FROM lake.revisions"
        texts = lake.connection.execute(sql).fetchone()
        return lake.batch_no(), texts[0] if texts else 0


def test_what_was_reported_done_survives_a_power_cut(tmp_path: Path, image: Path) -> None:
    """At ten moments after a commit and after a merge every batch that was done is read whole."""
    cut, moments = tmp_path / "cut", 0
    with mounted(image, tmp_path / "disk") as disk:
        command = [sys.executable, "-c", _WORK, str(disk / "lake")]
        with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
            assert process.stdin
            assert process.stdout
            while line := process.stdout.readline():
                # The file behind the loop device has what the device was given, and nothing of the
                # page cache of the file system in it: the disk as a cut leaves it.
                shutil.copyfile(image, cut)
                assert whole_batches(cut, tmp_path / "after") == (int(line), int(line))
                moments += 1
                print(file=process.stdin, flush=True)
        assert process.returncode == 0
    assert moments == 2 * MOMENTS


# It says how many batches are done and waits for a line, after a commit and after a merge.
_WORK = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(Path(__file__).parents[1])!r}, {str(Path(__file__).parents[2] / "servers")!r}]
from conftest import Rows
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import MOST_FILES, merge
rows, done = Rows(), 0
def say():
    print(done, flush=True)
    sys.stdin.readline()
with Lake.open(Path(sys.argv[1])) as lake:
    for _ in range({MOMENTS}):
        with writing(lake) as writer:
            for _ in range(MOST_FILES):
                done = writer.commit(rows.batch(f"b{{done}}", f"text {{done}}"), rows.now)
        say()
        with writing(lake) as writer:
            done = writer.commit(rows.batch(f"b{{done}}", f"text {{done}}"), rows.now)
        assert merge(lake) > 0
        say()
"""
