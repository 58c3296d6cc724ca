"""The elements of a JSON text, of one that is held whole or of one of any size, as it is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.model.entries import RAW_LIMIT
from connectors.files.json_shape import Shape, shape_of
from connectors.limits import ARTICLE_LIMIT
from connectors.parsing.json_scan import Scan

_MEMBER_LIMIT = 64 * 1024
"""Bytes of a JSON Feed's own field that goes with each of its excerpts."""


@dataclass(frozen=True, slots=True)
class Element:
    """A value of a list, or of several in a row."""

    data: bytes
    """The value; of one with a fault its first bytes."""
    position: int
    """Where it begins, in bytes from the start of the text."""
    fault: str = ""
    """`bad_json`: from here on nothing is valid JSON; `too_large`: it is over ARTICLE_LIMIT."""


def elements_of(scan: Scan, shape: Shape) -> Iterator[Element]:
    """Yield the elements of a text that is held whole."""
    values = scan.values if shape.kind == "lines" else scan.elements
    for start, end in values(shape.start):
        if start == end:
            yield Element(scan.data[start : start + RAW_LIMIT], start, "bad_json")
        elif end - start > ARTICLE_LIMIT:
            yield Element(scan.data[start : start + RAW_LIMIT], start, "too_large")
        else:
            yield Element(scan.data[start:end], start)


def head_of_feed(scan: Scan, shape: Shape) -> bytes | None:
    """Return the fields of a JSON Feed but its entries, as members; None if it lies in another."""
    members: list[bytes] = []
    found = False
    position = scan.space(0) + 1
    try:
        while (member := scan.member(position := scan.between(position))) is not None:
            name, value = member
            found = found or value + 1 == shape.start
            end = scan.end(value)
            if name != "items" and end - value <= _MEMBER_LIMIT:
                members.append(scan.data[position:end])
            position = end
    except ValueError:
        pass  # it is cut, or goes on behind what is held of it
    return b"".join(member + b"," for member in members) if found else None


def beginning(chunks: Iterator[bytes]) -> bytes:
    """Return the first bytes, from which a text's shape can be told: no more than an element."""
    data = b""
    for chunk in chunks:
        data += chunk
        if len(data) >= ARTICLE_LIMIT:
            break
    return data


def shape_of_long(head: bytes) -> Shape | None:
    """Return the shape of a text by its beginning; None if it has no elements to stream."""
    shape = shape_of(Scan(head))
    return None if shape.kind == "object" else shape


def streamed(chunks: Iterator[bytes], shape: Shape) -> Iterator[Element]:
    """Yield the elements of a text of any size; hold no more than ARTICLE_LIMIT and a chunk."""
    rows = _Cursor(shape)
    for chunk in chunks:
        yield from rows.take(chunk)
        if rows.ended:
            return
    if rows.data.strip() or rows.inside:
        yield Element(rows.data[:RAW_LIMIT], rows.passed, "bad_json")


class _Cursor:
    """How far a text is read: the bytes not passed yet, and whether they stand in a list."""

    def __init__(self, shape: Shape) -> None:
        self.lines = shape.kind == "lines"
        self.inside = not self.lines
        self.data = b""
        self.passed = 0
        self.ended = False
        self._skip = shape.start

    def take(self, chunk: bytes) -> Iterator[Element]:
        """Yield the elements that end in what is now at hand."""
        if self._skip:
            skip = min(self._skip, len(chunk))
            chunk, self._skip, self.passed = chunk[skip:], self._skip - skip, self.passed + skip
        data = self.data + chunk
        scan, position = Scan(data), 0
        while not self.ended:
            position = scan.between(position)
            first = data[position : position + 1]
            if first == b"]" and self.inside:
                position, self.inside, self.ended = position + 1, False, not self.lines
                continue
            if first == b"[" and not self.inside:
                position, self.inside = position + 1, True
                continue
            end = self._end(scan, position) if first else None
            if end is None:
                break
            yield Element(data[position:end], self.passed + position)
            position = end
        if len(data) - position > ARTICLE_LIMIT:
            fault = Element(data[position : position + RAW_LIMIT], self.passed, "bad_json")
            self.ended = True
            yield fault
        self.data, self.passed = data[position:], self.passed + position

    @staticmethod
    def _end(scan: Scan, position: int) -> int | None:
        """Return where a value ends; None if that may be behind what is at hand."""
        try:
            end = scan.end(position)
        except ValueError:
            return None
        cut = end == len(scan.data) and scan.data[position] not in b'{["'
        return None if cut else end
