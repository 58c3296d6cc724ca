"""View `coverage` against a plain walk through the hours; and `feeds` of polled feeds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Literal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.model.poll_rows import FeedRow, Poll, Schedule
from warehouse.database.tables import TABLES, BatchRow, to_arrow

VIEWS = (files("warehouse") / "schema" / "views.sql").read_text("utf-8")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_ROW = (0, 0, 0, 0, 0, 0, None, None)

Status = Literal["new", "unchanged", "failed"]
Told = tuple[str, int, Status, int | None]
"""Feed, minute of its poll, how that ended, minutes until the next (None: never, or a folder)."""


def filled(
    told: list[Told],
    folders: tuple[str, ...] = (),
    *,
    off: tuple[str, ...] = (),
    committed: int = 9 * 60,
) -> duckdb.DuckDBPyConnection:
    """Return plain tables with the views over them, filled as `fill` does."""
    connection = tables()
    fill(connection, told, folders, off=off, committed=committed)
    return connection


def tables() -> duckdb.DuckDBPyConnection:
    """Return plain tables without a row, with the views over them."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Kolkata'")  # hours are UTC's all the same
    for table in TABLES:
        connection.register("arrived", to_arrow(table, [], 0))
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM arrived")
    connection.execute(VIEWS)
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection,
    told: list[Told],
    folders: tuple[str, ...] = (),
    *,
    off: tuple[str, ...] = (),
    committed: int = 9 * 60,
) -> None:
    """Store a batch a poll, in the order that is told.

    The last batch was committed at the minute `committed`; feeds that are `off` were on before.
    """
    rows: dict[str, list[Any]] = {table: [] for table in TABLES}
    for feed_id in sorted({feed_id for feed_id, _, _, _ in told}):
        rows["feed_settings"].append(
            (0, FeedRow(feed_id, f"source {feed_id}", "rss", feed_id, True, None))
        )
    for feed_id in off:
        rows["feed_settings"].append(
            (1, FeedRow(feed_id, f"source {feed_id}", "rss", feed_id, False, None))
        )
    # The batch before was committed far ahead, by another clock: the last one counts.
    for batch_no, minute in ((len(told), 10**7), (len(told) + 1, committed)):
        moment = NOW + timedelta(minutes=minute)
        rows["batches"].append((batch_no, BatchRow("b", "run", moment, 1, 0, 0, 0, 0)))
    for batch_no, (feed_id, minute, status, wait) in enumerate(told, start=1):
        rows["polls"].append((batch_no, poll(feed_id, minute, status, batch_no)))
        if feed_id not in folders:
            due = None if wait is None else NOW + timedelta(minutes=minute + wait)
            rows["schedules"].append((batch_no, schedule(feed_id, due)))
    for table in TABLES:
        parts = [to_arrow(table, [row], batch_no) for batch_no, row in rows[table]]
        for part in parts:
            connection.register("arrived", part)
            connection.execute(f"INSERT INTO {table} SELECT * FROM arrived")


def poll(feed_id: str, minute: int, status: Status, batch_no: int) -> Poll:
    """Return a poll that began at a minute after NOW; its counts tell its batch."""
    error = f"error {batch_no}" if status == "failed" else None
    return Poll(
        f"poll {batch_no}", feed_id, "run", NOW + timedelta(minutes=minute), status, None, 0, 0,
        batch_no, 1, 0, 2, 0, 0, error, None,
    )  # fmt: skip


def schedule(feed_id: str, due: datetime | None) -> Schedule:
    """Return a schedule that is due at a time."""
    return Schedule(feed_id, due, 3600, 0.0, 0, None, None, None, None, "p", None, 0, (), ())


def expected(
    told: list[Told], folders: tuple[str, ...], off: tuple[str, ...], committed: int
) -> list[tuple[Any, ...]]:
    """Return the rows of `coverage`, hour by hour."""
    found = []
    numbered = [
        (batch_no, *one)
        for batch_no, one in enumerate(told, start=1)
        if one[1] // 60 <= committed // 60
    ]
    latest = max((one[2] // 60 for one in numbered), default=0)
    for feed_id in sorted({one[1] for one in numbered}):
        own = [one for one in numbered if one[1] == feed_id]
        before: tuple[int, str, int, Status, int | None] | None = None
        last = max(one[2] // 60 for one in own) if feed_id in off else latest
        for hour in range(min(one[2] // 60 for one in own), last + 1):
            here = [one for one in own if one[2] // 60 == hour]
            start = (feed_id, f"source {feed_id}", NOW + hour * HOUR)
            if here:
                before = here[-1]
                found.append((*start, *_looked(here)))
                continue
            assert before is not None
            covered: bool | None = before[3] != "failed"
            if covered:
                wait = None if feed_id in folders else before[4]
                covered = None if wait is None else before[2] + wait >= (hour + 1) * 60
            found.append((*start, False, "not_looked", covered, *NO_ROW))
    return found


def _looked(here: list[tuple[int, str, int, Status, int | None]]) -> tuple[Any, ...]:
    good = [one for one in here if one[3] != "failed"]
    bad = [one for one in here if one[3] == "failed"]
    ended = "failed" if not good else "unchanged"
    if any(one[3] == "new" for one in good):
        ended = "new"
    counts = len(here), len(good), len(bad), sum(one[0] for one in here), len(here), 2 * len(here)
    error = f"error {bad[-1][0]}" if bad else None
    return (True, ended, bool(good), *counts, error, here[-1][0])


TOLD: st.SearchStrategy[list[Told]] = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "folder"]),
        st.integers(-90, 9 * 60),  # the clock is no order
        st.sampled_from(["new", "unchanged", "failed"]),
        st.none() | st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield tables without a row, which a test leaves so: making them takes longer."""
    with tables() as connection:
        yield connection


@settings(max_examples=60, deadline=None)
@given(told=TOLD, off=st.sampled_from([(), ("a",)]), committed=st.integers(0, 10 * 60))
def test_coverage_is_a_walk_through_the_hours(
    empty: duckdb.DuckDBPyConnection, told: list[Told], off: tuple[str, ...], committed: int
) -> None:
    """Every hour from a feed's first poll is there, as it was.

    It ends with the latest poll of any feed, for one that is off with its own; polls that began
    after the last commit do not count.
    """
    empty.begin()
    try:
        fill(empty, told, ("folder",), off=off, committed=committed)
        found = empty.execute("SELECT * FROM coverage ORDER BY feed_id, hour").fetchall()
    finally:
        empty.rollback()
    assert found == expected(told, ("folder",), off, committed)


def test_a_wrong_clock_makes_no_endless_hours() -> None:
    """Polls of other centuries leave 400 days at most, up to the hour of the last commit."""
    century = 100 * 365 * 24 * 60
    told: list[Told] = [
        ("a", -century, "new", 60), ("a", 30, "unchanged", 60), ("a", century, "new", 60),
        ("b", -century, "failed", 60), ("c", century, "new", 60), ("off", -century, "new", 60),
    ]  # fmt: skip
    sql = """
        SELECT feed_id, count(*), min(hour), max(hour), count(*) FILTER (WHERE looked)
        FROM coverage GROUP BY feed_id ORDER BY feed_id
    """
    with filled(told, off=("off",), committed=59) as connection:
        found = connection.execute(sql).fetchall()
    first = NOW - timedelta(days=400)
    assert found == [("a", 400 * 24 + 1, first, NOW, 1), ("b", 400 * 24 + 1, first, NOW, 0)]


@pytest.mark.parametrize(
    ("due", "gaps"),
    [(110, [1, 2, 3]), (119, [1, 2, 3]), (120, [2, 3]), (121, [2, 3]), (239, [3]), (240, [])],
    ids=["early", "just within", "as the hour ends", "in the next", "in the last", "not due"],
)
def test_a_gap_begins_with_the_hour_in_which_the_poll_was_due(due: int, gaps: list[int]) -> None:
    """An hour in which a poll was due and none came is not covered, nor are those after it."""
    told: list[Told] = [("a", 50, "new", due - 50), ("b", 190, "unchanged", 60)]
    sql = "SELECT hour FROM coverage WHERE feed_id = 'a' AND NOT covered ORDER BY hour"
    with filled(told) as connection:
        found = [hour for (hour,) in connection.execute(sql).fetchall()]
    assert found == [NOW + number * HOUR for number in gaps]


def test_an_empty_lake_has_no_coverage() -> None:
    """Without polls there are no hours."""
    with filled([]) as connection:
        assert connection.execute("SELECT * FROM coverage").fetchall() == []


def test_feeds_show_their_latest_schedule() -> None:
    """Due time, validators and Retry-After are the latest; without a due time a feed is stopped."""
    told: list[Told] = [("a", 0, "new", 60), ("b", 0, "unchanged", 60), ("c", 0, "new", None)]
    waits = NOW + 2 * HOUR
    later = Schedule(
        "b", waits, 3600, 0.5, 1, waits, "tag", "date", "b", "p", None, 0, (), ()
    )  # fmt: skip
    sql = """
        SELECT feed_id, next_poll_at, etag, last_modified, failures, stopped, host_waits_until
        FROM feeds ORDER BY feed_id
    """
    with filled([*told, ("b", 70, "failed", 60), ("folder", 1, "new", None)], ("folder",)) as made:
        made.register("arrived", to_arrow("schedules", [later], 9))
        made.execute("INSERT INTO schedules SELECT * FROM arrived")
        made.register("arrived", to_arrow("schedules", [schedule("a", None)], 10))
        made.execute("INSERT INTO schedules SELECT * FROM arrived")
        assert made.execute(sql).fetchall() == [
            ("a", None, None, None, 0, True, None),
            ("b", waits, "tag", "date", 1, False, waits),
            ("c", None, None, None, 0, True, None),
            ("folder", None, None, None, 0, False, None),
        ]
