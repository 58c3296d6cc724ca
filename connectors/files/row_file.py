"""A file of rows (.jsonl, .csv) as payloads: streamed in blocks, resumed where it has grown."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

from articles.model.entries import RAW_LIMIT, Rejected
from articles.model.poll_rows import FeedState
from connectors.files.csv_rows import Layout, is_row_of, is_separator_line, layout_of
from connectors.files.json_rows import is_json
from connectors.files.lines import Ending, RowSlice, lines, quoted_rows
from connectors.files.refusals import broken_gzip, refusal
from connectors.files.stream import CHUNK, Opened, Stream, digest_of
from connectors.limits import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS
from connectors.parsing.charset_detection import SAMPLE_LIMIT, is_utf8, sample_of
from connectors.parsing.chunk import FileChunk
from connectors.parsing.encodings import looks_binary
from connectors.parsing.rejections import reject, reject_row


class RowFile:
    """One reading of a file of rows: the cursor over its bytes, and the block being filled."""

    def __init__(self, path: str, kind: str, file: Opened, *, gzipped: bool) -> None:
        self.path, self.kind, self.file = path, kind, file
        self.stream = Stream(file, gzipped=gzipped)
        self.from_start = True
        self.hasher = blake2b(digest_size=16)
        self.read_to = 0
        self.row = 1
        self.header = self.sample = b""
        self.layout: Layout | None = None
        self.tail = ""
        self.seen = False
        self._clear()

    def payloads(self, state: FeedState | None) -> Iterator[FileChunk]:
        """Yield the blocks that `state` (the newest part of the latest reading) does not cover."""
        chunks = self._resume(state) if state and state.read_to else None
        if chunks is None:
            chunks = self.stream.lines()
            first = next(chunks, b"")
            what = looks_binary(first)
            if what or (self.stream.problem and not first):
                reason = "binary" if what else "bad_gzip"
                detail = f"it is {what}" if what else f"{self.stream.problem}"
                aside = reject(self.path, reason, detail, first, retryable=self.stream.truncated)
                yield from refusal(aside, self.file, state)
                return
            chunks = chain([first], chunks)
        rows = lines(chunks)
        if self.kind == "csv":
            if self.from_start:
                self._take_header(rows)
            if self.header and self.layout is None:
                detail = "its first row names neither a title nor a text"
                aside = reject(self.path, "bad_csv", detail, self.header)
                yield from refusal(aside, self.file, state)
                return
            rows = self._quoted(rows)
        yield from self._blocks(rows)
        yield from self._end(state)

    def _resume(self, state: FeedState) -> Iterator[bytes] | None:
        """Return what follows the bytes that the state covers; None if the file has other ones."""
        hasher, left, row, head = blake2b(digest_size=16), state.read_to, 1, b""
        chunks = self.stream.lines()
        for chunk in chunks:
            part = chunk[:left]
            hasher.update(part)
            left -= len(part)
            row += part.count(b"\n")
            head = head or part
            if left:
                continue
            if hasher.hexdigest() != state.content_hash.partition("+")[0].rstrip("!"):
                break
            self.hasher, self.read_to, self.row = hasher, state.read_to, row
            self.sample = sample_of(head[:CHUNK])
            if self.kind == "csv":
                self._find_header(lines(iter([head])))
            self.from_start, self.seen = False, True
            return chain([chunk[len(part) :]], chunks)
        return None

    def _take_header(self, rows: Iterator[RowSlice]) -> None:
        for piece in self._find_header(rows):
            self._take(piece)
            self._clear()
        self.seen = False

    def _find_header(self, rows: Iterator[RowSlice]) -> list[RowSlice]:
        """Set the header and the layout; return the pieces up to it."""
        passed: list[RowSlice] = []
        for piece in quoted_rows(rows, None, lambda _: False):
            passed.append(piece)
            if piece.data.strip() and not is_separator_line(piece.data):
                self.header = piece.data[:ARTICLE_LIMIT]
                self.sample = self.sample or sample_of(self.header)
                self.layout = layout_of(self.header, self.sample)
                break
        return passed

    def _quoted(self, rows: Iterator[RowSlice]) -> Iterator[RowSlice]:
        layout = self.layout
        if layout is None:
            return rows
        return quoted_rows(rows, layout.delimiter, lambda line: is_row_of(layout, line))

    def _blocks(self, rows: Iterator[RowSlice]) -> Iterator[FileChunk]:
        for piece in rows:
            if piece.ending is Ending.MORE:
                yield from self._long(piece, rows)
            elif piece.ending is Ending.UNCLOSED:
                self._take(piece, keep=False)
                detail = f"line {self.row - 1}: a quotation mark is never closed"
                self.rejected.append(reject_row(self.path, "bad_csv", detail, piece.data))
            elif piece.ending is Ending.ROW:
                self._take(piece)
            else:
                self._tail(piece)
            if len(self.kept) >= BLOCK_ROWS or self.size >= BLOCK_BYTES:
                yield self._block(last=False)

    def _long(self, piece: RowSlice, rows: Iterator[RowSlice]) -> Iterator[FileChunk]:
        """Pass over a row that is too long, holding nothing of it but its first bytes."""
        if self.kept:
            yield self._block(last=False)
        before, row, raw = (self.hasher.copy(), self.read_to), self.row, piece.data[:RAW_LIMIT]
        apart = blake2b(digest_size=16)
        part: RowSlice | None = piece
        while part is not None:
            self._take(part, keep=False)
            apart.update(part.data)
            if part.ending is Ending.END:
                break
            part = next(rows, None)
        else:
            # It has no line end yet: read again when the file grows.
            self.hasher, self.read_to = before
            self.tail = apart.hexdigest()
        detail = f"line {row} is longer than {ARTICLE_LIMIT} bytes"
        self.rejected.append(reject_row(self.path, "too_large", detail, raw))

    def _tail(self, piece: RowSlice) -> None:
        """Read the last row, which has no line end, if it is whole; leave it for later if not."""
        data = piece.data
        if not data.strip():
            return
        self.tail = digest_of(data)
        whole = self.kind == "jsonl" and is_json(data, self.sample)
        if self.stream.problem and not whole:
            return
        if piece.ending is Ending.OPEN or (self.kind == "jsonl" and not whole):
            detail = f"line {self.row} is not complete yet"
            aside = reject_row(self.path, "half_written", detail, data, retryable=True)
            self.rejected.append(aside)
        elif whole:
            # An object that is whole can't grow; a CSV row can.
            self.tail = ""
            self._take(piece)
        else:
            self.kept.append(data)
        self.seen = True

    def _end(self, state: FeedState | None) -> Iterator[FileChunk]:
        if self.stream.problem:
            self.rejected.append(broken_gzip(self.path, self.stream))
        elif not self.seen and not self.rejected:
            detail = "it holds no row" if self.header else "it is empty"
            self.rejected.append(reject(self.path, "empty", detail, self.header))
        block = self._block(last=True)
        if (
            state is None
            or not state.complete
            or (state.read_to, state.content_hash) != (block.read_to, block.digest)
        ):
            yield block

    def _take(self, piece: RowSlice, *, keep: bool = True) -> None:
        self.hasher.update(piece.data)
        self.read_to += len(piece.data)
        self.row += piece.lines
        if keep:
            self.kept.append(piece.data)
            self.size += len(piece.data)
            self.lines += piece.lines
            self.seen = self.seen or not piece.data.isspace()

    def _block(self, *, last: bool) -> FileChunk:
        data = b"".join(self.kept)
        if len(self.sample) < SAMPLE_LIMIT and not is_utf8(data):
            self.sample += sample_of(data)
        payload = FileChunk(
            path=self.path,
            kind=self.kind,
            data=data,
            encoding=self.stream.encoding,
            header=self.header,
            sample=self.sample,
            row=self.row - self.lines,
            rejected=tuple(self.rejected),
            from_start=self.from_start,
            last=last,
            read_to=self.read_to,
            digest=self.hasher.hexdigest()
            + (f"+{self.tail}" if self.tail else "")
            + ("!" if self.stream.problem else ""),
            size=self.file.size,
            mtime_ns=self.file.mtime_ns,
        )
        self._clear()
        return payload

    def _clear(self) -> None:
        self.kept: list[bytes] = []
        self.rejected: list[Rejected] = []
        self.size = self.lines = 0
