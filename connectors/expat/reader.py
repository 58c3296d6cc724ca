"""Reads plain XML feeds by expat: where the reading is, and what feedparser makes of texts.

What document.py does with each element is called by its name in elements.py.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NoReturn
from xml.parsers import expat

from connectors.expat import elements
from connectors.expat.bylines import UncertainError
from connectors.parsing.entry_fields import TextConstruct

Attributes = dict[str, str]
Step = Callable[[Attributes], None]
_PREFIXES = {
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_TYPES = {
    "text": "text/plain",
    "plain": "text/plain",
    "text/plain": "text/plain",
    "html": "text/html",
    "text/html": "text/html",
}
_PAGES = {"html", "xhtml", "text/html", "application/xhtml+xml"}
# Attributes that feedparser reads, from another namespace too.
_MEANINGFUL = frozenset(
    ("base", "href", "ispermalink", "lang", "lastmod", "mode", "rel", "src", "type", "uri", "url")
)
_HTML_MARK = re.compile(r"</\w|&#?\w+;")
# Control characters of ISO 8859-1, which feedparser takes for those of windows-1252; and any
# character reference to its upper half.
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_REFERENCE = re.compile(rb"&#(?:0*1[2-9]\d|0*2\d\d|[xX]0*[89a-fA-F][0-9a-fA-F]);")


class _Steps(dict[str, Step | None]):
    """What each element does in one context of a document; None: it is ignored with its content."""

    def __init__(self, reader: "Reader", table: Mapping[str, str], *, others: bool) -> None:
        self.reader, self.table, self.others = reader, table, others

    def __missing__(self, name: str) -> Step | None:
        key = self.reader.key_of(name)
        if key.endswith("deleted-entry"):
            raise UncertainError  # a tombstone (RFC 6721), which is rare
        meaning = self.table.get(key)
        if meaning is None:
            if not (self.others and elements.is_ignored(key)):
                raise UncertainError
            meaning = self.table.get("*")
        step: Step | None = getattr(self.reader, f"_on_{meaning}") if meaning else None
        self[name] = step
        return step


class Reader:
    """The handlers of expat: `_on_…` when an element begins, its end in `_ends` or `_leaf`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        referred = bool(_REFERENCE.search(data))
        self._control = referred or bool(_CONTROL.search(data))
        # Without a character from U+0080 to U+00BF no text is UTF-8 taken for ISO 8859-1.
        self._latin = referred or b"\xc2" in data
        self.atom = False
        self.version = ""
        self._prefixes: dict[str | None, str] = {}
        self._unknown: dict[str, str] = {}
        self._admitted: dict[str, str] = {}
        self.pieces: list[str] = []
        self.depth = self._ignored = 0
        self._leaf: Callable[[str], None] | None = None
        self._ends: list[Callable[[], None]] = []
        self._outer: list[tuple[_Steps, str | None]] = []
        self.lang: str | None = None
        self.contexts = {
            name: _Steps(self, table, others=name in {"feed", "entry", "media", "author", "people"})
            for name, table in elements.CONTEXTS.items()
        }
        self.steps = self.contexts["root"]
        self._kind = ""
        self._construct_lang: str | None = None

    def read(self) -> None:
        """Read the document to its end."""
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = _uncertain
        parser.StartNamespaceDeclHandler = self._bind
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.pieces.append
        parser.Parse(self._data, True)

    def key_of(self, name: str) -> str:
        """Return the key of an element's name (elements.py)."""
        uri, _, local = name.rpartition(" ")
        prefix = _prefix_of(uri) if uri else ""
        if prefix is None:
            prefix = self._unknown[uri]
        return f"{prefix}_{local}".lower() if prefix else local.lower()

    def _bind(self, prefix: str | None, uri: str | None) -> None:
        """Take a namespace declaration; each prefix has one meaning, and the usual one."""
        if not uri:
            return
        if self._prefixes.setdefault(prefix, uri) != uri:
            raise UncertainError
        known, lower = _prefix_of(uri), uri.lower()
        if known is None:
            if prefix is None or prefix.lower() in elements.TAKEN:
                raise UncertainError
            self._unknown.setdefault(uri, prefix)
        elif prefix not in elements.CORE_PREFIXES if not known else (prefix or "").lower() != known:
            raise UncertainError
        if not self.version:
            netscape = prefix is None and lower == "http://my.netscape.com/rdf/simple/0.9/"
            self.version = "rss" if netscape else elements.VERSIONS.get(lower, "")

    def _admit(self, attributes: Attributes) -> None:
        for name in attributes:
            uri, _, local = name.lower().rpartition(" ")
            foreign = uri and uri not in _PREFIXES
            if local == "base" or (foreign and local in _MEANINGFUL):
                raise UncertainError
            self._admitted[name] = f"{_PREFIXES.get(uri, '?')}:{local}" if uri else local

    def lowered(self, attributes: Attributes) -> Attributes:
        """Return the attributes under names in lower case, those of XML and RDF with a prefix."""
        lowered = {self._admitted[name]: value for name, value in attributes.items()}
        for name in ("rel", "type"):
            if name in lowered:
                lowered[name] = lowered[name].lower()
        return lowered

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self._leaf is not None:
            raise UncertainError
        if attributes and not self._admitted.keys() >= attributes.keys():
            self._admit(attributes)
        step = self.steps[name]
        if step is None:
            self._ignored += 1
        elif self._ignored:
            raise UncertainError
        else:
            step(attributes)

    def _end(self, _: str) -> None:
        leaf = self._leaf
        if leaf is not None:
            self._leaf = None
            leaf("".join(self.pieces).strip())
        elif self._ignored:
            self._ignored -= 1
        else:
            self._ends.pop()()
        self.depth -= 1

    def enter(self, context: str, end: Callable[[], None]) -> None:
        """Go into an element whose children mean what they do in `context`; `end` must `leave`."""
        self._outer.append((self.steps, self.lang))
        self.steps = self.contexts[context]
        self._ends.append(end)

    def leave(self) -> None:
        """Go back to where the element began."""
        self.steps, self.lang = self._outer.pop()

    def read_leaf(self, leaf: Callable[[str], None]) -> None:
        """Read an element that holds text alone; `leaf` takes it, without white space around."""
        self.pieces.clear()
        self._leaf = leaf

    def read_construct(
        self, attributes: Attributes, kind: str, leaf: Callable[[str], None]
    ) -> None:
        """Read a text that has a media type and a language."""
        lang = self.lang
        if attributes:
            lowered = self.lowered(attributes)
            lang = lang_of(lowered, lang)
            kind = _TYPES.get(lowered.get("type", kind), "")
            if not kind or lowered.get("mode") == "base64" or lowered.get("src"):
                raise UncertainError
        self._kind, self._construct_lang = kind, lang and lang.replace("_", "-")
        self.pieces.clear()
        self._leaf = leaf

    def construct(self, text: str) -> TextConstruct:
        """Return the text of `read_construct` with its media type and language."""
        kind = self._kind
        if kind == "text/plain" and not self.atom and _looks_like_html(text):
            kind = "text/html"
        return kind, self.mended(text), self._construct_lang

    def mended(self, text: str) -> str:
        """Return the text with feedparser's repairs: UTF-8 taken for ISO 8859-1, windows-1252."""
        if not self._latin or text.isascii():
            return text
        with suppress(UnicodeError):
            text = text.encode("iso-8859-1").decode("utf-8")
        if self._control:
            from feedparser.html import _cp1252

            text = text.translate(_cp1252)
        return text

    def nothing(self, _: str) -> None:
        """Ignore a text."""

    def _on_quiet(self, _: Attributes) -> None:
        self.read_leaf(self.nothing)


def prolog_is_plain(text: str) -> bool:
    """Tell whether nothing before the root element could mean something to feedparser."""
    text = text[: 1 << 16].lstrip()
    while text.startswith(("<?", "<!--")):
        inner, end, rest = text[2:].partition("?>" if text[1] == "?" else "-->")
        if not end or "<" in inner or "encoding" in inner:
            return False
        text = rest.lstrip()
    return text[:1] == "<" and text[1:2] != "!"


def is_page(lowered: Attributes) -> bool:
    """Tell whether a link is one to the page that an entry or a feed is of."""
    return (
        lowered.get("rel", "alternate") == "alternate"
        and lowered.get("type", "text/html") in _PAGES
    )


def lang_of(lowered: Attributes, inherited: str | None) -> str | None:
    """Return the language that lowered attributes declare, else the inherited one."""
    return lowered.get("xml:lang", lowered.get("lang", inherited or "")) or None


def _prefix_of(uri: str) -> str | None:
    """Return feedparser's prefix for a namespace, "" for one of the core; None if unknown."""
    lower = uri.lower()
    if "backend.userland.com/rss" in lower:
        return ""
    return elements.NAMESPACES.get(lower)


def _looks_like_html(text: str) -> bool:
    if not _HTML_MARK.search(text):
        return False
    # Imported here, and rarely: the whole of feedparser is a tenth of a second.
    from feedparser.mixin import _FeedParserMixin

    return bool(_FeedParserMixin.looks_like_html(text))


def _uncertain(*_: object) -> NoReturn:
    raise UncertainError
