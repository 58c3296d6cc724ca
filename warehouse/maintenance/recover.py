"""Brings a damaged file back without its data: a copy, what a merge was made of, a single row."""

import os
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.database import data_files, durable
from warehouse.database.data_files import DataFile
from warehouse.database.decoding import FileFault, rows_of
from warehouse.database.sql import quoted
from warehouse.lake.lake import Lake
from warehouse.maintenance.orphans import move_aside

_SHORT_ROWS = ("batches", "lake_ids", "migrations", "runs")
"""Tables of short texts and numbers: the catalog's bounds of a file with one row are that row."""
_LONGEST = 200
"""How many characters a bound may have to be the value itself; DuckLake cuts bounds at 256."""
_ROWS = 4_096
"""Rows in memory at once, and in a group of the file that is made."""
_HIDDEN = ("_ducklake_internal_snapshot_id", "_ducklake_internal_row_id")


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a damaged file comes back."""

    file: DataFile
    kind: str
    """What it is made of: a `copy`, the `inputs` of a merge, or a `row`."""
    sources: Sequence[Path] = ()
    """The whole copy, or the inputs of the merge in their order."""
    values: Sequence[str | None] = ()
    """The values of the single row, as the catalog writes them."""


def find_recovery(
    decoder: duckdb.DuckDBPyConnection, lake: Lake, fault: FileFault
) -> Recovery | None:
    """Return how a damaged file can be brought back as it was, None if it can't."""
    data = Path(lake.location.data)
    if copy := _copy(decoder, data, fault.file):
        return Recovery(fault.file, "copy", (copy,))
    if values := _row(lake, fault.file):
        return Recovery(fault.file, "row", values=values)
    if inputs := _inputs(decoder, lake, data, fault.file):
        return Recovery(fault.file, "inputs", inputs)
    return None


def recover(lake: Lake, recovery: Recovery) -> None:
    """Put the file in its place, on disk; what lay there is moved to `orphans/`.

    The catalog learns its size last: cut off before that, the file counts as damaged and is
    made again.
    """
    data = Path(lake.location.data)
    target = data / recovery.file.path
    fresh = target.with_name(f"{target.name}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    if recovery.kind == "copy":
        shutil.copyfile(recovery.sources[0], fresh)
    elif recovery.kind == "inputs":
        _write_inputs(recovery.sources, fresh)
    else:
        _write_row(lake, recovery, fresh)
    if os.path.lexists(target):
        move_aside(data, recovery.file.path)
    durable.swap(fresh, target)
    if recovery.kind != "copy":
        _tell_catalog(lake, recovery.file, target)


def _copy(decoder: duckdb.DuckDBPyConnection, data: Path, file: DataFile) -> Path | None:
    for folder in data_files.ASIDE:
        path = data / folder / file.path
        candidates = [path, *sorted(path.parent.glob(f"{path.stem}.*.parquet"))]
        for candidate in candidates:
            if candidate.is_file() and candidate.stat().st_size == file.size:
                counts = _counts(decoder, candidate, file)
                if counts and sum(counts.values()) == file.rows:
                    return candidate
    return None


def _counts(
    decoder: duckdb.DuckDBPyConnection, path: Path, file: DataFile
) -> dict[int | None, int] | None:
    try:
        return rows_of(decoder, path, batches=file.low is not None)
    except duckdb.Error:
        return None


def _row(lake: Lake, file: DataFile) -> list[str | None]:
    """Return the values of a file's single row as the catalog's bounds tell them, else nothing."""
    if file.table not in _SHORT_ROWS or file.rows != 1:
        return []
    bounds = {
        number: (low, high, nulls)
        for number, low, high, nulls in lake.connection.execute(_BOUNDS, [file.file_id]).fetchall()
    }
    values: list[str | None] = []
    for _, _, number in data_files.columns(lake.connection, file.table):
        low, high, nulls = bounds.get(number, (None, None, 1))
        if nulls:
            values.append(None)
        elif low is None or low != high or len(low) > _LONGEST:
            return []
        else:
            values.append(low)
    return values


def _inputs(
    decoder: duckdb.DuckDBPyConnection, lake: Lake, data: Path, file: DataFile
) -> list[Path]:
    """Return the superseded files that hold exactly the rows of a merged one, in their order.

    A merge only puts whole files of one table together, and a batch's rows of a table are in one
    file. So files whose batches don't overlap, from the first batch to the last, with as many rows
    in all, are what it was made of.
    """
    if file.low is None or file.high is None or file.first_row is None:
        return []
    folder = f"{Path(file.path).parent.as_posix()}/"
    inside = []
    for name in data_files.merged(lake.connection):
        if not name.startswith(folder) or not (data / name).is_file():
            continue
        counts = _counts(decoder, data / name, file)
        numbers = [number for number in counts or {} if number is not None]
        if counts and numbers and file.low <= min(numbers) and max(numbers) <= file.high:
            inside.append((min(numbers), -max(numbers), sum(counts.values()), data / name))
    chosen: list[Path] = []
    reached, rows, first = 0, 0, 0
    for low, negative, count, path in sorted(inside, key=lambda each: each[:2]):
        if low > reached:
            chosen.append(path)
            reached, rows, first = -negative, rows + count, first or low
    whole = (first, reached, rows) == (file.low, file.high, file.rows)
    return chosen if whole and _alike(chosen) else []


def _alike(files: Sequence[Path]) -> bool:
    schemas = [_plain(pq.read_schema(file)) for file in files]
    rows_named = any(_HIDDEN[1] in pq.read_schema(file).names for file in files)
    return not rows_named and all(schema.equals(schemas[0]) for schema in schemas)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return a file's schema without what DuckLake adds; the fields keep their numbers."""
    fields = [field for field in schema if field.name not in _HIDDEN]
    return pa.schema(fields)


def _write_inputs(sources: Sequence[Path], target: Path) -> None:
    schema = _plain(pq.read_schema(sources[0]))
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as writer:
        for source in sources:
            with pq.ParquetFile(source) as file:
                for part in file.iter_batches(_ROWS, columns=schema.names):
                    writer.write_batch(part.select(schema.names).cast(schema))


def _write_row(lake: Lake, recovery: Recovery, target: Path) -> None:
    columns = data_files.columns(lake.connection, recovery.file.table)
    values = [
        f'CAST({"NULL" if value is None else quoted(value)} AS {kind}) AS "{name}"'
        for (name, kind, _), value in zip(columns, recovery.values, strict=True)
    ]
    numbers = ", ".join(f'"{name}": {number}' for name, _, number in columns)
    lake.connection.execute(
        f"COPY (SELECT {', '.join(values)}) TO {quoted(str(target))}"
        f" (FORMAT parquet, FIELD_IDS {{{numbers}}})"
    )


def _tell_catalog(lake: Lake, file: DataFile, path: Path) -> None:
    with path.open("rb") as opened:
        size = opened.seek(-8, os.SEEK_END) + 8
        (footer,) = struct.unpack("<I", opened.read(4))
    # It holds no snapshots of its own any more: all its rows are there from its first one on.
    lake.connection.execute(
        "UPDATE __ducklake_metadata_lake.ducklake_data_file SET"
        f" file_size_bytes = {size}, footer_size = {footer}, partial_max = NULL"
        f" WHERE data_file_id = {file.file_id}"
    ).fetchall()


_BOUNDS = """
    SELECT column_id, min_value, max_value, null_count
    FROM __ducklake_metadata_lake.ducklake_file_column_stats WHERE data_file_id = $1
"""
