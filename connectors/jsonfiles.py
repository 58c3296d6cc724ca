"""A .json file as payloads: a list's elements in blocks, a JSON Feed, or one article."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from articles.model import RAW_LIMIT
from articles.rows import FeedState
from connectors.encodings import decode, looks_binary
from connectors.fields import role_of
from connectors.payload import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS, JSON_LIMIT, Payload
from connectors.rejects import refusal, row_aside, set_aside
from connectors.streams import Opened, Stream, digest_of, whole

_LISTS = {
    "articles", "items", "data", "results", "docs", "entries", "news", "rows", "records", "posts",
    "stories", "value", "hits",
}  # fmt: skip
_ENVELOPES = {"response", "data", "result", "results", "hits", "feed", "payload"}
_SPACE = re.compile(r"[ \t\r\n\ufeff\x1e]*")
_BETWEEN = re.compile(r"[ \t\r\n\x1e,]*")
_FEED_MARKS = {"home_page_url", "feed_url", "content_html", "content_text", "date_published"}
_VERSION = re.compile(r'jsonfeed\.org|^1(\.\d)?$')


@dataclass(frozen=True, slots=True)
class Shape:
    """What a JSON text is: `list` (elements from `start` on), `object`, `jsonfeed` or `broken`."""

    kind: str
    start: int = 0


def read_json(
    path: str, file: Opened, state: FeedState | None, *, gzipped: bool
) -> Iterator[Payload]:
    """Yield the payloads of a .json file that the state does not cover."""
    stream = Stream(file, gzipped=gzipped)
    data, over = whole(stream.chunks(), JSON_LIMIT)
    what = looks_binary(data)
    reason, detail = "", ""
    if over:
        reason, detail = "too_large", f"it is over {JSON_LIMIT} bytes; as .jsonl it could be read"
    elif what:
        reason, detail = "binary", f"it is {what}"
    elif stream.problem:
        reason, detail = "bad_gzip", stream.problem
    elif not data.strip():
        reason, detail = "empty", "it is empty"
    if reason:
        aside = set_aside(path, reason, detail, data, retryable=stream.truncated)
        yield from refusal(aside, file, state)
        return
    digest = digest_of(data)
    if state and state.complete and state.content_hash == digest:
        return
    payload = Payload(path, "json", digest=digest, size=file.size, mtime_ns=file.mtime_ns)
    skip = state.read_to if state and state.content_hash == digest else 0
    yield from _split(payload, data, skip)


def _split(payload: Payload, data: bytes, skip: int) -> Iterator[Payload]:
    """Yield what the text holds; of a list the elements after the first `skip`."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(data)
        if decoded is None:
            detail = "no encoding makes a text of it"
            aside = set_aside(payload.path, "bad_encoding", detail, data)
            yield replace(payload, kind="none", rejected=(aside,))
            return
        name = decoded.repairs[0].removeprefix("encoding:") if decoded.repairs else None
        payload, data = replace(payload, encoding=name), decoded.text.encode()
    # JSON's own characters are ASCII: as Latin-1 a character is a byte, whatever the script.
    text = data.decode("latin-1")
    shape = shape_of(text)
    if shape.kind == "jsonfeed" and len(data) <= ARTICLE_LIMIT:
        yield replace(payload, kind="jsonfeed", data=data)
    elif shape.kind == "jsonfeed":
        detail = f"a JSON feed over {ARTICLE_LIMIT} bytes"
        aside = set_aside(payload.path, "too_large", detail, data)
        yield replace(payload, kind="none", rejected=(aside,))
    elif shape.kind == "object":
        yield replace(payload, data=data)
    else:
        yield from _blocks(replace(payload, kind="jsonl"), text, shape.start, skip)


def _blocks(payload: Payload, text: str, start: int, skip: int) -> Iterator[Payload]:
    """Yield the elements from `start` on in blocks, one a line (white space in them is one line)."""
    rows: list[bytes] = []
    rejected = []
    size = count = 0
    for element in elements(text, start):
        if isinstance(element, int):
            detail = f"from byte {element} on it is not valid JSON"
            raw = text[element : element + RAW_LIMIT].encode("latin-1")
            key = f"{payload.path}#bad_json" if count else payload.path
            rejected.append(set_aside(payload.path, "bad_json", detail, raw, key=key))
            break
        count += 1
        if count <= skip:
            continue
        if len(element) > ARTICLE_LIMIT:
            detail = f"element {count} is over {ARTICLE_LIMIT} bytes"
            raw = element[:RAW_LIMIT].encode("latin-1")
            rejected.append(row_aside(payload.path, "too_large", detail, raw))
            continue
        rows.append(element.replace("\n", " ").replace("\r", " ").encode("latin-1"))
        size += len(element)
        if len(rows) >= BLOCK_ROWS or size >= BLOCK_BYTES:
            yield _block(payload, rows, rejected, count, skip, last=False)
            rows, rejected, size = [], [], 0
    if not count and not rejected:
        rejected.append(set_aside(payload.path, "empty", "it is an empty list"))
    yield _block(payload, rows, rejected, count, skip, last=True)


def _block(payload, rows, rejected, count, skip, *, last):
    ...


def shape_of(text: str) -> Shape:
    """Tell what the text is: a list or several values are rows, so is a list in a known wrapper."""


def elements(text: str, place: int) -> Iterator[str | int]:
    """Yield the text of each element; at the first error its place, and no more."""
