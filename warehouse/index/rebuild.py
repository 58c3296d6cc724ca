"""Makes the index anew from all rows of the lake."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import ARROW

from articles.identity.keys import entry_key_hash, has_guid_hash
from articles.identity.last_seen import poll_hash
from articles.model.article_rows import Revision, Sighting
from articles.model.duplicate_rows import Member
from articles.model.entries import SHARED_KEY
from warehouse.database.attach import more_memory
from warehouse.database.sql import quoted
from warehouse.index.heads import HeadBuilder, HeadRow
from warehouse.index.keys import KeyIndex, KeyRow
from warehouse.index.lake_rows import POLLED, ReadableLake, select, typed
from warehouse.index.last_seen import LastSeenRow

_ROWS = 4_096
"""Rows in memory at once, of each table that is streamed."""
_SORT_MEMORY = "192MB"
"""What DuckDB may use to sort all rows: more than for a batch, and the workers are idle then."""
_FEEDS = 500
"""Feeds whose latest state is read at once: some of 32 KB."""
_FUNCTIONS: Mapping[str, Callable[[str, str], int]] = {
    "entry_key_hash": entry_key_hash,
    "has_guid_hash": has_guid_hash,
}
"""The two hashes that the lake doesn't hold, by the names that SQL has for them."""


def fill_from_lake(index: KeyIndex, lake: ReadableLake, last: int) -> None:
    """Fill a cleared index from all batches of a lake up to `last`."""
    # Sorted by DuckDB, which spills to disk, so that SQLite's trees grow at their ends only.
    sql = "SELECT batch_id, batch_no FROM lake.batches WHERE batch_no <= ? ORDER BY batch_id"
    ledger = lake.connection.execute(sql, [last]).fetchall()
    spill = index.path.parent / "spill"
    spill.mkdir(exist_ok=True)
    with _hashing(lake.connection) as connection, TemporaryDirectory(dir=spill) as folder:
        index.fill(
            keys=_all_keys(connection, last),
            seen=_all_last_seen(connection, last),
            heads=_all_heads(connection, last, folder),
            groups=_all_groups(connection, last),
            readings=_all_readings(connection, last),
            schedules=_all_latest(connection, "schedules", "true", last),
            states=_all_latest(connection, "feed_state", POLLED, last),
            batches=ledger,
        )


@contextmanager
def _hashing(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose SQL knows the two hashes that the lake doesn't hold."""
    with closing(connection.cursor()) as cursor:
        for name, function in _FUNCTIONS.items():
            cursor.create_function(
                name, _vector(function), ["VARCHAR", "VARCHAR"], "BIGINT", type=ARROW
            )
        try:
            with more_memory(cursor, _SORT_MEMORY):
                yield cursor
        finally:
            for name in _FUNCTIONS:
                cursor.remove_function(name)


def _vector(function: Callable[[str, str], int]) -> "Callable[..., pa.Array[Any]]":
    # DuckDB evaluates these annotations; Arrow's arrays take no parameters then.
    def hashes(firsts: Any, seconds: Any) -> Any:
        pairs = zip(firsts.to_pylist(), seconds.to_pylist(), strict=True)
        return pa.array([function(*pair) for pair in pairs], pa.int64())

    return hashes


def _stream(
    connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, int]
) -> Iterator[pa.RecordBatch]:
    with closing(connection.cursor()) as cursor:
        yield from cursor.execute(sql, values).to_arrow_reader(_ROWS)


def _tuples(connection: duckdb.DuckDBPyConnection, sql: str, last: int) -> Iterator[Any]:
    for part in _stream(connection, sql, {"last": last}):
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _all_keys(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[KeyRow]:
    sql = """
        SELECT key_hash, article_id FROM (
            SELECT key_hash, article_id, batch_no, rowid AS position FROM lake.keys
            UNION ALL
            SELECT has_guid_hash(scope, article_id), article_id, batch_no, rowid
            FROM lake.keys WHERE kind = 'guid'
        ) WHERE batch_no <= $last ORDER BY key_hash, batch_no, position
    """
    return _tuples(connection, sql, last)


def _all_last_seen(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[LastSeenRow]:
    sql = f"""
        SELECT key_hash, entry_id, entry_hash, article_id, revision_no, poll_id, shared, rejected,
            retryable, given_up
        FROM (
            SELECT entry_key_hash(e.feed_id, e.entry_key) AS key_hash, e.entry_id, e.entry_hash,
                s.article_id, s.revision_no, e.poll_id,
                list_contains(e.repairs, {quoted(SHARED_KEY)}) AS shared, false AS rejected,
                false AS retryable, false AS given_up, e.batch_no, s.position
            FROM lake.entries e LEFT JOIN lake.sightings s
                ON s.entry_id = e.entry_id AND s.batch_no = e.batch_no
            UNION ALL
            SELECT entry_key_hash(feed_id, entry_key), entry_id, entry_hash, NULL, NULL, poll_id,
                false, true, retryable AND NOT coalesce(given_up, false),
                coalesce(given_up, false), batch_no, position
            FROM lake.quarantine
        ) WHERE batch_no <= $last ORDER BY key_hash, batch_no, position
    """
    for row in _tuples(connection, sql, last):
        yield *row[:5], poll_hash(row[5]), *row[6:]


def _all_heads(connection: duckdb.DuckDBPyConnection, last: int, folder: str) -> Iterator[HeadRow]:
    # Sorted one after the other: together the three would not fit into DuckDB's memory.
    orders = {"revisions": "revision_no", "sightings": "position", "members": "rowid"}
    for table, order in orders.items():
        rows = f"{select(table)} WHERE batch_no <= {last} ORDER BY article_id, batch_no, {order}"
        target = quoted(f"{folder}/{table}.parquet")
        connection.execute(f"COPY ({rows}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {_ROWS})")
    revisions, *others = (_by_article(connection, table, folder) for table in orders)
    seen, grouped = (_Follower(stream) for stream in others)
    for article_id, numbered in revisions:
        head, sightings = HeadBuilder(article_id), seen.of(article_id)
        positions = {sighting.entry_id: sighting.position for _, sighting in sightings}
        for batch_no, revision in numbered:
            head.revise(revision, batch_no, positions.get(revision.entry_id, 0))
        for _, sighting in sightings:
            head.sight(sighting)
        for _, member in grouped.of(article_id):
            head.join(member)
        yield head.row()


def _by_article(
    connection: duckdb.DuckDBPyConnection, table: str, folder: str
) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    def numbered() -> Iterator[tuple[int, Revision | Sighting | Member]]:
        file = quoted(f"{folder}/{table}.parquet")
        for part in _stream(connection, f"SELECT * FROM read_parquet({file})", {}):
            rows = typed(table, part.drop_columns(["batch_no"]))
            yield from zip(part["batch_no"].to_pylist(), rows, strict=True)

    for article_id, group in groupby(numbered(), key=lambda pair: pair[1].article_id):
        yield article_id, list(group)


class _Follower:
    """Gives the rows of one article after another, from a stream in the order of article_id."""

    def __init__(self, stream: Iterator[tuple[str, list[tuple[int, Any]]]]) -> None:
        self._stream = stream
        self._next = next(stream, None)

    def of(self, article_id: str) -> list[tuple[int, Any]]:
        while self._next is not None and self._next[0] < article_id:
            self._next = next(self._stream, None)
        if self._next is None or self._next[0] != article_id:
            return []
        return self._next[1]


def _all_groups(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[tuple[str]]:
    where = "group_id IS NOT NULL AND batch_no <= $last ORDER BY group_id"
    return _tuples(connection, f"SELECT DISTINCT group_id FROM lake.members WHERE {where}", last)


def _all_readings(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[tuple[str, int]]:
    sql = """
        SELECT feed_id, max(batch_no) FROM (
            SELECT feed_id, batch_no FROM lake.polls WHERE status <> 'failed'
            UNION ALL SELECT feed_id, batch_no FROM lake.feed_state
            UNION ALL SELECT feed_id, batch_no FROM lake.sightings
            UNION ALL SELECT feed_id, batch_no FROM lake.quarantine
        ) WHERE batch_no <= $last GROUP BY feed_id ORDER BY feed_id
    """
    return _tuples(connection, sql, last)


def _all_latest(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, last: int
) -> Iterator[Any]:
    """Yield each feed's latest row of a table; of older rows only two narrow columns are read."""
    newest = connection.execute(
        f"SELECT feed_id, max(batch_no) FROM lake.{table}"
        f" WHERE batch_no <= {last} AND {condition} GROUP BY feed_id ORDER BY 2"
    ).fetchall()
    for start in range(0, len(newest), _FEEDS):
        part = newest[start : start + _FEEDS]
        pairs = ", ".join(f"({quoted(feed_id)}, {batch_no})" for feed_id, batch_no in part)
        # As constants too: so only those files are opened that may hold one of these batches.
        numbers = ", ".join(sorted({str(batch_no) for _, batch_no in part}))
        read = connection.execute(
            f"{select(table)} WHERE batch_no IN ({numbers}) AND {condition}"
            f" AND (feed_id, batch_no) IN (VALUES {pairs}) ORDER BY batch_no, rowid"
        ).to_arrow_table()
        yield from typed(table, read.drop_columns(["batch_no"]))
