"""Reads what an HTML page says of its article, in its head and its markup."""

from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.limits import AUTHORS_LIMIT
from connectors.pages.addresses import is_mirror, meta_names, page_url, saver_notes
from connectors.pages.lenient_json import lenient_values
from connectors.pages.linked_article import LinkedArticle, is_name
from connectors.pages.page_dates import UPDATED_METAS
from connectors.pages.page_parts import is_apart

Metas = Mapping[str, Sequence[str]]
# In this order; names are casefolded. Dates have their own ranks (page_dates.py).
_METAS = {
    "title": ("og:title", "twitter:title", "dc.title"),
    "summary": ("og:description", "description", "twitter:description"),
    "author": (
        "author", "article:author", "dc.creator", "parsely-author", "byl", "og:article:author",
        "og:author", "article.author", "article:author_name", "dcterms.creator", "authors",
        "sailthru.author", "cxenseparse:author", "citation_author", "dc.contributor.author",
        "byline", "article:byline", "creator", "rnews:author", "schema:author", "vr:author",
        "author_name", "article_author", "writer",
    ),
    "url": ("og:url", "parsely-link"),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
# Where these say nothing.
_MORE_TITLES = (
    "dcterms.title", "parsely-title", "sailthru.title", "cxenseparse:title", "citation_title",
    "headline", "hdl",
)  # fmt: skip
_AUTHORS = (
    "[itemprop~=author], [property='schema:author'], [property='rnews:author'],"
    " .h-entry .p-author, .hentry .author .fn, .hentry .vcard .fn"
)
MOST_BYLINES = 10
"""Elements that name an author."""


def metas_of(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Return the values of the page's meta elements, by their casefolded names."""
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        value = (attributes.get("content") or "").strip()
        own = attributes.get("property") or attributes.get("name")
        name = own or attributes.get("itemprop") or attributes.get("http-equiv")
        # Markup of a comment, a card or a person in the body is not the article's.
        if name and value and (own or not attributes.get("itemprop") or not is_apart(node)):
            metas.setdefault(name.strip().casefold(), []).append(value)
    for value in metas.get("parsely-page", ())[:1]:
        _add_parsely(metas, value)
    return metas


def _add_parsely(metas: dict[str, list[str]], value: str) -> None:
    """Add what Parse.ly's one element of JSON holds, as its elements of one value each have it."""
    for fields in lenient_values(value)[:1]:
        if isinstance(fields, dict):
            for name in ("title", "link", "pub_date", "author"):
                if isinstance(text := fields.get(name), str) and text:
                    metas.setdefault(f"parsely-{name.replace('_', '-')}", []).append(text)


def titles_of(tree: LexborHTMLParser, metas: Metas) -> list[str]:
    """Return the titles that the page has of itself, the one to show first."""
    named = [_first(metas, _METAS["title"]), _text(tree, "title"), _text(tree, "h1")]
    return [title for title in (*named, _first(metas, _MORE_TITLES)) if title]


def page_fields(
    tree: LexborHTMLParser,
    text: str,
    metas: Metas,
    linked: LinkedArticle,
    saved_from: str | None = None,
) -> dict[str, object]:
    """Return what the page says of its article but its dates, under the usual field names."""
    headline = linked.text("headline") if linked.is_article else None
    fields: dict[str, object] = {
        "title": next(iter(titles_of(tree, metas)), None) or headline or linked.text("name"),
        "summary": _first(metas, _METAS["summary"]) or linked.text("description"),
        "updated": _first(metas, UPDATED_METAS[:4]) or linked.text("datemodified"),
        "author": linked.authors() or _bylines(tree, metas),
        "language": _attribute(tree, "html[lang]", "lang") or _first(metas, _METAS["language"]),
        "url": _own_url(tree, text, metas, linked, saved_from),
    }
    return {name: value for name, value in fields.items() if value}


def more_updated(metas: Metas) -> str | None:
    """Return a date of change under one of its rarer names."""
    return _first(metas, UPDATED_METAS)


def _first(metas: Metas, names: Sequence[str]) -> str | None:
    return next((metas[name][0] for name in names if name in metas), None)


def _bylines(tree: LexborHTMLParser, metas: Metas) -> list[str]:
    for name in _METAS["author"]:
        names = [value for value in metas.get(name, ()) if is_name(value)]
        if names:
            return names[:AUTHORS_LIMIT]
    for selector in (_AUTHORS, "[rel~=author]"):
        found = [
            text
            for node in tree.css(selector)[: 5 * MOST_BYLINES]
            if node.tag != "meta" and (text := _name(node.css_first("[itemprop~=name]") or node))
            and (selector != _AUTHORS or not is_apart(node.parent or node))
        ]  # fmt: skip
        if found:
            return list(dict.fromkeys(found))[:MOST_BYLINES]
    return []


def _name(node: LexborNode) -> str | None:
    text = " ".join((node.attributes.get("content") or node.text()).split())
    return text if text and len(text) <= 200 and is_name(text) else None


def _own_url(
    tree: LexborHTMLParser,
    text: str,
    metas: Metas,
    linked: LinkedArticle,
    saved_from: str | None,
) -> str | None:
    """Return the page's own URL, absolute: canonical link, og:url, JSON-LD, its saver's note."""
    names = (*_METAS["url"], *meta_names())
    named = [value for name in names for value in metas.get(name, ())[:1]]
    links = [linked.link(name) for name in ("url", "mainentityofpage", "@id")]
    # A reference within the page is no address of it.
    of_linked = [link for link in links if link and "#" not in link]
    is_article = linked.is_article or "article" in metas.get("og:type", ())
    notes = [*([saved_from] if saved_from else []), *saver_notes(tree, text)]
    return page_url(tree, notes, named, of_linked, article=is_article, mirrored=is_mirror(text))


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return " ".join(node.text().split()) or None if node else None


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None
