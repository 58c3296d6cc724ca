"""Rows of the lake as the index reads them: batch by batch, only what it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from articles.errors import LakeError
from articles.model.batch import Batch
from warehouse.database.errors import WAY_OUT
from warehouse.database.tables import EPOCH, TABLES, from_arrow

_AT_ONCE = 16
"""Batches read together: at most 16,000 entries, without their words."""
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
POLLED = "path = ''"
"""Tells the states of polled feeds from those of files."""
_READ_AS = {"hashes": f"CASE WHEN {POLLED} THEN hashes ELSE ''::BLOB END AS hashes"}
"""Columns of which the index needs a part only."""


class ReadableLake(Protocol):
    """What catching up asks of a lake."""

    id: str
    connection: duckdb.DuckDBPyConnection

    def newest_snapshot(self) -> tuple[int, str]:
        """Return DuckLake's number of the present state, and when it was made."""

    def batch_no(self) -> int:
        """Return the number of the last batch."""


def batches(lake: ReadableLake, first: int, last: int) -> Iterator[tuple[int, Batch, int | None]]:
    """Yield the batches from `first` to `last` with what the index needs of them, no more.

    Each comes with its number and, for numbers that were given up, the first of them.
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
                    raise lacking(batch_no)
                parts[batch_no][table] = tuple(rows)
        for batch_no, batch_id, run_id, gap_from in ledger:
            yield batch_no, replace(Batch(batch_id, run_id), **parts[batch_no]), gap_from


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, start: int, end: int
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield (batch_no, rows in the order of their storing) of one table."""
    sql = f"{select(table)} WHERE batch_no BETWEEN ? AND ? ORDER BY batch_no, rowid"
    read = connection.execute(sql, [start, end]).to_arrow_table()
    numbered = zip(read["batch_no"].to_pylist(), typed(table, read), strict=True)
    for batch_no, group in groupby(numbered, key=lambda pair: pair[0]):
        yield batch_no, [row for _, row in group]


def select(table: str) -> str:
    """Return the SELECT of a table's columns that the index needs, and of batch_no."""
    dropped = _UNREAD.get(table, {})
    names = [name for name in TABLES[table].__dataclass_fields__ if name not in dropped]
    columns = [_READ_AS.get(name, name) for name in names]
    return f"SELECT {', '.join(columns)}, batch_no FROM lake.{table}"


def typed(table: str, read: pa.Table | pa.RecordBatch) -> list[Any]:
    """Return what `select` read as rows, with something in place of what was not read."""
    return from_arrow(table, read, _UNREAD.get(table, {}))


def lacking(batch_no: int) -> LakeError:
    """Return the error for a batch that the ledger does not have."""
    return LakeError(f"the lake's ledger (table batches) lacks batch {batch_no}", WAY_OUT)
