"""The public views against a plain reading of the rows, in Python."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.model.article_rows import Revision, Sighting
from articles.model.duplicate_rows import Member
from articles.model.poll_rows import FeedRow, Poll, SourceRow
from warehouse.database.tables import TABLES, to_arrow
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

VIEWS = (files("warehouse") / "schema" / "views.sql").read_text("utf-8")
NOW = datetime(2026, 11, 1, tzinfo=UTC)

Make = Callable[[], duckdb.DuckDBPyConnection]


def tables() -> duckdb.DuckDBPyConnection:
    """Return plain DuckDB tables with the public views over them."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        store(connection, table, 0, create=True)
    connection.execute(VIEWS)
    return connection


@contextmanager
def undone(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Undo at the end what is stored inside: making all tables and views takes longer."""
    connection.begin()
    try:
        yield connection
    finally:
        connection.rollback()


def store(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    batch_no: int,
    *rows: Any,
    create: bool = False,
) -> None:
    """Insert rows of a table as of a batch."""
    connection.register("arrived", to_arrow(table, rows, batch_no))
    verb = f"CREATE TABLE {table} AS" if create else f"INSERT INTO {table}"
    connection.execute(f"{verb} SELECT * FROM arrived")
    connection.unregister("arrived")


def revision(article_id: str, number: int, hour: int, published: int | None = None) -> Revision:
    """Return a revision; its title is its number."""
    date = None if published is None else NOW + timedelta(hours=published)
    return Revision(
        article_id, number, f"{article_id}{number}", "source", "feed", None, None, "none", 0.0,
        f"{number}", "feed", 1.0, "body", "full", None, (), "none", 0.0, date, "feed", 1.0, "en",
        "text", 0.9, 1, "content", "state", (), NOW + timedelta(hours=hour),
    )  # fmt: skip


def sighting(
    article_id: str,
    number: int,
    position: int,
    hour: int,
    *,
    moves: bool = True,
    flapping: bool = False,
) -> Sighting:
    """Return a sighting of a revision at an hour."""
    return Sighting(
        f"{article_id}{number}", article_id, number, "feed", "poll", None, None, None, "full",
        moves, flapping, NOW + timedelta(hours=hour), position,
    )  # fmt: skip


def member(article_id: str, group_id: str | None, canonical: str | None) -> Member:
    """Return a place in a group, or in none."""
    return Member(article_id, group_id, canonical, "first_stored", "same_text", 1.0)


def fetched(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Return a query's rows."""
    return connection.execute(sql).fetchall()


@dataclass(slots=True)
class Expected:
    """What is known of one article after reading its rows in their order."""

    revisions: list[int] = field(default_factory=list)
    """The batch of each revision."""
    current: int = 0
    first: datetime = NOW
    last: datetime = NOW
    flapping: bool = False
    changed: int = 0
    group: str | None = None


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 3),  # the revision, if it is known or the next
        st.booleans(),  # moves
        st.booleans(),  # flapping
        st.booleans(),  # a new batch begins
        st.integers(-3, 3),  # the clock is no order
        st.sampled_from([None, None, "g", "h", "none"]),  # a place in a group, or out of it
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield empty tables, which a test leaves empty."""
    with tables() as connection:
        yield connection


@settings(max_examples=60)
@given(events=EVENTS)
def test_articles_follow_the_rows(empty: duckdb.DuckDBPyConnection, events: list[Any]) -> None:
    """Current revision, counts, times, groups and cursor are those of the rows in order."""
    with undone(empty) as connection:
        expected = _stored(connection, events)
        sizes = [article.group for article in expected.values()]
        for article in expected.values():
            if sizes.count(article.group) < 2:
                article.group = None
        found = fetched(
            connection,
            "SELECT article_id, revision_no, batch_no, revision_count, first_seen_at,"
            " last_sighted_at, flapping, changed_batch_no, group_id, title"
            " FROM articles ORDER BY article_id",
        )
    assert found == [
        (
            name, a.current, a.revisions[a.current - 1], len(a.revisions), a.first, a.last,
            a.flapping, a.changed, a.group, str(a.current),
        )
        for name, a in sorted(expected.items())
    ]  # fmt: skip


def _stored(connection: duckdb.DuckDBPyConnection, events: list[Any]) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    batch_no, position = 1, 0
    placed: set[tuple[int, str]] = set()
    for name, wanted, moves, flapping, fresh_batch, hour, group in events:
        if fresh_batch:
            batch_no, position = batch_no + 1, 0
        article = found.setdefault(name, Expected())
        number = min(wanted, len(article.revisions) + 1)
        moved = moves or not article.revisions
        when = NOW + timedelta(hours=hour)
        if number > len(article.revisions):
            store(connection, "revisions", batch_no, revision(name, number, hour))
            article.revisions.append(batch_no)
            article.changed = batch_no
            if number == 1:
                article.first, article.last = when, when
        row = sighting(name, number, position, hour, moves=moved, flapping=flapping)
        store(connection, "sightings", batch_no, row)
        position += 1
        article.last = max(article.last, when)
        article.flapping |= flapping
        if moved:
            article.current = number
        if moved or flapping:
            article.changed = batch_no
        if group and (batch_no, name) not in placed:
            placed.add((batch_no, name))
            article.group = None if group == "none" else group
            place = member(name, article.group, article.group and name)
            store(connection, "members", batch_no, place)
            article.changed = batch_no
    return found


@pytest.fixture
def filled() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield three articles of one text and one of its own."""
    with tables() as connection:
        for position, (name, published) in enumerate([("a", 5), ("b", 2), ("c", None), ("d", 9)]):
            store(connection, "revisions", 1, revision(name, 1, 0, published))
            store(connection, "sightings", 1, sighting(name, 1, position, 0))
        store(connection, "members", 2, *(member(name, "a", "a") for name in "abc"))
        yield connection


def test_news_is_one_article_a_group(filled: duckdb.DuckDBPyConnection) -> None:
    """`news` has the canonical article with its copies and earliest date, and the ungrouped one."""
    sql = "SELECT article_id, copies, first_published_at, is_canonical FROM news ORDER BY 1"
    assert fetched(filled, sql) == [
        ("a", 2, NOW + timedelta(hours=2), True),
        ("d", 0, NOW + timedelta(hours=9), True),
    ]


def test_news_changes_with_its_copies(filled: duckdb.DuckDBPyConnection) -> None:
    """The cursor of `news` grows when another member of the group changes."""
    store(filled, "revisions", 7, revision("c", 2, 1))
    store(filled, "sightings", 7, sighting("c", 2, 0, 1))
    sql = "SELECT changed_batch_no FROM {} WHERE article_id = 'a'"
    assert fetched(filled, sql.format("news")) == [(7,)]
    assert fetched(filled, sql.format("articles")) == [(2,)]


def test_duplicates_are_the_latest_places(filled: duckdb.DuckDBPyConnection) -> None:
    """A later row of `members` replaces the earlier one; a group of one is none."""
    store(filled, "members", 3, member("c", "c", "c"))
    sql = "SELECT group_id, article_id, canonical_article_id, batch_no FROM duplicates ORDER BY 2"
    assert fetched(filled, sql) == [("a", "a", "a", 2), ("a", "b", "a", 2)]
    sql = "SELECT group_id, canonical_article_id, is_canonical FROM articles WHERE article_id = 'c'"
    assert fetched(filled, sql) == [(None, "c", True)]
    sql = "SELECT group_id, article_count FROM duplicate_groups"
    assert fetched(filled, sql) == [("a", 2)]


def test_who_left_a_group_is_news_of_its_own(filled: duckdb.DuckDBPyConnection) -> None:
    """A row without a group takes the article out, and the cursors see everyone whom it changes."""
    store(filled, "members", 4, member("c", None, None), member("a", "a", "a"))
    sql = "SELECT article_id, copies, changed_batch_no FROM news ORDER BY 1"
    assert fetched(filled, sql) == [("a", 1, 4), ("c", 0, 4), ("d", 0, 1)]
    sql = "SELECT group_id, canonical_article_id, is_canonical FROM articles WHERE article_id = 'c'"
    assert fetched(filled, sql) == [(None, "c", True)]
    assert fetched(filled, "SELECT article_id FROM duplicates ORDER BY 1") == [("a",), ("b",)]
    store(filled, "members", 5, member("c", "a", "a"))
    assert fetched(filled, sql) == [("a", "a", False)]


def test_sources_and_feeds_show_the_latest_state() -> None:
    """The greatest batch_no wins; an interval is an INTERVAL."""
    with tables() as connection:
        for batch_no, name, enabled in [(1, "Old", True), (3, "New", False)]:
            source = SourceRow("s", name, ("a.example",), None, None, None, None)
            store(connection, "source_states", batch_no, source)
            settings_row = FeedRow("f", "s", "rss", "https://a.example/", enabled, 900)
            store(connection, "feed_settings", batch_no, settings_row)
        assert fetched(connection, "SELECT name, batch_no FROM sources") == [("New", 3)]
        sql = 'SELECT enabled, "interval", current_url, failures, etag FROM feeds'
        expected = (False, timedelta(minutes=15), "https://a.example/", 0, None)
        assert fetched(connection, sql) == [expected]


def test_failures_are_those_since_the_last_answer() -> None:
    """Failed polls count up to now and back to the last one that did not fail."""
    with tables() as connection:
        store(connection, "feed_settings", 1, FeedRow("f", "s", "rss", "u", True, None))
        for batch_no, status in enumerate(["failed", "unchanged", "failed", "failed"], start=1):
            poll = Poll(
                f"p{batch_no}", "f", "run", NOW, status, None, 0, 0, 0, 0, 0, 0, 0, 0,  # type: ignore[arg-type]
                None, None,
            )  # fmt: skip
            store(connection, "polls", batch_no, poll)
        assert fetched(connection, "SELECT failures FROM feeds") == [(2,)]


def test_the_lake_has_the_same_views(lake: Lake, rows: Any) -> None:
    """The lake's own views work, with the columns that plain tables give them."""
    with writing(lake) as writer:
        writer.commit(rows.batch("b1", "one text here", "another text"), NOW)
    assert fetched(lake.connection, "SELECT count(*) FROM lake.articles") == [(2,)]
    with tables() as connection:
        views = [
            "articles",
            "news",
            "duplicates",
            "duplicate_groups",
            "sources",
            "feeds",
            "coverage",
        ]
        for view in views:
            here = fetched(lake.connection, f"DESCRIBE SELECT * FROM lake.{view}")
            there = fetched(connection, f"DESCRIBE SELECT * FROM {view}")
            assert [column[:2] for column in here] == [column[:2] for column in there]


def test_views_need_no_new_duckdb() -> None:
    """No lambda arrow: DuckDB 2.0 refuses it, and 1.1 does not know the other spelling."""
    code = "\n".join(line.partition("--")[0] for line in VIEWS.splitlines())
    assert "->" not in code
    assert "lambda" not in code.lower()
