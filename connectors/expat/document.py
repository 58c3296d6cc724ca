"""Plain, well-formed RSS and Atom documents -> entries, by expat: the fast path before feedparser.

The entries are exactly those that feedparser.py makes, at a tenth of its cost. What is not known
for certain to be read alike (elements.py) ends the reading, and is feedparser's.
"""

import re
from collections.abc import Callable
from operator import attrgetter
from xml.parsers import expat

from connectors.expat.bylines import Bylines, UncertainError
from connectors.expat.media import MediaReader
from connectors.expat.reader import Attributes, is_page, lang_of, prolog_is_plain
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.entry_fields import FeedFields, single
from connectors.parsing.feed_fields import Frame, Parsed, names_of, without_repeats
from connectors.parsing.newest import newest_of

_HELD = 10 * ENTRY_LIMIT
"""Entries that are in memory at once, at most."""
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


def parse_plain(
    text: str,
    *,
    path: str | None = None,
    answered: str | None = None,
    repairs: tuple[str, ...] = (),
) -> Parsed | None:
    """Return the entries of an RSS or Atom document, in its order; None: ask feedparser.

    Args:
        text: the document, without XML declaration and DTD subset (`decode.xml_text`).
        path: the saved document's path.
        answered: the URL that answered.
        repairs: what decoding had to repair.

    """
    if not prolog_is_plain(text):
        return None
    reader = _FeedReader(text.encode())
    try:
        reader.read()
    except (UncertainError, expat.ExpatError):
        return None
    frame = Frame(
        path=path,
        relative_to=(answered, *reader.own_links, reader.link),
        repairs=repairs,
        language=reader.language,
        authors=names_of(reader.feed_bylines.authors),
        atom=reader.atom,
        dates_are_updates=reader.atom or "dc:date" not in text,
        title=reader.title,
    )
    read = without_repeats(map(frame.entry, reader.newest()))
    return Parsed(read, reader.total, by_date=reader.by_date)


def _into(context: str) -> Callable[["_FeedReader", Attributes], None]:
    """Return a step into an element whose children mean what they do in this context."""

    def begin(self: "_FeedReader", _: Attributes) -> None:
        self.enter(context, self.leave)

    return begin


def _field(name: str) -> Callable[["_FeedReader", Attributes], None]:
    """Return a step that takes an element's text as the entry's field of this name."""

    def begin(self: "_FeedReader", _: Attributes) -> None:
        self.name = name
        self.read_leaf(self._end_field)

    return begin


class _FeedReader(MediaReader):
    """What each element does: `_on_…` where it begins, `_end_…` where it ends."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.entries: list[FeedFields] = []
        self.total = 0
        self.by_date = False
        self.language: str | None = None
        self.link: str | None = None
        self.own_links: list[str] = []
        self.title: str | None = None
        self._has_content = self._feed_has_summary = self._permalink = False
        self._rel = ""
        self.titled = False

    def _on_rss(self, attributes: Attributes) -> None:
        lowered = self.lowered(attributes)
        self.enter("top", self.leave)
        self.lang = lang_of(lowered, None)
        self.language = self.lang and self.lang.replace("_", "-")

    def _on_feed(self, attributes: Attributes) -> None:
        self._on_rss(attributes)
        self.steps = self.contexts["feed"]
        self.atom = (self.version or "atom").startswith("atom")

    def _on_rdf(self, attributes: Attributes) -> None:
        if not self.version:
            raise UncertainError
        self.enter("top", self.leave)
        self.lang = lang_of(self.lowered(attributes), None)
        self.atom = self.version.startswith("atom")

    def _on_channel(self, attributes: Attributes) -> None:
        lowered = self.lowered(attributes)
        if "lastmod" in lowered or "href" in lowered or self.contexts["feed"]:
            raise UncertainError  # CDF, or a second channel
        self.enter("feed", self.leave)
        self.lang = lang_of(lowered, self.lang)

    _on_image, _on_textinput = _into("image"), _into("textinput")

    def _on_feed_link(self, attributes: Attributes) -> None:
        href = self._begin_link(attributes, self._end_feed_link)
        if href is None:
            return
        lowered = self.lowered(attributes)
        if lowered.get("rel") == "self":
            self.own_links.append(href)
        elif is_page(lowered):
            self.link = href

    def _end_feed_link(self, text: str) -> None:
        self.link = _REFERENCE.sub(r"&\g<1>", self.mended(single(text)))
        if self._rel == "self":
            self.own_links.append(self.link)

    def _on_feed_guid(self, attributes: Attributes) -> None:
        self._permalink = self.lowered(attributes).get("ispermalink", "true") == "true"
        self.read_leaf(self._end_feed_guid)

    def _end_feed_guid(self, text: str) -> None:
        if self._permalink and self.link is None:
            self.link = self.mended(single(text))

    def _on_feed_title(self, _: Attributes) -> None:
        self.read_leaf(self._end_feed_title)

    def _end_feed_title(self, text: str) -> None:
        if text and self.title is not None and text != self.title:
            raise UncertainError
        self.title = self.mended(text) or self.title

    def _on_feed_language(self, _: Attributes) -> None:
        self.read_leaf(self._end_feed_language)

    def _end_feed_language(self, text: str) -> None:
        self.language = self.mended(text)

    def _on_feed_description(self, _: Attributes) -> None:
        if self._feed_has_summary:
            raise UncertainError
        self.read_leaf(self.nothing)

    def _on_feed_summary(self, attributes: Attributes) -> None:
        self._on_feed_description(attributes)
        self._feed_has_summary = True

    def _on_entry(self, attributes: Attributes) -> None:
        self.enter("entry", self._end_entry)
        self.total += 1
        self.fields, self.current_bylines = FeedFields(), Bylines()
        self.titled = False
        if attributes:
            lowered = self.lowered(attributes)
            if "lastmod" in lowered or "href" in lowered:
                raise UncertainError
            self.lang = lang_of(lowered, self.lang)
            self.fields.id = lowered.get("rdf:about") or None

    def _end_entry(self) -> None:
        self.leave()
        if self.fields.media:
            self.end_media()
        if self.enclosures:
            self.enclosures.clear()
        if self.current_bylines.authors:
            self.fields.authors = names_of(self.current_bylines.authors)
        self.entries.append(self.fields)
        if len(self.entries) > _HELD:
            self.newest()
        self.current_bylines = self.feed_bylines
        self._has_content = False

    def _on_title(self, attributes: Attributes) -> None:
        self.read_construct(attributes, "text/plain", self._end_title)

    def _end_title(self, text: str) -> None:
        if self.titled:
            return  # the first title that is not empty stands
        construct = self.construct(text)
        self.fields.title, self.fields.title_construct = construct[1], construct
        self.titled = bool(text)

    def _on_description(self, attributes: Attributes) -> None:
        self._begin_summary(attributes, "text/html")

    def _on_summary(self, attributes: Attributes) -> None:
        self._begin_summary(attributes, "text/plain")

    def _begin_summary(self, attributes: Attributes, kind: str) -> None:
        if self.fields.summary is not None and not self._has_content:
            self.fields.implied = True
            self._on_content(attributes)  # a second description is the content
        else:
            self.read_construct(attributes, kind, self._end_summary)

    def _end_summary(self, text: str) -> None:
        construct = self.construct(text)
        self.fields.summary, self.fields.summary_construct = construct[1], construct

    def _on_content(self, attributes: Attributes) -> None:
        self._has_content = True
        self.read_construct(attributes, "text/plain", self._end_content)

    def _on_encoded(self, attributes: Attributes) -> None:
        self._has_content = True
        self.read_construct(attributes, "text/html", self._end_content)

    def _end_content(self, text: str) -> None:
        construct = self.construct(text)
        self.fields.contents.append(construct)
        if self.fields.summary is None:
            self.fields.summary = construct[1]

    def newest(self) -> list[FeedFields]:
        """Return the entries that are read of those so far, and forget the others."""
        if len(self.entries) > ENTRY_LIMIT:
            self.entries, by_date = newest_of(self.entries, attrgetter("date"))
            self.by_date = self.by_date or by_date
        return self.entries

    _on_published, _on_updated = _field("published"), _field("updated")
    _on_created, _on_language = _field("created"), _field("language")

    def _end_field(self, text: str) -> None:
        setattr(self.fields, self.name, self.mended(text))

    def _on_link(self, attributes: Attributes) -> None:
        href = self._begin_link(attributes, self._end_link)
        if href is None:
            return
        lowered = self.lowered(attributes)
        if lowered.get("rel") == "enclosure":
            self.enclosures.append(attributes)
        elif is_page(lowered):
            if language := lowered.get("hreflang"):
                self.fields.add_alternate(language, href)
            else:
                self.fields.link = href

    def _begin_link(self, attributes: Attributes, leaf: Callable[[str], None]) -> str | None:
        """Return the link that the attributes hold; None where it is the text of the element."""
        if not attributes:
            self._rel = ""
            self.read_leaf(leaf)
            return None
        lowered = self.lowered(attributes)
        href = lowered.get("url", lowered.get("uri", lowered.get("href"))) or lowered.get("href")
        self._rel = lowered.get("rel", "alternate")
        self.read_leaf(leaf if href is None else self.nothing)
        return href if href is None else single(href)

    def _end_link(self, text: str) -> None:
        link = self.mended(single(text)).replace("&amp;", "&")
        self.fields.link = _REFERENCE.sub(r"&\g<1>", link)

    def _on_guid(self, attributes: Attributes) -> None:
        self._permalink = self.lowered(attributes).get("ispermalink", "true") == "true"
        self.read_leaf(self._end_guid)

    def _end_guid(self, text: str) -> None:
        guid = self.mended(single(text) if self._permalink else text)
        self.fields.id = guid
        if self._permalink:
            self.fields.permalink = guid

    def _on_picture(self, _: Attributes) -> None:
        self.titled = False
        self.read_leaf(self.nothing)
