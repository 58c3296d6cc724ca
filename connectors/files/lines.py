"""Chunks of bytes -> rows in bounded memory: lines of any length, CSV rows of several lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from connectors.files.csv_rows import leaves_open
from connectors.limits import ARTICLE_LIMIT

_FAULTS = 3


class Ending(Enum):
    """How a piece of a file of rows ends."""

    ROW = auto()
    """A whole row with its line end."""
    TAIL = auto()
    """The last row, without a line end: it may be still growing."""
    OPEN = auto()
    """Likewise, and inside a quoted cell."""
    MORE = auto()
    """A part of a row over ARTICLE_LIMIT, which goes on in the next piece."""
    END = auto()
    """The last part of such a row, with its line end."""
    UNCLOSED = auto()
    """The first line of a row whose quoted cell is never closed."""


@dataclass(frozen=True, slots=True)
class RowSlice:
    """A row or a part of one; the pieces of a file, joined, are the file."""

    data: bytes
    ending: Ending = Ending.ROW
    lines: int = 1


def lines(chunks: Iterator[bytes]) -> Iterator[RowSlice]:
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
        found = (rest + data).splitlines(keepends=True)
        # A CR at the end of a chunk may be half a line end.
        rest = found.pop() if found and not found[-1].endswith(b"\n") else b""
        for line in found:
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
    feed, turn = data.find(b"\n"), data.find(b"\r")
    if turn >= 0 and (feed < 0 or turn < feed - 1):
        return turn + 1
    return feed + 1 or -1


def quoted_rows(
    pieces: Iterator[RowSlice], delimiter: str | None, is_row: Callable[[bytes], bool]
) -> Iterator[RowSlice]:
    """Join lines to CSV rows where a quoted cell holds line ends.

    A quotation mark that is never closed would swallow what follows: where later lines are rows
    themselves (`is_row`), or after ARTICLE_LIMIT, its line is given up alone as UNCLOSED; after
    a few of those every line counts as a row of its own.
    """
    held: list[RowSlice] = []
    again: list[RowSlice] = []
    size = faults = 0
    inside = False
    while True:
        piece = again.pop() if again else next(pieces, None)
        if piece is not None and (piece.ending is Ending.MORE or piece.ending is Ending.END):
            if held:
                yield _joined(held, Ending.MORE)
            yield piece
            held, size, inside = [], 0, False
            continue
        if piece is not None:
            held.append(piece)
            size += len(piece.data)
            inside = leaves_open(piece.data, delimiter, inside=inside)
            if not inside:
                yield _joined(held, piece.ending)
                held, size = [], 0
                continue
            if piece.ending is Ending.ROW and size <= ARTICLE_LIMIT and faults < _FAULTS:
                continue
        if not held:
            return
        at_end = piece is None or piece.ending is Ending.TAIL
        if at_end and not any(is_row(later.data) for later in held[1:]):
            yield _joined(held, Ending.OPEN)
            return
        yield RowSlice(held[0].data, Ending.UNCLOSED)
        again += held[:0:-1]
        held, size, inside = [], 0, False
        faults += 1


def _joined(held: list[RowSlice], ending: Ending) -> RowSlice:
    if len(held) == 1:
        return RowSlice(held[0].data, ending)
    return RowSlice(b"".join(piece.data for piece in held), ending, len(held))
