"""Which Parquet files a lake's catalog lists: the live ones, and those that it still names."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.sql import number, quoted


@dataclass(frozen=True, slots=True)
class DataFile:
    """A live file as the catalog lists it."""

    file_id: int
    table: str
    path: str
    """Relative to the data folder: `main/entries/ducklake-....parquet`."""
    rows: int
    size: int
    """Its size in bytes."""
    low: int | None
    """The lowest batch_no in it; None for a table without batches."""
    high: int | None
    """The highest batch_no in it; None for a table without batches."""
    first_row: int | None
    """DuckLake's number of its first row; None where each row has its number written beside it."""


def live(connection: duckdb.DuckDBPyConnection) -> list[DataFile]:
    """Return the live files of all tables, by table, in insertion order. Reads the catalog only."""
    return [DataFile(*row) for row in connection.execute(_LIVE).fetchall()]


def superseded(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the files that are live no more but still named: they stay until their grace is over.

    Among them are the inputs of merges, and the lists of deleted rows that a repair has applied.
    """
    return [path for (path,) in connection.execute(_SUPERSEDED).fetchall()]


def merged(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the superseded files that merges were made of, those whose grace is not over."""
    return [path for (path,) in connection.execute(f"{_MERGED} ORDER BY 1").fetchall()]


def lake_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the lake's id as the catalog knows it, also where its data file is damaged."""
    row = connection.execute(_LAKE_ID).fetchone()
    return str(row[0]) if row else ""


def may_hold(connection: duckdb.DuckDBPyConnection, batch_no: int, batch_id: str) -> bool:
    """Tell whether the ledger can have this id under this number, by the bounds of its files."""
    bounds = connection.execute(_BATCH_IDS, [batch_no]).fetchall()
    return any(low <= batch_id <= high for low, high in bounds)


def count_with_deletes(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many live files have rows that count as deleted: a repair was cut off there."""
    return number(connection, _WITH_DELETES)


def orphaned(connection: duckdb.DuckDBPyConnection, data: Path) -> list[str]:
    """Return the files of ours in `data` that the catalog names nowhere.

    Those that lie in the folders of ASIDE are left out.
    A commit that is under way has files that no catalog lists yet.
    """
    named = {file.path for file in live(connection)} | set(superseded(connection))
    named |= {path for (path,) in connection.execute(_DELETES).fetchall()}
    ours = (file.relative_to(data).as_posix() for file in sorted(data.glob(_OURS)))
    return [path for path in ours if path not in named]


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, int]]:
    """Return a table's columns, in their order: name, DuckDB type, number in its Parquet files."""
    rows = connection.execute(_COLUMNS, [table]).fetchall()
    return [(name, kind, column_id) for name, kind, column_id in rows]


def read_sql(files: list[str]) -> str:
    """Return the SQL that reads these files (absolute), whatever columns are missing in some."""
    listed = ", ".join(quoted(file) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


_OURS = "main/*/ducklake-*.parquet"
"""The files that DuckLake writes, by their names; whatever else lies there is not ours."""
ORPHANS = "orphans"
"""Folder of the data folder for files that no catalog lists; each keeps its relative path there."""
SECOND_LINKS = "held"
"""Folder of the data folder for second links to the files of commits that had no answer yet."""
ASIDE = (ORPHANS, SECOND_LINKS)
"""The folders of the data folder in which files lie that no table reads."""

_FILES = """
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id)
"""
_LIVE = f"""
    SELECT f.data_file_id, t.table_name, s.path || t.path || f.path, f.record_count,
        f.file_size_bytes, CAST(b.min_value AS BIGINT), CAST(b.max_value AS BIGINT), f.row_id_start
    {_FILES}
    LEFT JOIN __ducklake_metadata_lake.ducklake_column c
        ON c.table_id = t.table_id AND c.column_name = 'batch_no' AND c.end_snapshot IS NULL
    LEFT JOIN __ducklake_metadata_lake.ducklake_file_column_stats b
        ON b.data_file_id = f.data_file_id AND b.column_id = c.column_id
    WHERE f.end_snapshot IS NULL AND t.end_snapshot IS NULL AND s.end_snapshot IS NULL
    ORDER BY t.table_name, f.row_id_start NULLS FIRST, f.data_file_id
"""
_DELETES = """
    SELECT s.path || t.path || d.path
    FROM __ducklake_metadata_lake.ducklake_delete_file d
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id)
"""
_MERGED = "SELECT path FROM __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion"
_SUPERSEDED = f"""
    SELECT s.path || t.path || f.path {_FILES} WHERE f.end_snapshot IS NOT NULL
    UNION {_DELETES} WHERE d.end_snapshot IS NOT NULL
    UNION {_MERGED} ORDER BY 1
"""
_BATCH_IDS = f"""
    SELECT i.min_value, i.max_value
    {_FILES}
    JOIN __ducklake_metadata_lake.ducklake_column c
        ON c.table_id = t.table_id AND c.column_name = 'batch_no' AND c.end_snapshot IS NULL
    JOIN __ducklake_metadata_lake.ducklake_file_column_stats n
        ON n.data_file_id = f.data_file_id AND n.column_id = c.column_id
    JOIN __ducklake_metadata_lake.ducklake_column d
        ON d.table_id = t.table_id AND d.column_name = 'batch_id' AND d.end_snapshot IS NULL
    JOIN __ducklake_metadata_lake.ducklake_file_column_stats i
        ON i.data_file_id = f.data_file_id AND i.column_id = d.column_id
    WHERE t.table_name = 'batches' AND f.end_snapshot IS NULL AND t.end_snapshot IS NULL
        AND TRY_CAST(n.min_value AS BIGINT) <= $1 AND TRY_CAST(n.max_value AS BIGINT) >= $1
"""
# The least of a single text is that text.
_LAKE_ID = """
    SELECT b.min_value
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_file_column_stats b USING (data_file_id)
    WHERE t.table_name = 'lake_ids' AND f.end_snapshot IS NULL
"""
_WITH_DELETES = """
    SELECT count(*) FROM __ducklake_metadata_lake.ducklake_delete_file WHERE end_snapshot IS NULL
"""
_COLUMNS = """
    SELECT d.column_name, d.data_type, c.column_id
    FROM duckdb_columns() d
    JOIN __ducklake_metadata_lake.ducklake_table t
        ON t.table_name = d.table_name AND t.end_snapshot IS NULL
    JOIN __ducklake_metadata_lake.ducklake_column c
        ON c.table_id = t.table_id AND c.column_name = d.column_name AND c.end_snapshot IS NULL
            AND c.parent_column IS NULL
    WHERE d.database_name = 'lake' AND d.table_name = $1 ORDER BY d.column_index
"""
