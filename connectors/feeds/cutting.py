"""Cuts a long XML feed document, while it is read, into small documents of the same kind.

Between two entries of a document any place is one to cut it at: what stands before the first entry
(the root with its namespaces, the channel's own fields) and the end tags go around each excerpt.
Tags are sought as bytes: every encoding of feeds but UTF-16 and UTF-32 writes them in ASCII, and a
fault in one entry costs its excerpt its fast reading, not the document. Comments, CDATA sections
and processing instructions are passed over, so that a tag in them is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from connectors.formats.markup_start import root_of
from connectors.limits import ARTICLE_LIMIT, FEED_HEAD_LIMIT

_OVERLAP = 160
"""Bytes at the end of what was read that may be the beginning of a tag."""
_PASSED = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_TOKEN = rb"<!--|<!\[CDATA\[|<\?|<(/?)(%s)(?=[\s/>])"
_ANY_ENTRY = re.compile(_TOKEN % rb"(?:[A-Za-z_][\w.-]{0,60}:)?(?:item|entry)", re.IGNORECASE)
_CHANNEL = re.compile(rb"<(/?)((?:[A-Za-z_][\w.-]{0,60}:)?channel)(?=[\s>])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the entries of a document."""

    before: bytes
    after: bytes
    """The end tags."""
    entry: bytes
    """The name of the entries' element as it is written."""


class Cut(Enum):
    """What a slice of the document is."""

    ENTRY = auto()
    """An entry, with what stands before it."""
    MORE = auto()
    """A part of what is too long: it goes on in the next slice."""
    LONG = auto()
    """The last part of an entry over ARTICLE_LIMIT."""
    OPEN = auto()
    """The rest of a document that ends within an entry."""
    REST = auto()
    """What follows the last entry."""


def surroundings_of(chunks: Iterator[bytes]) -> Surroundings | None:
    """Return what stands around the entries; None if it is no feed, or has no entry, or a far one.

    Reads no further than the first entry, and FEED_HEAD_LIMIT at most.
    """
    data, position, closing = b"", 0, b""
    for chunk in chunks:
        data += chunk
        while True:
            match, position, closing = _next(_ANY_ENTRY, data, position, closing)
            if match is None or (not match[1] and _is_of_root(match[2], data[: match.start()])):
                break
            position = match.end()
        if match is not None:
            return _around(data[: match.start()], match[2])
        if len(data) > FEED_HEAD_LIMIT:
            break
    return None


def _is_of_root(entry: bytes, before: bytes) -> bool:
    """Tell whether an element may be the document's entry: no extension's, with another prefix."""
    prefix = entry.rpartition(b":")[0]
    root = root_of(before.lstrip(b"\xef\xbb\xbf \t\r\n"))
    if not prefix or root is None or root.name == b"rdf":
        return True
    return prefix == root.written.rpartition(b":")[0]


def _around(before: bytes, entry: bytes) -> Surroundings | None:
    root = root_of(before.lstrip(b"\xef\xbb\xbf \t\r\n"))
    if root is None or root.name not in {b"rss", b"feed", b"rdf", b"channel"}:
        return None
    after = b"</%s>" % root.written
    channels = _CHANNEL.findall(before)
    if channels and not channels[-1][0] and channels[-1][1] != root.written:
        after = b"</%s>%s" % (channels[-1][1], after)
    return Surroundings(before, after, entry)


def cut(chunks: Iterator[bytes], entry: bytes) -> Iterator[tuple[Cut, bytes]]:
    """Yield the slices of what follows `before`; joined, they are just that.

    Holds no more than ARTICLE_LIMIT and a chunk; linear in the bytes.
    """
    token = re.compile(_TOKEN % re.escape(entry), re.IGNORECASE)
    data, position, closing, depth, long = b"", 0, b"", 0, False
    for chunk in chunks:
        data += chunk
        start = 0
        while True:
            match, position, closing = _next(token, data, position, closing)
            end = data.find(b">", match.end()) + 1 if match else 0
            if match is None or not end:
                break
            position = end
            if not match[1]:
                depth += data[end - 2 : end - 1] != b"/"
            else:
                depth = max(0, depth - 1)
            if depth == 0:
                long = long or end - start > ARTICLE_LIMIT
                yield Cut.LONG if long else Cut.ENTRY, data[start:end]
                start, long = end, False
        if position - start > ARTICLE_LIMIT:
            yield Cut.MORE, data[start:position]
            start, long = position, True
        data, position = data[start:], position - start
    if data or long:
        yield (Cut.OPEN if depth else Cut.REST), data


def _next(
    token: re.Pattern[bytes], data: bytes, position: int, closing: bytes
) -> tuple[re.Match[bytes] | None, int, bytes]:
    """Return the next tag of an entry, where to go on, and what closes what is open there.

    Without one more bytes are needed; nothing before the position is looked at again.
    """
    while True:
        if closing:
            end = data.find(closing, position)
            if end < 0:
                return None, max(position, len(data) - 2), closing
            position, closing = end + len(closing), b""
        match = token.search(data, position)
        if match is None:
            return None, max(position, len(data) - _OVERLAP), b""
        if match[2] is not None:
            return match, match.start(), b""
        position, closing = match.end(), _PASSED[match[0]]
