"""Tells what a file is by its first bytes; its name counts only where they do not decide."""

import re
from dataclasses import dataclass

from connectors.encodings.encodings import bom_of, looks_binary, wide_of
from connectors.formats.json_start import json_kind
from connectors.formats.markup_start import Root, root_of
from connectors.formats.source_code import source_of
from connectors.formats.tables import is_table

HEAD_BYTES = 64 * 1024
"""Bytes, decompressed, that are looked at."""
_ZIPS = (
    (b"word/", "a Word document (.docx)"),
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"ppt/", "a PowerPoint presentation (.pptx)"),
    (b"mimetypeapplication/epub", "an e-book (EPUB)"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
)
_XML_ROOTS = frozenset(
    b"urlset sitemapindex opml svg nitf newsml newsitem newsmessage packageitem knowledgeitem"
    b" plist kml gpx mediawiki wml xbel tei".split()
)
_HTML = frozenset(
    b"html head body div p span a article section main header footer nav aside h1 h2 h3 h4 h5 h6"
    b" ul ol li dl table tr td pre code blockquote br hr img b i em strong u s font center title"
    b" meta link style script form input iframe figure video audio picture small sub sup q cite"
    b" time abbr details summary noscript base".split()
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file's first bytes say."""

    kind: str | None = None
    """How it is to be read (`FileChunk.kind`); None: as its name says."""
    problem: tuple[str, str] | None = None
    """Why it can't be read as news: one of REASONS, and a sentence."""


_UNDECIDED = Content()


def content_of(head: bytes, named: str | None, *, whole: bool) -> Content:
    """Return what the first bytes decide.

    Args:
        head: the first HEAD_BYTES, decompressed.
        named: the kind that the file's name means; None for a name that means nothing, under
            which nothing but a feed is read.
        whole: whether `head` is the whole file.

    """
    if head.startswith(b"PK\x03\x04"):
        return Content(problem=("binary", f"it is {_zip(head)}"))
    if head.startswith(b"PAR1") or named == "parquet":
        return Content("parquet" if named else None)
    text = _text(head)
    first = text[:1]
    if first == b"<":
        return _marked_up(text, named, whole=whole)
    kind = json_kind(text, named, whole=whole)
    if named in {"json", "jsonl"} and first not in {b"{", b"["} and is_table(text, strict=True):
        kind = "csv"
    if kind is None and named == "txt":
        return _plain(text, whole=whole)
    what = looks_binary(head) if named == "feed" and kind is None else None
    return Content(problem=("binary", f"it is {what}")) if what else Content(kind)


def is_feed(head: bytes, *, whole: bool) -> bool:
    """Tell whether the first bytes are a feed's, whatever the file is called."""
    return content_of(head, None, whole=whole).kind is not None


def _text(head: bytes) -> bytes:
    """Return the bytes from the first character on, made UTF-8 where they are UTF-16 or 32."""
    bom = bom_of(head)
    codec = bom[0] if bom else wide_of(head) if b"\0" in head[:64] else None
    if bom:
        head = head[bom[1] :]
    if codec not in {None, "utf-8"}:
        head = head.decode(codec or "", "replace").encode()
    return head.lstrip(b" \t\r\n\x1e")


def _zip(head: bytes) -> str:
    for mark, what in _ZIPS:
        if mark in head[:4096]:
            return what
    return "a ZIP archive (or an office document)"


def _plain(text: bytes, *, whole: bool) -> Content:
    """Return what a text under a text's name is, if it is no text."""
    if is_table(text):
        return Content("csv")
    what = source_of(text.decode("utf-8", "replace"), whole=whole)
    return Content(problem=("other_format", f"it is {what}")) if what else _UNDECIDED


def _marked_up(text: bytes, named: str | None, *, whole: bool) -> Content:
    root = root_of(text)
    if root is None:
        php = named == "txt" and text[:5].lower() == b"<?php"
        return Content(problem=("other_format", "it is PHP source code")) if php else _UNDECIDED
    if _is_feed_root(root, text, named):
        return Content("feed")
    if named is None or (named == "feed" and root.name != b"html"):
        return _UNDECIDED
    if root.name == b"html":
        return _page(root, named)
    other = root.name not in _HTML and (
        root.declared
        or root.name in _XML_ROOTS
        or b"xmlns" in root.tag
        or (named == "txt" and _is_one_element(text, root, whole=whole))
    )
    return Content("feed") if other else _UNDECIDED


def _is_feed_root(root: Root, text: bytes, named: str | None) -> bool:
    if root.name == b"rdf":
        return b"purl.org/rss" in text or b"netscape.com/rdf" in text
    if root.name == b"channel":
        return named == "feed" or b"<item" in text
    return root.name in {b"rss", b"feed"}


def _page(root: Root, named: str) -> Content:
    if named in {"json", "jsonl", "csv"}:
        # What a server sends where the data should be: an error, a login.
        return Content(problem=("other_format", "it is an HTML page"))
    if named == "feed" and not root.declared and b"xmlns" not in root.tag:
        return _UNDECIDED  # it has no reason to be called XML: a server's error page
    return Content("html")


def _is_one_element(text: bytes, root: Root, *, whole: bool) -> bool:
    """Tell whether all of a text stands in one element that is none of HTML's."""
    if whole:
        return re.search(rb"</%s\s*>\s*\Z" % re.escape(root.written), text) is not None
    lines = [line for line in text.splitlines() if line.strip()]
    marked = sum(line.lstrip().startswith(b"<") for line in lines)
    return text.count(b"</") > 3 and marked * 2 > len(lines)
