"""Writes a result as a table for the terminal, or as CSV, JSON or Parquet."""

import base64
import csv
import json
import math
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal

from rich.cells import cell_len, set_cell_size

from articles.errors import QueryError, SettingsError
from warehouse.queries.query import Result

Format = Literal["table", "csv", "json", "parquet"]
SHOWN = 100
"""Rows that a table shows; the other formats write all."""

_NARROWEST = 8
"""Characters below which a column is left out rather than squeezed."""
_PIPED_WIDTH = 120
_GAP = "  "
# What would move the cursor, change colours or turn the line around in a terminal.
_UNPRINTABLE = dict.fromkeys([*range(32), *range(127, 160), *range(0x202A, 0x202F)], "\ufffd")
_UNPRINTABLE |= dict.fromkeys([*range(0x2066, 0x206A), 0x2028, 0x2029], "\ufffd")
_UNPRINTABLE |= {ord("\n"): " ", ord("\r"): " ", ord("\t"): " "}


def write(result: Result, kind: Format, output: Path | None = None) -> int:
    """Write a result to a file or to standard output and return the number of rows written.

    A file appears only when it is whole. Notes (how many rows, what was left out) go to standard
    error. A reader that closes the pipe ends the writing quietly. Raises QueryError for a query
    that fails on its way, SettingsError for a file that can't be written.
    """
    if kind == "parquet" and output is None and sys.stdout.isatty():
        hint = "Say where it goes with --output FILE, or send it into a pipe."
        raise SettingsError("Parquet is not text that a terminal can show", hint)
    try:
        with _opened(output) as target:
            return _WRITERS[kind](result, target)
    except BrokenPipeError:
        if output is not None:
            raise
        # Python flushes standard output again at its end, which would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = output or "standard output"
        message = f"{where} can't be written: {error.strerror or error}"
        raise SettingsError(message, "Choose another file with --output.") from error


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif output.exists() and not output.is_file():  # /dev/null, a FIFO; a folder says so itself
        with output.open("wb") as stream:
            yield stream
    else:
        fresh = output.with_name(f".{output.name}.{secrets.token_hex(4)}.tmp")
        try:
            with fresh.open("xb") as stream:
                yield stream
            fresh.replace(output)
        finally:
            fresh.unlink(missing_ok=True)


def _write_csv(result: Result, target: IO[bytes]) -> int:
    """RFC 4180, but with LF; NULL is empty, times are ISO 8601, lists and structs JSON."""
    written = 0
    target.write(_csv([result.columns]))
    for block in result.rows():
        target.write(_csv([[_cell(value) for value in row] for row in block]))
        written += len(block)
    return written


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _write_json(result: Result, target: IO[bytes]) -> int:
    """An array of objects (RFC 8259), a row a line; times are ISO 8601, bytes base64."""
    written = 0
    target.write(b"[")
    for block in result.rows():
        lines = [
            json.dumps(dict(zip(result.columns, map(_plain, row), strict=True)), ensure_ascii=False)
            for row in block
        ]
        target.write((",\n" if written else "\n").encode() + ",\n".join(lines).encode())
        written += len(block)
    target.write(b"\n]\n" if written else b"]\n")
    return written


def _write_parquet(result: Result, target: IO[bytes]) -> int:
    """Zstandard; an INTERVAL, which Parquet readers can't agree on, becomes seconds."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = 0
    reader = result.reader()
    try:
        with pq.ParquetWriter(target, _storable(reader.schema), compression="zstd") as out:
            for batch in _batches(result, reader):
                out.write_batch(_stored(batch.rename_columns(list(result.columns))))
                written += batch.num_rows
    except pa.ArrowException as error:
        message = f"this result does not fit into Parquet: {error}"
        raise QueryError(message, "Cast the column to another type, such as varchar.") from error
    return written


def _batches(result: Result, reader: Any) -> Iterator[Any]:
    import pyarrow as pa

    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:  # what became of DuckDB's error
            raise result.failure(error) from error
        yield batch


def _write_table(result: Result, target: IO[bytes]) -> int:
    """At most SHOWN rows, cut to the terminal's width."""
    rows = list(islice((row for block in result.rows(SHOWN + 1) for row in block), SHOWN + 1))
    if list(result.columns) == ["explain_key", "explain_value"]:  # a drawing of many lines
        target.write("".join(f"{row[1]}\n" for row in rows).encode())
        return len(rows)
    more = len(rows) > SHOWN
    header = [name.translate(_UNPRINTABLE) for name in result.columns]
    cells = [[_shown(value) for value in row] for row in rows[:SHOWN]]
    widths = _widths(header, cells, _width(target))
    target.write(_table(header, cells, widths, result.kinds).encode())
    notes = [f"first {SHOWN} rows" if more else f"{len(cells)} row{'s' * (len(cells) != 1)}"]
    if more:
        notes.append("the next with limit and offset, all with --format csv")
    if len(widths) < len(header):
        notes.append(f"{len(widths)} of {len(header)} columns: name those that you want")
    sys.stderr.write(f"({'; '.join(notes)})\n")
    return len(cells)


_WRITERS = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}


def _width(target: IO[bytes]) -> int:
    known = "COLUMNS" in os.environ or target.isatty()
    return shutil.get_terminal_size().columns if known else _PIPED_WIDTH


def _widths(header: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of the columns that fit: narrow ones whole, wide ones share the rest."""
    natural = [
        max(cell_len(text) for text in (name, *(row[number] for row in cells)))
        for number, name in enumerate(header)
    ]
    kept, least = 0, -len(_GAP)
    for wanted in natural:
        least += min(wanted, _NARROWEST) + len(_GAP)
        if least > width and kept:
            break
        kept += 1
    widths = [0] * kept
    room = width - len(_GAP) * (kept - 1)
    by_width = sorted(range(kept), key=lambda number: natural[number])
    for given, number in enumerate(by_width):
        widths[number] = min(natural[number], max(room // (kept - given), 1))
        room -= widths[number]
    return widths


def _table(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    widths: Sequence[int],
    kinds: Sequence[str],
) -> str:
    right = [kind.startswith(_NUMBERS) for kind in kinds]
    lines = [_GAP.join(map(_fitted, row, widths, right)).rstrip() for row in (header, *cells)]
    rule = _GAP.join("─" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def _fitted(text: str, width: int, right: bool) -> str:  # noqa: FBT001 - mapped over a row
    length = cell_len(text)
    if length > width:
        return set_cell_size(set_cell_size(text, width - 1) + "…", width)
    space = " " * (width - length)
    return space + text if right else text + space


_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "FLOAT", "HUGEINT", "DECIMAL", "UBIGINT", "SMALLINT")


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return _cell(value)[:2000].translate(_UNPRINTABLE)


def _cell(value: object) -> str:
    """Return a value as CSV has it."""
    if isinstance(value, Decimal):
        return str(value)
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return plain
    return json.dumps(plain, ensure_ascii=False)


def _plain(value: object) -> object:  # noqa: PLR0911 - a line for each kind of value
    """Return a value as JSON has it."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + ("Z" if value.tzinfo else "")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def _storable(schema: Any) -> Any:
    """Return the Arrow schema with seconds in the place of intervals."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(column.name, pa.int64()) if pa.types.is_interval(column.type) else column
            for column in schema
        ]
    )


def _stored(batch: Any) -> Any:
    import pyarrow as pa

    columns = [
        pa.array([_seconds(value) for value in column.to_pylist()], pa.int64())
        if pa.types.is_interval(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _seconds(value: Any) -> int | None:
    if value is None:
        return None
    days = value.months * 30 + value.days
    return int(days * 86_400 + value.nanoseconds // 1_000_000_000)
