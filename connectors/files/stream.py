"""Streams a regular file in bounded chunks: opened safely, decompressed, made UTF-8."""

import codecs
import os
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from connectors.encodings.encodings import bom_of, wide_of

READ_BYTES = 1024 * 1024
"""Bytes that are read, or decompressed, at a time."""
_SECOND_NS = 1_000_000_000
_RACY_NS = 50_000_000
"""A clock tick of a file system that keeps fractions of a second, and then some."""
_HEAD_BYTES = 4096


class NotAFileError(OSError):
    """The path is a folder, FIFO, socket or device."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open regular file, with its size and time of that moment."""

    descriptor: int
    size: int
    mtime_ns: int

    def reopened(self) -> BinaryIO:
        """Return a binary file of the same open file, which the caller closes."""
        return os.fdopen(os.dup(self.descriptor), "rb")


@contextmanager
def open_file(full: Path) -> Iterator[OpenFile]:
    """Open a regular file, never a FIFO (it would block) and never through a link.

    Raises:
        NotAFileError: it is no regular file (any more).
        OSError: the operating system refuses, ELOOP for a link.

    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    descriptor = os.open(full, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(stat.filemode(status.st_mode))
        # A file written in this tick may change again without a new time (as git's index knows);
        # a time in whole seconds may be of a file system whose ticks are as long as two.
        whole_seconds = status.st_mtime_ns % _SECOND_NS == 0
        tick = 2 * _SECOND_NS if whole_seconds else _RACY_NS
        racy = status.st_mtime_ns > time.time_ns() - tick
        yield OpenFile(descriptor, status.st_size, 0 if racy else status.st_mtime_ns)
    finally:
        os.close(descriptor)


class Stream:
    """The chunks of an open file, from its start each time it is iterated.

    After iterating, `problem` says what is wrong with its gzip stream (None: nothing), and
    `truncated` whether that ends early, so that it may be still growing.
    """

    __slots__ = ("_descriptor", "_gzipped", "encoding", "problem", "truncated")

    def __init__(self, file: OpenFile, *, gzipped: bool) -> None:
        self._descriptor = file.descriptor
        self._gzipped = gzipped
        self.encoding: str | None = None
        self.problem: str | None = None
        self.truncated = False

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, decompressed, at most READ_BYTES at a time."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self.problem, self.truncated = None, False
        return _joined(self._inflated()) if self._gzipped else self._plain()

    def lines(self) -> Iterator[bytes]:
        """Yield the chunks as UTF-8 (or another superset of ASCII), without a byte order mark."""
        chunks = self.chunks()
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) >= _HEAD_BYTES:
                break
        bom = bom_of(head)
        codec = bom[0] if bom else wide_of(head) if b"\0" in head[:_HEAD_BYTES] else None
        head = head[bom[1] :] if bom else head
        if codec in {None, "utf-8"}:
            yield head
            yield from chunks
            return
        self.encoding = codec
        decoder = codecs.getincrementaldecoder(codec or "")("replace")
        yield decoder.decode(head).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()

    def _plain(self) -> Iterator[bytes]:
        while chunk := os.read(self._descriptor, READ_BYTES):
            yield chunk

    def _inflated(self) -> Iterator[bytes]:
        """Decompress all members (RFC 1952), never more than READ_BYTES at a time."""
        inflater = zlib.decompressobj(31)
        begun = False
        for chunk in self._plain():
            data, more = chunk, True
            while data or more:
                if inflater.eof:
                    data = data.lstrip(b"\0")  # tapes pad with zeros
                    if not data:
                        break
                    inflater, begun = zlib.decompressobj(31), False
                try:
                    out = inflater.decompress(data, READ_BYTES)
                except zlib.error as error:
                    self.problem = f"its gzip stream is broken: {error}"
                    return
                begun = True
                data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                more = len(out) == READ_BYTES
                if out:
                    yield out
        if begun and not inflater.eof:
            self.problem, self.truncated = "its gzip stream ends early", True


def _joined(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Join small chunks: a thousand gzip members of a byte each must not stay a thousand."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= READ_BYTES // 4:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def head_of(file: OpenFile, limit: int) -> tuple[bytes, bool, bool]:
    """Return the first bytes, whether they are all of the file, and whether it is gzipped.

    What is compressed is told by its first bytes, and decompressed; of a broken stream what comes
    before the break.
    """
    data = os.pread(file.descriptor, limit, 0)
    if not data.startswith(b"\x1f\x8b\x08"):
        return data, len(data) == file.size, False
    inflater = zlib.decompressobj(31)
    try:
        head = inflater.decompress(data, limit)
    except zlib.error:
        return b"", False, True
    return head, inflater.eof and not inflater.unused_data, True


def read_all(chunks: Iterator[bytes], limit: int) -> tuple[bytes, bool]:
    """Return all bytes, and False; or, if they are over `limit`, the first of them, and True."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return parts[0], True
    return b"".join(parts), False


def digest_of(data: bytes) -> str:
    """Return the BLAKE2b hash (RFC 7693) of the bytes as 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def digest_of_all(file: OpenFile) -> str:
    """Return the BLAKE2b hash of a whole file, in bounded memory."""
    hasher = blake2b(digest_size=16)
    for chunk in Stream(file, gzipped=False).chunks():
        hasher.update(chunk)
    return hasher.hexdigest()
