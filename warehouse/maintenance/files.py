"""Keeps the lake's files few and its folder clean; takes no file from anyone who may read it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb

from warehouse.database.attach import more_memory
from warehouse.database.tables import TABLES
from warehouse.database.transaction import transaction
from warehouse.lake.lake import Lake
from warehouse.maintenance import orphans

MOST_FILES = 16
"""How many files of a size class a table may have before they are merged."""
_CLASSES = (0, 256 << 10, 4 << 20, 64 << 20)
"""Bounds of the size classes in bytes: a file is merged with its like, a few times in its life, so
that the work grows with the lake, not with its square; those above the last are left alone."""
_MERGE_MEMORY = "512MB"
"""What DuckDB may use for a merge that does not fit into the usual memory."""
_GOES_ON = "Every row is as it was; the next run goes on with it."
GRACE = timedelta(days=1)
"""How long a file that is no longer live stays, for readers who hold an older news.duckdb."""


def merge(lake: Lake) -> int:
    """Merge small files where a table has many, under the writer lock; return how many were merged.

    Rows, their order and their batch_no stay as they are. Superseded files stay where they are
    until `sweep` finds their grace over; so publish between the two. Raises LakeLocked, DiskFull,
    LakeError.
    """
    with lake.lock():
        try:
            crowded = list(_crowded(lake.connection))
            return _merge_all(lake, crowded) if crowded else 0
        except (OSError, duckdb.Error) as error:
            raise lake.error(error, "merging files", _GOES_ON) from error


def _merge_all(lake: Lake, crowded: Sequence[tuple[str, int, int]]) -> int:
    try:
        # What stays for long is packed tighter than what a commit has to write quickly.
        _pack(lake.connection, "zstd")
        return sum(_merge(lake, *part) for part in crowded)
    finally:
        with suppress(duckdb.Error):
            _pack(lake.connection, "lz4")


def _merge(lake: Lake, table: str, low: int, high: int) -> int:
    try:
        return _merge_once(lake, table, low, high)
    except duckdb.OutOfMemoryException:
        # A group of rows that are all as long as they may be, such as states of 2,000 entries.
        with more_memory(lake.connection, _MERGE_MEMORY):
            return _merge_once(lake, table, low, high)


def _merge_once(lake: Lake, table: str, low: int, high: int) -> int:
    # DuckLake wants a lower bound below which it leaves files alone, if there is one.
    bounds = f"max_file_size => {high}" + (f", min_file_size => {low}" if low else "")
    sql = f"SELECT files_processed FROM ducklake_merge_adjacent_files('lake', '{table}', {bounds})"
    what = f"the merge of {table}"
    with transaction(lake.connection, lake.location, what, lake.lock_timeout):
        # To the last row: a result left half read takes its transaction back.
        return sum(count for (count,) in lake.connection.execute(sql).fetchall())


def _pack(connection: duckdb.DuckDBPyConnection, codec: str) -> None:
    connection.execute(f"CALL lake.set_option('parquet_compression', '{codec}')").fetchall()


def sweep(lake: Lake, now: datetime, grace: timedelta = GRACE) -> int:
    """Remove files that nothing has named for longer than `grace`, under the writer lock.

    Those are files that a merge superseded. What no catalog lists (a commit that was cut off left
    it) is moved to `data/orphans/`, and removed when it has lain there for as long. Returns how
    many were removed. Raises LakeLocked, LakeError.

    Args:
        lake: The lake.
        now: The present time; one that is ahead of the clock counts as the clock's.
        grace: How long a file stays that nothing names, by the clocks of file system and catalog.
    """
    # A time set ahead (`--now`) must not end anyone's grace.
    before = min(now, datetime.now(UTC)) - grace
    with lake.lock():
        try:
            connection = lake.connection
            sql = "CALL ducklake_expire_snapshots('lake', older_than => $1::TIMESTAMPTZ)"
            connection.execute(sql, [before]).fetchall()
            sql = "CALL ducklake_cleanup_old_files('lake', older_than => $1::TIMESTAMPTZ)"
            superseded = len(connection.execute(sql, [before]).fetchall())
            orphans.set_aside(lake)
            return superseded + orphans.remove_old(lake.data, before)
        except (OSError, duckdb.Error) as error:
            raise lake.error(error, "removing old files", _GOES_ON) from error


def _crowded(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int, int]]:
    for low, high in pairwise(_CLASSES):
        tables = connection.execute(_COUNTS, [low, high, MOST_FILES]).fetchall()
        yield from ((table, low, high) for (table,) in tables if table in TABLES)


_COUNTS = """
    SELECT t.table_name
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    WHERE f.end_snapshot IS NULL AND t.end_snapshot IS NULL
        AND f.file_size_bytes >= $1 AND f.file_size_bytes < $2
    GROUP BY t.table_name HAVING count(*) > $3 ORDER BY t.table_name
"""
