"""Brings the index up to the lake: in turn when little is missing, else anew from all rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import groupby
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from duckdb.func import ARROW

from articles.carrying import poll_hash
from articles.errors import LakeError
from articles.identity import carried_hash, has_guid_hash
from articles.model import SHARED_KEY
from articles.rows import Batch, Member, Revision, Sighting
from warehouse.attach import MEMORY, quoted
from warehouse.carriedindex import CarriedRow
from warehouse.histories import HeadRow, History
from warehouse.keyindex import KeyIndex, KeyRow
from warehouse.problems import WAY_OUT
from warehouse.tables import EPOCH, TABLES, from_arrow

_AT_ONCE = 16
"""Batches read together: at most 16,000 entries, without their words."""
_FEW = 64
"""Up to so many missing batches are always applied in turn."""
_ROWS = 4_096
"""Rows in memory at once, of each table that is streamed."""
_MEMORY = "192MB"
"""What DuckDB may use to sort all rows: more than for a batch, and the workers are idle then."""
_UNREAD: dict[str, dict[str, object]] = {
    "polls": {"started_at": EPOCH, "error": None, "detail": None},
    "entries": {"received_at": EPOCH, "guid": None, "url": None, "raw": ""},
    "revisions": {
        "source_id": "", "feed_id": "", "guid": None, "url_from": "none", "url_confidence": 0.0,
        "title_confidence": 0.0, "body": None, "summary": None, "authors_from": "none",
        "authors_confidence": 0.0, "published_confidence": 0.0, "language_from": "none",
        "language_confidence": 0.0, "changed_fields": (), "first_seen_at": EPOCH,
    },
    "sightings": {"poll_id": "", "guid": None, "seen_at": EPOCH},
    "keys": {"value": ""},
    "quarantine": {"received_at": EPOCH, "raw": b"", "detail": "", "tries": None},
}  # fmt: skip
"""Columns that the index needs nothing of, the words above all, and what stands in their place."""
_NEEDED = (
    "polls", "entries", "revisions", "sightings", "keys", "members", "quarantine", "feed_state",
    "schedules",
)  # fmt: skip
_POLLED = "path = ''"
"""Tells the states of polled feeds from those of files."""
_READ_AS = {"hashes": f"CASE WHEN {_POLLED} THEN hashes ELSE ''::BLOB END AS hashes"}
"""Columns of which the index needs a part only."""
_FEEDS = 500
"""Feeds whose latest state is read at once: some of 32 KB."""


class Readable(Protocol):
    """What catching up asks of a lake."""

    id: str
    connection: duckdb.DuckDBPyConnection

    def newest_snapshot(self) -> tuple[int, str]:
        """Return DuckLake's number of the present state, and when it was made."""

    def batch_no(self) -> int:
        """Return the number of the last batch."""


def catch_up(index: KeyIndex, lake: Readable) -> None:
    """Bring the index up to the lake's last batch; a broken or foreign index is made again."""
    newest = lake.newest_snapshot()
    mark = index.mark()
    if mark.lake_id == lake.id and (mark.snapshot, mark.made_at) == newest:
        return
    last = lake.batch_no()
    if mark.lake_id != lake.id or not _holds(lake, mark.batch_no, mark.batch_id, last):
        index.clear(lake.id)
        mark = index.mark()
    missing = last - mark.batch_no
    if missing > max(_FEW, mark.batch_no):
        index.clear(lake.id)
        _fill(index, lake, last)
    elif missing:
        follows = mark.batch_no
        for batch_no, batch, gap_from in batches(lake, mark.batch_no + 1, last):
            if (gap_from or batch_no) != follows + 1:
                raise _lacking(follows + 1)
            index.apply(batch, batch_no, gap_from)
            follows = batch_no
    index.set_snapshot(*newest)


def _holds(lake: Readable, batch_no: int, batch_id: str, last: int) -> bool:
    if batch_no == 0:
        return True
    if batch_no > last:
        return False
    sql = "SELECT batch_id FROM lake.batches WHERE batch_no = ?"
    return lake.connection.execute(sql, [batch_no]).fetchone() == (batch_id,)


def _lacking(batch_no: int) -> LakeError:
    return LakeError(f"the lake's ledger (table batches) lacks batch {batch_no}", WAY_OUT)


def batches(lake: Readable, first: int, last: int) -> Iterator[tuple[int, Batch, int | None]]:
    """Yield the batches from `first` to `last` with what the index needs of them, no more.

    Each with its number and, for numbers that were given up, the first of them.
    """
    for start in range(first, last + 1, _AT_ONCE):
        end = min(start + _AT_ONCE - 1, last)
        sql = (
            "SELECT batch_no, batch_id, run_id, gap_from FROM lake.batches"
            " WHERE batch_no BETWEEN ? AND ? ORDER BY batch_no"
        )
        ledger = lake.connection.execute(sql, [start, end]).fetchall()
        parts: dict[int, dict[str, Any]] = {batch_no: {} for batch_no, *_ in ledger}
        for table in _NEEDED:
            for batch_no, rows in _rows(lake.connection, table, start, end):
                if batch_no not in parts:
                    raise _lacking(batch_no)
                parts[batch_no][table] = tuple(rows)
        for batch_no, batch_id, run_id, gap_from in ledger:
            yield batch_no, replace(Batch(batch_id, run_id), **parts[batch_no]), gap_from


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, start: int, end: int
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield (batch_no, rows in the order of their storing) of one table."""
    sql = f"{_select(table)} WHERE batch_no BETWEEN ? AND ? ORDER BY batch_no, rowid"
    found = connection.execute(sql, [start, end]).to_arrow_table()
    numbered = zip(found["batch_no"].to_pylist(), _typed(table, found), strict=True)
    for batch_no, group in groupby(numbered, key=lambda pair: pair[0]):
        yield batch_no, [row for _, row in group]


def _select(table: str) -> str:
    dropped = _UNREAD.get(table, {})
    names = [name for name in TABLES[table].__dataclass_fields__ if name not in dropped]
    columns = [_READ_AS.get(name, name) for name in names]
    return f"SELECT {', '.join(columns)}, batch_no FROM lake.{table}"


def _typed(table: str, found: pa.Table | pa.RecordBatch) -> list[Any]:
    return from_arrow(table, found, _UNREAD.get(table, {}))


def _fill(index: KeyIndex, lake: Readable, last: int) -> None:
    # Sorted by DuckDB, which spills to disk, so that SQLite's trees grow at their ends only.
    sql = "SELECT batch_id, batch_no FROM lake.batches WHERE batch_no <= ? ORDER BY batch_id"
    ledger = lake.connection.execute(sql, [last]).fetchall()
    spill = index.path.parent / "spill"
    spill.mkdir(exist_ok=True)
    with _hashing(lake.connection) as connection, TemporaryDirectory(dir=spill) as folder:
        index.fill(
            keys=_all_keys(connection, last),
            carried=_all_carried(connection, last),
            heads=_all_heads(connection, last, folder),
            groups=_all_groups(connection, last),
            feeds=_all_feeds(connection, last),
            schedules=_all_latest(connection, "schedules", "true", last),
            held=_all_latest(connection, "feed_state", _POLLED, last),
            batches=ledger,
        )


@contextmanager
def _hashing(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose SQL knows the two hashes that the lake doesn't hold."""
    with closing(connection.cursor()) as own:
        for name, function in (("carried_hash", carried_hash), ("has_guid_hash", has_guid_hash)):
            own.create_function(
                name, _vector(function), ["VARCHAR", "VARCHAR"], "BIGINT", type=ARROW
            )
        try:
            own.execute(f"SET GLOBAL memory_limit = '{_MEMORY}'")
            yield own
        finally:
            own.execute(f"SET GLOBAL memory_limit = '{MEMORY}'")
            for name in ("carried_hash", "has_guid_hash"):
                own.remove_function(name)


def _vector(function: Callable[[str, str], int]) -> "Callable[..., pa.Array[Any]]":
    # DuckDB evaluates these annotations; Arrow's arrays take no parameters then.
    def hashes(one: Any, other: Any) -> Any:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.array([function(*pair) for pair in pairs], pa.int64())

    return hashes


def _stream(
    connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, int]
) -> Iterator[pa.RecordBatch]:
    with closing(connection.cursor()) as own:
        yield from own.execute(sql, values).to_arrow_reader(_ROWS)


def _tuples(connection: duckdb.DuckDBPyConnection, sql: str, last: int) -> Iterator[Any]:
    for part in _stream(connection, sql, {"last": last}):
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _all_keys(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[KeyRow]:
    sql = """
        SELECT key_hash, article_id FROM (
            SELECT key_hash, article_id, batch_no, rowid AS place FROM lake.keys
            UNION ALL
            SELECT has_guid_hash(scope, article_id), article_id, batch_no, rowid
            FROM lake.keys WHERE kind = 'guid'
        ) WHERE batch_no <= $last ORDER BY key_hash, batch_no, place
    """
    return _tuples(connection, sql, last)


def _all_carried(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[CarriedRow]:
    sql = f"""
        SELECT key_hash, entry_id, entry_hash, article_id, revision_no, poll_id, shared, rejected,
            retryable, given_up
        FROM (
            SELECT carried_hash(e.feed_id, e.entry_key) AS key_hash, e.entry_id, e.entry_hash,
                s.article_id, s.revision_no, e.poll_id,
                list_contains(e.repairs, {quoted(SHARED_KEY)}) AS shared, false AS rejected,
                false AS retryable, false AS given_up, e.batch_no, s.position
            FROM lake.entries e LEFT JOIN lake.sightings s
                ON s.entry_id = e.entry_id AND s.batch_no = e.batch_no
            UNION ALL
            SELECT carried_hash(feed_id, entry_key), entry_id, entry_hash, NULL, NULL, poll_id,
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
        rows = f"{_select(table)} WHERE batch_no <= {last} ORDER BY article_id, batch_no, {order}"
        target = quoted(f"{folder}/{table}.parquet")
        connection.execute(f"COPY ({rows}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {_ROWS})")
    revisions, *others = (_by_article(connection, table, folder) for table in orders)
    carrying, grouped = (_Follower(stream) for stream in others)
    for article_id, rows_of_one in revisions:
        history, sightings = History(article_id), carrying.of(article_id)
        positions = {sighting.entry_id: sighting.position for _, sighting in sightings}
        for batch_no, revision in rows_of_one:
            history.revise(revision, batch_no, positions.get(revision.entry_id, 0))
        for _, sighting in sightings:
            history.sight(sighting)
        for _, member in grouped.of(article_id):
            history.join(member)
        yield history.row()


def _by_article(
    connection: duckdb.DuckDBPyConnection, table: str, folder: str
) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    def numbered() -> Iterator[tuple[int, Revision | Sighting | Member]]:
        file = quoted(f"{folder}/{table}.parquet")
        for part in _stream(connection, f"SELECT * FROM read_parquet({file})", {}):
            found = part.drop_columns(["batch_no"])
            yield from zip(part["batch_no"].to_pylist(), _typed(table, found), strict=True)

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


def _all_feeds(connection: duckdb.DuckDBPyConnection, last: int) -> Iterator[tuple[str, int]]:
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
    """Yield each feed's latest row of a table, and no history: only its two narrow columns."""
    newest = connection.execute(
        f"SELECT feed_id, max(batch_no) FROM lake.{table}"
        f" WHERE batch_no <= {last} AND {condition} GROUP BY feed_id ORDER BY 2"
    ).fetchall()
    for start in range(0, len(newest), _FEEDS):
        part = newest[start : start + _FEEDS]
        pairs = ", ".join(f"({quoted(feed_id)}, {batch_no})" for feed_id, batch_no in part)
        # As constants too: so only those files are opened that may hold one of these batches.
        numbers = ", ".join(sorted({str(batch_no) for _, batch_no in part}))
        found = connection.execute(
            f"{_select(table)} WHERE batch_no IN ({numbers}) AND {condition}"
            f" AND (feed_id, batch_no) IN (VALUES {pairs}) ORDER BY batch_no, rowid"
        ).to_arrow_table()
        yield from _typed(table, found.drop_columns(["batch_no"]))
