"""Reads a file of rows (.jsonl, .csv): streamed in blocks, resumed where it has grown."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

from articles.model.entries import RAW_LIMIT, Rejected
from articles.model.poll_rows import FeedState
from connectors.encodings.charset_detection import SAMPLE_LIMIT, is_utf8, sample_of
from connectors.encodings.encodings import looks_binary
from connectors.files.csv_rows import Layout, is_row_of, is_separator_line, layout_of
from connectors.files.json_rows import is_json
from connectors.files.lines import Ending, RowSlice, join_quoted_rows, split_lines
from connectors.files.refusals import broken_gzip, refusal
from connectors.files.stream import READ_BYTES, OpenFile, Stream, digest_of
from connectors.limits import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject, reject_row


class RowFile:
    """One reading of a file of rows: the cursor over its bytes, and the block being filled."""

    def __init__(self, path: str, kind: str, file: OpenFile, *, gzipped: bool) -> None:
        self.path, self.kind, self.file = path, kind, file
        self.stream = Stream(file, gzipped=gzipped)
        self.from_start = True
        self.hasher = blake2b(digest_size=16)
        self.read_to = 0
        self.row = 1
        self.header = self.sample = b""
        self.layout: Layout | None = None
        self.tail = ""
        """The digest of a last row that may still grow, and is to be read again."""
        self.seen = False
        """Whether a row was met; without any the file is `empty`."""
        self._clear()

    def chunks(self, state: FeedState | None) -> Iterator[FileChunk]:
        """Yield the blocks that `state` (the newest part of the latest reading) does not cover."""
        data = self._resume(state) if state and state.read_to else None
        if data is None:
            data = self.stream.lines()
            first = next(data, b"")
            binary = looks_binary(first)
            if binary or (self.stream.problem and not first):
                reason = "binary" if binary else "bad_gzip"
                detail = f"it is {binary}" if binary else f"{self.stream.problem}"
                rejection = reject(
                    self.path, reason, detail, first, retryable=self.stream.truncated
                )
                yield from refusal(rejection, self.file, state)
                return
            data = chain([first], data)
        rows = split_lines(data)
        if self.kind == "csv":
            if self.from_start:
                rows = self._take_header(rows)
            if self.header and self.layout is None:
                detail = "its first row names neither a title nor a text"
                rejection = reject(self.path, "bad_csv", detail, self.header)
                yield from refusal(rejection, self.file, state)
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
            self.sample = sample_of(head[:READ_BYTES])
            if self.kind == "csv":
                self._find_header(split_lines(iter([head])))
            self.from_start, self.seen = False, True
            return chain([chunk[len(part) :]], chunks)
        return None

    def _take_header(self, rows: Iterator[RowSlice]) -> Iterator[RowSlice]:
        """Take what is before the first row of data; return the rows from there on."""
        passed = self._find_header(rows)
        first = [passed.pop()] if self.layout is not None and self.layout.headless else []
        for row_slice in passed:
            self._take(row_slice)
            self._clear()
        self.seen = False
        return chain(first, rows)

    def _find_header(self, rows: Iterator[RowSlice]) -> list[RowSlice]:
        """Set the header and the layout; return the slices up to it."""
        passed: list[RowSlice] = []
        for row_slice in join_quoted_rows(rows, None, lambda _: False):
            passed.append(row_slice)
            if row_slice.data.strip() and not is_separator_line(row_slice.data):
                self.header = row_slice.data[:ARTICLE_LIMIT]
                self.sample = self.sample or sample_of(self.header)
                self.layout = layout_of(self.header, self.sample)
                break
        return passed

    def _quoted(self, rows: Iterator[RowSlice]) -> Iterator[RowSlice]:
        layout = self.layout
        if layout is None:
            return rows
        return join_quoted_rows(rows, layout.delimiter, lambda line: is_row_of(layout, line))

    def _blocks(self, rows: Iterator[RowSlice]) -> Iterator[FileChunk]:
        for row_slice in rows:
            if row_slice.ending is Ending.MORE:
                yield from self._long(row_slice, rows)
            elif row_slice.ending is Ending.UNCLOSED:
                self._take(row_slice, keep=False)
                detail = f"line {self.row - 1}: a quotation mark is never closed"
                self.rejected.append(reject_row(self.path, "bad_csv", detail, row_slice.data))
            elif row_slice.ending is Ending.ROW:
                self._take(row_slice)
            else:
                self._tail(row_slice)
            if len(self.filled) >= BLOCK_ROWS or self.size >= BLOCK_BYTES:
                yield self._block(last=False)

    def _long(self, row_slice: RowSlice, rows: Iterator[RowSlice]) -> Iterator[FileChunk]:
        """Pass over a row that is too long, holding nothing of it but its first bytes."""
        if self.filled:
            yield self._block(last=False)
        before, row, raw = (self.hasher.copy(), self.read_to), self.row, row_slice.data[:RAW_LIMIT]
        apart = blake2b(digest_size=16)
        part: RowSlice | None = row_slice
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

    def _tail(self, row_slice: RowSlice) -> None:
        """Read the last row, which has no line end, if it is whole; leave it for later if not."""
        data = row_slice.data
        if not data.strip():
            return
        self.tail = digest_of(data)
        whole = self.kind == "jsonl" and is_json(data, self.sample)
        if self.stream.problem and not whole:
            return
        if row_slice.ending is Ending.OPEN or (self.kind == "jsonl" and not whole):
            detail = f"line {self.row} is not complete yet"
            rejection = reject_row(self.path, "half_written", detail, data, retryable=True)
            self.rejected.append(rejection)
        elif whole:
            # An object that is whole can't grow; a CSV row can.
            self.tail = ""
            self._take(row_slice)
        else:
            self.filled.append(data)
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

    def _take(self, row_slice: RowSlice, *, keep: bool = True) -> None:
        self.hasher.update(row_slice.data)
        self.read_to += len(row_slice.data)
        self.row += row_slice.lines
        if keep:
            self.filled.append(row_slice.data)
            self.size += len(row_slice.data)
            self.lines += row_slice.lines
            self.seen = self.seen or not row_slice.data.isspace()

    def _block(self, *, last: bool) -> FileChunk:
        data = b"".join(self.filled)
        if len(self.sample) < SAMPLE_LIMIT and not is_utf8(data):
            self.sample += sample_of(data)
        chunk = FileChunk(
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
        return chunk

    def _clear(self) -> None:
        self.filled: list[bytes] = []
        self.rejected: list[Rejected] = []
        self.size = self.lines = 0
