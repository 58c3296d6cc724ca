"""One way to reject, so that every rejection carries its hash and bounded bytes."""

from articles.model.entries import RAW_LIMIT, Rejected
from articles.model.ids import hash64, hash128


def reject(
    path: str | None,
    reason: str,
    detail: str,
    raw: bytes = b"",
    *,
    key: str | None = None,
    retryable: bool = False,
) -> Rejected:
    """Return a rejection.

    Args:
        path: the file's, None for a polled feed.
        reason: one of reasons.REASONS.
        detail: a sentence for a person: what exactly is wrong.
        raw: what was read; its beginning is kept.
        key: what is rejected of the file; without it that is the whole file.
        retryable: whether reading the same again could succeed.

    """
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


def reject_row(
    path: str, reason: str, detail: str, raw: bytes, *, retryable: bool = False
) -> Rejected:
    """Return a rejection of one row, known again by its bytes wherever it stands in its file."""
    raw = raw[:RAW_LIMIT]
    key = f"{path}#{hash128(raw.decode('utf-8', 'surrogateescape'))}"
    return reject(path, reason, detail, raw, key=key, retryable=retryable)
