"""A .json file as payloads: a list's elements in blocks, a JSON Feed, or one article."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from articles.model import RAW_LIMIT, Rejected
from articles.rows import FeedState
from connectors.encodings import decode, is_plain, looks_binary
from connectors.fields import entry_of, role_of
from connectors.payload import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS, JSON_LIMIT, Payload
from connectors.rejects import broken_gzip, refusal, row_aside, set_aside
from connectors.rows import loads
from connectors.streams import Opened, Stream, digest_of, whole

_LISTS = {
    "articles", "items", "data", "results", "docs", "entries", "news", "rows", "records", "posts",
    "stories", "value", "hits",
}  # fmt: skip
_ENVELOPES = {"response", "data", "result", "results", "hits", "feed", "payload"}
_SPACE = re.compile(r"[ \t\r\n\ufeff\x1e]*")
_BETWEEN = re.compile(r"[ \t\r\n\x1e,]*")
_FEED_MARKS = {"home_page_url", "feed_url", "content_html", "content_text", "date_published"}
_VERSION = re.compile(r"jsonfeed\.org|^1(\.\d)?$")


def _number(_: str) -> int:
    """Numbers are not looked at here; one of a million digits must cost nothing."""
    return 1


_DECODER = json.JSONDecoder(parse_int=_number, parse_float=_number)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a JSON text is: `list` or `lines` (elements from `start` on), `object`, `jsonfeed`."""

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
    elif stream.problem and not data:
        reason, detail = "bad_gzip", stream.problem
    elif not data.strip():
        reason, detail = "empty", "it is empty"
    if reason:
        aside = set_aside(path, reason, detail, data, retryable=stream.truncated)
        yield from refusal(aside, file, state)
        return
    digest = digest_of(data) + ("!" if stream.problem else "")
    if state and state.complete and state.content_hash == digest:
        return
    payload = Payload(path, "json", digest=digest, size=file.size, mtime_ns=file.mtime_ns)
    skip = state.read_to if state and state.content_hash == digest else 0
    for part in _split(payload, data, skip):
        if part.last and stream.problem:
            yield replace(part, rejected=(*part.rejected, broken_gzip(path, stream)))
        else:
            yield part


def _split(payload: Payload, data: bytes, skip: int) -> Iterator[Payload]:
    """Yield what the text holds; of a list the elements after the first `skip`."""
    delivered = data
    if not is_plain(data):
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
        yield replace(payload, kind="jsonfeed", data=delivered)
    elif shape.kind == "jsonfeed" or (shape.kind == "object" and len(data) > ARTICLE_LIMIT):
        detail = f"one article or JSON Feed of more than {ARTICLE_LIMIT} bytes"
        aside = set_aside(payload.path, "too_large", detail, data)
        yield replace(payload, kind="none", rejected=(aside,))
    elif shape.kind == "object":
        yield replace(payload, data=data)
    else:
        yield from _blocks(replace(payload, kind="jsonl"), text, shape, skip)


def _blocks(payload: Payload, text: str, shape: Shape, skip: int) -> Iterator[Payload]:
    """Yield the elements in blocks, one a line: outside its strings JSON is free to be one line."""
    rows: list[bytes] = []
    rejected: list[Rejected] = []
    size = count = 0
    for element in elements(text, shape.start, closed=shape.kind == "list"):
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
            yield _block(payload, rows, rejected, (count, skip), last=False)
            rows, rejected, size = [], [], 0
    if not count and not rejected:
        rejected.append(set_aside(payload.path, "empty", "it is an empty list"))
    yield _block(payload, rows, rejected, (count, skip), last=True)


def _block(
    payload: Payload,
    rows: list[bytes],
    rejected: list[Rejected],
    reach: tuple[int, int],
    *,
    last: bool,
) -> Payload:
    count, skip = reach
    return replace(
        payload,
        data=b"\n".join(rows),
        rejected=tuple(rejected),
        row=max(1, count - len(rows) + 1),
        from_start=not skip,
        read_to=count,
        last=last,
    )


def shape_of(text: str, place: int = 0) -> Shape:
    """Tell what the JSON text (a character a byte) from `place` on is.

    Several values in a row are a list (JSON lines under the wrong name); so is a list of objects
    with usable fields in a known wrapper (`articles`, `response.docs`), unless a text stands
    before it, or it is a JSON Feed.
    """
    start = _SPACE.match(text, place).end()  # type: ignore[union-attr]
    if text[start : start + 1] == "[":
        return Shape("list", start + 1)
    if text[start : start + 1] != "{":
        return Shape("object")
    seen: set[str] = set()
    try:
        for name, value, end in _members(text, start + 1):
            if not name:
                more = _SPACE.match(text, end).end()  # type: ignore[union-attr]
                return Shape("lines", start) if not place and more < len(text) else Shape("object")
            found = _wrapped(text, name, value, seen)
            if found is not None:
                return found
            role = role_of(name)
            if role and role[0] in {"content", "html"} and text[value] == '"':
                seen.add("")  # it has a text of its own: no wrapper
            seen.add(name)
            if name == "version" and _VERSION.search(str(_DECODER.raw_decode(text, value)[0])):
                seen.add("feed_url")
    except (ValueError, RecursionError):
        pass
    return Shape("object")


def _members(text: str, place: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, place of the value, end of the object); at its end an empty name.

    Raises:
        ValueError: it is no valid JSON.
        RecursionError: it is nested too deep.

    """
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
        if text[place : place + 1] == "}":
            yield "", place, place + 1
            return
        name, place = _DECODER.raw_decode(text, place)
        place = _SPACE.match(text, place).end()  # type: ignore[union-attr]
        if not isinstance(name, str) or text[place : place + 1] != ":":
            raise ValueError(place)
        value = _SPACE.match(text, place + 1).end()  # type: ignore[union-attr]
        yield name or " ", value, 0
        place = _DECODER.raw_decode(text, value)[1]


def _wrapped(text: str, name: str, value: int, seen: set[str]) -> Shape | None:
    """Return the shape of a list of articles that this member holds; None if it holds none."""
    plain, first = name.casefold(), text[value : value + 1]
    if "" in seen:
        return None
    if first == "{" and plain in _ENVELOPES:
        inner = shape_of(text, value)
        return inner if inner.kind in {"list", "jsonfeed"} else None
    if first != "[" or plain not in _LISTS:
        return None
    element = next(elements(text, value + 1), None)
    one = loads(element.encode("latin-1")) if isinstance(element, str) else None
    if name == "items" and (
        seen & _FEED_MARKS or (isinstance(one, dict) and one.keys() & _FEED_MARKS)
    ):
        return Shape("jsonfeed")
    usable = isinstance(one, dict) and entry_of(one, None) is not None
    return Shape("list", value + 1) if usable else None


def elements(text: str, place: int, *, closed: bool = True) -> Iterator[str | int]:
    """Yield the text of each element; at the first error its place, and no more.

    `closed`: they stand in a list, so that a text without its end is an error.
    """
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
        if place >= len(text) and not closed:
            return
        if closed and text[place : place + 1] == "]":
            return
        try:
            end = _DECODER.raw_decode(text, place)[1]
        except (ValueError, RecursionError):
            yield place
            return
        yield text[place:end]
        place = end
