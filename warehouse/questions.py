"""What a run asks of the lake, in SQL."""

import duckdb

FEED_STATES = """
    SELECT s.* FROM lake.feed_state s WHERE s.feed_id = $1
    QUALIFY s.reading >= max(s.reading) FILTER (s.complete) OVER (PARTITION BY s.path)
        OR count(*) FILTER (s.complete) OVER (PARTITION BY s.path) = 0
    ORDER BY s.path, s.reading, s.batch_no, s.rowid
"""


FEED_BATCH = """
    SELECT max(batch_no) FROM (
        SELECT batch_no FROM lake.polls WHERE feed_id = $1 AND status <> 'failed'
        UNION ALL SELECT batch_no FROM lake.feed_state WHERE feed_id = $1
        UNION ALL SELECT batch_no FROM lake.sightings WHERE feed_id = $1
        UNION ALL SELECT batch_no FROM lake.quarantine WHERE feed_id = $1
    )
"""


NEWEST_CLOCK = """
    SELECT max_by(b.committed_at, b.batch_no) FROM lake.batches b
    JOIN lake.runs r ON r.run_id = b.run_id WHERE r.now IS NULL
"""


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
