"""A body beyond the limit: of a feed both ends are kept, as what is new stands at one of them."""

import re
from collections import deque

from connectors.http.body import BodyReader
from connectors.http.faults import Fault
from connectors.limits import BODY_LIMIT, LONG_BODY_LIMIT

_FEED = re.compile(rb"<(?:rss|feed|(?:\w{1,20}:)?RDF)[\s>]", re.IGNORECASE)
_ENDS = re.compile(rb"</(?:item|entry)>\s*+(?=<|\Z)")
# What stands in a comment or in a CDATA section is no tag; one that is cut off goes to the end.
_PASSED = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<!--.*|<!\[CDATA\[.*"
_BEGIN_TAG = re.compile(_PASSED + rb"|(<(?:item|entry)[\s>])", re.DOTALL)
_END_TAG = re.compile(_PASSED + rb"|(</(?:item|entry)>)", re.DOTALL)
_SECTION = re.compile(rb"<!\[CDATA\[|<!--|\]\]>|-->")
_PIECE = 8 * 1024
"""Bytes that are unfolded at once: to a thousand times as many, at most."""


class LongBody(BodyReader):
    """Collects a body in chunks; never holds more than its limit and what one piece unfolds to."""

    def __init__(self, encoding: str, length: str | None, limit: int = BODY_LIMIT) -> None:
        """Raise Fault (bad_encoding, too_large) as BodyReader does."""
        super().__init__(encoding, length, LONG_BODY_LIMIT)
        self._half = limit // 2
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._head_size = self._tail_size = 0
        self._carry = b""
        self._is_cut = False
        self.left_out = 0
        """Entries that stood between the ends that are kept."""

    def add(self, chunk: bytes) -> None:
        """Take the next chunk; raise Fault if it is broken, or too long and no feed."""
        for start in range(0, len(chunk), _PIECE):
            super().add(chunk[start : start + _PIECE])
            parts, self._parts = self._parts, []
            for part in parts:
                self._keep(part)

    def whole(self) -> bytes:
        """Return the decoded body, at its end, or its two ends, joined between two entries."""
        self._parts = [super().whole()]  # what the last bytes unfolded to
        self._keep(self._parts.pop())
        head, tail = b"".join(self._head), b"".join(self._tail)
        if not self._is_cut:
            return head + tail
        last = max((match.end(1) for match in _END_TAG.finditer(head) if match[1]), default=0)
        begins = _first_entry(tail)
        if begins is None or not last:
            raise self._too_large()
        self._count(tail[:begins])
        return head[:last] + tail[begins:]

    def _keep(self, part: bytes) -> None:
        room = self._half - self._head_size
        if room > 0:
            self._head.append(part[:room])
            self._head_size += len(part[:room])
            part = part[room:]
        if part:
            self._tail.append(part)
            self._tail_size += len(part)
        while self._tail and self._tail_size > self._half:
            self._drop(self._tail_size - self._half)

    def _drop(self, excess: int) -> None:
        """Drop so many bytes of the oldest part of the tail, at most."""
        if not self._is_cut:
            head = b"".join(self._head)
            if not _FEED.search(head[:4096]):
                raise self._too_large()
            self._is_cut, self._head = True, [head]
            self._carry = head[head.rfind(b"<") :][-16:]
        oldest = self._tail.popleft()
        if len(oldest) > excess:
            self._tail.appendleft(oldest[excess:])
            oldest = oldest[:excess]
        self._tail_size -= len(oldest)
        self._count(oldest)

    def _count(self, dropped: bytes) -> None:
        """Count the entries that end in dropped bytes, behind those before."""
        text, last = self._carry + dropped, 0
        for match in _ENDS.finditer(text):
            self.left_out += 1
            last = match.end()
        self._carry = text[last:][-8:]

    def _too_large(self) -> Fault:
        return Fault("too_large", f"its body is larger than {2 * self._half} bytes")


def _first_entry(tail: bytes) -> int | None:
    """Return where the first entry begins in the end of a document; None if none does.

    The end may begin within a CDATA section or a comment: then what closes it comes first.
    """
    section = _SECTION.search(tail)
    inside = section is not None and section[0] in {b"]]>", b"-->"}
    for match in _BEGIN_TAG.finditer(tail, section.end() if inside and section else 0):
        if match[1]:
            return match.start(1)
    return None
