"""Cuts bytes into rows in bounded memory: lines of any length, CSV rows of several lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from connectors.files.csv_rows import leaves_open
from connectors.limits import ARTICLE_LIMIT

_FAULTS = 3


class Ending(Enum):
    """How a slice of a file of rows ends."""

    ROW = auto()
    """A whole row with its line end."""
    TAIL = auto()
    """The last row, without a line end: it may be still growing."""
    OPEN = auto()
    """The last row, without a line end, and inside a quoted cell."""
    MORE = auto()
    """A part of a row over ARTICLE_LIMIT, which goes on in the next slice."""
    END = auto()
    """The last part of such a row, with its line end."""
    UNCLOSED = auto()
    """The first line of a row whose quoted cell is never closed."""


@dataclass(frozen=True, slots=True)
class RowSlice:
    """A row or a part of one; the slices of a file, joined, are the file."""

    data: bytes
    ending: Ending = Ending.ROW
    lines: int = 1


def split_lines(chunks: Iterator[bytes]) -> Iterator[RowSlice]:
    """Yield the lines (ended by LF, CR LF or CR); hold no more than ARTICLE_LIMIT and a chunk."""
    rest, long = b"", False
    for chunk in chunks:
        data = chunk
        if long:
            end = _line_end(data)
            long = end < 0
            yield RowSlice(data if long else data[:end], Ending.MORE if long else Ending.END)
            if long:
                continue
            data = data[end:]
        whole = (rest + data).splitlines(keepends=True)
        # A CR at the end of a chunk may be half a line end.
        rest = whole.pop() if whole and not whole[-1].endswith(b"\n") else b""
        for line in whole:
            if len(line) > ARTICLE_LIMIT:
                yield RowSlice(line[:ARTICLE_LIMIT], Ending.MORE, 0)
                yield RowSlice(line[ARTICLE_LIMIT:], Ending.END)
            else:
                yield RowSlice(line)
        if len(rest) > ARTICLE_LIMIT:
            yield RowSlice(rest, Ending.MORE, 0)
            rest, long = b"", True
    if rest:
        yield RowSlice(rest, Ending.ROW if rest.endswith(b"\r") else Ending.TAIL)


def _line_end(data: bytes) -> int:
    """Return the place after the first line end; -1 without one."""
    lf, cr = data.find(b"\n"), data.find(b"\r")
    if cr >= 0 and (lf < 0 or cr < lf - 1):
        return cr + 1
    return lf + 1 or -1


def join_quoted_rows(
    slices: Iterator[RowSlice], delimiter: str | None, is_row: Callable[[bytes], bool]
) -> Iterator[RowSlice]:
    """Join lines to CSV rows where a quoted cell holds line ends.

    A quotation mark that is never closed would swallow what follows: where later lines are rows
    themselves (`is_row`), or after ARTICLE_LIMIT, its line is given up alone as UNCLOSED; after
    a few of those every line counts as a row of its own.
    """
    # One loop over one state: cut in two, both halves would hand all of it to each other.
    open_row: list[RowSlice] = []
    reread: list[RowSlice] = []
    size = faults = 0
    inside = False
    while True:
        row_slice = reread.pop() if reread else next(slices, None)
        if row_slice is not None and row_slice.ending in {Ending.MORE, Ending.END}:
            if open_row:
                yield _joined(open_row, Ending.MORE)
            yield row_slice
            open_row, size, inside = [], 0, False
            continue
        if row_slice is not None:
            open_row.append(row_slice)
            size += len(row_slice.data)
            inside = leaves_open(row_slice.data, delimiter, inside=inside)
            if not inside:
                yield _joined(open_row, row_slice.ending)
                open_row, size = [], 0
                continue
            if row_slice.ending is Ending.ROW and size <= ARTICLE_LIMIT and faults < _FAULTS:
                continue
        if not open_row:
            return
        at_end = row_slice is None or row_slice.ending is Ending.TAIL
        if at_end and not any(is_row(later.data) for later in open_row[1:]):
            yield _joined(open_row, Ending.OPEN)
            return
        yield RowSlice(open_row[0].data, Ending.UNCLOSED)
        reread += open_row[:0:-1]
        open_row, size, inside = [], 0, False
        faults += 1


def _joined(open_row: list[RowSlice], ending: Ending) -> RowSlice:
    if len(open_row) == 1:
        return RowSlice(open_row[0].data, ending)
    return RowSlice(b"".join(row_slice.data for row_slice in open_row), ending, len(open_row))
