"""Reads a saved web page (HTML, MHTML) as an entry: what its head says, its article's HTML."""

import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from articles.model.entries import Entry, Rejected
from connectors.pages.article_text import NUMBERED, ArticlePart, Claims, agrees, article_part
from connectors.pages.linked_article import LinkedArticle, linked_article
from connectors.pages.metadata import Metas, metas_of, more_updated, page_fields, titles_of
from connectors.pages.mhtml import archived_page
from connectors.pages.page_dates import marked_date, stated_date, updated_date
from connectors.parsing.chunk import FileChunk
from connectors.parsing.file_text import read_text
from connectors.parsing.named_fields import entry_of
from connectors.parsing.rejections import reject
from connectors.rows.values import compact

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_SHORT_SHARE = 0.6
"""Share of the linked data's text: an element that holds less of it is only its beginning."""


def parse_html(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article of the page; a page without title and text is `empty`."""
    archived = archived_page(chunk.data)
    if archived is not None:
        chunk = replace(chunk, data=archived.html)
    declared = _CHARSET.search(chunk.data[:4096])
    charset = declared[1].decode("ascii", "replace") if declared else None
    read = read_text(chunk, (archived.charset if archived else None) or charset)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    tree = LexborHTMLParser(text)
    metas = metas_of(tree)
    linked = linked_article(tree, titles_of(tree, metas))
    fields = page_fields(tree, text, metas, linked, archived.url if archived else None)
    part, content = _content(tree, fields, linked)
    if not content and not fields.get("title"):
        detail = "the page has neither a title nor a text"
        return [reject(chunk.path, "empty", detail, chunk.data)]
    if content:
        fields["content_html"] = content
    confidence = _add_dates(fields, text, metas, linked, part)
    raw = compact(fields)
    entry = entry_of(fields, chunk.path, guid="file", origin="page", repairs=repairs, raw=raw)
    if entry is None:
        return [reject(chunk.path, "empty", "the page says nothing", chunk.data)]
    return [entry if confidence == 1.0 else replace(entry, published_confidence=confidence)]


def _content(
    tree: LexborHTMLParser, fields: dict[str, object], linked: LinkedArticle
) -> tuple[ArticlePart | None, str | None]:
    """Return the article's part of the page, and its text (the linked data's if it is whole)."""
    updates = linked.updates() if linked.is_live else []
    written = "\n\n".join(part for update in updates for part in update if part)
    body = (linked.text("articlebody") if linked.is_article else None) or ""
    body = f"{body}\n\n{written}" if body and written else body or written
    claims = Claims(
        str(fields.get("title") or ""), str(fields.get("summary") or ""), body, linked.is_live
    )
    part = article_part(tree, claims)
    if part is None or not body:
        return part, part.html if part else body or None
    is_part = len(part.text) < _SHORT_SHARE * len(body)
    is_other = len(body) > 200 and not agrees(body, part.text)
    return part, body if is_part or is_other else part.html


def _add_dates(
    fields: dict[str, object],
    text: str,
    metas: Metas,
    linked: LinkedArticle,
    part: ArticlePart | None,
) -> float:
    """Add the page's dates to its fields; return how sure its date of publication is one."""
    stated, is_date = stated_date(metas, linked)
    if stated:
        fields["published"] = stated
    if is_date:
        return 1.0
    # A second reading: the first has lost what stands beside the article's text.
    tree = LexborHTMLParser(text)
    number = part.number if part else None
    article = tree.css(NUMBERED)[number] if number is not None else None
    changed = fields.get("updated") or more_updated(metas) or updated_date(tree, article)
    changed = changed if isinstance(changed, str) else None
    marked = marked_date(tree, linked, article, changed)
    if marked:
        fields["published"] = marked[0]
    elif changed:
        fields["updated"] = changed
    return marked[1] if marked else 1.0
