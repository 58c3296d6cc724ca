"""The root element of a document that begins with a bracket: XML or HTML."""

import re
from dataclasses import dataclass

_TAG = re.compile(
    rb"<((?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60}))(?:[\s/][^<>]{0,8000})?>?"
)
_DOCTYPE_HTML = re.compile(rb"<!doctype\s{1,20}html[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Root:
    """The first element of a document."""

    name: bytes
    """Its name in lower case, without a prefix; `html` too where a DOCTYPE says so."""
    written: bytes
    """Its name as it is written, with its prefix."""
    tag: bytes
    """Its whole start tag."""
    declared: bool
    """Whether an XML declaration stands before it."""


def root_of(text: bytes) -> Root | None:
    """Return the root element of what begins here; None if there is none."""
    declared = text[:5] == b"<?xml"
    position, is_page = 0, False
    while True:
        position = text.find(b"<", position)
        if position < 0:
            break
        if text.startswith(b"<?", position):
            position = _behind(text, b"?>", position)
        elif text.startswith(b"<!--", position):
            position = _behind(text, b"-->", position)
        elif text.startswith(b"<!", position):
            is_page = is_page or _DOCTYPE_HTML.match(text, position) is not None
            position = _behind_doctype(text, position)
        else:
            break
    match = _TAG.match(text, position) if position >= 0 else None
    if match is None:
        return Root(b"html", b"html", b"", declared) if is_page else None
    name = b"html" if is_page else match[2].lower()
    return Root(name, match[1], match[0], declared)


def _behind(text: bytes, end: bytes, position: int) -> int:
    found = text.find(end, position)
    return len(text) if found < 0 else found + len(end)


def _behind_doctype(text: bytes, position: int) -> int:
    """Return the position behind a DOCTYPE, with the declarations in its brackets."""
    end, opening = text.find(b">", position), text.find(b"[", position)
    if end < 0:
        return len(text)
    return _behind(text, b"]", opening) if 0 <= opening < end else end + 1
