"""The dates of a page: each with its rank and how sure it is that it is the one of publication."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from articles.fields.dates import read_date
from connectors.pages.linked_article import LinkedArticle
from connectors.pages.page_parts import is_apart, line_of

STATED, NEAR, SCRIPT = 1.0, 0.7, 0.6
"""Confidence of a date that the page calls its publication; that merely stands at its article's
head; that a script of the page holds."""

_FAR = datetime(2100, 1, 1, tzinfo=UTC)
"""Connectors know no clock: what lies ahead is for `normalize` to judge."""
MOST_NODES = 300
"""Elements with dates that are looked at."""
MOST_TIMES = 50
"""Unmarked `<time>` elements that are looked at, with the text around them."""
# In the order of trust. Names are casefolded; sources: Open Graph, schema.org, Dublin Core,
# Highwire (Google Scholar), Parse.ly, Sailthru, Cxense, and content systems' own.
PUBLISHED_METAS = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "date", "dc.date",
    "dc.date.issued", "parsely-pub-date", "og:article:published_time", "article:published",
    "article.published", "og:published_time", "og:pubdate", "og:publish_date", "publish-date",
    "publish_date", "published_date", "published-date", "published_time", "published_at",
    "published", "publication_date", "publication-date", "publicationdate", "article_date_original",
    "article:publicationdate", "article:publication_date", "article:pubdate", "articlepublishdate",
    "dc.date.published", "dcterms.issued", "dcterms.date", "dcterms.available",
    "dc.issued", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "cxenseparse:recs:articlepublishtime", "citation_publication_date", "citation_online_date",
    "citation_date", "prism.publicationdate", "prism:publicationdate", "originalpublicationdate",
    "original_publish_date", "ptime", "pdate", "displaydate", "display-date", "dat",
    "rnews:datepublished",
    "schema:datepublished", "vr:published_time", "bt:pubdate", "iso-8601-publish-date",
    "shareaholic:article_published_time", "savepage-pubdate", "timepublished", "cdate",
    "cse_publishdate", "dc.date.created", "dcterms.created", "datecreated", "article:created_time",
    "created", "createdate", "creation_date", "article:post_date", "release_date", "article_date",
    "eomportal-publicationdate",
)  # fmt: skip
UPDATED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified",
    "og:article:modified_time", "article:modified", "dc.date.modified", "dcterms.modified",
    "dc.modified", "lastmod", "last_modified", "modified", "revised", "article.updated",
    "utime", "updated", "dateupdated", "eomportal-lastupdate", "cxenseparse:recs:lastmodifiedtime",
)  # fmt: skip
_MARKED = (
    "time[pubdate], [itemprop~=datePublished], [property~=datePublished],"
    " [property='schema:datePublished'], [property='rnews:datePublished'],"
    " [property~='dc:issued'], [property~='dcterms:issued'], [property~='dc:created'],"
    " [property~='dcterms:created'], [property='dc:date'], .dt-published, .hentry .published,"
    " .h-entry .published, time.published, time.entry-date, abbr.published"
)
_CHANGED = (
    "[itemprop~=dateModified], [property~=dateModified], [property='schema:dateModified'],"
    " .dt-updated, time.updated, time.modified, .hentry .updated"
)
_CHANGE_WORD = re.compile(
    r"updat|modif|edited|aktualisier|mis à jour|actualiza|aggiorna|обновл|更新"
)
_CHANGE_NAME = re.compile(r"updat|modif|edited|lastmod", re.IGNORECASE)
_MENTION = 60
"""Characters of other text in a paragraph from which on a `<time>` in it is a mention."""
_VALUES = ("datetime", "content", "title", "data-datetime", "data-time")
_NAMES = (
    r"datePublished|date_published|publishedAt|published_at|publishedDate|published_date|publishDate"
    r"|publish_date|publicationDate|publication_date|pubDate|pub_date|pubdate|publishedTime"
    r"|published_time|firstPublished|firstPublishedAt|first_published_at|firstPublicationDate"
    r"|article_?[pP]ublish(?:ed)?_?[dD]ate|article_?[pP]ublication_?[dD]ate|page_?[pP]ublish(?:ed)?_?[dD]ate"
    r"|originalPublishDate|publishTime|publish_time|articlePublishTime"
)
_SCRIPT_DATE = re.compile(
    rf"(?<![\w-])\\?[\"']?(?:{_NAMES})\\?[\"']?\s{{0,9}}[:=,]\s{{0,9}}(?:\\?[\"']([^\"'\\<>]{{8,60}})\\?[\"']|(\d{{10}}|\d{{13}})(?!\d))"
)


def stated_date(
    metas: Mapping[str, Sequence[str]], linked: LinkedArticle
) -> tuple[str | None, bool]:
    """Return the date of publication in the page's head as it writes it, and whether it is one.

    The first that can be read decides; if none can, the first.
    """
    stated = list(_stated(metas, linked))
    for text in stated:
        if is_date(text):
            return text, True
    return next(iter(stated), None), False


def marked_date(
    tree: LexborHTMLParser,
    linked: LinkedArticle,
    article: LexborNode | None,
    updated: str | None = None,
) -> tuple[str, float] | None:
    """Return the date of publication in a page's body, and how sure it is that it is one.

    What its markup calls so; an unmarked `<time>` at its article's head; what its scripts hold.
    Dates of change, and those of menus, cards and comments, are none.
    """
    line = line_of(article)
    for text in _of_nodes(tree, _MARKED, line):
        if is_date(text):
            return text, STATED
    changed = read_date(updated, _FAR) if updated else None
    near = None if linked.is_live else next(_near(tree, line), None)
    for weak, confidence in ((near, NEAR), (_of_scripts(tree), SCRIPT)):
        # What stands there unmarked may be the date of change.
        if weak and (changed is None or read_date(weak, _FAR) != changed):
            return weak, confidence
    return None


def updated_date(tree: LexborHTMLParser, article: LexborNode | None) -> str | None:
    """Return the date of change that the article's markup states."""
    dates = _of_nodes(tree, _CHANGED, line_of(article))
    return next((text for text in dates if is_date(text)), None)


def is_date(text: str) -> bool:
    """Tell whether a text can be read as a date."""
    return read_date(text, _FAR) is not None


def _stated(metas: Mapping[str, Sequence[str]], linked: LinkedArticle) -> Iterator[str]:
    for number, name in enumerate(PUBLISHED_METAS):
        if number == 1:
            # Open Graph is written for an article alone; linked data comes before the others.
            for of_linked in ("datepublished", "uploaddate"):
                if text := linked.text(of_linked):
                    yield text.strip()
        yield from metas.get(name, ())[:1]
    if text := linked.text("datecreated"):
        yield text.strip()


def _of_nodes(tree: LexborHTMLParser, selector: str, line: frozenset[int]) -> Iterator[str]:
    for node in tree.css(selector)[:MOST_NODES]:
        if node.tag == "meta":
            continue  # among the metas
        if selector == _MARKED and _says_change(node):
            continue
        text = _value(node)
        if text and not is_apart(node, line):
            yield text


def _near(tree: LexborHTMLParser, line: frozenset[int]) -> Iterator[str]:
    """Yield the dates of `<time>` elements that stand by themselves at the article."""
    for node in tree.css("time")[:MOST_TIMES]:
        text = _value(node)
        if not text or not is_date(text) or _says_change(node) or is_apart(node, line):
            continue
        if not _is_mention(node):
            yield text


def _is_mention(node: LexborNode) -> bool:
    at = node.parent
    for _ in range(4):
        if at is None or at.tag in {"article", "main", "section", "div", "header"}:
            return False
        if at.tag in {"p", "li", "blockquote", "figcaption", "td", "a"}:
            return at.tag == "figcaption" or len(at.text()) - len(node.text()) > _MENTION
        at = at.parent
    return False


def _says_change(node: LexborNode) -> bool:
    attributes = node.attributes
    names = " ".join(attributes.get(name) or "" for name in ("class", "itemprop", "property", "id"))
    words = names.lower().split()
    if "published" in words or "datepublished" in words or "dt-published" in words:
        return False
    if _CHANGE_NAME.search(names):
        return True
    before = node.prev
    label = (before.text() if before is not None else "")[-40:].lower()
    parent = node.parent
    if parent is not None and parent.tag in {"span", "p", "small", "div", "li"}:
        whole = parent.text()[:200].lower()
        label = label or whole.partition(node.text()[:40].lower())[0][-40:]
    return _CHANGE_WORD.search(label) is not None


def _value(node: LexborNode) -> str | None:
    attributes = node.attributes
    for name in _VALUES:
        if value := (attributes.get(name) or "").strip():
            return value
    inner = node.css_first(".value-title[title], .value[title], time[datetime]")
    if inner is not None and inner.mem_id != node.mem_id:
        value = inner.attributes.get("datetime") or inner.attributes.get("title") or ""
        return value.strip() or None
    text = " ".join(node.text().split())
    return text if 0 < len(text) <= 80 else None


def _of_scripts(tree: LexborHTMLParser) -> str | None:
    """Return the date that the page's scripts call its publication, if they name one day alone."""
    found: list[str] = []
    for node in tree.css("script:not([src])"):
        if "ld+json" in (node.attributes.get("type") or ""):
            continue
        script = node.text()
        found += [one or two for one, two in _SCRIPT_DATE.findall(script[:2_000_000])][:200]
    readings = {text: reading for text in found if (reading := read_date(text, _FAR))}
    days = {reading[0].date() for reading in readings.values()}
    return max(readings, key=len) if len(days) == 1 else None
