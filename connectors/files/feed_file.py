"""Reads a long saved feed (an archive, an export) as a stream: in excerpts, each a small feed."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

from articles.model.entries import RAW_LIMIT, Rejected
from articles.model.poll_rows import FeedState
from connectors.feeds.cutting import Cut, Surroundings, cut, surroundings_of
from connectors.files.refusals import broken_gzip
from connectors.files.stream import OpenFile, Stream
from connectors.limits import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS, ENTRY_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject_row

_MARK = "long:"
"""Before the digest: a reading of the whole document at once is no beginning of this one."""
_END_TAG = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,60}:)?(?:item|entry)\s{0,10}>")


def is_long(data: bytes) -> bool:
    """Tell whether a document may have more entries than one reading takes."""
    if b"\0" in data[:64]:
        data = data.replace(b"\0", b"")  # UTF-16
    return data.count(b"</") > ENTRY_LIMIT and len(_END_TAG.findall(data)) > ENTRY_LIMIT


def read_long_feed(
    path: str, file: OpenFile, state: FeedState | None, *, gzipped: bool
) -> Iterator[FileChunk] | None:
    """Return the excerpts that the state does not cover; None if the file can't be cut."""
    around = surroundings_of(Stream(file, gzipped=gzipped).lines())
    if around is None:
        return None
    return _LongFeed(path, file, around, gzipped=gzipped).chunks(state)


class _LongFeed:
    """One reading of a long feed: how far it is, and the excerpt being filled."""

    def __init__(self, path: str, file: OpenFile, around: Surroundings, *, gzipped: bool) -> None:
        self.path, self.file, self.around = path, file, around
        self.stream = Stream(file, gzipped=gzipped)
        self.hasher = blake2b(digest_size=16)
        self.read_to = 0
        self.from_start = True
        self._clear()

    def chunks(self, state: FeedState | None) -> Iterator[FileChunk]:
        """Yield the excerpts from where the state ends, if these are its bytes, else all."""
        own = state is not None and state.content_hash.startswith(_MARK)
        rest = self._skip(state.read_to, state.content_hash) if state and own else None
        self.from_start = rest is None
        if rest is None:
            rest = self._skip(len(self.around.before), None) or iter(())
        long = b""
        for kind, data in cut(rest, self.around.entry):
            self.hasher.update(data)
            self.read_to += len(data)
            if kind is Cut.MORE or kind is Cut.LONG:
                long = long or data[:RAW_LIMIT]
            if kind is Cut.LONG or (kind is Cut.OPEN and long):
                detail = f"an entry before byte {self.read_to} is over {ARTICLE_LIMIT} bytes"
                self.rejected.append(reject_row(self.path, "too_large", detail, long))
                long = b""
            elif kind is Cut.ENTRY or (kind is Cut.OPEN and not long):
                self.rows.append(data)
                self.size += len(data)
            if self._is_full():
                yield self._chunk(last=False)
        if self.stream.problem:
            self.rejected.append(broken_gzip(self.path, self.stream))
        last = self._chunk(last=True)
        if not (state and state.complete) or state.content_hash != last.digest:
            yield last

    def _skip(self, length: int, digest: str | None) -> Iterator[bytes] | None:
        """Return what follows the first bytes; None if their digest is another one."""
        self.hasher, left = blake2b(digest_size=16), length
        chunks = self.stream.lines()
        for chunk in chunks:
            part = chunk[:left]
            self.hasher.update(part)
            left -= len(part)
            if left:
                continue
            if digest not in {None, self._digest(), f"{self._digest()}!"}:
                return None
            self.read_to = length
            return chain([chunk[len(part) :]], chunks)
        return None

    def _is_full(self) -> bool:
        """Tell whether an excerpt is worth the head that goes with it."""
        if self.size >= BLOCK_BYTES or len(self.rows) >= ENTRY_LIMIT:
            return True
        return len(self.rows) >= BLOCK_ROWS and self.size >= len(self.around.before)

    def _digest(self) -> str:
        return f"{_MARK}{self.hasher.hexdigest()}"

    def _chunk(self, *, last: bool) -> FileChunk:
        rows = self.rows
        data = b"".join((self.around.before, *rows, self.around.after)) if rows else b""
        chunk = FileChunk(
            path=self.path,
            kind="feed" if rows else "none",
            data=data,
            rejected=tuple(self.rejected),
            from_start=self.from_start,
            last=last,
            read_to=self.read_to,
            digest=self._digest() + ("!" if self.stream.problem else ""),
            size=self.file.size,
            mtime_ns=self.file.mtime_ns,
        )
        self._clear()
        return chunk

    def _clear(self) -> None:
        self.rows: list[bytes] = []
        self.rejected: list[Rejected] = []
        self.size = 0
