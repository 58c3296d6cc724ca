"""A folder of files as a feed: which have changed, reading them, parsing what was read."""

from collections.abc import Callable, Iterator
from errno import ELOOP

from articles.model import Entry, Rejected
from articles.rows import FeedState
from connectors.blocks import RowFile
from connectors.folders import Found, kind_of, walk
from connectors.jsonfiles import read_json
from connectors.payload import ARTICLE_LIMIT, Payload
from connectors.rejects import broken_gzip, refusal, set_aside
from connectors.streams import NotAFileError, Opened, Stream, digest_of, opened, whole

__all__ = ["Found", "Payload", "is_unchanged", "kind_of", "parse", "read", "walk"]

_WHOLE = {"txt", "md", "html", "feed", "jsonfeed", "json"}


def is_unchanged(found: Found, state: FeedState | None) -> bool:
    """Tell whether the file need not even be opened: read to its end, same size, same time."""
    return (
        state is not None
        and found.problem is None
        and state.complete
        and state.size == found.size
        and state.mtime_ns == found.mtime_ns != 0
    )


def read(found: Found, state: FeedState | None) -> Iterator[Payload]:
    """Yield what the state (the newest part of the latest reading) does not cover, part by part.

    Nothing if the bytes are the same, or if the file is gone. What can't be read comes as a payload
    too, in `rejected`, so that each has its place in the reading. May block on the disk.
    """
    if found.problem is not None:
        yield from refusal(found.problem, None, state)
        return
    try:
        with opened(found.full) as file:
            yield from _read(found, file, state)
    except (FileNotFoundError, NotADirectoryError):
        return
    except NotAFileError as error:
        detail = f"it is not a regular file but {error}"
        yield from refusal(set_aside(found.path, "not_a_file", detail), None, state)
    except OSError as error:
        looped = error.errno == ELOOP
        reason = "symlink" if looped else "unreadable"
        detail = f"it can't be read: {error.strerror}"
        yield from refusal(set_aside(found.path, reason, detail, retryable=True), None, state)


def parse(payload: Payload) -> list[Entry | Rejected]:
    """Return the entries and rejections of what was read, in its order, then `payload.rejected`.

    For a worker process. Never raises for bad data; MemoryError and SystemError pass: the worker
    is spent.
    """
    if not (payload.data or payload.rows or payload.kind in _WHOLE):
        return [*payload.rejected]
    try:
        outcome = _parser(payload.kind)(payload)
    except (MemoryError, SystemError):  # json says the second where C found no memory
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over, is bad data
        key = payload.path if payload.kind in _WHOLE else f"{payload.path}#{payload.digest}"
        detail = f"its parser failed: {type(error).__name__}: {error}"
        outcome = [set_aside(payload.path, "parse_crash", detail, payload.data, key=key)]
    return [*outcome, *payload.rejected]


def _read(found: Found, file: Opened, state: FeedState | None) -> Iterator[Payload]:
    """Yield the payloads of an open file."""
    path, kind = found.path, found.kind or "none"
    if kind in {"jsonl", "csv"}:
        yield from RowFile(path, kind, file, gzipped=found.gzipped).payloads(state)
    elif kind == "json":
        yield from read_json(path, file, state, gzipped=found.gzipped)
    elif kind == "parquet":
        # Imported here: pyarrow takes a tenth of a second.
        from connectors.parquet import read_parquet

        yield from read_parquet(path, found.full, file, state)
    else:
        yield from _read_whole(path, kind, file, state, gzipped=found.gzipped)


def _read_whole(
    path: str, kind: str, file: Opened, state: FeedState | None, *, gzipped: bool
) -> Iterator[Payload]:
    stream = Stream(file, gzipped=gzipped)
    data, over = whole(stream.chunks(), ARTICLE_LIMIT)
    if over:
        detail = f"it is larger than {ARTICLE_LIMIT} bytes"
        yield from refusal(set_aside(path, "too_large", detail, data), file, state)
        return
    if stream.problem and not data:
        retryable = stream.truncated
        aside = set_aside(path, "bad_gzip", stream.problem, retryable=retryable)
        yield from refusal(aside, file, state)
        return
    digest = digest_of(data) + ("!" if stream.problem else "")
    if state is not None and state.complete and state.content_hash == digest:
        return
    yield Payload(
        path=path,
        kind=kind,
        data=data,
        rejected=(broken_gzip(path, stream),) if stream.problem else (),
        read_to=len(data),
        digest=digest,
        size=file.size,
        mtime_ns=file.mtime_ns,
    )


def _parser(kind: str) -> Callable[[Payload], list[Entry | Rejected]]:
    """Return the parser of a kind; each imports what it needs, when it is needed."""
    if kind in {"txt", "md"}:
        from connectors import texts

        return texts.parse_txt if kind == "txt" else texts.parse_md
    if kind == "html":
        from connectors.savedpages import parse_html

        return parse_html
    if kind in {"jsonl", "json"}:
        from connectors import rows

        return rows.parse_lines if kind == "jsonl" else rows.parse_object
    if kind == "csv":
        from connectors import csvfiles

        return csvfiles.parse
    if kind == "parquet":
        from connectors.parquet import parse_parquet

        return parse_parquet
    return _parse_document


def _parse_document(payload: Payload) -> list[Entry | Rejected]:
    """Return the entries of a saved feed document; without any it is `empty`."""
    from connectors.documents import parse_saved

    return parse_saved(payload.data, payload.path)
