"""Where a lake stood when it was seen last: tells whether it was rolled back since then."""

import duckdb

from articles.errors import LakeLocked

Stand = tuple[int, str]
"""The last batch's number and id; (0, "") for an empty lake."""


def newest(connection: duckdb.DuckDBPyConnection) -> Stand:
    """Return where the lake stands."""
    sql = "SELECT max(batch_no), max_by(batch_id, batch_no) FROM lake.batches"
    row = connection.execute(sql).fetchone()
    return (row[0], row[1]) if row and row[0] is not None else (0, "")


def check(connection: duckdb.DuckDBPyConnection, stood: Stand, now: Stand) -> None:
    """Raise LakeLocked if the lake no longer holds where it stood: what was read of it is void."""
    if stood in {(0, ""), now}:
        return
    sql = "SELECT count(*) FROM lake.batches WHERE batch_no = ? AND batch_id = ?"
    if connection.execute(sql, list(stood)).fetchone() == (0,):
        message = "the lake was rolled back by `newslake repair` while this run went on"
        raise LakeLocked(message, "Run again: what was rolled back is read again.")
