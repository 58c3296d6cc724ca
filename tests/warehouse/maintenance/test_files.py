"""Merging small files and sweeping old ones: nothing that anyone may read is lost."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.errors import DiskFull, LakeLocked
from warehouse.database.tables import TABLES
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance import files as upkeep
from warehouse.maintenance.files import MOST_FILES, merge, sweep

DAY = timedelta(days=1)


def fill(lake: Lake, rows: Any, count: int, first: int = 0) -> None:
    """Commit batches of one article each."""
    with writing(lake) as writer:
        for number in range(first, first + count):
            writer.commit(rows.batch(f"batch {number}", f"text {number}"), rows.now)


def everything(lake: Lake) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables in the order of their storing, with their place."""
    return {
        table: lake.connection.execute(
            f"SELECT rowid, * FROM lake.{table} ORDER BY batch_no, rowid"
        ).fetchall()
        for table in TABLES
    }


def files(lake: Lake) -> set[str]:
    """Return the Parquet files that are there, relative to the data folder."""
    data = lake.root / "data"
    return {path.relative_to(data).as_posix() for path in data.rglob("*.parquet")}


def live(lake: Lake) -> set[str]:
    """Return the files that the lake names as live."""
    return {path for paths in reads.live_files(lake).values() for path in paths}


def age(lake: Lake, paths: set[str], days: int) -> None:
    """Make files look as if they had been written some days ago."""
    for path in paths:
        moment = datetime.now(UTC).timestamp() - days * 86_400
        os.utime(lake.root / "data" / path, (moment, moment))


def test_few_files_are_left_alone(lake: Lake, rows: Any) -> None:
    """As long as a table has few small files none is touched."""
    fill(lake, rows, MOST_FILES)
    before = live(lake)
    assert merge(lake) == 0
    assert live(lake) == before


def test_merging_changes_no_row(lake: Lake, rows: Any) -> None:
    """Rows, their order and batch numbers are the same after merging; commits go on."""
    fill(lake, rows, MOST_FILES + 3)
    before = everything(lake)
    assert merge(lake) == 6 * (MOST_FILES + 3)
    assert {
        table: len(paths) for table, paths in reads.live_files(lake).items() if paths
    } == dict.fromkeys(("batches", "polls", "entries", "revisions", "sightings", "keys"), 1)
    assert everything(lake) == before
    fill(lake, rows, MOST_FILES + 3, first=MOST_FILES)
    merge(lake)
    assert everything(lake)["revisions"][: MOST_FILES + 3] == before["revisions"]
    assert lake.batch_no() == 2 * MOST_FILES + 3
    lake.close()
    with Lake.open(lake.root) as other, writing(other) as writer:
        assert writer.commit(rows.batch("batch 3", "text 3"), rows.now) == 4
        found = writer.texts([rows.article("text 3")[1].article_id])
        assert [text.body for text in found.values()] == ["text 3"]


def test_merged_files_are_packed_tighter(lake: Lake, rows: Any) -> None:
    """A merge writes zstd, commits before and after it lz4."""

    def codecs() -> list[str]:
        paths = [str(lake.root / "data" / path) for path in reads.live_files(lake)["revisions"]]
        sql = "SELECT DISTINCT compression FROM parquet_metadata(?)"
        with duckdb.connect() as reader:
            return sorted(codec for (codec,) in reader.execute(sql, [paths]).fetchall())

    fill(lake, rows, MOST_FILES + 1)
    assert codecs() == ["LZ4_RAW"]
    merge(lake)
    assert codecs() == ["ZSTD"]
    fill(lake, rows, 1, first=MOST_FILES + 1)
    assert codecs() == ["LZ4_RAW", "ZSTD"]


def test_large_files_are_left_alone(lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the last size class is never written again."""
    fill(lake, rows, MOST_FILES + 1)
    monkeypatch.setattr("warehouse.maintenance.files._CLASSES", (0, 100))
    before = live(lake)
    assert merge(lake) == 0
    assert live(lake) == before


def test_superseded_files_stay_for_their_grace(lake: Lake, rows: Any) -> None:
    """A reader who holds the files of before a merge can read them until the grace is over."""
    fill(lake, rows, MOST_FILES + 1)
    held = reads.live_files(lake)["revisions"]
    merge(lake)
    now = datetime.now(UTC)
    assert sweep(lake, now) == 0
    # A time set ahead, as by --now, ends no grace.
    assert sweep(lake, now + 30 * DAY) == 0
    paths = [str(lake.root / "data" / path) for path in held]
    with duckdb.connect() as reader:
        found = reader.execute("SELECT count(*) FROM read_parquet(?)", [paths]).fetchone()
    assert found == (MOST_FILES + 1,)
    before = everything(lake)
    assert sweep(lake, datetime.now(UTC), timedelta(0)) == 6 * (MOST_FILES + 1)
    assert files(lake) == files(lake) & live_and_private(lake)
    assert everything(lake) == before


def live_and_private(lake: Lake) -> set[str]:
    """Return the live files of all tables, those of the schema's own included."""
    found = set()
    for (table,) in lake.connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'"
    ).fetchall():
        sql = f"SELECT data_file FROM ducklake_list_files('lake', '{table}')"
        listed = lake.connection.execute(sql).fetchall()
        found |= {Path(path).relative_to(lake.root / "data").as_posix() for (path,) in listed}
    return found


@pytest.mark.parametrize("name", ["plain", "la[k]e*?", "link"])
def test_orphans_are_set_aside_and_go_after_their_grace(
    tmp_path: Path, new_lake: Path, rows: Any, name: str
) -> None:
    """What a killed commit left is moved to orphans/, and removed a day later; live files stay."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    shutil.copytree(new_lake, tmp_path / name, dirs_exist_ok=True)
    with Lake.open(tmp_path / name) as lake:
        fill(lake, rows, 2)
        alive = files(lake)
        folder = lake.root / "data" / "main" / "revisions"
        (folder / "ducklake-left.parquet").write_bytes(b"PAR1")
        (folder / "old.txt").write_text("not ours")
        age(lake, alive | {"main/revisions/ducklake-left.parquet", "main/revisions/old.txt"}, 9)
        before = everything(lake)
        assert sweep(lake, datetime.now(UTC)) == 0
        orphan = "orphans/main/revisions/ducklake-left.parquet"
        assert files(lake) == alive | {orphan}
        assert sweep(lake, datetime.now(UTC)) == 0
        age(lake, {orphan}, 2)
        assert sweep(lake, datetime.now(UTC)) == 1
        assert files(lake) == alive
        assert (folder / "old.txt").exists()
        assert everything(lake) == before


def test_upkeep_needs_the_writer_lock(lake: Lake, rows: Any) -> None:
    """Neither merging nor sweeping happens while someone writes."""
    with Lake.open(lake.root, lock_timeout=0.05) as other, writing(lake):
        with pytest.raises(LakeLocked):
            merge(other)
        with pytest.raises(LakeLocked):
            sweep(other, rows.now)


def test_a_merge_that_fails_leaves_the_lake_as_it_was(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk during a merge is DiskFull, and the rows are read from the old files."""
    fill(lake, rows, MOST_FILES + 1)
    before = everything(lake)
    data = lake.root / "data" / "main" / "sightings"
    for path in data.iterdir():
        path.rename(path.with_suffix(".gone"))
    with pytest.raises(Exception, match=r"data/main/sightings/.* is gone") as caught:
        merge(lake)
    assert not isinstance(caught.value, DiskFull | duckdb.Error)
    for path in data.iterdir():
        path.rename(path.with_suffix(".parquet"))
    assert everything(lake) == before
    assert merge(lake) > 0
    assert everything(lake) == before


def test_rows_too_long_for_the_memory_get_more(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merge that runs out of memory is done again with more, which is given back afterwards."""
    limits = []
    real = upkeep._merge_once

    def limited(lake: Lake, *part: Any) -> int:
        sql = "SELECT current_setting('memory_limit')"
        limits.append(lake.connection.execute(sql).fetchone())
        if len(limits) == 1:
            raise duckdb.OutOfMemoryException
        return real(lake, *part)

    monkeypatch.setattr(upkeep, "_merge_once", limited)
    fill(lake, rows, MOST_FILES + 1)
    before = everything(lake)
    assert merge(lake) > MOST_FILES
    assert everything(lake) == before
    first, second, *others = limits
    assert first != second
    assert set(others) == {first}
