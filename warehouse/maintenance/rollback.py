"""Takes all rows of later batches, and damaged files, out of a lake; deletes no file."""

from collections.abc import Sequence
from contextlib import suppress

import duckdb

from warehouse.database.attach import more_memory
from warehouse.database.data_files import DataFile
from warehouse.database.transaction import transaction
from warehouse.lake.lake import Lake

_ROLLBACK_MEMORY = "1GB"
"""What DuckDB may use to write files anew, whose rows may be as long as they may be."""
_OF_A_FILE = (
    "ducklake_file_column_stats",
    "ducklake_file_variant_stats",
    "ducklake_file_partition_value",
    "ducklake_delete_file",
    "ducklake_data_file",
)
"""The catalog's tables that name a file by its number, the file itself last."""


def remove_from_catalog(lake: Lake, files: Sequence[DataFile]) -> None:
    """Take files out of the catalog, as if they had never been listed."""
    if not files:
        return
    numbers = ", ".join(str(file.file_id) for file in files)
    connection = lake.connection
    connection.begin()
    try:
        for table in _OF_A_FILE:
            connection.execute(
                f"DELETE FROM __ducklake_metadata_lake.{table} WHERE data_file_id IN ({numbers})"
            ).fetchall()
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended it already
            connection.rollback()
        raise


def roll_back(lake: Lake, target: int) -> None:
    """Remove the rows of all batches after `target` from all tables.

    First they are marked, in one transaction; then files that hold some are written anew without
    them, in another. No half of it is seen by whoever writes: the note refuses them.
    """
    connection = lake.connection
    with more_memory(connection, _ROLLBACK_MEMORY):
        tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
        deletes = [f"DELETE FROM lake.{table} WHERE batch_no > {target}" for table in tables]
        _together(lake, "the rollback", deletes)
        rewrites = [
            f"CALL ducklake_rewrite_data_files('lake', '{table}', delete_threshold => 0.0)"
            for table in tables
        ]
        _together(lake, "the rollback", rewrites)


def _together(lake: Lake, what: str, statements: Sequence[str]) -> None:
    """Run statements in one transaction; their new files are on the disk before its commit."""
    with transaction(lake.connection, lake.location, what, lake.lock_timeout):
        for statement in statements:
            lake.connection.execute(statement).fetchall()


_TABLES = """
    SELECT t.table_name
    FROM __ducklake_metadata_lake.ducklake_table t
    JOIN __ducklake_metadata_lake.ducklake_column c USING (table_id)
    WHERE t.end_snapshot IS NULL AND c.end_snapshot IS NULL AND c.column_name = 'batch_no'
    ORDER BY t.table_name
"""
