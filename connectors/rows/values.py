"""What a named field holds, in the shapes that real rows have: texts, dates, names, links."""

import json
import math
import re
from collections.abc import Mapping

import orjson

from articles.model.entries import Markup
from articles.urls.canonical import URL_LIMIT
from connectors.limits import AUTHORS_LIMIT, NAME_LIMIT
from connectors.rows.names import INNER, plain_name
from connectors.rows.packed import unpacked

NOTHING = frozenset(
    {
        *("", "nan", "NaN", "-nan", "-NaN", "NaT", "None", "none", "NONE", "null", "NULL", "<NA>"),
        *("NA", "N/A", "n/a", "#N/A", "#NA", "#N/A N/A", "\\N", "undefined", "nil", "(null)"),
        *("<null>", "(none)", "[]", "{}", "()", "[None]", "[null]", "[nan]", "['']", '[""]'),
        *("#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"),
    }
)
"""What programs write where there is no value, as a whole value and in exactly this spelling.

pandas (its `na_values`), Python, R, JavaScript, Go, MySQL's and PostgreSQL's dumps, spreadsheets'
errors. In any field: a text or a title of this one word says nothing either. "Nan" and "Null" are
names of people, and a word within a text is a word.
"""
_LONGEST_NOTHING = max(map(len, NOTHING))
PLACEHOLDERS = frozenset(
    {
        *("[removed]", "[deleted]", "[ removed by reddit ]", "[deleted by user]"),
        "only available in paid plans",
        "only available in professional and corporate plans",
    }
)
"""What interfaces write in place of a text, in lower case: NewsAPI.org, Reddit, newsdata.io."""
_LONGEST_PLACEHOLDER = max(map(len, PLACEHOLDERS)) + 8
_CUT = re.compile(r"\s*\[\+?\d[\d,.]{0,9} char(?:acter)?s\]\s*\Z")
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|h[1-6]|ul|ol|li|em|strong|b|i|u|s|q|sub|sup|small|img|hr|pre|code|figure"
    r"|blockquote|table|tr|td|section|article|html|body|font|center|iframe|script|style|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)(?:'|\\?\Z)|\"((?:[^\"\\]|\\.)*+)(?:\"|\\?\Z)", re.DOTALL)
# Numbers, dates and scores; hashes; ids of letters and digits; paths, links and addresses; slugs.
_NO_WORD = re.compile(
    r"(?=\D*\d)[-+.,:/%eE\d]+|[A-Za-z]{0,3}\d{3,}|[0-9a-fA-F-]{8,}|(?=[^<]*\d)[\w:.+=~#-]{10,}"
    r"|(?=[^A-Za-z0-9<\s]*+[A-Za-z0-9])[^<\s/_@\\]*+[/_@\\][^<\s]*+|[A-Za-z]{26,}"
    r"|[a-z0-9]++(?:-[a-z0-9]++){2,}+"
)
_PARTS = ("headline", "summary", "sections", "paragraphs", "blocks", "children", "data")
"""Members that together are a text: fundus' body, editors that store blocks."""
_GIVEN_AND_FAMILY = (("firstname", "lastname"), ("givenname", "familyname"), ("given", "family"))
_DEPTH = 6
"""Objects in objects that are looked into."""
_MEMBERS = 100_000
"""Elements of a list of which a text is made."""


def is_nothing(value: object) -> bool:
    """Tell whether a value is none, or a word that stands for none."""
    if isinstance(value, str):
        if len(value) > _LONGEST_NOTHING + 8:
            return value.isspace()
        return value.strip() in NOTHING
    return value is None or (isinstance(value, list | dict) and not value)


def markup(text: str | None) -> Markup | None:
    """Return the text with its media type, told by whether it holds an HTML tag; None if blank."""
    if not text or text.isspace():
        return None
    if "<" in text and _TAG.search(text):
        return Markup(text, "text/html")
    return Markup(text)


def scalar(value: object) -> str | None:
    """Return a date or an id as text: a number as its decimal text, `{"$oid": ...}` unwrapped."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((inner for name, inner in value.items() if str(name)[:1] in "$@#"), None)
    if isinstance(value, str):
        text = value.strip()
        return None if text in NOTHING else text
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    return None


def moment(value: object) -> str | None:
    """Return a date as text, also from a list of one or from an object."""
    if isinstance(value, list):
        value = value[0] if value else None
    text = scalar(value)
    return short(value) if text is None and isinstance(value, dict) else text


def string(value: object, depth: int = 0) -> str | None:
    """Return a text: a list's texts as paragraphs, of an object the member that holds the text."""
    if isinstance(value, str):
        if len(value) <= _LONGEST_NOTHING + 8 and value.strip() in NOTHING:
            return None
        if value[0] in "[{" and value.rstrip()[-1:] in {"]", "}"}:
            return _structured_text(value, depth)
        return None if value.isspace() else value
    if isinstance(value, dict | list):
        return _inner_text(value, depth + 1) if depth <= _DEPTH else None
    return scalar(value)


def _inner_text(value: Mapping[str, object] | list[object], depth: int) -> str | None:
    if isinstance(value, list):
        parts = [part for part in value[:_MEMBERS] if isinstance(part, str | dict | list)]
        return "\n\n".join(text for part in parts if (text := string(part, depth))) or None
    for name in INNER:
        inner = value.get(name)
        if inner and isinstance(inner, str | dict | list) and (text := string(inner, depth)):
            return text
    texts = [part for name in _PARTS if (part := value.get(name))]
    return string(texts, depth) if texts else None


def _structured_text(value: str, depth: int) -> str | None:
    """Return the text in a list or object that a table's cell holds as JSON or as Python's repr."""
    held = unpacked(value)
    if held is value or depth > 2:
        return value
    return string(held, depth + 2) or (None if is_nothing(held) else value)


def body_text(value: object) -> str | None:
    """Return a text that can be a body: not a number, an id, a hash, a path, or a link alone."""
    if isinstance(value, bool | int | float):
        return None
    text = string(value)
    if text is None or is_text(text):
        return text
    return None


def is_text(text: str) -> bool:
    """Tell whether a value holds words, and not an id, a number, a path or a link alone."""
    if " " not in text:
        token = text.strip()
        if len(token) <= URL_LIMIT and token.isascii() and _NO_WORD.fullmatch(token):
            return False
    return not is_placeholder(text)


def is_placeholder(text: str) -> bool:
    """Tell whether a value is what an interface writes in place of one."""
    return len(text) <= _LONGEST_PLACEHOLDER and text.strip().casefold() in PLACEHOLDERS


def without_cut(text: str) -> str | None:
    """Return a text without the mark that says how much was cut off; None if it has no such mark.

    NewsAPI.org: "… [+1234 chars]", GNews: "... [1234 chars]".
    """
    if "char" not in text[-40:]:
        return None
    match = _CUT.search(text, max(0, len(text) - 60))
    return text[: match.start()] if match else None


def short(value: object) -> str | None:
    """Return a name or a code: the first of a list, of an object the member that holds it."""
    if isinstance(value, list):
        value = value[0] if value else None
    text = string(value)
    return text.strip() if text and len(text) <= NAME_LIMIT else None


def names(value: object, depth: int = 0) -> list[str]:
    """Return the names of a byline, of a list of names or objects, or of a list as text."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] not in ("[", "{") or text[-1:] not in ("]", "}"):
            return [] if is_nothing(text) else [text]
        held = unpacked(text)
        if held is text:
            held = [one or two for one, two in _QUOTED.findall(text[1:-1]) if one or two]
        return names(held, depth + 1) if depth < _DEPTH else []
    people = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    found: list[str] = []
    for part in people[:AUTHORS_LIMIT]:
        name = person(part, depth + 1) if isinstance(part, dict) else part
        if isinstance(name, str) and not is_nothing(name) and name.strip() not in found:
            found.append(name.strip())
    return found


def person(value: Mapping[str, object], depth: int = 0) -> str | None:
    """Return the name of a person given as an object (schema.org, NYT, APIs of CMSs)."""
    text = string(value)
    if text or depth > _DEPTH:
        return text
    plain = {plain_name(str(name)): inner for name, inner in value.items()}
    for given, family in _GIVEN_AND_FAMILY:
        parts = (plain.get(given), plain.get("middlename"), plain.get(family))
        whole = " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if whole:
            return whole
    people = plain.get("person") or plain.get("attributes") or plain.get("organization")
    if isinstance(people, list | dict):
        return ", ".join(names(people, depth + 1)) or None
    rest = (plain.get(name) for name in ("nicename", "username", "login", "slug", "email"))
    return next((text for text in rest if isinstance(text, str) and text.strip()), None)


def link(value: object) -> str | None:
    """Return a link: of several the page's own (`rel` alternate), of an object its address."""
    if isinstance(value, list):
        pages = [part for part in value if isinstance(part, dict) and _is_page(part)]
        value = (pages or value or [None])[0]
    if isinstance(value, dict):
        value = next((value[name] for name in ("@id", "href", "url", "@href", "#text", "$t")
                      if isinstance(value.get(name), str)), None)  # fmt: skip
    text = value.strip() if isinstance(value, str) else ""
    return text if text and len(text) <= URL_LIMIT and text not in NOTHING else None


def _is_page(part: Mapping[str, object]) -> bool:
    return part.get("rel", "alternate") == "alternate" and "html" in str(part.get("type", "html"))


def compact(value: object) -> str:
    """Return compact, valid JSON in UTF-8 of whatever a parser delivered."""
    try:
        return orjson.dumps(value, default=str).decode()
    except (TypeError, ValueError, RecursionError):
        # Lone surrogates, integers over 64 bits, keys that are no text.
        try:
            return json.dumps(value, default=str, separators=(",", ":"), skipkeys=True)
        except (TypeError, ValueError, RecursionError):
            return "{}"
