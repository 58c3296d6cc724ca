"""Tells what a .json file is: a list, an envelope around one, a JSON Feed, or one article."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.limits import ARTICLE_LIMIT
from connectors.parsing.json_scan import Scan
from connectors.parsing.json_value import loads
from connectors.parsing.named_fields import entry_of
from connectors.rows.names import role_of

LISTS = {
    "articles", "items", "data", "results", "docs", "entries", "news", "rows", "records", "posts",
    "stories", "value", "hits", "children", "objects", "documents", "list",
}  # fmt: skip
_WEAK_LISTS = {"children", "objects", "documents", "list"}
"""Names that lists beside one article have too: these hold articles only if the first has a text,
and nothing before them is a title."""
ENVELOPES = {"response", "data", "result", "results", "hits", "feed", "payload", "articles", "db"}
ENVELOPES_LIMIT = 4
_MEMBERS_LIMIT = 10_000
"""Members of an object among which a list of articles is looked for."""
_PROBE_LIMIT = 256 * 1024
"""Bytes of an element that is looked into; of a longer one only the names are."""
_FEED_MARKS = {"home_page_url", "feed_url", "content_html", "content_text", "date_published"}
_VERSION = re.compile(rb"jsonfeed\.org|^1(\.\d)?$")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a JSON text is: `object`, `jsonfeed`, or one of those that have elements.

    `list`: elements from `start` on, in an envelope; `lines`: values from `start` on, one or many,
    in place of a list its elements.
    """

    kind: str
    start: int = 0
    """Of a JSON Feed where its first entry is."""


def shape_of(scan: Scan) -> Shape:
    """Tell what the JSON text is.

    Several values in a row are a list (JSON lines under the wrong name), whatever the first one
    looks like; so is a list of objects with usable fields in a known wrapper (`articles`,
    `response.docs`), unless a text stands before it, or it is a JSON Feed.
    """
    start = scan.space(0)
    first = scan.data[start : start + 1]
    if first == b"[":
        return Shape("lines", start)
    if first != b"{":
        return Shape("object")
    try:
        shape, end = _wrapper(scan, start + 1, 0)
    except ValueError:
        return Shape("object")
    if shape is not None:
        return Shape("lines", start) if _goes_on(scan.data, start) else shape
    return Shape("lines", start) if scan.space(end) < len(scan.data) else Shape("object")


def rows_in(value: Mapping[str, object], depth: int = 0) -> list[object]:
    """Return the articles of an envelope that is a line of its own (a page of an API's answers)."""
    for name, inner in value.items():
        plain = name.casefold()
        first = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(first, dict) and plain in LISTS and _holds_article(name, first):
            return list(inner) if isinstance(inner, list) else []
        nested = first if plain == "db" else inner
        if plain in ENVELOPES and isinstance(nested, dict) and depth < ENVELOPES_LIMIT:
            rows = rows_in(nested, depth + 1)
            if rows:
                return rows
    return []


def is_jsonfeed(value: Mapping[str, object]) -> bool:
    """Tell whether an object says that it is a JSON Feed."""
    return "jsonfeed.org" in str(value.get("version")) or "feed_url" in value


def _goes_on(data: bytes, start: int) -> bool:
    """Tell whether another value follows the one that begins at `start`.

    It is told with a scan of its own: the brackets it passes are not counted twice.
    """
    scan = Scan(data)
    try:
        behind = scan.space(scan.end(start))
    except ValueError:
        return False
    return data[behind : behind + 1] in {b"{", b"["}


def _wrapper(scan: Scan, position: int, depth: int) -> tuple[Shape | None, int]:
    """Return the shape of the articles in the object whose inside begins here, and its end.

    None if it holds none. Every byte is passed once, however the envelopes are nested.

    Raises:
        ValueError: it is no valid JSON.

    """
    marks: set[str] = set()
    titled = False
    for _ in range(_MEMBERS_LIMIT):
        position = scan.between(position)
        member = scan.member(position)
        if member is None:
            return None, position + 1
        name, value = _unescaped(member[0]), member[1]
        first = scan.data[value : value + 1]
        if first == b"{" and name.casefold() in ENVELOPES and depth < ENVELOPES_LIMIT:
            shape, position = _wrapper(scan, value + 1, depth + 1)
        elif first == b"[" and name == "db" and depth < ENVELOPES_LIMIT:
            # Ghost's export: a list of one object around all tables.
            shape, position = None, scan.space(value + 1)
            if scan.data[position : position + 1] == b"{":
                shape, position = _wrapper(scan, position + 1, depth + 1)
            position = scan.close(position) if shape is None else position
        else:
            weak = titled and name.casefold() in _WEAK_LISTS
            shape = _listed(scan, name, value, marks) if first == b"[" and not weak else None
            position = scan.end(value) if shape is None else value
        if shape is not None:
            return shape, position
        role = role_of(name)
        titled = titled or (role is not None and role[0] == "title" and first == b'"')
        if role and role[0] in {"content", "html"} and first == b'"':
            break  # it has a text of its own: no wrapper
        if name in _FEED_MARKS or (
            name == "version"
            and _VERSION.search(scan.data[value : min(position, value + 100)].strip(b'"'))
        ):
            marks.add(name)
    return None, scan.close(position)


def _listed(scan: Scan, name: str, value: int, marks: set[str]) -> Shape | None:
    """Return the shape of the list of articles that begins here; None if it is none."""
    if name.casefold() not in LISTS:
        return None
    start, end = next(scan.elements(value + 1), (0, 0))
    if start == end or scan.data[start : start + 1] != b"{":
        return None
    if end - start > ARTICLE_LIMIT:
        return (
            Shape("jsonfeed", value + 1) if name == "items" and marks else Shape("list", value + 1)
        )
    fields = _fields(scan, start, end)
    if name == "items" and (marks or fields.keys() & _FEED_MARKS):
        return Shape("jsonfeed", value + 1)
    return Shape("list", value + 1) if _holds_article(name, fields) else None


def _holds_article(name: str, fields: Mapping[str, object]) -> bool:
    """Tell whether the first element of a list of this name is an article."""
    entry = entry_of(fields, None, raw="{}")
    if entry is None:
        return False
    return name.casefold() not in _WEAK_LISTS or bool(entry.title or entry.content)


def _fields(scan: Scan, start: int, end: int) -> dict[str, object]:
    """Return what an object holds; of a long one the first names, each with a text.

    Raises:
        ValueError: it is no valid JSON.

    """
    if end - start <= _PROBE_LIMIT:
        value = loads(scan.data[start:end])
        return value if isinstance(value, dict) else {}
    fields: dict[str, object] = {}
    position = scan.between(start + 1)
    while len(fields) < _MEMBERS_LIMIT and (member := scan.member(position)) is not None:
        fields[_unescaped(member[0])] = "text"
        position = scan.between(scan.end(member[1]))
    return fields


def _unescaped(name: str) -> str:
    if "\\" not in name:
        return name
    try:
        return str(json.loads(f'"{name}"'))
    except ValueError:
        return name
