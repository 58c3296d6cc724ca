"""The body of a response within its bounds: chunks as received -> decoded bytes, or a Fault."""

import zlib

from connectors.http.faults import Fault
from connectors.limits import BODY_LIMIT

_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_MAGIC = b"\x1f\x8b"
_EITHER = 47  # gzip or zlib, whichever the header says: some servers send the latter as gzip


class BodyReader:
    """Collects a body in chunks; never holds more than its limit, whatever a chunk unfolds to."""

    def __init__(self, encoding: str, length: str | None, limit: int = BODY_LIMIT) -> None:
        """Raise Fault (bad_encoding, too_large) if the headers already say that it can't be read.

        Content-Encoding (RFC 9110 8.4): gzip alone was asked for, so none may be stacked on it.
        """
        encoding = encoding.strip().lower()
        if encoding not in _PLAIN | _GZIP:
            raise Fault("bad_encoding", f"its encoding was not asked for: {encoding[:80]!r}")
        if length is not None and int(length) > limit:
            raise Fault("too_large", f"its body has {length} bytes; {limit} are read")
        self.received = 0
        """Bytes that came over the wire so far."""
        self._limit = limit
        self._parts: list[bytes] = []
        self._left = limit
        self._gzip = _Gunzip() if encoding in _GZIP else None

    def add(self, chunk: bytes) -> None:
        """Take the next chunk; raise Fault if it is broken, or one byte too many."""
        self.received += len(chunk)
        if self.received > self._limit:
            raise self._too_large()
        if self._gzip is None:
            self._parts.append(chunk)
            return
        for part in self._gzip.decode(chunk, self._left + 1):
            self._left -= len(part)
            if self._left < 0:
                raise self._too_large()
            self._parts.append(part)

    def whole(self) -> bytes:
        """Return the decoded body, at its end; raise Fault if its compression breaks off."""
        if self._gzip is not None and self._gzip.open:
            raise Fault("bad_encoding", "its gzip stream breaks off")
        return b"".join(self._parts)

    def _too_large(self) -> Fault:
        return Fault("too_large", f"its body is larger than {self._limit} bytes")


class _Gunzip:
    """Gzip streams of one or more members (RFC 1952), as browsers read them.

    What follows the last member is ignored: some servers append a comment to a compressed page.
    """

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_EITHER)
        self._rest = b""
        self._over = False
        self.open = False
        """Whether a member has begun and not ended."""

    def decode(self, chunk: bytes, most: int) -> list[bytes]:
        """Return what the chunk unfolds to, `most` bytes at most; the caller stops there."""
        data, parts = self._rest + chunk, list[bytes]()
        self._rest = b""
        while most > 0 and (data := self._of_member(data)):
            self.open = True
            try:
                part = self._member.decompress(data, most)
            except zlib.error as error:
                raise Fault("bad_encoding", "its gzip stream is broken") from error
            most -= len(part)
            parts.append(part)
            self.open = not self._member.eof
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return parts

    def _of_member(self, data: bytes) -> bytes:
        """Return the data that is of a member, which begins here if the one before has ended."""
        if not self._member.eof:
            return data
        data = data.lstrip(b"\0")  # padding
        if self._over or _MAGIC.startswith(data):  # nothing, or too little to tell
            self._rest = b"" if self._over else data
            return b""
        self._over = not data.startswith(_MAGIC)
        if self._over:
            return b""
        self._member = zlib.decompressobj(_EITHER)
        return data
