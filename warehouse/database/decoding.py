"""Reads Parquet files to their last value, one at a time, to tell whether they are whole."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.attach import MEMORY
from warehouse.database.data_files import DataFile, read
from warehouse.database.errors import is_full, shortly

Counts = dict[int | None, int]
"""Rows by batch_no; by None for a table without batches."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A live file that is not as it should be."""

    file: DataFile
    why: str | None
    """None: it is gone."""

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


def look(data: Path, file: DataFile) -> Fault | None:
    """Tell what size and place of a file say, without reading it."""
    try:
        size = (data / file.path).stat().st_size
    except FileNotFoundError:
        return Fault(file, None)
    except OSError as error:
        return Fault(file, str(error.strerror))
    if size != file.size:
        return Fault(file, f"{size:,} bytes instead of {file.size:,}")
    return None


def decode(
    connection: duckdb.DuckDBPyConnection, data: Path, file: DataFile
) -> tuple[Counts, Fault | None]:
    """Read a file to its last value; return its rows by batch, and what is wrong with it.

    A changed byte that can still be decoded is not seen: DuckDB's files hold no checksums.
    """
    fault = look(data, file)
    if fault:
        return {}, fault
    try:
        counts = rows_of(connection, data / file.path, batches=file.low is not None)
    except duckdb.Error as error:
        if is_full(error) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        return {}, Fault(file, shortly(str(error)))
    found = sum(counts.values())
    if found != file.rows:
        return {}, Fault(file, f"{found:,} rows instead of {file.rows:,}")
    numbers = [number for number in counts if number is not None]
    if numbers and (min(numbers), max(numbers)) != (file.low, file.high):
        said = f"batches {min(numbers)} to {max(numbers)} instead of {file.low} to {file.high}"
        return {}, Fault(file, said)
    return counts, None


def rows_of(connection: duckdb.DuckDBPyConnection, path: Path, *, batches: bool) -> Counts:
    """Return a file's rows by batch, having read every column. Raises duckdb.Error."""
    number = "batch_no" if batches else "NULL"
    # A hash of whole rows needs every value.
    sql = f"SELECT {number}, count(*), bit_xor(hash(t)) FROM {read([str(path)])} t GROUP BY ALL"
    return {row[0]: row[1] for row in connection.execute(sql).fetchall()}
