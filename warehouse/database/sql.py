"""SQL text and single values."""

import duckdb


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def number(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> int:
    """Return the number that a question has for its answer; 0 for NULL and for none."""
    row = connection.execute(sql, list(values)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


_NEWEST_SNAPSHOT = """
    SELECT max(snapshot_id), arg_max(snapshot_time::VARCHAR, snapshot_id)
    FROM __ducklake_metadata_lake.ducklake_snapshot
"""


def newest_snapshot(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Return DuckLake's number of the present state, and when it was made."""
    row = connection.execute(_NEWEST_SNAPSHOT).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")
