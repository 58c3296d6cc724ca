"""Reads a file of a folder in chunks, unless it has not changed."""

from collections.abc import Iterator
from dataclasses import replace
from errno import ELOOP

from articles.model.poll_rows import FeedState
from connectors.files.feed_file import is_long, read_long_feed
from connectors.files.folder import ListedPath
from connectors.files.json_file import read_json
from connectors.files.refusals import broken_gzip, refusal
from connectors.files.row_file import RowFile
from connectors.files.stream import (
    NotAFileError,
    OpenFile,
    Stream,
    digest_of,
    head_of,
    open_file,
    read_all,
)
from connectors.formats.content import HEAD_BYTES, content_of, is_feed
from connectors.limits import ARTICLE_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject


def is_unchanged(listed: ListedPath, state: FeedState | None) -> bool:
    """Tell whether the file need not even be opened: read to its end, same size, same time."""
    return (
        state is not None
        and listed.problem is None
        and state.complete
        and state.size == listed.size
        and state.mtime_ns == listed.mtime_ns != 0
    )


def read(listed: ListedPath, state: FeedState | None) -> Iterator[FileChunk]:
    """Yield what the state (the newest part of the latest reading) does not cover, chunk by chunk.

    Nothing if the bytes are the same, or if the file is gone. What can't be read comes as a chunk
    too, in `rejected`, so that each has its place in the reading. May block on the disk.
    """
    if listed.problem is not None:
        yield from refusal(listed.problem, None, state)
        return
    try:
        with open_file(listed.full) as file:
            yield from _read(listed, file, state)
    except (FileNotFoundError, NotADirectoryError):
        return
    except NotAFileError as error:
        detail = f"it is not a regular file but {error}"
        yield from refusal(reject(listed.path, "not_a_file", detail), None, state)
    except OSError as error:
        looped = error.errno == ELOOP
        reason = "symlink" if looped else "unreadable"
        detail = f"it can't be read: {error.strerror}"
        yield from refusal(reject(listed.path, reason, detail, retryable=True), None, state)


def _read(listed: ListedPath, file: OpenFile, state: FeedState | None) -> Iterator[FileChunk]:
    """Yield the chunks of an open file, as what its first bytes say that it is."""
    head, whole, gzipped = head_of(file, HEAD_BYTES)
    content = content_of(head, listed.kind, whole=whole)
    if content.problem is not None:
        if listed.kind is not None:
            yield from refusal(reject(listed.path, *content.problem, head), file, state)
        return
    kind = content.kind or listed.kind
    if kind == "parquet" and gzipped:
        kind = listed.kind
    if kind is None:
        return  # it was a feed when the folder was walked
    if kind == listed.kind:
        yield from _read_as(kind, listed, file, state, gzipped=gzipped)
        return
    # What was read of it as what its name says is no beginning of this reading.
    mark = f"{kind}:"
    own = state is not None and state.content_hash.startswith(mark)
    before = replace(state, content_hash=state.content_hash[len(mark) :]) if state and own else None
    for chunk in _read_as(kind, listed, file, before, gzipped=gzipped):
        yield replace(chunk, digest=f"{mark}{chunk.digest}")


def _read_as(
    kind: str, listed: ListedPath, file: OpenFile, state: FeedState | None, *, gzipped: bool
) -> Iterator[FileChunk]:
    path = listed.path
    if kind in {"jsonl", "csv"}:
        yield from RowFile(path, kind, file, gzipped=gzipped).chunks(state)
    elif kind == "json":
        yield from read_json(path, file, state, gzipped=gzipped)
    elif kind == "parquet":
        # Imported here: pyarrow takes a tenth of a second.
        from connectors.files.parquet import read_parquet

        yield from read_parquet(path, listed.full, file, state)
    else:
        yield from _read_whole(path, kind, file, state, gzipped=gzipped)


def may_be_read(listed: ListedPath) -> bool:
    """Tell whether a file that its name would have skipped is a feed by its first bytes."""
    if not listed.maybe_feed:
        return False
    try:
        with open_file(listed.full) as file:
            head, whole, _ = head_of(file, HEAD_BYTES)
    except OSError:
        return False
    return is_feed(head, whole=whole)


def _read_whole(
    path: str, kind: str, file: OpenFile, state: FeedState | None, *, gzipped: bool
) -> Iterator[FileChunk]:
    stream = Stream(file, gzipped=gzipped)
    data, over = read_all(stream.chunks(), ARTICLE_LIMIT)
    if kind == "feed" and (over or is_long(data)):
        excerpts = read_long_feed(path, file, state, gzipped=gzipped)
        if excerpts is not None:
            yield from excerpts
            return
    if over:
        detail = f"it is larger than {ARTICLE_LIMIT} bytes"
        yield from refusal(reject(path, "too_large", detail, data), file, state)
        return
    if stream.problem and not data:
        retryable = stream.truncated
        rejection = reject(path, "bad_gzip", stream.problem, retryable=retryable)
        yield from refusal(rejection, file, state)
        return
    digest = digest_of(data) + ("!" if stream.problem else "")
    if state is not None and state.complete and state.content_hash == digest:
        return
    yield FileChunk(
        path=path,
        kind=kind,
        data=data,
        rejected=(broken_gzip(path, stream),) if stream.problem else (),
        read_to=len(data),
        digest=digest,
        size=file.size,
        mtime_ns=file.mtime_ns,
    )
