"""The meta elements of a page, under the names that publishers' systems give them.

Sources: Open Graph and its article vocabulary, Dublin Core and DCMI terms, schema.org's `itemprop`,
Parse.ly, Sailthru, Cxense, Google Scholar's `citation_*`, rNews, and the New York Times' own.
"""

import re
from collections.abc import Iterable, Mapping

from selectolax.lexbor import LexborHTMLParser

_METAS_LIMIT = 500
_FOLDED = re.compile(r"[\W_]+")

# In this order. Case, and which sign stands between the words, do not count.
_NAMES = {
    "title": "og:title twitter:title dc.title dcterms.title parsely-title sailthru.title"
    " citation_title headline hdl",
    "summary": "og:description description twitter:description dc.description"
    " dcterms.description sailthru.description",
    "published": "article:published_time og:article:published_time article:published"
    " og:published_time datepublished date_published publication_date publish_date publishdate"
    " pubdate published_time published_date published parsely-pub-date sailthru.date"
    " cxenseparse:recs:publishtime cxenseparse:publishtime rnews:datepublished dc.date.issued"
    " dcterms.issued dc.date.created dcterms.created ptime pdate originalpublicationdate"
    " original-publish-date article.created citation_publication_date citation_online_date"
    " citation_date dcterms.date dc.date date",
    "updated": "article:modified_time og:article:modified_time og:updated_time article:modified"
    " article.updated datemodified date_modified dcterms.modified dc.date.modified"
    " cxenseparse:recs:articlemodified utime last-modified last_updated lastmod modified revised",
    "author": "author article:author og:article:author dc.creator dcterms.creator parsely-author"
    " byl sailthru.author cxenseparse:author citation_author article:author_name rnews:author"
    " authors byline",
    "url": "og:url parsely-link rnews:url original-source",
    "language": "og:locale content-language dc.language dcterms.language language",
}


def _fold(name: str) -> str:
    return _FOLDED.sub(".", name.strip().casefold())


NAMES: Mapping[str, tuple[str, ...]] = {
    role: tuple(map(_fold, names.split())) for role, names in _NAMES.items()
}
"""Role -> the folded names that have it, the first first."""


def metas_of(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Return the values of the page's meta elements by their folded names."""
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]")[:_METAS_LIMIT]:
        attributes = node.attributes
        value = (attributes.get("content") or "").strip()
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        name = name or attributes.get("http-equiv")
        if name and value:
            metas.setdefault(_fold(name), []).append(value)
    return metas


def stated(metas: Mapping[str, list[str]], role: str) -> Iterable[list[str]]:
    """Yield the values of each meta that has this role, the first first."""
    return (metas[name] for name in NAMES[role] if name in metas)
