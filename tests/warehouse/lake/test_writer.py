"""One batch, one transaction: exactly once, gapless, all or nothing."""

import contextlib
import dataclasses
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.errors import LakeError, LakeLocked
from warehouse.database.tables import TABLES, BatchRow, from_arrow
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import Writer, writing


def stored(lake: Lake, table: str) -> list[Any]:
    """Return a table's rows as its dataclass, in the order of their storing."""
    found = lake.connection.execute(f"SELECT * FROM lake.{table} ORDER BY batch_no, rowid")
    return from_arrow(table, found.to_arrow_table().drop_columns(["batch_no"]), {})


def test_a_batch_is_stored_as_it_was_given(lake: Lake, rows: Any) -> None:
    """Every row comes back with all its values, in its order, under its batch's number."""
    batch = rows.batch(
        "one",
        "a text",
        "another",
        feed_state=(rows.state("a", 1, complete=True), rows.polled("web")),
        schedules=(rows.schedule("web"),),
    )
    with writing(lake) as writer:
        assert writer.commit(batch, rows.now) == 1
    filled = ("polls", "entries", "revisions", "sightings", "keys", "feed_state", "schedules")
    for table in filled:
        assert stored(lake, table) == list(getattr(batch, table)), table
        found = lake.connection.execute(f"SELECT DISTINCT batch_no FROM lake.{table}").fetchall()
        assert found == [(1,)]
    assert stored(lake, "batches") == [BatchRow("one", "run", rows.now, 1, 2, 2, 2, 0)]


def test_a_table_without_rows_gets_no_file(lake: Lake, rows: Any) -> None:
    """A batch writes only the tables that it has rows for."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one"), rows.now)
    assert {table for table, files in reads.live_files(lake).items() if files} == {
        "batches",
        "polls",
    }
    assert all((lake.root / "data" / f).is_file() for f in reads.live_files(lake)["polls"])


def test_committing_again_after_reopening_without_index_stores_nothing(
    lake: Lake, rows: Any
) -> None:
    """The ledger in the lake knows a batch, whatever became of process and index."""
    with writing(lake) as writer:
        assert [writer.commit(rows.batch(name, name), rows.now) for name in "abc"] == [1, 2, 3]
    lake.close()
    for file in (lake.root / "index").glob("keys*"):
        file.unlink()
    with Lake.open(lake.root) as other, writing(other) as writer:
        assert writer.commit(rows.batch("b", "b"), rows.now) == 2
        assert writer.commit(rows.batch("d", "d"), rows.now) == 4
        assert [row.batch_id for row in stored(other, "batches")] == ["a", "b", "c", "d"]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(names=st.lists(st.sampled_from("abcd"), max_size=8), reopened=st.booleans())
def test_committing_twice_is_committing_once(
    tmp_path_factory: pytest.TempPathFactory,
    new_lake: Path,
    rows: Any,
    names: list[str],
    *,
    reopened: bool,
) -> None:
    """However often and in whatever order batches are repeated, each is stored once, gapless."""
    root = tmp_path_factory.mktemp("lake") / "lake"
    shutil.copytree(new_lake, root)
    first = {name: number for number, name in enumerate(dict.fromkeys(names), 1)}
    with contextlib.ExitStack() as stack:
        lake = stack.enter_context(Lake.open(root))
        writer = stack.enter_context(writing(lake))
        for name in names:
            assert writer.commit(rows.batch(name, f"text {name}"), rows.now) == first[name]
            if reopened:
                stack.close()
                lake = stack.enter_context(Lake.open(root))
                writer = stack.enter_context(writing(lake))
        found = lake.connection.execute("SELECT batch_id, batch_no FROM lake.batches").fetchall()
        assert dict(found) == first
        assert len(found) == len(first)
        assert len(stored(lake, "revisions")) == len(first)


def test_a_failed_commit_leaves_nothing(lake: Lake, rows: Any) -> None:
    """A row that the catalog refuses takes the whole batch back; the next one goes on."""
    bad = rows.batch("bad", "a text")
    bad = rows.batch("bad", "a text", polls=(dataclasses.replace(bad.polls[0], poll_id=None),))
    with writing(lake) as writer:
        with pytest.raises(LakeError, match="storing batch 1 failed") as caught:
            writer.commit(bad, rows.now)
        assert "safe" in caught.value.hint
        assert all(not stored(lake, table) for table in TABLES)
        assert writer.commit(rows.batch("good", "a text"), rows.now) == 1


def test_a_commit_whose_end_was_not_seen_is_not_repeated(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the connection broke after the commit, committing again finds that it happened."""

    def broken(*_: object) -> None:
        message = "server closed the connection unexpectedly"
        raise duckdb.IOException(message)

    real = Writer._store

    def stores_then_breaks(self: Writer, *args: Any) -> None:
        real(self, *args)
        broken()

    with writing(lake) as writer:
        monkeypatch.setattr(Writer, "_store", stores_then_breaks)
        with pytest.raises(LakeError, match="closed the connection"):
            writer.commit(rows.batch("one", "a text"), rows.now)
        monkeypatch.setattr(Writer, "_store", real)
        assert writer.commit(rows.batch("one", "a text"), rows.now) == 1
        assert writer.commit(rows.batch("two", "a text"), rows.now) == 2
    assert Counter(row.batch_id for row in stored(lake, "batches")) == {"one": 1, "two": 1}


@pytest.mark.parametrize("times", [2, 99])
def test_a_locked_catalog_is_tried_again_a_few_times(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A catalog that says "database is locked" is asked again, not for ever."""
    refusals = iter(range(times))
    real = Writer._store

    def locked(self: Writer, *args: Any) -> None:
        if next(refusals, None) is not None:
            message = "Failed to commit: database is locked"
            raise duckdb.TransactionException(message)
        real(self, *args)

    monkeypatch.setattr(Writer, "_store", locked)
    monkeypatch.setattr("warehouse.lake.writer._PAUSE", 0.0)
    with writing(lake) as writer:
        if times == 99:
            with pytest.raises(LakeError, match="locked"):
                writer.commit(rows.batch("one"), rows.now)
        else:
            assert writer.commit(rows.batch("one"), rows.now) == 1


def test_a_writer_that_lost_the_lock_can_not_commit(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever commits on top of what it has not seen is refused; the next attempt sees it."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one"), rows.now)
        with Lake.open(lake.root) as other:
            monkeypatch.setattr(other, "lock", contextlib.nullcontext)
            with writing(other) as intruder:
                assert intruder.commit(rows.batch("two"), rows.now) == 2
        for _ in range(2):
            with pytest.raises(LakeLocked, match="another writer"):
                writer.commit(rows.batch("three"), rows.now)
        assert writer.look_up([], [], [], [rows.feed_id]).feed_batches == {rows.feed_id: 2}
        assert writer.commit(rows.batch("three"), rows.now) == 3


def test_two_commits_on_the_same_state_can_not_both_succeed(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a commit in between, while ours is being written, makes ours fail, not double."""
    with writing(lake) as writer, Lake.open(lake.root) as other:
        monkeypatch.setattr(other, "lock", contextlib.nullcontext)
        real = lake.snapshot

        def snapshot_then_intruder() -> int:
            found = real()
            monkeypatch.setattr(lake, "snapshot", real)
            with writing(other) as intruder:
                intruder.commit(rows.batch("two"), rows.now)
            return found

        writer.look_up([], [], [])
        monkeypatch.setattr(lake, "snapshot", snapshot_then_intruder)
        with pytest.raises(LakeError):
            writer.commit(rows.batch("one"), rows.now)
        writer.look_up([], [], [])
        assert writer.commit(rows.batch("one"), rows.now) == 2
    assert [row.batch_id for row in stored(lake, "batches")] == ["two", "one"]
