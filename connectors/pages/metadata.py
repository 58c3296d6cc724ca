"""What a page says of its article: every statement by its rank, the next where one is malformed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from articles.fields.dates import read_date
from connectors.pages import json_ld, markup
from connectors.pages.addresses import page_url
from connectors.pages.metas import metas_of, stated

SCRIPT = 0.5
"""Confidence of a date that only the page's scripts hold."""
_FAR = datetime(2200, 1, 1, tzinfo=UTC)
"""Later than any date of a page: what is read at all is asked here, not what is believed."""
_SCRIPTED = re.compile(
    r"""["'](?:date_?published|published(?:_?(?:at|date|time|on))?|publish(?:_?(?:date|time))"""
    r"""|publication_?date|first_?published(?:_?(?:at|date))?|pub_?date)["']\s*:\s*["']([^"']{8,40})["']""",
    re.IGNORECASE,
)
_SCRIPTS_LIMIT = 512 * 1024
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|автор)[:\s]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFields:
    """What a page states, under the usual names (`named_fields`), and how sure its date is."""

    fields: dict[str, object]
    published_confidence: float
    is_live: bool
    """Whether it says that it is a live blog."""
    titles: tuple[str, ...]
    """Everything that it calls itself."""


def page_fields(tree: LexborHTMLParser, text: str) -> PageFields:
    """Return what the page says of its article."""
    metas = metas_of(tree)
    called = (*(values[0] for values in stated(metas, "title")), _text(tree, "title"))
    titles = [title for title in (*called, _text(tree, "h1")) if title]
    objects = json_ld.articles(list(json_ld.blocks(tree)))
    data = _of_this_page(objects, titles)
    marked = markup.properties(tree)
    title = next(iter(titles), None) or json_ld.text_at(data, "headline", "name")
    published, confidence = _published(tree, metas, data, marked)
    metas_updated = (values[0] for values in stated(metas, "updated"))
    fields: dict[str, object | None] = {
        "title": title or _first(marked.get("title", ())),
        "summary": _first(values[0] for values in stated(metas, "summary"))
        or json_ld.text_at(data, "description"),
        "published": published,
        "updated": _readable([*metas_updated, json_ld.text_at(data, "dateModified"),
                              *marked.get("updated", ())]),
        "author": _authors(tree, metas, data, marked),
        "language": _attribute(tree, "html[lang]", "lang")
        or _first(values[0] for values in stated(metas, "language"))
        or json_ld.text_at(data, "inLanguage"),
        "url": page_url(tree, text, [
            *(values[0] for values in stated(metas, "url")),
            json_ld.text_at(data, "url"), json_ld.text_at(data, "mainEntityOfPage"),
        ]),
        "text": _text_of(data),
    }  # fmt: skip
    is_live = "LiveBlogPosting" in json_ld.kinds_of(data)
    is_live = is_live or tree.css_first("[itemtype*=LiveBlogPosting]") is not None
    kept = {name: value for name, value in fields.items() if value}
    return PageFields(kept, confidence, is_live, tuple(titles))


def _of_this_page(objects: list[json_ld.Node], titles: list[str]) -> json_ld.Node:
    """Return the article that agrees with what the page calls itself, else the first."""
    called = {" ".join(title.split()).casefold() for title in titles}
    for data in objects:
        headline = json_ld.text_at(data, "headline", "name")
        folded = " ".join((headline or "").split()).casefold()
        if folded and any(title.startswith(folded) for title in called):
            return data
    return objects[0] if objects else {}


def _published(
    tree: LexborHTMLParser,
    metas: dict[str, list[str]],
    data: json_ld.Node,
    marked: dict[str, list[str]],
) -> tuple[str | None, float]:
    """Return the date that the page states as its publication, and how sure that is.

    Where it states one it is its own word, 1.0: Open Graph's article vocabulary, JSON-LD, its
    other meta elements, the article's microdata, RDFa or microformat. A bare `time` element of the
    article is less, what only a script holds still less; a date of change is none at all.
    """
    first = [values[0] for name, values in metas.items() if name in _OPEN_GRAPH]
    own = [*first, json_ld.text_at(data, "datePublished", "dateCreated", "uploadDate")]
    own += [values[0] for values in stated(metas, "published")]
    if (date := _readable([*own, *marked.get("published", ())])) is not None:
        return date, 1.0
    root = _article_of(tree)
    if root is not None and (date := _readable(markup.times(root))) is not None:
        return date, markup.TIME
    if (date := _scripted(tree)) is not None:
        return date, SCRIPT
    # What can't be read is kept as it was delivered: it may be read one day.
    return _first([*own, *marked.get("published", ())]), 1.0


_OPEN_GRAPH = ("article.published_time", "og.article.published_time")


def _article_of(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in ("article", "main, [role=main]", "body"):
        nodes = [node for node in tree.css(selector)[:100] if not markup.is_elsewhere(node)]
        if nodes:
            return max(nodes, key=lambda node: len(node.text(strip=True)))
    return None


def _scripted(tree: LexborHTMLParser) -> str | None:
    """Return the one date of publication that the page's scripts name; None if they name others."""
    dates: set[str] = set()
    left = _SCRIPTS_LIMIT
    for node in tree.css("script:not([src])")[:200]:
        source = (node.text() or "")[: max(0, left)]
        left -= len(source)
        dates.update(match[1] for match in _SCRIPTED.finditer(source))
    return _readable(dates) if len(dates) == 1 else None


def _readable(values: Iterable[str | None]) -> str | None:
    """Return the first of the dates that can be read; None if there is none."""
    return next((value for value in values if value and read_date(value, _FAR)), None)


def _authors(
    tree: LexborHTMLParser,
    metas: dict[str, list[str]],
    data: json_ld.Node,
    marked: dict[str, list[str]],
) -> list[str]:
    """Return the authors: JSON-LD's, the meta elements', the markup's, links to them."""
    for value in (data.get("author"), data.get("creator")):
        if named := json_ld.people(value):
            return named
    for values in stated(metas, "author"):
        names = [value for value in values if "://" not in value and value[:1] != "@"]
        if names:
            return names
    named = [name for value in marked.get("author", ()) if (name := _BY.sub("", value).strip())]
    links = [node for node in tree.css("[rel~=author]")[:10] if not markup.is_elsewhere(node)]
    named = named or [text for node in links if (text := node.text(strip=True))]
    return list(dict.fromkeys(name for name in named if len(name) < _LONGEST_NAME))[:10]


_LONGEST_NAME = 120


def _text_of(data: json_ld.Node) -> str | None:
    """Return the text that JSON-LD holds: the article's, or that of a live blog's updates."""
    if text := json_ld.text_at(data, "articleBody"):
        return text
    updates = data.get("liveBlogUpdate")
    updates = updates if isinstance(updates, list) else [updates]
    texts = (
        json_ld.text_at(update, "articleBody")
        for update in updates[:1_000]
        if isinstance(update, dict)
    )
    return "\n\n".join(text for text in texts if text) or None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return " ".join(node.text().split()) or None if node else None


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None
