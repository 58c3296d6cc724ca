"""Reads Parquet files: slices of rows, which the worker reads itself -> entries."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from articles.model.entries import Entry, Rejected
from articles.model.poll_rows import FeedState
from connectors.files.refusals import refusal
from connectors.files.stream import OpenFile, digest_of_all, open_file
from connectors.limits import BLOCK_BYTES, BLOCK_ROWS, PARQUET_FOOTER_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.named_fields import article_of
from connectors.parsing.rejections import reject, reject_row
from connectors.rows.kinds import Aside
from connectors.rows.names import role_of
from connectors.rows.values import compact

_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError, RecursionError)
_TEXTS = {"title", "content", "html", "page", "summary"}
# Rows that compress to less than a bit each are no articles, but a footer that lies.
_ROWS_PER_BYTE = 8


@dataclass(frozen=True, slots=True)
class _Footer:
    """What the footer says of the file."""

    columns: tuple[str, ...]
    rows: int
    data_bytes: int
    """Bytes of all columns, decompressed."""


def read_parquet(
    path: str, full: Path, file: OpenFile, state: FeedState | None
) -> Iterator[FileChunk]:
    """Yield slices of rows that the state does not cover; of the file only the footer is read."""
    digest = digest_of_all(file)
    known = state is not None and state.content_hash == digest
    if known and state is not None and state.complete:
        return
    start = state.read_to if known and state is not None else 0
    try:
        footer = _read_footer(full, file)
    except _ERRORS as error:
        yield from refusal(reject(path, "bad_parquet", f"it can't be read: {error}"), file, state)
        return
    problem = _problem_of(footer, file.size)
    if problem is not None:
        yield from refusal(reject(path, *problem), file, state)
        return
    step = max(1, min(BLOCK_ROWS, BLOCK_BYTES * footer.rows // max(1, footer.data_bytes)))
    for first in range(start, footer.rows, step) or [footer.rows]:
        count = min(step, footer.rows - first)
        yield FileChunk(
            path=path,
            kind="parquet",
            full=str(full),
            row=first + 1,
            rows=count,
            from_start=not start,
            last=first + count >= footer.rows,
            read_to=first + count,
            digest=digest,
            size=file.size,
            mtime_ns=file.mtime_ns,
        )


def parse_parquet(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the entries of a slice of rows; a row that can't be one is `bad_parquet`."""
    if not chunk.rows:
        return []
    try:
        rows = _READER.take(chunk)
    except _ERRORS as error:
        _READER.close()
        key = f"{chunk.path}#rows-{chunk.row}"
        detail = f"rows {chunk.row} to {chunk.read_to} can't be read: {error}"
        return [reject(chunk.path, "bad_parquet", detail, key=key)]
    outcome: list[Entry | Rejected] = []
    for number, row in enumerate(rows, chunk.row):
        entry = article_of(row, chunk.path)
        if isinstance(entry, Aside):
            entry_raw = compact(row).encode()
            outcome.append(reject_row(chunk.path, entry.reason, entry.detail, entry_raw))
        elif entry is None:
            detail = f"row {number} has no field that newslake knows"
            entry_raw = compact(row).encode()
            outcome.append(reject_row(chunk.path, "bad_parquet", detail, entry_raw))
        else:
            outcome.append(entry)
    return outcome


class _SliceReader:
    """The file that this worker read last, kept open: the next slice mostly goes on in it."""

    def __init__(self) -> None:
        self._name: tuple[str, str] = ("", "")
        self._parquet: pq.ParquetFile | None = None
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._at = 0
        self._rest: pa.RecordBatch | None = None

    def take(self, chunk: FileChunk) -> list[dict[str, object]]:
        """Return the chunk's rows.

        Raises:
            pa.ArrowException, OSError, ValueError: they can't be read.

        """
        start, count = chunk.row - 1, chunk.rows
        if self._name != (chunk.full, chunk.digest) or start < self._at:
            self._open(chunk, start)
        rows: list[dict[str, object]] = []
        while len(rows) < count:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                raise ValueError("the file ends before")
            ahead = min(max(0, start - self._at), batch.num_rows)
            wanted = batch.slice(ahead, count - len(rows))
            used = ahead + wanted.num_rows
            self._rest = batch.slice(used) if used < batch.num_rows else None
            self._at += used
            rows += _rows_of(wanted)
        return rows

    def close(self) -> None:
        """Forget the file."""
        if self._parquet is not None:
            self._parquet.close(force=True)
        self.__init__()  # type: ignore[misc]

    def _open(self, chunk: FileChunk, start: int) -> None:
        self.close()
        parquet = _parquet(Path(chunk.full), chunk.size)
        self._name, self._parquet = (chunk.full, chunk.digest), parquet
        first, at = 0, 0
        meta = parquet.metadata
        while first < meta.num_row_groups and at + meta.row_group(first).num_rows <= start:
            at += meta.row_group(first).num_rows
            first += 1
        self._at = at
        self._batches = parquet.iter_batches(
            batch_size=chunk.rows,
            row_groups=list(range(first, meta.num_row_groups)),
            use_threads=False,
        )


_READER = _SliceReader()


def _read_footer(full: Path, file: OpenFile) -> _Footer:
    """Return what the footer says.

    Raises:
        pa.ArrowException, OSError, ValueError: it can't be read.

    """
    _check_footer(file)
    parquet = _parquet(full, file.size)
    meta = parquet.metadata
    size = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
    footer = _Footer(tuple(parquet.schema_arrow.names), meta.num_rows, size)
    parquet.close(force=True)
    return footer


def _problem_of(footer: _Footer, size: int) -> tuple[str, str] | None:
    """Return why a file of this footer and size gives no entries: reason and sentence."""
    if not any((role := role_of(name)) and role[0] in _TEXTS for name in footer.columns):
        listed = ", ".join(footer.columns)[:500]
        return "bad_parquet", f"no column is a title or a text, of {listed}"
    if footer.rows > size * _ROWS_PER_BYTE:
        return "bad_parquet", f"it says that it holds {footer.rows} rows, in {size} bytes"
    return None if footer.rows else ("empty", "it holds no row")


def _check_footer(file: OpenFile) -> None:
    """Pass a file whose footer, by its own length (Parquet format, "File Format"), is bounded.

    Raises:
        ValueError: it is longer.

    """
    ending = os.pread(file.descriptor, 8, max(0, file.size - 8))
    length = int.from_bytes(ending[:4], "little")
    if ending[4:] == b"PAR1" and length > PARQUET_FOOTER_LIMIT:
        raise ValueError(f"its footer has {length} bytes, more than {PARQUET_FOOTER_LIMIT}")


def _parquet(full: Path, size: int) -> pq.ParquetFile:
    """Open the file, without a link, in small buffers.

    Raises:
        OSError, pa.ArrowException: it is gone, another one, or no Parquet.

    """
    with open_file(full) as file:
        if file.size != size:
            raise OSError("it changed while it was read")
        source: BinaryIO = file.reopened()
    try:
        return pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 16)
    except BaseException:
        source.close()
        raise


def _rows_of(batch: pa.RecordBatch) -> list[dict[str, object]]:
    columns: list[list[object]] = []
    for column in batch.columns:
        kind = column.type
        # Python has no nanoseconds.
        timed = pa.types.is_timestamp(kind)
        values = column.cast(pa.timestamp("us", kind.tz), safe=False) if timed else column
        columns.append([_plain(value) for value in values.to_pylist()])
    names = batch.schema.names
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(value: object) -> object:
    """Return the value as JSON has it: times as ISO 8601, decimals as text, bytes as UTF-8."""
    plain = value
    if isinstance(value, float):
        plain = value if math.isfinite(value) else None
    elif isinstance(value, datetime | date | time):
        plain = value.isoformat()
    elif isinstance(value, bytes):
        plain = value.decode("utf-8", "replace") if b"\0" not in value else None
    elif isinstance(value, dict):
        plain = {str(name): _plain(inner) for name, inner in value.items()}
    elif isinstance(value, list | tuple):
        plain = [_plain(inner) for inner in value]
    elif value is not None and not isinstance(value, str | int):
        plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return plain
