"""Reads a saved web page (.html) as an entry: what its head says, and its article's HTML."""

import re

from selectolax.lexbor import LexborHTMLParser

from articles.model.entries import Entry, Rejected
from connectors.pages.metadata import page_fields
from connectors.parsing.chunk import FileChunk
from connectors.parsing.file_text import read_text
from connectors.parsing.named_fields import entry_of
from connectors.parsing.rejections import reject
from connectors.rows.values import compact

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_NOT_THE_ARTICLE = (
    "script, style, noscript, template, iframe, object, svg, nav, header, footer, aside, "
    "button, dialog, [hidden], [aria-hidden=true]"
)
_ENOUGH = 100
"""Characters from which on a part of the page is taken for the article."""
_BODIES = ("[itemprop=articleBody]", "article", "main, [role=main]", "body")


def parse_html(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article of the page; a page without title and text is `empty`."""
    declared = _CHARSET.search(chunk.data[:4096])
    read = read_text(chunk, declared[1].decode("ascii", "replace") if declared else None)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    tree = LexborHTMLParser(text)
    fields = page_fields(tree, text)
    content = _article(tree, str(fields.get("title") or "")) or fields.get("text")
    if not content and not fields.get("title"):
        detail = "the page has neither a title nor a text"
        return [reject(chunk.path, "empty", detail, chunk.data)]
    if content:
        fields["content_html"] = content
    fields.pop("text", None)
    raw = compact(fields)
    entry = entry_of(fields, chunk.path, guid="file", origin="page", repairs=repairs, raw=raw)
    if entry is None:
        return [reject(chunk.path, "empty", "the page says nothing", chunk.data)]
    return [entry]


def _article(tree: LexborHTMLParser, title: str) -> str | None:
    """Return the inner HTML of the article, else of what is most like it; None if all is empty."""
    # From the last to the first, so that none is removed after what holds it.
    for node in reversed(tree.css(_NOT_THE_ARTICLE)):
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
        sizes = [
            (len(node.text(strip=True)), number) for number, node in enumerate(tree.css(selector))
        ]
        size, number = max(sizes, default=(0, 0))
        if size >= _ENOUGH or (size and selector == "body"):
            return tree.css(selector)[number].inner_html
    return None
