"""Reads a saved web page (.html) as an entry: what its head says, and its article's HTML."""

import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from articles.model.entries import Entry, Rejected
from connectors.pages.article_text import article_root
from connectors.pages.markup import is_comment
from connectors.pages.metadata import PageFields, page_fields
from connectors.parsing.chunk import FileChunk
from connectors.parsing.file_text import read_text
from connectors.parsing.named_fields import compact, entry_of
from connectors.parsing.rejections import reject

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_NOT_THE_ARTICLE = (
    "script, style, noscript, template, iframe, object, svg, nav, header, footer, aside, "
    "button, dialog, [hidden], [aria-hidden=true]"
)


def parse_html(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article of the page; a page without title and text is `empty`."""
    declared = _CHARSET.search(chunk.data[:4096])
    read = read_text(chunk, declared[1].decode("ascii", "replace") if declared else None)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    tree = LexborHTMLParser(text)
    page = page_fields(tree, text)
    fields = page.fields
    content = _article(tree, page) or fields.get("text")
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
    return [replace(entry, published_confidence=page.published_confidence)]


def _article(tree: LexborHTMLParser, page: PageFields) -> str | None:
    """Return the inner HTML of the article, else of what is most like it; None if all is empty."""
    # From the last to the first, so that none is removed after what holds it.
    for node in reversed(tree.css(_NOT_THE_ARTICLE)):
        node.decompose()
    for node in reversed(tree.css("form")):
        # Some sites wrap the whole page in a form.
        if node.css_first("p") is None:
            node.decompose()
    root = article_root(tree, page.titles, live=page.is_live)
    if root is None:
        return None
    comments = [node for node in root.css("[class], [id], [itemtype]")[:5_000] if is_comment(node)]
    for node in reversed(comments):
        node.decompose()
    title = str(page.fields.get("title") or "")
    for node in root.css("h1"):
        # The title is a field of its own, often with the site's name behind it.
        if title.casefold().startswith(" ".join(node.text().split()).casefold()):
            node.decompose()
            break
    return root.inner_html
