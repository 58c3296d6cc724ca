"""A .json file as payloads: a list's elements in blocks, a JSON Feed, or one article.

Here, in the main process, no value of the file is built but small ones; that is the worker's.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

from articles.model import RAW_LIMIT, Rejected
from articles.rows import FeedState
from connectors.detection import BROKEN_UTF8, NAMES, SAMPLE_LIMIT, sample_of, tell
from connectors.encodings import bom_of, decode, is_plain, looks_binary, wide_of
from connectors.fields import entry_of, role_of
from connectors.jsonscan import Scan
from connectors.payload import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS, JSON_LIMIT, Payload
from connectors.rejects import broken_gzip, refusal, row_aside, set_aside
from connectors.rows import loads
from connectors.streams import CHUNK, Opened, Stream, digest_of, whole

_LISTS = {
    "articles", "items", "data", "results", "docs", "entries", "news", "rows", "records", "posts",
    "stories", "value", "hits",
}  # fmt: skip
_ENVELOPES = {"response", "data", "result", "results", "hits", "feed", "payload"}
_ENVELOPES_LIMIT = 4
_MEMBERS_LIMIT = 10_000
"""Members of an object among which a list of articles is looked for."""
_PROBE_LIMIT = 256 * 1024
"""Bytes of an element that is looked into; of a longer one only the names are."""
_FEED_MARKS = {"home_page_url", "feed_url", "content_html", "content_text", "date_published"}
_VERSION = re.compile(rb"jsonfeed\.org|^1(\.\d)?$")


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
    elif not data or data.isspace():
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
        converted = _converted(data)
        if converted is None:
            detail = "no encoding makes a text of it"
            aside = set_aside(payload.path, "bad_encoding", detail, data)
            yield replace(payload, kind="none", rejected=(aside,))
            return
        data, name = converted
        payload = replace(payload, encoding=name)
        if len(data) > JSON_LIMIT:
            detail = f"it is over {JSON_LIMIT} bytes in UTF-8; as .jsonl it could be read"
            aside = set_aside(payload.path, "too_large", detail, delivered)
            yield replace(payload, kind="none", rejected=(aside,))
            return
    scan = Scan(data)
    shape = shape_of(scan)
    if shape.kind == "jsonfeed" and len(data) <= ARTICLE_LIMIT:
        yield replace(payload, kind="jsonfeed", data=delivered)
    elif shape.kind == "jsonfeed" or (shape.kind == "object" and len(data) > ARTICLE_LIMIT):
        detail = f"one article or JSON Feed of more than {ARTICLE_LIMIT} bytes"
        aside = set_aside(payload.path, "too_large", detail, data)
        yield replace(payload, kind="none", rejected=(aside,))
    elif shape.kind == "object":
        yield replace(payload, data=data)
    else:
        yield from _blocks(replace(payload, kind="jsonl"), scan, shape, skip)


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
    mark = bom_of(data)
    codec = mark[0] if mark else wide_of(data) or tell(_sample(data))
    if codec is None:
        return None
    text = codecs.getincrementaldecoder("utf-8" if codec == BROKEN_UTF8 else codec)("replace")
    out = BytesIO()
    replaced = size = 0
    for start in range(mark[1] if mark else 0, len(data), CHUNK):
        part = text.decode(data[start : start + CHUNK], final=start + CHUNK >= len(data))
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
    for start in range(0, len(data), CHUNK):
        sample += sample_of(data[start : start + CHUNK])
        if len(sample) >= SAMPLE_LIMIT:
            break
    return sample


def _blocks(payload: Payload, scan: Scan, shape: Shape, skip: int) -> Iterator[Payload]:
    """Yield the elements in blocks, one a line: outside its strings JSON is free to be one line."""
    rows: list[bytes] = []
    rejected: list[Rejected] = []
    size = count = 0
    for start, end in scan.elements(shape.start, closed=shape.kind == "list"):
        raw = scan.data[start : start + RAW_LIMIT]
        if start == end:
            detail = f"from byte {start} on it is not valid JSON"
            key = f"{payload.path}#bad_json" if count else payload.path
            rejected.append(set_aside(payload.path, "bad_json", detail, raw, key=key))
            break
        count += 1
        if count <= skip:
            continue
        if end - start > ARTICLE_LIMIT:
            detail = f"element {count} is over {ARTICLE_LIMIT} bytes"
            rejected.append(row_aside(payload.path, "too_large", detail, raw))
            continue
        rows.append(scan.data[start:end].replace(b"\n", b" ").replace(b"\r", b" "))
        size += end - start
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


def shape_of(scan: Scan) -> Shape:
    """Tell what the JSON text is.

    Several values in a row are a list (JSON lines under the wrong name); so is a list of objects
    with usable fields in a known wrapper (`articles`, `response.docs`), unless a text stands
    before it, or it is a JSON Feed.
    """
    start = scan.space(0)
    first = scan.data[start : start + 1]
    if first == b"[":
        return Shape("list", start + 1)
    if first != b"{":
        return Shape("object")
    try:
        found, end = _wrapper(scan, start + 1, 0)
        if found is not None:
            return found
        return Shape("lines", start) if scan.space(end) < len(scan.data) else Shape("object")
    except ValueError:
        return Shape("object")


def _wrapper(scan: Scan, place: int, depth: int) -> tuple[Shape | None, int]:
    """Return the shape of the articles in the object whose inside begins here, and its end.

    None if it holds none. Every byte is passed once, however the envelopes are nested.

    Raises:
        ValueError: it is no valid JSON.

    """
    marks: set[str] = set()
    for _ in range(_MEMBERS_LIMIT):
        place = scan.between(place)
        member = scan.member(place)
        if member is None:
            return None, place + 1
        name, value = _unescaped(member[0]), member[1]
        first = scan.data[value : value + 1]
        if first == b"{" and name.casefold() in _ENVELOPES and depth < _ENVELOPES_LIMIT:
            found, place = _wrapper(scan, value + 1, depth + 1)
        else:
            found = _listed(scan, name, value, marks) if first == b"[" else None
            place = scan.end(value) if found is None else value
        if found is not None:
            return found, place
        role = role_of(name)
        if role and role[0] in {"content", "html"} and first == b'"':
            break  # it has a text of its own: no wrapper
        if name in _FEED_MARKS or (
            name == "version"
            and _VERSION.search(scan.data[value : min(place, value + 100)].strip(b'"'))
        ):
            marks.add(name)
    return None, scan.close(place)


def _listed(scan: Scan, name: str, value: int, marks: set[str]) -> Shape | None:
    """Return the shape of the list of articles that begins here; None if it is none."""
    if name.casefold() not in _LISTS:
        return None
    start, end = next(scan.elements(value + 1), (0, 0))
    if start == end or scan.data[start : start + 1] != b"{":
        return None
    if end - start > ARTICLE_LIMIT:
        return Shape("jsonfeed") if name == "items" and marks else Shape("list", value + 1)
    fields = _fields(scan, start, end)
    if name == "items" and (marks or fields.keys() & _FEED_MARKS):
        return Shape("jsonfeed")
    return Shape("list", value + 1) if entry_of(fields, None) is not None else None


def _fields(scan: Scan, start: int, end: int) -> dict[str, object]:
    """Return what an object holds; of a long one the first names, each with a text.

    Raises:
        ValueError: it is no valid JSON.

    """
    if end - start <= _PROBE_LIMIT:
        value = loads(scan.data[start:end])
        return value if isinstance(value, dict) else {}
    fields: dict[str, object] = {}
    place = scan.between(start + 1)
    while len(fields) < _MEMBERS_LIMIT and (member := scan.member(place)) is not None:
        fields[_unescaped(member[0])] = "text"
        place = scan.between(scan.end(member[1]))
    return fields


def _unescaped(name: str) -> str:
    if "\\" not in name:
        return name
    try:
        return str(json.loads(f'"{name}"'))
    except ValueError:
        return name
