"""Text of SQL, and what a lake's catalog is asked that has one answer."""

import duckdb

LastBatch = tuple[int, str]
"""The number and the id of a lake's last batch; (0, "") for an empty lake."""
_LAST_BATCH = "SELECT max(batch_no), max_by(batch_id, batch_no) FROM lake.batches"
_NEWEST_SNAPSHOT = """
    SELECT max(snapshot_id), arg_max(snapshot_time::VARCHAR, snapshot_id)
    FROM __ducklake_metadata_lake.ducklake_snapshot
"""


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def number(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> int:
    """Return the number that a question has for its answer; 0 for NULL and for none."""
    row = connection.execute(sql, list(values)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def last_batch(connection: duckdb.DuckDBPyConnection) -> LastBatch:
    """Return the last batch that the lake's ledger has."""
    row = connection.execute(_LAST_BATCH).fetchone()
    return (row[0], row[1]) if row and row[0] is not None else (0, "")


def holds_batch(connection: duckdb.DuckDBPyConnection, batch: LastBatch) -> bool:
    """Tell whether the lake's ledger has this batch under this number, or it is none yet."""
    batch_no, batch_id = batch
    if batch_no == 0:
        return True
    sql = "SELECT batch_id FROM lake.batches WHERE batch_no = ?"
    return connection.execute(sql, [batch_no]).fetchall() == [(batch_id,)]


def newest_snapshot(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Return DuckLake's number of the present state, and when it was made."""
    row = connection.execute(_NEWEST_SNAPSHOT).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")
