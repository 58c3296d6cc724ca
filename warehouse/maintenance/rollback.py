"""Takes all rows of later batches, and damaged files, out of a lake; deletes no file."""

from collections.abc import Sequence

import duckdb

from warehouse.database.attach import MEMORY
from warehouse.database.data_files import DataFile
from warehouse.database.transaction import transaction
from warehouse.lake.lake import Lake

_MORE_MEMORY = "1GB"
_OF_A_FILE = (
    "ducklake_file_column_stats",
    "ducklake_file_variant_stats",
    "ducklake_file_partition_value",
    "ducklake_delete_file",
    "ducklake_data_file",
)
"""The catalog's tables that name a file by its number, the file itself last."""


def unlist(lake: Lake, files: Sequence[DataFile]) -> None:
    """Take files out of the catalog, as if they had never been listed."""
    if not files:
        return
    numbers = ", ".join(str(file.file_id) for file in files)
    own = lake.connection
    own.begin()
    try:
        for table in _OF_A_FILE:
            own.execute(
                f"DELETE FROM __ducklake_metadata_lake.{table} WHERE data_file_id IN ({numbers})"
            ).fetchall()
        own.commit()
    except BaseException:
        _give_up(own)
        raise


def roll_back(lake: Lake, target: int) -> None:
    """Remove the rows of all batches after `target` from all tables.

    First they are marked, in one transaction; then files that hold some are written anew without
    them, in another. No half of it is seen by whoever writes: the note refuses them.
    """
    own = lake.connection
    own.execute(f"SET GLOBAL memory_limit = '{_MORE_MEMORY}'")
    try:
        tables = [name for (name,) in own.execute(_TABLES).fetchall()]
        _together(
            lake,
            "the rollback",
            [f"DELETE FROM lake.{table} WHERE batch_no > {target}" for table in tables],
        )
        _together(
            lake,
            "the rollback",
            [
                f"CALL ducklake_rewrite_data_files('lake', '{table}', delete_threshold => 0.0)"
                for table in tables
            ],
        )
    finally:
        own.execute(f"SET GLOBAL memory_limit = '{MEMORY}'")


def _together(lake: Lake, what: str, statements: Sequence[str]) -> None:
    """Run statements in one transaction; their new files are on the disk before its commit."""
    with transaction(lake.connection, lake.place, what, lake.lock_timeout):
        for statement in statements:
            lake.connection.execute(statement).fetchall()


def _give_up(own: duckdb.DuckDBPyConnection) -> None:
    try:
        own.rollback()
    except duckdb.Error:  # the commit has ended it
        return


_TABLES = """
    SELECT t.table_name
    FROM __ducklake_metadata_lake.ducklake_table t
    JOIN __ducklake_metadata_lake.ducklake_column c USING (table_id)
    WHERE t.end_snapshot IS NULL AND c.end_snapshot IS NULL AND c.column_name = 'batch_no'
    ORDER BY t.table_name
"""
