"""Keeps the lake's files few and its folder clean; takes no file from anyone who may read it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb

from warehouse.attach import MEMORY
from warehouse.lake import Lake
from warehouse.problems import lake_error
from warehouse.tables import TABLES

MOST_FILES = 16
"""Files of a size class that a table may have before they are merged."""
_CLASSES = (0, 256 << 10, 4 << 20, 64 << 20)
"""Bounds of the size classes in bytes: a file is merged with its like, a few times in its life, so
that the work grows with the lake, not with its square; those above the last are left alone."""
_MORE_MEMORY = "512MB"
GRACE = timedelta(days=1)
"""How long a file that is no longer live stays, for readers who hold an older news.duckdb."""


def merge(lake: Lake) -> int:
    """Merge small files where a table has many, under the writer lock; return how many were merged.

    Rows, their order and their batch_no stay as they are. Superseded files stay where they are
    until `sweep` finds their grace over; so publish between the two. Raises LakeLocked, DiskFull,
    LakeError.
    """
    with lake.lock():
        crowded = list(_crowded(lake.connection))
        if not crowded:
            return 0
        try:
            # What stays for long is packed tighter than what a commit has to write quickly.
            _pack(lake.connection, "zstd")
            return sum(_merge(lake.connection, *part) for part in crowded)
        except duckdb.Error as error:
            raise lake.error(error, "merging files") from error
        finally:
            with suppress(duckdb.Error):
                _pack(lake.connection, "lz4")


def _merge(connection: duckdb.DuckDBPyConnection, table: str, low: int, high: int) -> int:
    try:
        return _merge_once(connection, table, low, high)
    except duckdb.OutOfMemoryException:
        # A group of rows that are all as long as they may be, such as states of 2,000 entries.
        connection.execute(f"SET GLOBAL memory_limit = '{_MORE_MEMORY}'")
        try:
            return _merge_once(connection, table, low, high)
        finally:
            connection.execute(f"SET GLOBAL memory_limit = '{MEMORY}'")


def _merge_once(connection: duckdb.DuckDBPyConnection, table: str, low: int, high: int) -> int:
    # DuckLake wants a lower bound below which it leaves files alone, if there is one.
    bounds = f"max_file_size => {high}" + (f", min_file_size => {low}" if low else "")
    sql = f"SELECT files_processed FROM ducklake_merge_adjacent_files('lake', '{table}', {bounds})"
    # To the last row: a result left half read takes its transaction back.
    return sum(count for (count,) in connection.execute(sql).fetchall())


def _pack(connection: duckdb.DuckDBPyConnection, codec: str) -> None:
    connection.execute(f"CALL lake.set_option('parquet_compression', '{codec}')").fetchall()


def sweep(lake: Lake, now: datetime, grace: timedelta = GRACE) -> int:
    """Remove files that nothing has named for longer than `grace`, under the writer lock.

    Those are files that a merge superseded and what a commit left that was cut off. `now` is the
    real time: the clocks of file system and catalog decide what is old. Returns how many were
    removed. Raises LakeLocked, LakeError.
    """
    # A time set ahead (`--now`) must not end anyone's grace.
    before = min(now, datetime.now(UTC)) - grace
    with lake.lock():
        try:
            own = lake.connection
            sql = "CALL ducklake_expire_snapshots('lake', older_than => $1::TIMESTAMPTZ)"
            own.execute(sql, [before]).fetchall()
            sql = "CALL ducklake_cleanup_old_files('lake', older_than => $1::TIMESTAMPTZ)"
            superseded = len(own.execute(sql, [before]).fetchall())
            return superseded + _remove_orphans(lake, before)
        except (OSError, duckdb.Error) as error:
            raise lake_error(error, "removing old files") from error


def _crowded(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int, int]]:
    for low, high in pairwise(_CLASSES):
        found = connection.execute(_COUNTS, [low, high, MOST_FILES]).fetchall()
        yield from ((table, low, high) for (table,) in found if table in TABLES)


def _remove_orphans(lake: Lake, before: datetime) -> int:
    # Not DuckLake's own function: it compares spelled-out paths, and takes `[`, `*` and `?` in the
    # lake's path for patterns; where the two spellings differ it would remove live files.
    folder = Path(lake.place.data)
    named = {path for (path,) in lake.connection.execute(_NAMED).fetchall()}
    removed = 0
    for file in folder.rglob("*.parquet"):
        if file.relative_to(folder).as_posix() in named or file.is_symlink():
            continue
        if file.stat().st_mtime < before.timestamp():
            file.unlink()
            removed += 1
    return removed


_COUNTS = """
    SELECT t.table_name
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    WHERE f.end_snapshot IS NULL AND t.end_snapshot IS NULL
        AND f.file_size_bytes >= $1 AND f.file_size_bytes < $2
    GROUP BY t.table_name HAVING count(*) > $3 ORDER BY t.table_name
"""
_NAMED = """
    SELECT s.path || t.path || f.path
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id)
    UNION ALL
    SELECT path FROM __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
"""
