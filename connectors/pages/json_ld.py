"""Reads JSON-LD as authors write it (schema.org, JSON-LD 1.1): leniently, with its references."""

import html
import json
import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from connectors.parsing.json_value import loads

Node = dict[str, object]

_BLOCKS_LIMIT = 30
_TEXT_LIMIT = 1024 * 1024
"""Characters of a block that is read."""
_NODES_LIMIT = 2_000
_DEPTH_LIMIT = 8
_WRAPPING = re.compile(r"<!--|-->|/?\*?/?\s*<!\[CDATA\[|(?://|/\*)?\s*\]\]>(?:\s*\*/)?|^\s*//\s*$")
_MISTAKE = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+")|(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)|,(?=\s*+[}\]])',
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f]")
_NO_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "subjectOf", "hasPart", "itemReviewed")


def blocks(tree: LexborHTMLParser) -> Iterator[object]:
    """Yield the values of the page's JSON-LD; what is no JSON even with a lenient eye is passed."""
    for node in tree.css('script[type^="application/ld+json" i]')[:_BLOCKS_LIMIT]:
        yield from values_of(node.text())


def values_of(text: str) -> list[object]:
    """Return the JSON values of a text, most of what authors get wrong about them put right.

    Line ends and tabs within strings, trailing commas, comments, CDATA, semicolons, quotation
    marks written as entities, several values in a row. Never raises.
    """
    if len(text) > _TEXT_LIMIT:
        return []
    try:
        return [loads(text)]
    except (ValueError, RecursionError):
        pass
    if '"' not in text and "&" in text:
        text = html.unescape(text)
    text = _WRAPPING.sub(" ", text).lstrip("\ufeff \t\r\n")
    text = _MISTAKE.sub(_mended, text)
    decoder, values, position = json.JSONDecoder(strict=False), [], 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n;,":
            position += 1
    return values


def _mended(match: re.Match[str]) -> str:
    """Return a string as JSON has it; nothing for a comment and a comma before a bracket."""
    string = match["string"]
    if string is None:
        return " "
    if "\\" in string:
        string = _NO_ESCAPE.sub("", string)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", string)


def articles(values: list[object]) -> list[Node]:
    """Return the objects that are articles (schema.org's Article and its kinds), in their order.

    References by `@id` to objects of the same page are resolved.
    """
    nodes = list(_nodes(values))
    by_id: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(by_id.get(name, ())):
            by_id[name] = node
    return [_resolved(node, by_id) for node in nodes if is_article(node)]


def _nodes(values: list[object]) -> Iterator[Node]:
    waiting: list[tuple[object, int]] = [(value, 0) for value in values]
    seen = 0
    while waiting and seen < _NODES_LIMIT:
        value, depth = waiting.pop(0)
        seen += 1
        if depth > _DEPTH_LIMIT:
            continue
        if isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value[:200]]
        elif isinstance(value, dict):
            yield value
            waiting += [(value[name], depth + 1) for name in _INSIDE if name in value]


def kinds_of(node: Mapping[str, object]) -> set[str]:
    """Return an object's types without their vocabulary: `http://schema.org/NewsArticle` too."""
    stated = node.get("@type") or node.get("type")
    stated = stated if isinstance(stated, list) else [stated]
    return {re.split(r"[/#:]", kind)[-1] for kind in stated if isinstance(kind, str)}


def is_article(node: Mapping[str, object]) -> bool:
    """Tell whether an object is an article, a posting, or a report."""
    return any(kind.endswith(("Article", "Posting")) or kind == "Report" for kind in kinds_of(node))


def _resolved(node: Node, by_id: Mapping[str, Node]) -> Node:
    """Return the node with what it names by `@id` alone put in place, one level deep."""

    def put(value: object) -> object:
        if isinstance(value, list):
            return [put(inner) for inner in value[:100]]
        if isinstance(value, dict) and isinstance(name := value.get("@id"), str):
            return {**by_id.get(name, {}), **value}
        return value

    return {name: put(value) for name, value in node.items()}


def text_at(node: Mapping[str, object], *names: str) -> str | None:
    """Return the first of these properties that is a text: `"x"`, `["x"]`, `{"@value": "x"}`."""
    for name in names:
        value = node.get(name)
        for _ in range(3):
            if isinstance(value, list) and value:
                value = value[0]
            elif isinstance(value, dict):
                value = value.get("@value") or value.get("name") or value.get("@id")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value):
            return str(value).strip()
    return None


def people(value: object) -> list[str]:
    """Return the names of authors in any of the shapes that pages have; people before firms."""
    named = list(_named(value, 0))
    persons = [name for name, is_firm in named if not is_firm] or [name for name, _ in named]
    return list({name.casefold(): name for name in reversed(persons)}.values())[::-1]


def _named(value: object, depth: int) -> Iterator[tuple[str, bool]]:
    """Yield names and whether each is an organization's."""
    if isinstance(value, str):
        name = " ".join(html.unescape(value).split())
        if name and "://" not in name:
            yield name, False
    elif depth > 4:
        return
    elif isinstance(value, list):
        for inner in value[:50]:
            yield from _named(inner, depth + 1)
    elif isinstance(value, dict):
        inner = value.get("name") or value.get("author") or value.get("creator")
        inner = inner or value.get("@value") or _full_name(value)
        is_firm = bool(kinds_of(value) & {"Organization", "NewsMediaOrganization", "Corporation"})
        for name, _ in _named(inner, depth + 1):
            yield name, is_firm


def _full_name(person: Mapping[str, object]) -> str | None:
    parts = (text_at(person, name) for name in ("givenName", "familyName"))
    return " ".join(part for part in parts if part) or text_at(person, "alternateName")
