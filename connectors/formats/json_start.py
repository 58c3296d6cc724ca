"""Tells JSON by its first bytes, whatever its file is called: one value, or a value a line."""

import re

from connectors.parsing.json_scan import Scan
from connectors.parsing.json_value import loads

_S = rb"[ \t\r\n]{0,2000}+"
_NAME = rb'"(?:[^"\\\r\n]|\\.){0,200}+"'
# An object with a member, or one that is empty; or such ones in lists.
_OBJECT = re.compile(rb"(?:\[%s)*+\{%s(?:%s%s:|\})" % (_S, _S, _NAME, _S))
_LITERAL = re.compile(rb"(?:\[%s)*+\{%s'[^'\r\n]{1,100}'%s:" % (_S, _S, _S))
WRAPPED = re.compile(
    rb"(?:\)\]\}'?,?|while%s\(%s(?:1|true)%s\)%s;|for%s\(%s;%s;%s\)%s;"
    rb"|(?:/\*[^*]{0,100}\*/%s)?(?:(?:var|let|const|export%sdefault)\b%s)?"
    rb"[A-Za-z_$][\w$.\[\]\"']{0,100}+%s(?:=|\()"
    rb"|export%sdefault\b)%s(?=[\[{])" % ((_S,) * 15)
)
"""What keeps JSON from being run as a script, or makes a script of it: a prefix, a callback, an
assignment."""


def json_kind(text: bytes, named: str | None, *, whole: bool) -> str | None:
    """Return `json` or `jsonl` if the text is JSON and its name does not say so; else None.

    `text` begins with its first character. A text that begins like JSON and goes on as something
    else (a snippet of code, "[Update]", "{AP}") is a text.
    """
    if named == "jsonl":
        return "json" if _spans_lines(text) or WRAPPED.match(text) else None
    if named == "json":
        return None
    if named is None:
        marked = b"jsonfeed.org/version" in text[:4096].replace(b"\\/", b"/")
        return "json" if marked and _OBJECT.match(text) else None
    if text[:1] not in {b"{", b"["}:
        wrapped = WRAPPED.match(text)
        return "json" if wrapped and _OBJECT.match(text, wrapped.end()) else None
    if _OBJECT.match(text):
        return _rows_or_value(text)
    return "json" if whole and text[:1] == b"[" and _is_value(text) else None


def _rows_or_value(text: bytes) -> str | None:
    """Return how an object, or a list of them, is read; None if no JSON follows the first one."""
    try:
        end = Scan(text).end(0)
    except ValueError:
        return "json"  # it goes on behind these bytes, or is cut
    rest = text[end:].lstrip(b" \t\r\n\x1e")
    if rest[:1] not in {b"", b",", b"{", b"["}:
        return None
    return "jsonl" if rest[:1] == b"{" and b"\n" not in text[:end] else "json"


def unwrapped(data: bytes) -> bytes:
    """Return the JSON of a text that is kept from being run, or is a script with one value."""
    start = len(data) - len(data.lstrip(b" \t\r\n\x1e\xef\xbb\xbf"))
    if data[start : start + 1] in {b"{", b"["}:
        return data
    match = WRAPPED.match(data, start)
    return data[match.end() :].rstrip(b" \t\r\n;)") if match else data


def is_literal(text: bytes) -> bool:
    """Tell whether the text begins as an object of Python or JavaScript, which JSON reads not."""
    return _LITERAL.match(text) is not None


def _spans_lines(text: bytes) -> bool:
    """Tell whether the first line of a file of rows is only a part of a value, or of a list."""
    first, _, rest = text.partition(b"\n")
    first = first.strip()
    if first[:1] not in {b"{", b"["} or (first[:1] == b"{" and first[-1:] == b"}"):
        return False
    if first[:1] == b"[" and _OBJECT.match(text):
        return True
    following = rest.lstrip(b" \t\r\n")[:1]
    return first[-1:] in {b"{", b"[", b",", b":"} and following in {b'"', b"{", b"}", b"[", b"]"}


def _is_value(text: bytes) -> bool:
    try:
        loads(text)
    except ValueError:
        return False
    return True
