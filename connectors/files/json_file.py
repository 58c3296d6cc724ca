"""Reads a .json file: a list's elements in blocks, a JSON Feed, or one article.

Here, in the main process, no value of the file is built but small ones; that is the worker's.
"""

import codecs
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO

from articles.model.entries import Rejected
from articles.model.poll_rows import FeedState
from connectors.encodings.charset_detection import (
    BROKEN_UTF8,
    NAMES,
    SAMPLE_LIMIT,
    codec_of_sample,
    sample_of,
)
from connectors.encodings.encodings import bom_of, decode, is_plain, looks_binary, wide_of
from connectors.files.json_shape import Shape, shape_of
from connectors.files.long_json import (
    Element,
    beginning,
    elements_of,
    head_of_feed,
    shape_of_long,
    streamed,
)
from connectors.files.refusals import broken_gzip, refusal
from connectors.files.stream import READ_BYTES, OpenFile, Stream, digest_of, read_all
from connectors.formats.json_start import unwrapped
from connectors.limits import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS, ENTRY_LIMIT, JSON_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.json_scan import Scan
from connectors.parsing.rejections import reject, reject_row


def read_json(
    path: str, file: OpenFile, state: FeedState | None, *, gzipped: bool
) -> Iterator[FileChunk]:
    """Yield the chunks of a .json file that the state does not cover."""
    stream = Stream(file, gzipped=gzipped)
    data, over = read_all(stream.chunks(), JSON_LIMIT)
    binary = looks_binary(data)
    reason, detail = "", ""
    if over:
        blocks = _long(path, file, state, gzipped=gzipped)
        if blocks is not None:
            yield from blocks
            return
        reason, detail = "too_large", f"one article of more than {JSON_LIMIT} bytes"
    elif binary:
        reason, detail = "binary", f"it is {binary}"
    elif stream.problem and not data:
        reason, detail = "bad_gzip", stream.problem
    elif not data or data.isspace():
        reason, detail = "empty", "it is empty"
    if reason:
        rejection = reject(path, reason, detail, data, retryable=stream.truncated)
        yield from refusal(rejection, file, state)
        return
    digest = digest_of(data) + ("!" if stream.problem else "")
    if state and state.complete and state.content_hash == digest:
        return
    whole_chunk = FileChunk(path, "json", digest=digest, size=file.size, mtime_ns=file.mtime_ns)
    skip = state.read_to if state and state.content_hash == digest else 0
    for chunk in _split(whole_chunk, data, skip):
        if chunk.last and stream.problem:
            yield replace(chunk, rejected=(*chunk.rejected, broken_gzip(path, stream)))
        else:
            yield chunk


def _split(chunk: FileChunk, data: bytes, skip: int) -> Iterator[FileChunk]:
    """Yield what the text holds; of a list the elements after the first `skip`."""
    delivered = data
    if not is_plain(data):
        converted = _converted(data)
        if converted is None:
            detail = "no encoding makes a text of it"
            rejection = reject(chunk.path, "bad_encoding", detail, data)
            yield replace(chunk, kind="none", rejected=(rejection,))
            return
        data, name = converted
        chunk = replace(chunk, encoding=name)
        if len(data) > JSON_LIMIT:
            detail = f"it is over {JSON_LIMIT} bytes in UTF-8; as .jsonl it could be read"
            rejection = reject(chunk.path, "too_large", detail, delivered)
            yield replace(chunk, kind="none", rejected=(rejection,))
            return
    inner = unwrapped(data)
    delivered, data = (delivered if inner is data else inner), inner
    scan = Scan(data)
    shape = shape_of(scan)
    head = _head(scan, shape) if shape.kind == "jsonfeed" else None
    if shape.kind == "jsonfeed" and head is None and len(data) <= ARTICLE_LIMIT:
        yield replace(chunk, kind="jsonfeed", data=delivered)
    elif head is None and shape.kind in {"jsonfeed", "object"} and len(data) > ARTICLE_LIMIT:
        detail = f"one article or JSON Feed of more than {ARTICLE_LIMIT} bytes"
        rejection = reject(chunk.path, "too_large", detail, data)
        yield replace(chunk, kind="none", rejected=(rejection,))
    elif shape.kind == "object":
        yield replace(chunk, data=data)
    else:
        blocks = _blocks(replace(chunk, kind="jsonl"), elements_of(scan, shape), skip)
        yield from blocks if head is None else _excerpts(blocks, head)


def _head(scan: Scan, shape: Shape) -> bytes | None:
    """Return what goes with each excerpt of a long JSON Feed; None if it is read at once."""
    if len(scan.data) <= ARTICLE_LIMIT:
        # With a scan of its own: the brackets it passes are not counted twice.
        entries = Scan(scan.data).elements(shape.start)
        if scan.data.count(b"{") <= ENTRY_LIMIT or sum(1 for _ in entries) <= ENTRY_LIMIT:
            return None
    return head_of_feed(Scan(scan.data), shape)


def _excerpts(blocks: Iterator[FileChunk], head: bytes) -> Iterator[FileChunk]:
    """Make of each block of a JSON Feed's entries a small JSON Feed."""
    for block in blocks:
        if not block.data:
            yield replace(block, kind="none")
            continue
        data = b"{" + head + b'"items":[' + block.data.replace(b"\n", b",") + b"]}"
        yield replace(block, kind="jsonfeed", data=data)


def _long(
    path: str, file: OpenFile, state: FeedState | None, *, gzipped: bool
) -> Iterator[FileChunk] | None:
    """Return the blocks of a text over JSON_LIMIT, read as a stream; None if it can't be."""
    stream = Stream(file, gzipped=gzipped)
    start = beginning(stream.lines())
    shape = None if looks_binary(start) else shape_of_long(start)
    head = head_of_feed(Scan(start), shape) if shape and shape.kind == "jsonfeed" else None
    if shape is None or (shape.kind == "jsonfeed" and head is None):
        return None
    hasher = blake2b(digest_size=16)
    for data in stream.chunks():
        hasher.update(data)
    digest = hasher.hexdigest() + ("!" if stream.problem else "")
    if state and state.complete and state.content_hash == digest:
        return iter(())
    chunk = FileChunk(
        path,
        "jsonl",
        encoding=stream.encoding,
        digest=digest,
        size=file.size,
        mtime_ns=file.mtime_ns,
        rejected=(broken_gzip(path, stream),) if stream.problem else (),
    )
    skip = state.read_to if state and state.content_hash == digest else 0
    blocks = _blocks(chunk, streamed(stream.lines(), shape), skip)
    return blocks if head is None else _excerpts(blocks, head)


def _converted(data: bytes) -> tuple[bytes, str | None] | None:
    """Return a text as UTF-8, and the encoding it was in; None if no encoding makes a text of it.

    A long one is converted in parts: as a `str` it may take four times its bytes. Of one that
    would be over JSON_LIMIT only the beginning is.
    """
    if len(data) <= ARTICLE_LIMIT:
        decoded = decode(data)
        if decoded is None:
            return None
        name = decoded.repairs[0].removeprefix("encoding:") if decoded.repairs else None
        return decoded.text.encode(), name
    bom = bom_of(data)
    codec = bom[0] if bom else wide_of(data) or codec_of_sample(_sample(data))
    if codec is None:
        return None
    decoder = codecs.getincrementaldecoder("utf-8" if codec == BROKEN_UTF8 else codec)("replace")
    out = BytesIO()
    replaced = size = 0
    for start in range(bom[1] if bom else 0, len(data), READ_BYTES):
        part = decoder.decode(
            data[start : start + READ_BYTES], final=start + READ_BYTES >= len(data)
        )
        replaced += part.count("\ufffd")
        size += len(part)
        out.write(part.encode())
        if out.tell() > JSON_LIMIT:
            break
    if replaced * 100 > max(100, size) and codec != BROKEN_UTF8:
        return None
    name = None if codec == "utf-8" else NAMES.get(codec, codec)
    broken = replaced and codec != BROKEN_UTF8
    return out.getvalue(), f"{name or codec}-broken" if broken else name


def _sample(data: bytes) -> bytes:
    sample = b""
    for start in range(0, len(data), READ_BYTES):
        sample += sample_of(data[start : start + READ_BYTES])
        if len(sample) >= SAMPLE_LIMIT:
            break
    return sample


def _blocks(chunk: FileChunk, elements: Iterator[Element], skip: int) -> Iterator[FileChunk]:
    """Yield the elements in blocks, one a line: outside its strings JSON is free to be one line."""
    rows: list[bytes] = []
    rejected: list[Rejected] = []
    size = count = 0
    for element in elements:
        if element.fault == "bad_json":
            detail = f"from byte {element.position} on it is not valid JSON"
            key = f"{chunk.path}#bad_json" if count else chunk.path
            rejected.append(reject(chunk.path, "bad_json", detail, element.data, key=key))
            break
        count += 1
        if count <= skip:
            continue
        if element.fault:
            detail = f"element {count} is over {ARTICLE_LIMIT} bytes"
            rejected.append(reject_row(chunk.path, element.fault, detail, element.data))
            continue
        rows.append(element.data.replace(b"\n", b" ").replace(b"\r", b" "))
        size += len(element.data)
        if len(rows) >= BLOCK_ROWS or size >= BLOCK_BYTES:
            yield _block(chunk, rows, rejected, (count, skip), last=False)
            rows, rejected, size = [], [], 0
    if not count and not rejected:
        rejected.append(reject(chunk.path, "empty", "it is an empty list"))
    yield _block(chunk, rows, [*rejected, *chunk.rejected], (count, skip), last=True)


def _block(
    chunk: FileChunk,
    rows: list[bytes],
    rejected: list[Rejected],
    reach: tuple[int, int],
    *,
    last: bool,
) -> FileChunk:
    count, skip = reach
    return replace(
        chunk,
        data=b"\n".join(rows),
        rejected=tuple(rejected),
        row=max(1, count - len(rows) + 1),
        from_start=not skip,
        read_to=count,
        last=last,
    )
