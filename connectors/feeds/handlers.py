"""What feedparser reads wrongly, read rightly: its parsers, some handlers of them being ours.

Beside each of its entries stand the FeedFields that our handlers fill (`OWN`). The fast path
(expat/) reads the same elements alike.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax import SAXException, handler, make_parser, xmlreader

from feedparser.api import PREFERRED_XML_PARSERS, LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from connectors.feeds.media_handlers import MediaHandlers
from connectors.parsing.entry_fields import FeedFields, is_moving, is_web_url, single

OWN = object()
"""The key of our FeedFields in each of feedparser's entries: no element has such a name."""


@dataclass(frozen=True, slots=True)
class ParsedByFeedparser:
    """What feedparser's parsers made of a document."""

    feed: dict[str, Any]
    entries: list[dict[Any, Any]]
    version: str
    """`atom10`, `rss20`, ...; empty if it can't be told."""
    complaint: object
    """The error that ended the strict reading; None for a well-formed document."""
    withdrawn: list[dict[str, str]]
    """The attributes of its tombstones (RFC 6721), in their order."""


def parsed_by_feedparser(text: str) -> ParsedByFeedparser:
    """Return what a document holds (`decode.xml_text`).

    As `feedparser.parse` does it: by expat, and by the lenient parser where that fails.
    """
    data = b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode()
    version, data, entities = replace_doctype(data)
    parser: Any = _Strict("", None, "utf-8")
    complaint = None
    try:
        _read(data, parser)
    except SAXException as error:
        complaint = parser.exc or error
        parser = _Loose("", None, "utf-8", entities)
        parser.feed(data.decode("utf-8", "replace"))
    version = version or parser.version
    return ParsedByFeedparser(parser.feeddata, parser.entries, version, complaint, parser.withdrawn)


def _read(data: bytes, parser: Any) -> None:
    sax = make_parser(PREFERRED_XML_PARSERS)  # noqa: S317 - no DTD is left (decode.xml_text)
    sax.setFeature(handler.feature_namespaces, True)
    sax.setFeature(handler.feature_external_ges, False)
    sax.setContentHandler(parser)
    sax.setErrorHandler(parser)
    source = xmlreader.InputSource()
    source.setByteStream(BytesIO(data))
    sax.parse(source)


class _Handlers(MediaHandlers):
    """Handlers that take the place of feedparser's.

    An AttributeError in one would be taken for a missing handler.
    """

    resolve_relative_uris = sanitize_html = False
    _in_id, _joined = False, ""

    def _start_item(self, attributes: Any) -> None:
        self.leave_entry()
        super()._start_item(attributes)
        self.own()

    _start_entry = _start_item

    def own(self) -> FeedFields | None:
        """Return the fields of the entry that is being read; None outside of entries."""
        if not self.inentry or self.insource:
            return None
        fields: FeedFields = self.entries[-1].setdefault(OWN, FeedFields())
        return fields

    def resolve_uri(self, uri: str) -> str:
        """Resolve a link; an id is made no other URL than it is, only its slashes are mended."""
        joined: str = super().resolve_uri(uri)
        if not self._in_id or is_web_url(uri):
            return joined
        self._joined = joined
        return single(uri)

    def _end_guid(self) -> None:
        own = self.own()
        if own is None:
            super()._end_guid()
            return
        self._in_id, self._joined = True, ""
        value = self.pop("id")
        self._in_id = False
        if value and self.guidislink:
            own.permalink = value
        if value and self._joined and self._joined != value:
            own.former_id = self._joined

    _end_id = _end_guid

    def _start_link(self, attributes: Any) -> None:
        own, language = self.own(), attributes.get("hreflang")
        before = dict.get(self.entries[-1], "link") if own else None
        super()._start_link(attributes)
        if own and attributes["rel"] == "enclosure" and is_moving(attributes):
            own.moving = True
        if not own or not language or not self._is_page(attributes):
            return
        own.add_alternate(language, attributes["href"])
        if before is None:
            dict.pop(self.entries[-1], "link", None)
        else:
            self.entries[-1]["link"] = before

    def _is_page(self, attributes: Any) -> bool:
        kind = self.map_content_type(attributes.get("type", ""))
        return "href" in attributes and attributes["rel"] == "alternate" and kind in self.html_types

    def _start_description(self, attributes: Any) -> None:
        self._imply()
        super()._start_description(attributes)

    def _start_summary(self, attributes: Any) -> None:
        self._imply()
        super()._start_summary(attributes)

    def _imply(self) -> None:
        """Note that a second summary is taken for the content."""
        own = self.own()
        if own and not self.hasContent and "summary" in self.entries[-1]:
            own.implied = True

    def _start_news_source(self, _: Any) -> None:
        self.push("news_source", 1)

    def _end_news_source(self) -> None:
        own, name = self.own(), self.pop("news_source")
        if own and name:
            own.source = (name,)

    def _start_author(self, attributes: Any) -> None:
        dict.pop(self._get_context(), "author", None)  # else one says what the next leaves out
        super()._start_author(attributes)

    _start_managingeditor = _start_author

    def _sync_author_detail(self, key: str = "author") -> None:
        """Keep the text of an author without parts whole: mailboxes.py takes it apart."""
        context = self._get_context()
        authors = dict.get(context, f"{key}s")
        if authors and not authors[-1] and (byline := dict.get(context, key)):
            authors[-1]["byline"] = byline


class _Strict(_Handlers, StrictFeedParser):  # type: ignore[misc] # feedparser has no types
    """Reads well-formed documents."""


class _Loose(_Handlers, LooseFeedParser):  # type: ignore[misc] # feedparser has no types
    """Reads the others."""

    balanced = False
