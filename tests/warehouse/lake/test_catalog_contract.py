"""What every catalog must do, SQLite and PostgreSQL alike: the same tests for both."""

import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.errors import LakeError, LakeLocked, LakeMissing, LakeTooNew
from articles.model.poll_rows import FeedRow, SourceRow
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import MOST_FILES, merge, sweep


@dataclass(frozen=True, slots=True)
class Catalog:
    """A catalog that no lake is in yet, and the folders of two machines that may open it."""

    folder: Path
    catalog: str | None

    def open(self, machine: str = "here", **options: Any) -> Lake:
        """Open the lake from a machine; SQLite has one machine only."""
        if self.catalog is None:
            return Lake.open(self.folder / "here", **options)
        data = str(self.folder / "data")
        return Lake.open(self.folder / machine, catalog=self.catalog, data_path=data, **options)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Catalog:
    """Return an empty catalog of each kind."""
    conninfo = None
    if request.param == "postgres":
        conninfo = f"postgres:{request.getfixturevalue('postgres')()}"
    return Catalog(tmp_path, conninfo)


def bodies(lake: Lake) -> list[tuple[int, str]]:
    """Return number and text of all revisions, in the order of their storing."""
    sql = "SELECT batch_no, body FROM lake.revisions ORDER BY batch_no, rowid"
    return lake.connection.execute(sql).fetchall()


def test_a_lake_is_missing_until_it_is_made(catalog: Catalog) -> None:
    """Opening without leave to make it says LakeMissing; afterwards it is there, with its id."""
    for read_only in (False, True):
        with pytest.raises(LakeMissing):
            catalog.open(create=False, read_only=read_only)
    with catalog.open() as lake:
        made = lake.id
    for read_only in (False, True):
        with catalog.open("there", create=False, read_only=read_only) as lake:
            assert lake.id == made


def test_rows_and_numbers_last(catalog: Catalog, rows: Any) -> None:
    """Commits are numbered without gaps, and are there when the lake is opened again."""
    with catalog.open() as lake, writing(lake) as writer:
        numbers = [writer.commit(rows.batch(name, f"text {name}"), rows.now) for name in "abc"]
        assert numbers == [1, 2, 3]
    with catalog.open("there", read_only=True) as lake:
        assert lake.batch_no() == 3
        assert bodies(lake) == [(1, "text a"), (2, "text b"), (3, "text c")]
        data = Path(lake.location.data)
        assert all((data / file).is_file() for file in reads.live_files(lake)["revisions"])


def test_committing_twice_is_committing_once(catalog: Catalog, rows: Any) -> None:
    """A batch keeps its number, on another machine with an index of its own too."""
    for turn, machine in enumerate(("here", "there", "here")):
        with catalog.open(machine) as lake, writing(lake) as writer:
            assert writer.commit(rows.batch("a", "text"), rows.now) == 1
            assert writer.commit(rows.batch(f"turn {turn}"), rows.now) == turn + 2
            assert bodies(lake) == [(1, "text")]


def test_one_writer_at_a_time(catalog: Catalog, rows: Any) -> None:
    """A second writer, on any machine, waits and then says who holds the lock."""
    with catalog.open() as lake, catalog.open("there", lock_timeout=0.1) as other:
        with writing(lake):
            with pytest.raises(LakeLocked, match=r"process [0-9]+ on .* since 2") as caught:
                other.lock().__enter__()
            assert caught.value.hint
        with writing(other) as writer:
            assert writer.commit(rows.batch("a"), rows.now) == 1


def test_the_lock_is_free_when_its_holder_is_killed(
    catalog: Catalog, rows: Any, tmp_path: Path
) -> None:
    """Kill -9 leaves no lock behind, and nothing of a batch that was not committed."""
    with catalog.open() as lake:
        script = (
            "import sys; from pathlib import Path; from warehouse.lake.lake import Lake\n"
            "root, catalog, data = sys.argv[1:]\n"
            "lake = Lake.open(Path(root), catalog=catalog or None, data_path=data)\n"
            "from warehouse.lake.writer import writing\n"
            "with writing(lake):\n    print('held', flush=True); sys.stdin.read()"
        )
        arguments = [str(lake.root), catalog.catalog or "", lake.location.data]
        program = tmp_path / "holder.py"  # a file: with `-c` DuckDB may draw a progress bar
        program.write_text(script)
        command = [sys.executable, str(program), *arguments]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            process.kill()
        with writing(lake) as writer:
            assert writer.commit(rows.batch("a"), rows.now) == 1


def test_writers_side_by_side_leave_no_gap(catalog: Catalog, rows: Any) -> None:
    """Two machines that commit at the same time take turns, and each sees what the other stored."""
    numbers: dict[str, list[int]] = {"here": [], "there": []}

    def commit(machine: str) -> None:
        with catalog.open(machine) as lake:
            for turn in range(3):
                with writing(lake) as writer:
                    batch = rows.batch(f"{machine} {turn}", f"text {machine} {turn}")
                    numbers[machine].append(writer.commit(batch, rows.now))

    with catalog.open():
        threads = [threading.Thread(target=commit, args=[machine]) for machine in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(numbers["here"] + numbers["there"]) == [1, 2, 3, 4, 5, 6]
    with catalog.open() as lake, writing(lake) as writer:
        assert len(bodies(lake)) == 6
        wanted = {k.key_hash for turn in range(3) for k in rows.article(f"text there {turn}")[3]}
        assert writer.look_up(wanted, [], []).keys.keys() == wanted


def test_a_failed_commit_leaves_nothing(catalog: Catalog, rows: Any) -> None:
    """A refused batch is taken back whole, and its number goes to the next."""
    bad = rows.batch("bad", "text")
    bad = replace(bad, polls=(replace(bad.polls[0], poll_id=None),))
    with catalog.open() as lake, writing(lake) as writer:
        with pytest.raises(LakeError, match="storing batch 1 failed"):
            writer.commit(bad, rows.now)
        assert bodies(lake) == []
        assert writer.commit(rows.batch("good", "text"), rows.now) == 1


@pytest.mark.parametrize(
    "strange", ["nul \0 in it", "'quotes\" and \\ backslashes", "湖 ü 🦆", "x" * 99_999]
)
def test_any_text_is_kept(catalog: Catalog, rows: Any, strange: str) -> None:
    """Texts that a catalog's statistics may stumble over come back as they were."""
    with catalog.open() as lake, writing(lake) as writer:
        writer.commit(rows.batch("a", strange), rows.now)
        assert bodies(lake) == [(1, strange)]


def test_merging_and_sweeping_change_no_row(catalog: Catalog, rows: Any) -> None:
    """Files become few, superseded ones go after their grace, the rows stay; indexes go on."""
    with catalog.open() as lake:
        with writing(lake) as writer:
            for number in range(MOST_FILES + 1):
                writer.commit(rows.batch(f"b{number}", f"text {number}"), rows.now)
        before = bodies(lake)
        assert merge(lake) > MOST_FILES
        assert sweep(lake, datetime.now(UTC)) == 0
        assert sweep(lake, datetime.now(UTC), timedelta(0)) > MOST_FILES
        assert bodies(lake) == before
    with catalog.open("there") as lake, writing(lake) as writer:
        assert len(reads.live_files(lake)["revisions"]) == 1
        assert writer.commit(rows.batch("next", "text"), rows.now) == MOST_FILES + 2


def test_a_newer_lake_is_refused(catalog: Catalog) -> None:
    """A lake of a later version is LakeTooNew."""
    with catalog.open() as lake:
        lake.connection.execute("INSERT INTO lake.migrations VALUES (9999, 'later')")
    with pytest.raises(LakeTooNew):
        catalog.open()


def test_feed_states_and_batches_are_found(catalog: Catalog, rows: Any) -> None:
    """What a poll asks at its start is answered from any machine."""
    state = rows.state("a", 1, complete=True)
    with catalog.open() as lake, writing(lake) as writer:
        writer.commit(rows.batch("a", feed_state=(state,)), rows.now)
    with catalog.open("there") as lake:
        assert reads.feed_batch(lake, rows.feed_id) == 1
        assert reads.feed_states(lake, rows.feed_id) == {"a": [state]}


def test_schedules_and_settings_are_found(catalog: Catalog, rows: Any) -> None:
    """What the next poll goes by is known on any machine, with or without an index; latest wins."""
    feeds = [
        FeedRow("web", "s", "rss", "https://web.example/rss", on, None) for on in (True, False)
    ]
    source = SourceRow("s", "S", ("web.example",), None, "de", None, None)
    later = replace(rows.schedule("web"), next_poll_at=None, etag=None, skip_hours=())
    with catalog.open() as lake, writing(lake) as writer:
        for number, schedule in enumerate((rows.schedule("web"), later)):
            batch = rows.batch(
                f"b{number}",
                feed_state=(replace(rows.polled("web"), reading=number + 1),),
                schedules=(schedule,),
                source_states=(source,),
                feed_settings=(feeds[number],),
            )
            writer.commit(batch, rows.now)
    for machine in ("here", "there"):
        with catalog.open(machine) as lake, writing(lake) as writer:
            assert writer.schedules() == {"web": later}
            assert writer.feed_states(["web"]) == {"web": replace(rows.polled("web"), reading=2)}
            assert reads.settings(lake) == ({"s": source}, {"web": feeds[1]})


@pytest.mark.postgres
def test_a_lock_that_the_server_dropped_does_not_let_two_commit(
    tmp_path: Path, postgres: Any, rows: Any
) -> None:
    """If the lock's connection breaks and another machine commits, ours is refused, not doubled."""
    conninfo = postgres()
    here = Catalog(tmp_path, f"postgres:{conninfo}")
    with here.open() as lake, here.open("there", lock_timeout=5) as other:
        with writing(lake) as writer:
            writer.commit(rows.batch("a"), rows.now)
            with duckdb.connect(config=_loading(lake)) as admin:
                admin.execute(f"ATTACH '{conninfo}' AS admin (TYPE postgres)")
                admin.execute(f"SELECT * FROM postgres_query('admin', $${_DROP}$$)").fetchall()
            with writing(other) as second:
                assert second.commit(rows.batch("b"), rows.now) == 2
            with pytest.raises(LakeLocked, match="another writer"):
                writer.commit(rows.batch("c"), rows.now)
        with writing(lake) as writer:
            assert writer.commit(rows.batch("c"), rows.now) == 3


_DROP = """
    SELECT pg_terminate_backend(pid)::VARCHAR FROM pg_locks
    WHERE locktype = 'advisory' AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
    )
"""


def _loading(lake: Lake) -> dict[str, Any]:
    row = lake.connection.execute("SELECT current_setting('extension_directory')").fetchone()
    assert row is not None
    return {"extension_directory": row[0]}
