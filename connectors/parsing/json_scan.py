"""Where the values of a JSON text begin and end: found in linear time, without building any."""

import re
from collections.abc import Iterator

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

    def space(self, place: int) -> int:
        """Return the place behind white space."""
        return _past(_SPACE, self.data, place)

    def end(self, place: int) -> int:
        """Return the place behind the value that begins here.

        Raises:
            ValueError: none does, or it has no end, or too many brackets.

        """
        match = _VALUE.match(self.data, place, place + _WINDOW)
        # A scalar that a window cuts would be one of a million digits: it is told below.
        if match and match.end() < place + _WINDOW:
            return match.end()
        first = self.data[place : place + 1]
        if first == b'"':
            return self._string(place)
        if first in {b"{", b"["}:
            return self.close(place + 1)
        match = _VALUE.match(self.data, place)
        if match is None:
            raise ValueError(place)
        return match.end()

    def close(self, place: int) -> int:
        """Return the place behind the bracket that closes what is open here.

        Raises:
            ValueError: nothing does, or only behind too many brackets.

        """
        data, depth = self.data, 1
        while depth:
            place = _past(_FLAT, data, place, place + _WINDOW)
            mark = data[place : place + 1]
            if mark in {b"{", b"["}:
                depth += 1
            elif mark in {b"}", b"]"}:
                depth -= 1
            elif mark == b'"':
                place = self._string(place)
                continue
            elif not mark:
                raise ValueError(place)
            else:
                continue  # a window ended here
            place += 1
            self._steps -= 1
            if self._steps < 0:
                raise ValueError(place)
        return place

    def member(self, place: int) -> tuple[str, int] | None:
        """Return the name and the place of the value of an object's next member; None at its end.

        The name is as it is written, escapes and all; a very long one is empty.

        Raises:
            ValueError: neither a member nor the end is next.

        """
        match = _MEMBER.match(self.data, place)
        if match is None:
            if self.data[place : place + 1] == b"}":
                return None
            raise ValueError(place)
        start, end = match.start(1) + 1, match.end(1) - 1
        name = self.data[start:end] if end - start <= NAME_LIMIT else b""
        return name.decode("utf-8", "replace"), match.end()

    def between(self, place: int) -> int:
        """Return the place behind white space and commas."""
        return _past(_BETWEEN, self.data, place)

    def elements(self, place: int, *, closed: bool = True) -> Iterator[tuple[int, int]]:
        """Yield where each element begins and ends; at the first error its place twice, no more.

        `closed`: they stand in a list, so that a text without its end is an error.
        """
        while True:
            place = self.between(place)
            if place >= len(self.data) and not closed:
                return
            if closed and self.data[place : place + 1] == b"]":
                return
            try:
                end = self.end(place)
            except ValueError:
                yield place, place
                return
            yield place, end
            place = end

    def _string(self, place: int) -> int:
        match = _WHOLE_STRING.match(self.data, place)
        if match is None:
            raise ValueError(place)
        return match.end()


def is_whole(data: bytes) -> bool:
    """Tell whether the bytes are one value from end to end, as far as a scan can tell."""
    scan = Scan(data)
    try:
        return scan.space(scan.end(scan.space(0))) == len(data)
    except ValueError:
        return False


def _past(pattern: re.Pattern[bytes], data: bytes, place: int, end: int | None = None) -> int:
    """Return the place behind what the pattern, which always matches, matches here."""
    match = pattern.match(data, place, len(data) if end is None else end)
    return match.end() if match else place
