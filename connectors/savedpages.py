"""A saved web page (.html) -> an entry: what its head says, and the HTML of its article."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from articles.model import Entry, Rejected
from connectors.fields import URL_LIMIT, compact, entry_of
from connectors.payload import Payload
from connectors.rejects import set_aside
from connectors.rows import loads
from connectors.texts import read_text

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_SAVED = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
_BESIDE = (
    "script, style, noscript, template, iframe, object, svg, nav, header, footer, aside, "
    "button, dialog, [hidden], [aria-hidden=true]"
)
_ENOUGH = 100
"""Characters from which on a part of the page is taken for the article."""
_BODIES = ("[itemprop=articleBody]", "article", "main, [role=main]", "body")
# In this order; names as the fields' usual spellings (fields.py), so that JSON-LD fits in.
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


def parse_html(payload: Payload) -> list[Entry | Rejected]:
    """Return the article of the page; a page without title and text is `empty`."""
    declared = _CHARSET.search(payload.data[:4096])
    read = read_text(payload, declared[1].decode("ascii", "replace") if declared else None)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    tree = LexborHTMLParser(text)
    fields = _head(tree, text)
    content = _article(tree, str(fields.get("title") or "")) or fields.get("text")
    if not content and not fields.get("title"):
        detail = "the page has neither a title nor a text"
        return [set_aside(payload.path, "empty", detail, payload.data)]
    if content:
        fields["content_html"] = content
    fields.pop("text", None)
    raw = compact(fields)
    entry = entry_of(fields, payload.path, guid="file", origin="page", repairs=repairs, raw=raw)
    if entry is None:
        return [set_aside(payload.path, "empty", "the page says nothing", payload.data)]
    return [entry]


def _head(tree: LexborHTMLParser, text: str) -> dict[str, object]:
    """Return what the page says of its article, under the usual field names."""
    metas = _metas(tree)
    data = next(_articles(tree), {})
    fields: dict[str, object] = {}
    for name, spellings in _METAS.items():
        found = next((metas[one] for one in spellings if one in metas), None)
        if found:
            fields[name] = found[0]
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
    fields["url"] = _address(tree, text, fields.get("url"), data)
    fields["text"] = data.get("articleBody")
    return {name: value for name, value in fields.items() if value}


def _metas(tree: LexborHTMLParser) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        held = node.attributes
        name = held.get("property") or held.get("name") or held.get("itemprop")
        value = (held.get("content") or "").strip()
        name = name or held.get("http-equiv")
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
        found = [one for one in metas.get(name, ()) if not one.startswith(("http:", "https:"))]
        if found:
            return found
    return [text for node in tree.css("[rel=author]") if (text := node.text(strip=True))][:10]


def _address(
    tree: LexborHTMLParser, text: str, named: object, data: dict[str, object]
) -> str | None:
    """Return the page's own URL, absolute: canonical link, og:url, JSON-LD, the browser's note."""
    saved = _SAVED.search(text[:4096])
    base = _attribute(tree, "base[href]", "href") or (saved[1] if saved else "")
    page = data.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, dict) else page
    canonical = _attribute(tree, "link[rel~=canonical][href]", "href")
    for found in (canonical, named, data.get("url"), page, saved and saved[1]):
        if not isinstance(found, str) or not found:
            continue
        try:
            url = urljoin(base, found.strip())
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname and len(url) <= URL_LIMIT:
            return url
    return None


def _article(tree: LexborHTMLParser, title: str) -> str | None:
    """Return the inner HTML of the article, else of what is most like it; None if all is empty."""
    # From the last to the first, so that none is removed after what holds it.
    for node in reversed(tree.css(_BESIDE)):
        node.decompose()
    for node in reversed(tree.css("form")):
        # Some sites wrap the whole page in a form.
        if node.css_first("p") is None:
            node.decompose()
    for node in tree.css("h1"):
        # The title is a field of its own, often with the site's name behind it.
        if title.casefold().startswith(" ".join(node.text().split()).casefold()):
            node.decompose()
            break
    for selector in _BODIES:
        found = [
            (len(node.text(strip=True)), place) for place, node in enumerate(tree.css(selector))
        ]
        size, place = max(found, default=(0, 0))
        if size >= _ENOUGH or (size and selector == "body"):
            return tree.css(selector)[place].inner_html
    return None


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return " ".join(node.text().split()) or None if node else None


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None
