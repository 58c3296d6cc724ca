"""Paths that can't be read as files: why, as a rejection."""

from collections.abc import Iterator

from articles.model.entries import Rejected
from articles.model.poll_rows import FeedState
from connectors.files.stream import OpenFile, Stream, digest_of
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject


def broken_gzip(path: str, stream: Stream) -> Rejected:
    """Return the rejection of what a broken gzip stream does not give; the rest was read."""
    detail = f"{stream.problem}; what came before was read"
    key = f"{path}#bad_gzip"
    return reject(path, "bad_gzip", detail, key=key, retryable=stream.truncated)


def refusal(
    rejected: Rejected, file: OpenFile | None, state: FeedState | None
) -> Iterator[FileChunk]:
    """Yield a chunk that rejects a whole file; nothing if the state says just that.

    Without an open file its size and time prove nothing, so that it is tried again each time.
    """
    digest = digest_of(rejected.entry_hash.to_bytes(8, "big", signed=True))
    if state is not None and state.complete and state.content_hash == digest:
        return
    yield FileChunk(
        path=rejected.key,
        kind="none",
        rejected=(rejected,),
        digest=digest,
        size=file.size if file else 0,
        mtime_ns=file.mtime_ns if file else 0,
    )
