"""Reads Parquet files to their last value, one at a time, to tell whether they are whole."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.attach import MEMORY
from warehouse.database.data_files import DataFile, read_sql
from warehouse.database.errors import is_full, shortly

Counts = dict[int | None, int]
"""How many rows by batch_no; by None for a table without batches."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """A live file that is not as it should be."""

    file: DataFile
    why: str | None
    """What is wrong with it; None: it is gone."""

    def __str__(self) -> str:
        return self.why or "gone"


@contextmanager
def decoder() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a DuckDB of its own, within little memory, that reads data files and no catalog."""
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "preserve_insertion_order": False,
            "temp_directory": str(Path(tempfile.gettempdir()) / "newslake-spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Else a file that was mended would be read as it was.
            "enable_external_file_cache": False,
        }
    )
    with connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def look_at(data: Path, file: DataFile) -> FileFault | None:
    """Tell what size and place of a file say, without reading it."""
    try:
        size = (data / file.path).stat().st_size
    except FileNotFoundError:
        return FileFault(file, None)
    except OSError as error:
        return FileFault(file, str(error.strerror))
    if size != file.size:
        return FileFault(file, f"{size:,} bytes instead of {file.size:,}")
    return None


def decode(
    connection: duckdb.DuckDBPyConnection, data: Path, file: DataFile
) -> tuple[Counts, FileFault | None]:
    """Read a file to its last value; return its rows by batch, and what is wrong with it.

    A changed byte that can still be decoded is not seen: DuckDB's files hold no checksums.
    """
    fault = look_at(data, file)
    if fault:
        return {}, fault
    try:
        counts = rows_of(connection, data / file.path, batches=file.low is not None)
    except duckdb.Error as error:
        if is_full(error) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        return {}, FileFault(file, shortly(str(error)))
    rows = sum(counts.values())
    if rows != file.rows:
        return {}, FileFault(file, f"{rows:,} rows instead of {file.rows:,}")
    numbers = [number for number in counts if number is not None]
    if numbers and (min(numbers), max(numbers)) != (file.low, file.high):
        why = f"batches {min(numbers)} to {max(numbers)} instead of {file.low} to {file.high}"
        return {}, FileFault(file, why)
    return counts, None


def rows_of(connection: duckdb.DuckDBPyConnection, path: Path, *, batches: bool) -> Counts:
    """Return a file's rows by batch, having read every column. Raises duckdb.Error."""
    batch_no = "batch_no" if batches else "NULL"
    # A hash of whole rows needs every value.
    sql = (
        f"SELECT {batch_no}, count(*), bit_xor(hash(t)) FROM {read_sql([str(path)])} t GROUP BY ALL"
    )
    return {row[0]: row[1] for row in connection.execute(sql).fetchall()}


def whole_files(
    data: Path, files: Sequence[DataFile], faults: Sequence[FileFault], table: str
) -> list[str]:
    """Return the absolute paths of those of a table's files that have no fault."""
    damaged = {fault.file for fault in faults}
    return [str(data / file.path) for file in files if file.table == table and file not in damaged]
