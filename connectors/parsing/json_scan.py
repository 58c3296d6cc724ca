"""Where the values of a JSON text begin and end: found in linear time, without building any."""

import re
from collections.abc import Generator

from connectors.limits import NAME_LIMIT, SCAN_STEPS

_WINDOW = 1024 * 1024
"""Bytes that one match goes over at most (but for one string), so that other threads get on."""

_S = rb"[ \t\r\n\x1e]*+"
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Possessive all over: nothing is tried twice, and no stack grows with the text.
_INSIDE = rb'[^"{}\[\]]++|' + _STRING
_NESTED = rb"[{\[](?:%s)*+[}\]]" % _INSIDE
for _ in range(2):
    _NESTED = rb"[{\[](?:%s|%s)*+[}\]]" % (_INSIDE, _NESTED)
_FLAT = re.compile(rb"(?:%s|%s)*+" % (_INSIDE, _NESTED), re.DOTALL)
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_SCALAR = rb"-?[0-9][0-9.eE+\-]*+|true|false|null|NaN|-?Infinity"
_VALUE = re.compile(rb"%s|%s|%s" % (_STRING, _NESTED, _SCALAR), re.DOTALL)
_SPACE = re.compile(_S)
_BETWEEN = re.compile(rb"[ \t\r\n\x1e,]*+")
_MEMBER = re.compile(rb"(%s)%s:%s" % (_STRING, _S, _S), re.DOTALL)


class Scan:
    """A JSON text in UTF-8 that is looked through; brackets are counted, not told apart.

    Every method is linear in the bytes that it passes, and raises ValueError where no value can
    be found. A value that is found may still be malformed inside.
    """

    __slots__ = ("_steps", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._steps = SCAN_STEPS

    def space(self, position: int) -> int:
        """Return the position behind white space."""
        return _past(_SPACE, self.data, position)

    def end(self, position: int) -> int:
        """Return the position behind the value that begins here.

        Raises:
            ValueError: none does, or it has no end, or too many brackets.

        """
        match = _VALUE.match(self.data, position, position + _WINDOW)
        # A scalar that a window cuts would be one of a million digits: it is told below.
        if match and match.end() < position + _WINDOW:
            return match.end()
        first = self.data[position : position + 1]
        if first == b'"':
            return self._string(position)
        if first in {b"{", b"["}:
            return self.close(position + 1)
        match = _VALUE.match(self.data, position)
        if match is None:
            raise ValueError(position)
        return match.end()

    def close(self, position: int) -> int:
        """Return the position behind the bracket that closes what is open here.

        Raises:
            ValueError: nothing does, or only behind too many brackets.

        """
        data, depth = self.data, 1
        while depth:
            position = _past(_FLAT, data, position, position + _WINDOW)
            bracket = data[position : position + 1]
            if bracket in {b"{", b"["}:
                depth += 1
            elif bracket in {b"}", b"]"}:
                depth -= 1
            elif bracket == b'"':
                position = self._string(position)
                continue
            elif not bracket:
                raise ValueError(position)
            else:
                continue  # a window ended here
            position += 1
            self._steps -= 1
            if self._steps < 0:
                raise ValueError(position)
        return position

    def member(self, position: int) -> tuple[str, int] | None:
        """Return the name of an object's next member and its value's position; None at the end.

        The name is as it is written, escapes and all; a very long one is empty.

        Raises:
            ValueError: neither a member nor the end is next.

        """
        match = _MEMBER.match(self.data, position)
        if match is None:
            if self.data[position : position + 1] == b"}":
                return None
            raise ValueError(position)
        start, end = match.start(1) + 1, match.end(1) - 1
        name = self.data[start:end] if end - start <= NAME_LIMIT else b""
        return name.decode("utf-8", "replace"), match.end()

    def between(self, position: int) -> int:
        """Return the position behind white space and commas."""
        return _past(_BETWEEN, self.data, position)

    def elements(
        self, position: int, *, closed: bool = True
    ) -> Generator[tuple[int, int], None, int | None]:
        """Yield where each element begins and ends; at the first error its position twice, no more.

        `closed`: they stand in a list, so that a text without its end is an error. Returns the
        position behind the last one and its bracket; None after an error.
        """
        while True:
            position = self.between(position)
            if position >= len(self.data) and not closed:
                return position
            if closed and self.data[position : position + 1] == b"]":
                return position + 1
            try:
                end = self.end(position)
            except ValueError:
                yield position, position
                return None
            yield position, end
            position = end

    def values(self, position: int) -> Generator[tuple[int, int], None, int | None]:
        """Yield the values from here on, in place of a list its elements; else as `elements`."""
        while (position := self.between(position)) < len(self.data):
            if self.data[position : position + 1] == b"[":
                end = yield from self.elements(position + 1)
                if end is None:
                    return None
                position = end
                continue
            try:
                end = self.end(position)
            except ValueError:
                yield position, position
                return None
            yield position, end
            position = end
        return position

    def _string(self, position: int) -> int:
        match = _WHOLE_STRING.match(self.data, position)
        if match is None:
            raise ValueError(position)
        return match.end()


def is_whole(data: bytes) -> bool:
    """Tell whether the bytes are one value from end to end, as far as a scan can tell."""
    scan = Scan(data)
    try:
        return scan.space(scan.end(scan.space(0))) == len(data)
    except ValueError:
        return False


def _past(pattern: re.Pattern[bytes], data: bytes, position: int, end: int | None = None) -> int:
    """Return the position behind what the pattern, which always matches, matches here."""
    match = pattern.match(data, position, len(data) if end is None else end)
    return match.end() if match else position
