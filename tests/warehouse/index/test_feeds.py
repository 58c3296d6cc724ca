"""Schedules and polled states: the index knows the latest of each feed, however it came about."""

import contextlib
import dataclasses
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.model.batch import Batch
from articles.model.poll_rows import FeedState, Poll, Schedule
from warehouse.index import catch_up, rebuild
from warehouse.index.keys import TABLES, KeyIndex
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FEEDS = ("one", "two", "three")
LATIN = st.text(st.characters(max_codepoint=255), max_size=8)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(FEEDS),
    st.none() | MOMENTS,
    st.integers(0, 10**6),
    st.floats(0, 100),
    st.integers(0, 2),
    st.none() | MOMENTS,
    st.none() | LATIN,
    st.none() | LATIN,
    st.none() | LATIN,
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.none() | st.just("0" * 32),
    st.integers(0, 10**6),
    st.lists(st.sampled_from(["0", "23", 'a "quoted", text']), max_size=3).map(tuple),
    st.lists(st.sampled_from(["Monday", "Sunday"]), max_size=2).map(tuple),
    st.none() | st.just("cdn.example"),
    st.none() | st.integers(0, 3),
    st.none() | st.just("parse_crash"),
)
STATES = st.builds(
    FeedState,
    st.sampled_from(FEEDS),
    st.sampled_from(["", "", "a file.txt"]),
    st.integers(1, 3),
    st.integers(0, 9),
    st.just(0),
    st.just("0" * 32),
    st.just(0),
    st.booleans(),
    st.binary(max_size=64),
    st.none() | st.just("-22:1 7:-2"),
)
BATCHES = st.lists(
    st.tuples(st.lists(SCHEDULES, max_size=4), st.lists(STATES, max_size=4)), min_size=1, max_size=6
)


def poll_of(feed_id: str, poll_id: str) -> Poll:
    """Return a poll of a feed that brought nothing."""
    return Poll(
        poll_id, feed_id, "run", NOW, "unchanged", 304, 0, 5, 0, 0, 0, 0, 0, 0, None, None
    )  # fmt: skip


def batch_of(number: int, schedules: list[Schedule], states: list[FeedState]) -> Batch:
    """Return a batch with a poll for each schedule."""
    polls = tuple(
        poll_of(one.feed_id, f"poll {number} {place}") for place, one in enumerate(schedules)
    )
    return Batch(
        f"batch {number}", "run",
        polls=polls, schedules=tuple(schedules), feed_state=tuple(states),
    )  # fmt: skip


def contents(path: Path) -> dict[str, list[Any]]:
    """Return all that an index holds, apart from its marks."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {t: connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=BATCHES)
def test_the_latest_of_each_feed_is_known(
    tmp_path_factory: pytest.TempPathFactory,
    new_lake: Path,
    parts: list[tuple[list[Schedule], list[FeedState]]],
) -> None:
    """The last row of a feed wins, with every value; kept up, caught up and filled are the same."""
    folder = tmp_path_factory.mktemp("lake") / "lake"
    shutil.copytree(new_lake, folder)
    planned: dict[str, Schedule] = {}
    held: dict[str, FeedState] = {}
    seen: dict[str, int] = {}
    with Lake.open(folder) as lake:
        with writing(lake) as writer:
            for number, (schedules, states) in enumerate(parts, start=1):
                writer.commit(batch_of(number, schedules, states), NOW)
                planned |= {one.feed_id: one for one in schedules}
                held |= {one.feed_id: one for one in states if one.path == ""}
                seen |= dict.fromkeys((one.feed_id for one in schedules), number)
                seen |= dict.fromkeys((one.feed_id for one in states), number)
                assert writer.schedules() == planned
                assert writer.look_up([], [], []).feed_batches == seen
                assert writer.feed_states([*FEEDS, "nobody"]) == held
        kept = contents(folder / "index" / "keys.sqlite")
        caught = KeyIndex(folder / "caught.sqlite")
        catch_up.catch_up(caught, lake)
        filled = KeyIndex(folder / "filled.sqlite")
        filled.clear(lake.id)
        rebuild.fill_from_lake(filled, lake, len(parts))
        for index in (caught, filled):
            index.close()
    assert contents(folder / "caught.sqlite") == kept
    assert contents(folder / "filled.sqlite") == kept


def test_filling_reads_many_feeds_in_parts(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many feeds are read at once, each comes with its own latest row, no older one."""
    names = [f"feed {number}" for number in range(7)]
    with writing(lake) as writer:
        for turn, count in enumerate((7, 4, 2)):
            schedules = [
                dataclasses.replace(rows.schedule(name), gone=turn) for name in names[:count]
            ]
            states = [
                dataclasses.replace(rows.polled(name), reading=turn + 1) for name in names[:count]
            ]
            writer.commit(batch_of(turn, schedules, states), NOW)
        expected = {name: 2 if n < 2 else 1 if n < 4 else 0 for n, name in enumerate(names)}
        for size in (1, 3, 500):
            monkeypatch.setattr(rebuild, "_FEEDS", size)
            lake.index.index.clear(lake.id)
            rebuild.fill_from_lake(lake.index.index, lake, 3)
            found = writer.schedules()
            assert {name: one.gone for name, one in found.items()} == expected
            states_found = writer.feed_states(names)
            assert {name: one.reading - 1 for name, one in states_found.items()} == expected


def test_a_feed_that_has_no_schedule_is_not_among_them(lake: Lake, rows: Any) -> None:
    """A folder's polls leave no schedule, and its state no held one."""
    with writing(lake) as writer:
        writer.commit(
            rows.batch("one", "a text", feed_state=(rows.state("a", 1, complete=True),)), NOW
        )
        assert writer.schedules() == {}
        assert writer.feed_states([rows.feed_id]) == {}
        assert writer.feed_states([]) == {}


def test_a_later_part_of_a_feed_moves_its_batch_and_not_its_schedule(lake: Lake, rows: Any) -> None:
    """The last batch in which a feed was read moves on, and its schedule stays."""
    schedule = rows.schedule(rows.feed_id)
    with writing(lake) as writer:
        writer.commit(rows.batch("one", schedules=(schedule,)), NOW)
        writer.commit(rows.batch("two"), NOW)
        assert writer.schedules() == {rows.feed_id: schedule}
        assert writer.look_up([], [], [], [rows.feed_id]).feed_batches == {rows.feed_id: 2}
