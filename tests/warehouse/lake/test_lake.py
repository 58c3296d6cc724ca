"""Opening, finding, locking and moving a lake."""

import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError, LakeLocked, LakeMissing, LakeTooNew
from warehouse.database import migrate
from warehouse.database.attach import LakeLocation, attach, connect
from warehouse.database.tables import TABLES
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing


def test_opening_makes_a_lake_that_keeps_its_id(tmp_path: Path) -> None:
    """A lake is made once; opening it again finds the same lake."""
    with Lake.open(tmp_path / "deep" / "lake") as lake:
        first = lake.id
        assert lake.batch_no() == 0
        assert reads.live_files(lake) == {table: [] for table in TABLES}
    with Lake.open(tmp_path / "deep" / "lake", create=False) as lake:
        assert lake.id == first
    assert len(first) == 32


@pytest.mark.parametrize("made", [None, "folder", "empty catalog"])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_lake_that_is_not_there_is_missing(
    tmp_path: Path, made: str | None, *, read_only: bool
) -> None:
    """Without leave to make it, a missing lake is LakeMissing, and nothing is made."""
    root = tmp_path / "lake"
    if made:
        root.mkdir()
    if made == "empty catalog":
        (root / "catalog.sqlite").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LakeMissing, match=r"there is no lake in .*lake"):
        Lake.open(root, create=False, read_only=read_only)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_lake_whose_making_was_cut_off_is_made(tmp_path: Path) -> None:
    """An empty catalog, as a process killed while making it leaves, is no obstacle."""
    (tmp_path / "catalog.sqlite").touch()
    with Lake.open(tmp_path) as lake:
        assert lake.batch_no() == 0


def test_who_finds_a_lake_half_made_stores_files_too(tmp_path: Path) -> None:
    """Of two that make a lake at once, the second puts no row into the catalog alone.

    DuckLake keeps small inserts there unless it is told not to, and takes note of that once, when
    it attaches: before the first migration has said so. Such rows are in no Parquet file.
    """
    place = LakeLocation.of(tmp_path, None, None)
    (tmp_path / "index").mkdir()
    with closing(connect(place)) as first, closing(connect(place)) as second:
        attach(first, place, create=True, read_only=False)
        attach(second, place, create=False, read_only=False)
        migrate.run(first, place, 10.0)
        second.execute("INSERT INTO lake.lake_ids SELECT 'another'")
        count = "SELECT count(*) FROM __ducklake_metadata_lake.ducklake_inlined_data_tables"
        assert first.execute(count).fetchone() == (0,)


def test_a_broken_catalog_is_a_clear_error(tmp_path: Path) -> None:
    """A catalog that is no SQLite file is a LakeError that names the lake and the way out."""
    (tmp_path / "catalog.sqlite").write_bytes(b"this is no catalog at all " * 100)
    with pytest.raises(LakeError, match=f"is damaged .opening the lake {tmp_path}:") as caught:
        Lake.open(tmp_path)
    assert "from a backup" in caught.value.hint


def test_an_unknown_kind_of_catalog_is_a_clear_error(tmp_path: Path) -> None:
    """A catalog that is neither SQLite nor PostgreSQL is refused with a hint."""
    with pytest.raises(LakeError, match="kind that newslake does not know") as caught:
        Lake.open(tmp_path, catalog="mysql:host=x")
    assert "postgres:" in caught.value.hint


def test_a_folder_that_can_not_be_made_is_a_clear_error(tmp_path: Path) -> None:
    """A lake below a file is a LakeError, not a traceback of the operating system's."""
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="opening the lake"):
        Lake.open(tmp_path / "file" / "lake")


def test_a_lake_of_a_newer_version_is_refused(lake: Lake) -> None:
    """A lake with a migration that this version doesn't know is LakeTooNew."""
    lake.connection.execute("INSERT INTO lake.migrations VALUES (9999, '9999_later.sql')")
    with pytest.raises(LakeTooNew, match="schema 9999"):
        Lake.open(lake.root)


def test_a_moved_lake_opens(tmp_path: Path, rows: Any) -> None:
    """A lake may be moved as a folder; its rows are found in the new place, and it goes on."""
    with Lake.open(tmp_path / "old") as lake, writing(lake) as writer:
        writer.commit(rows.batch("one", "a text"), rows.now)
    (tmp_path / "old").rename(tmp_path / "new")
    with Lake.open(tmp_path / "new", create=False) as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("two", "another"), rows.now) == 2
        found = lake.connection.execute("SELECT body FROM lake.revisions ORDER BY batch_no")
        assert found.fetchall() == [("a text",), ("another",)]


def test_a_relative_root_means_the_same_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Any
) -> None:
    """A lake opened by a relative path stays where it is when the process goes elsewhere."""
    monkeypatch.chdir(tmp_path)
    with Lake.open(Path("lake")) as lake:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        with writing(lake) as writer:
            writer.commit(rows.batch("one", "a text"), rows.now)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with Lake.open(tmp_path / "lake", create=False) as lake:
        assert lake.batch_no() == 1


@pytest.mark.parametrize("name", ["la[k]e*", "o'lake", 'qu"ote', "ü 湖", "per%20cent", "a;b--c"])
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str, rows: Any) -> None:
    """Brackets, quotes, blanks and other scripts in a lake's path mean themselves."""
    with Lake.open(tmp_path / name) as lake, writing(lake) as writer:
        writer.commit(rows.batch("one", "a text"), rows.now)
    with Lake.open(tmp_path / name, create=False, read_only=True) as lake:
        files = reads.live_files(lake)["revisions"]
        assert [(lake.root / "data" / file).is_file() for file in files] == [True]
        assert lake.connection.execute("SELECT body FROM lake.revisions").fetchall() == [
            ("a text",)
        ]


def test_times_are_utc_whatever_the_zone_of_the_machine(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times come out of every connection in UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    for connection in (lake.connection, lake.connection.cursor()):
        row = connection.execute("SELECT '2026-11-01 12:00:00+00'::TIMESTAMPTZ::VARCHAR").fetchone()
        assert row == ("2026-11-01 12:00:00+00",)


def test_a_second_writer_waits_then_learns_who_holds_the_lock(lake: Lake) -> None:
    """LakeLocked says which process, where, since when, and is passing."""
    with (
        writing(lake),
        other_opened(lake.root) as other,
        pytest.raises(LakeLocked) as caught,
        writing(other),
    ):
        pass
    assert f"process {os.getpid()} on " in caught.value.message
    assert " since 2" in caught.value.message
    assert caught.value.hint
    assert caught.value.passing
    with other_opened(lake.root) as other, writing(other) as writer:
        assert writer.more_keys([1]) == {}


def other_opened(root: Path) -> Lake:
    """Open the lake again, as another process would."""
    return Lake.open(root, create=False, lock_timeout=0.05)


def test_threads_exclude_each_other(lake: Lake, rows: Any) -> None:
    """Threads of one process, each with its own Lake, commit one after the other without gaps."""
    numbers: list[int] = []

    def commit(name: str) -> None:
        with Lake.open(lake.root) as own:
            for turn in range(3):
                with writing(own) as writer:
                    numbers.append(writer.commit(rows.batch(f"{name}{turn}"), rows.now))

    threads = [threading.Thread(target=commit, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_forked_worker_does_not_keep_the_lock_of_a_dead_parent(tmp_path: Path) -> None:
    """When the holder is gone the lock is free, even while a child that it forked lives on."""
    script = """
import os, sys
from pathlib import Path
from typing import Any
from warehouse.database.lock import file_lock
with file_lock(Path(sys.argv[1]), 1):
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
    print("forked", flush=True)
    os._exit(1)
"""
    path = tmp_path / "writer.lock"
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"forked\n"
        assert process.wait() == 1
        with Lake.open(tmp_path, lock_timeout=0.5) as lake, writing(lake):
            assert path.read_text().startswith(f"process {os.getpid()} ")


def test_extensions_are_loaded_only_if_they_are_signed(tmp_path: Path) -> None:
    """The tests' own process skips that check of DuckDB's; newslake never does."""
    script = """
import sys
from pathlib import Path
from warehouse.lake.lake import Lake
with Lake.open(Path(sys.argv[1])) as lake:
    print(lake.connection.execute("SELECT current_setting('allow_unsigned_extensions')").fetchone())
"""
    command = [sys.executable, "-c", script, str(tmp_path / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "(False,)\n"


def test_public_views_are_made_again_when_their_text_changes(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version with other views puts its own into the lake when it opens it; a reader doesn't."""
    monkeypatch.setattr(
        migrate, "_views_sql", lambda: "CREATE OR REPLACE VIEW seen AS SELECT 7 AS n"
    )
    with pytest.raises(LakeError, match="older version"):
        Lake.open(lake.root, read_only=True)
    for _ in range(2):
        with Lake.open(lake.root, create=False) as other:
            assert other.connection.execute("SELECT n FROM lake.seen").fetchall() == [(7,)]
    monkeypatch.setattr(
        migrate, "_views_sql", lambda: "CREATE OR REPLACE VIEW seen AS SELECT 8 AS n"
    )
    with Lake.open(lake.root, create=False) as other:
        assert other.connection.execute("SELECT n FROM lake.seen").fetchall() == [(8,)]


def test_feed_states_are_those_that_still_count(lake: Lake, rows: Any) -> None:
    """Of each path: the parts of the latest complete reading and of any later one, oldest first."""
    old = [
        rows.state("a", 1, complete=False, read_to=1),
        rows.state("a", 1, complete=True, read_to=2),
    ]
    again = [rows.state("a", 2, complete=False), rows.state("a", 2, complete=True)]
    later = [rows.state("a", 3, complete=False), rows.state("b", 1, complete=False, read_to=5)]
    with writing(lake) as writer:
        for number, parts in enumerate((old, again, later)):
            writer.commit(rows.batch(f"batch {number}", feed_state=tuple(parts)), rows.now)
    assert reads.feed_states(lake, rows.feed_id) == {"a": [*again, later[0]], "b": [later[1]]}
    assert reads.feed_states(lake, "another feed") == {}


def test_feed_batch_sees_what_others_committed(lake: Lake, rows: Any) -> None:
    """A feed's last batch is known with an index, with a stale one and without any."""
    assert reads.feed_batch(lake, rows.feed_id) == 0
    with writing(lake) as writer:
        writer.commit(rows.batch("one", "a text"), rows.now)
        writer.commit(rows.batch("two", polls=()), rows.now)
    assert reads.feed_batch(lake, rows.feed_id) == 1
    with other_opened(lake.root) as other, writing(other) as writer:
        writer.commit(rows.batch("three"), rows.now)
    assert reads.feed_batch(lake, rows.feed_id) == 3
    for file in (lake.root / "index").glob("keys.sqlite*"):
        file.unlink()
    with other_opened(lake.root) as other:
        assert reads.feed_batch(other, rows.feed_id) == 3
        assert reads.feed_batch(other, "another feed") == 0
