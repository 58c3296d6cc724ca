"""The body of a response within its bounds: chunks as received -> decoded bytes, or a Fault.

Content-Encoding (RFC 9110 8.4) is often wrong: the first bytes say what a body is.
"""

import re
import zlib
from collections.abc import Iterator

from connectors.http.faults import Fault
from connectors.limits import BODY_LIMIT

_ZLIB = frozenset({"deflate", "x-deflate"})
# Registered codings that were not asked for; any other word names no coding, and is ignored.
_UNREADABLE = frozenset({
    "aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd",
})  # fmt: skip
_MAGIC = b"\x1f\x8b"
_TEXT = re.compile(rb"(?:\xef\xbb\xbf|\xfe\xff\0|\xff\xfe)?\s*+[<{\[]")
_TOLD_BY = 16
"""Bytes of a body that tell what it is; more is waited for while it is white space."""
_LAYERS = 3
_SLICE = 64 * 1024


class BodyReader:
    """Collects a body in chunks; never holds more than its limit, whatever a chunk unfolds to."""

    def __init__(self, encoding: str, length: str | None, limit: int = BODY_LIMIT) -> None:
        """Raise Fault (bad_encoding, too_large) if the headers say that it can't be read."""
        codings = [coding.strip().lower() for coding in encoding.split(",")]
        if not _UNREADABLE.isdisjoint(codings):
            detail = f"its encoding was not asked for: {', '.join(codings)[:80]!r}"
            raise Fault("bad_encoding", detail)
        if length is not None and int(length) > limit:
            raise Fault("too_large", f"its body has {length} bytes; {limit} are read")
        self.received = 0
        """Bytes that came over the wire so far."""
        self._limit = limit
        self._parts: list[bytes] = []
        self._left = limit
        self._layer = _Layer(codings, _LAYERS)

    def add(self, chunk: bytes) -> None:
        """Take the next chunk; raise Fault if it is broken, or one byte too many."""
        self.received += len(chunk)
        if self.received > self._limit:
            raise self._too_large()
        self._take(self._layer.decode(chunk))

    def whole(self) -> bytes:
        """Return the decoded body, at its end; raise Fault if its compression breaks off."""
        self._take(self._layer.end())
        return b"".join(self._parts)

    def _take(self, parts: Iterator[bytes]) -> None:
        for part in parts:
            self._left -= len(part)
            if self._left < 0:
                raise self._too_large()
            self._parts.append(part)

    def _too_large(self) -> Fault:
        return Fault("too_large", f"its body is larger than {self._limit} bytes")


class _Layer:
    """One layer of a body: what its first bytes say, else what the header says, is undone."""

    def __init__(self, codings: list[str], layers: int) -> None:
        self._codings, self._layers = codings, layers
        self._head = b""
        self._told = False
        self._gzip: _Gunzip | None = None
        self._inner: _Layer | None = None

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk unfolds to, in small parts; the caller stops where it has enough."""
        if not self._told:
            self._head += chunk
            if len(self._head) < _TOLD_BY or self._head.isspace():
                return
            chunk, self._head = self._begin(), b""
        yield from self._undone(chunk)

    def end(self) -> Iterator[bytes]:
        """Yield what is left at the body's end; raise Fault if it breaks off."""
        if not self._told:
            head, self._head = self._begin(), b""
            yield from self._undone(head)
        if self._gzip is not None and self._gzip.open:
            raise Fault("bad_encoding", f"its {self._gzip.name} stream breaks off")
        if self._inner is not None:
            yield from self._inner.end()

    def _begin(self) -> bytes:
        """Tell the layer by its first bytes, and return them."""
        self._told = True
        head = self._head
        if head.startswith(_MAGIC) or (head and _MAGIC.startswith(head) and self._names_gzip()):
            if not self._layers:
                raise Fault("bad_encoding", "it is packed with gzip again and again")
            self._gzip = _Gunzip()
        elif not head or _TEXT.match(head):
            pass
        elif not _ZLIB.isdisjoint(self._codings) or (_is_zlib(head) and self._names_gzip()):
            self._gzip = _Gunzip("deflate", zlib.MAX_WBITS if _is_zlib(head) else -zlib.MAX_WBITS)
        elif self._names_gzip() and not head.isspace() and not _is_text(head):
            raise Fault("bad_encoding", "its gzip stream is broken: it does not begin as one")
        if self._gzip is not None:
            self._inner = _Layer([], self._layers - 1)
        return head

    def _names_gzip(self) -> bool:
        return "gzip" in self._codings or "x-gzip" in self._codings

    def _undone(self, chunk: bytes) -> Iterator[bytes]:
        if self._gzip is None or self._inner is None:
            yield chunk
            return
        for part in self._gzip.decode(chunk):
            yield from self._inner.decode(part)


def _is_zlib(head: bytes) -> bool:
    """Tell whether a zlib stream (RFC 1950 2.2) with a common window begins here."""
    return head[:1] == b"\x78" and len(head) > 1 and int.from_bytes(head[:2]) % 31 == 0


def _is_text(head: bytes) -> bool:
    """Tell whether the bytes hold no control character but white space."""
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)


class _Gunzip:
    """Gzip streams of one or more members (RFC 1952), as browsers read them; deflate as one.

    What follows the last member is ignored: some servers append a comment to a compressed page.
    """

    def __init__(self, name: str = "gzip", window: int = 31) -> None:
        self.name = name
        self._window = window
        self._member = zlib.decompressobj(window)
        self._rest = b""
        self._over = False
        self.open = False
        """Whether a member has begun and not ended."""

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk unfolds to, in parts of a bounded size."""
        data = self._rest + chunk
        self._rest = b""
        while data := self._of_member(data):
            self.open = True
            try:
                part = self._member.decompress(data, _SLICE)
            except zlib.error as error:
                raise Fault("bad_encoding", f"its {self.name} stream is broken") from error
            while part:
                yield part
                # What zlib still holds of the data comes without more of it.
                data = self._member.unconsumed_tail
                full = len(part) == _SLICE and not self._member.eof
                part = self._member.decompress(data, _SLICE) if full else b""
            self.open = not self._member.eof
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _of_member(self, data: bytes) -> bytes:
        """Return the data that is of a member, which begins here if the one before has ended."""
        if not self._member.eof:
            return data
        data = data.lstrip(b"\0")  # padding
        if self._over or _MAGIC.startswith(data):  # nothing, or too little to tell
            self._rest = b"" if self._over else data
            return b""
        self._over = self.name != "gzip" or not data.startswith(_MAGIC)
        if self._over:
            return b""
        self._member = zlib.decompressobj(self._window)
        return data
