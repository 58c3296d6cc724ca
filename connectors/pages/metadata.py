"""Reads what an HTML page says of its article, in its head and its markup."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from articles.identity.urls import URL_LIMIT
from connectors.parsing.json_value import loads

_SAVED = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
# In this order; names as the fields' usual spellings (named_fields.py), so that JSON-LD fits in.
_METAS = {
    "title": ("og:title", "twitter:title", "dc.title"),
    "summary": ("og:description", "description", "twitter:description"),
    "published": ("article:published_time", "datepublished", "pubdate", "publishdate", "date",
                  "dc.date", "dc.date.issued", "parsely-pub-date"),
    "updated": ("article:modified_time", "og:updated_time", "datemodified", "last-modified"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "byl"),
    "url": ("og:url", "parsely-link"),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip


def page_fields(tree: LexborHTMLParser, text: str) -> dict[str, object]:
    """Return what the page says of its article, under the usual field names."""
    metas = _metas(tree)
    data = next(_articles(tree), {})
    fields: dict[str, object] = {}
    for name, spellings in _METAS.items():
        values = next((metas[spelling] for spelling in spellings if spelling in metas), None)
        if values:
            fields[name] = values[0]
    fields["title"] = fields.get("title") or _text(tree, "title") or _text(tree, "h1")
    fields["title"] = fields["title"] or data.get("headline")
    if "article:published_time" not in metas and data.get("datePublished"):
        fields["published"] = data["datePublished"]
    if not fields.get("published"):
        fields["published"] = _attribute(tree, "article time[datetime], time[datetime]", "datetime")
    fields["updated"] = fields.get("updated") or data.get("dateModified")
    fields["author"] = data.get("author") or _bylines(tree, metas)
    fields["summary"] = fields.get("summary") or data.get("description")
    fields["language"] = _attribute(tree, "html[lang]", "lang") or fields.get("language")
    fields["url"] = _own_url(tree, text, fields.get("url"), data)
    fields["text"] = data.get("articleBody")
    return {name: value for name, value in fields.items() if value}


def _metas(tree: LexborHTMLParser) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        value = (attributes.get("content") or "").strip()
        name = name or attributes.get("http-equiv")
        if name and value:
            metas.setdefault(name.strip().casefold(), []).append(value)
    return metas


def _articles(tree: LexborHTMLParser) -> Iterator[dict[str, object]]:
    """Yield the JSON-LD objects that are articles (schema.org Article and its kinds)."""
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            waiting = [loads(node.text())]
        except ValueError:
            continue
        while waiting:
            value = waiting.pop(0)
            if isinstance(value, list):
                waiting += value[:100]
            elif isinstance(value, dict):
                waiting.append(value.get("@graph"))
                kind = str(value.get("@type", ""))
                if kind.endswith(("Article", "Article']", "BlogPosting", "Posting']")):
                    yield value


def _bylines(tree: LexborHTMLParser, metas: dict[str, list[str]]) -> list[str]:
    for name in _METAS["author"]:
        values = metas.get(name, ())
        names = [value for value in values if not value.startswith(("http:", "https:"))]
        if names:
            return names
    return [text for node in tree.css("[rel=author]") if (text := node.text(strip=True))][:10]


def _own_url(
    tree: LexborHTMLParser, text: str, named: object, data: dict[str, object]
) -> str | None:
    """Return the page's own URL, absolute: canonical link, og:url, JSON-LD, the browser's note."""
    saved = _SAVED.search(text[:4096])
    base = _attribute(tree, "base[href]", "href") or (saved[1] if saved else "")
    page = data.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, dict) else page
    canonical = _attribute(tree, "link[rel~=canonical][href]", "href")
    for link in (canonical, named, data.get("url"), page, saved and saved[1]):
        if not isinstance(link, str) or not link:
            continue
        try:
            url = urljoin(base, link.strip())
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname and len(url) <= URL_LIMIT:
            return url
    return None


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return " ".join(node.text().split()) or None if node else None


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None
