"""One way to set something aside, so that every rejection carries its hash and bounded bytes."""

from collections.abc import Iterator

from articles.ids import hash64, hash128
from articles.model import RAW_LIMIT, Rejected
from articles.rows import FeedState
from connectors.payload import Payload
from connectors.streams import Opened, Stream, digest_of


def set_aside(
    path: str | None,
    reason: str,
    detail: str,
    raw: bytes = b"",
    *,
    key: str | None = None,
    retryable: bool = False,
) -> Rejected:
    """Return a rejection, of the whole file unless `key` names a part of it."""
    raw = raw[:RAW_LIMIT]
    key = key or path or hash128(reason, raw.decode("utf-8", "surrogateescape"))
    return Rejected(
        key=key,
        reason=reason,
        detail=detail,
        path=path,
        raw=raw,
        entry_hash=hash64("rejected", key, reason, raw.decode("utf-8", "surrogateescape")),
        retryable=retryable,
    )


def row_aside(
    path: str, reason: str, detail: str, raw: bytes, *, retryable: bool = False
) -> Rejected:
    """Return a rejection of one row, known again by its bytes wherever it stands in its file."""
    raw = raw[:RAW_LIMIT]
    key = f"{path}#{hash128(raw.decode('utf-8', 'surrogateescape'))}"
    return set_aside(path, reason, detail, raw, key=key, retryable=retryable)


def broken_gzip(path: str, stream: Stream) -> Rejected:
    """Return the rejection of what a broken gzip stream does not give; the rest was read."""
    detail = f"{stream.problem}; what came before was read"
    key = f"{path}#bad_gzip"
    return set_aside(path, "bad_gzip", detail, key=key, retryable=stream.truncated)


def refusal(rejected: Rejected, file: Opened | None, state: FeedState | None) -> Iterator[Payload]:
    """Yield a payload that sets a whole file aside; nothing if the state says just that.

    Without an open file its size and time prove nothing, so that it is tried again each time.
    """
    digest = digest_of(rejected.entry_hash.to_bytes(8, "big", signed=True))
    if state is not None and state.complete and state.content_hash == digest:
        return
    yield Payload(
        path=rejected.key,
        kind="none",
        rejected=(rejected,),
        digest=digest,
        size=file.size if file else 0,
        mtime_ns=file.mtime_ns if file else 0,
    )
