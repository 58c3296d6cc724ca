"""HTML to lines of text: what a reader sees, one line a block, without the page's machinery."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

MOST_DEPTH = 256
"""Nesting beyond which no tree is built: lexbor's time grows with tags times depth."""
MANY_TAGS = 1_000
"""Tags from which on the nesting is looked at before parsing."""
MOST_ATTRIBUTE_CHARACTERS = 20_000
"""Spaces, quotes and slashes in one tag: lexbor's time grows with the square of the attributes."""

BREAK = "\x1e"
_BLOCK_NAMES = (
    "address|article|aside|blockquote|br|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|option|p"
    "|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE_NAMES = (
    "a|abbr|b|big|cite|code|del|em|font|i|iframe|img|ins|mark|q|s|script|small|span|strike|strong"
    "|style|sub|sup|u|video"
)
_UNSEEN = [
    "script", "style", "noscript", "template", "iframe", "svg", "math", "select", "textarea",
    "noembed", "noframes", "object", "head", "title",
]  # fmt: skip

_BLOCK = re.compile(rf"<(?=/?(?:{_BLOCK_NAMES})[\s/>])", re.IGNORECASE)
_MARKUP = re.compile(
    rf"</(?:{_BLOCK_NAMES}|{_INLINE_NAMES})\s*>"
    r"|<(?:br|hr|p)\s*/?>"
    rf"|<(?:{_BLOCK_NAMES}|{_INLINE_NAMES})\s+[a-z][a-z-]*\s*=\s*[\"'\w]",
    re.IGNORECASE,
)
_PRE = re.compile(r"<pre\b[^>]*>[^<]*", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
_LONG_TAG = re.compile(rf"<[a-z][^<>]{{{MOST_ATTRIBUTE_CHARACTERS},}}", re.IGNORECASE)
# Elements that end by themselves, or never hold others.
_SHALLOW = frozenset(
    """
    area base br col dd dt embed hr img input li link meta option p param source tbody td
    tfoot th thead tr track wbr
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[/a-z!?][^<>]*>?", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Tell whether a text clearly holds HTML: a known tag that ends, breaks or has an attribute."""
    return _MARKUP.search(text) is not None


def html_to_lines(html: str) -> list[str]:
    """Return the visible text, a line a block (paragraph, heading, list entry, cell, `<br>`).

    Any input is HTML (WHATWG HTML, 13.2): what is broken is read as browsers read it. Entities
    are decoded once. Where no block is marked, blank lines are. Spaces are left as they are.
    """
    html = html.replace(BREAK, " ").replace("<![CDATA[", "").replace("]]>", "")
    html, blocks = _BLOCK.subn(f"{BREAK}<", html)
    if not blocks:
        html = _BLANK_LINE.sub(BREAK, html)
    elif "<pre" in html or "<PRE" in html:
        html = _PRE.sub(lambda match: _BLANK_LINE.sub(BREAK, match[0]), html)
    text = _flat_text(html) if _is_hostile(html) else _tree_text(html)
    lines = text.replace("\n", " ").replace("\r", " ").split(BREAK)
    return [line for line in lines if line and not line.isspace()]


def _tree_text(html: str) -> str:
    # A fragment is the body's: in a head, a first <noscript> would let its text out. The tree is
    # not kept: one that is alive costs more than its parsing.
    tree = LexborHTMLParser(f"<body>{html}")
    tree.strip_tags(_UNSEEN)
    return "" if tree.body is None else tree.body.text()


def _is_hostile(html: str) -> bool:
    if len(html) > MOST_ATTRIBUTE_CHARACTERS:
        for tag in _LONG_TAG.findall(html):
            if sum(tag.count(character) for character in " \n\t/\"'") > MOST_ATTRIBUTE_CHARACTERS:
                return True
    return html.count("<") > MANY_TAGS and _is_deep(html)


def _is_deep(html: str) -> bool:
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _SHALLOW:
            depth = max(depth - 1, 0) if closing else depth + 1
            if depth > MOST_DEPTH:
                return True
    return False


def _flat_text(html: str) -> str:
    """Drop the tags without building a tree: in linear time, whatever the input."""
    return unescape(_ANY_TAG.sub("", _SCRIPT.sub("", html)))
