"""The address of a saved page: what the page, its saver and archives say of it."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from articles.urls.canonical import URL_LIMIT, is_root
from articles.urls.canonical import canonical as key_form

# What savers write, by their sources: browsers ("Mark of the Web"), SingleFile 1.22,
# monolith 2.8, HTTrack 3.49 (htsparse.c; it leaves the scheme out), Wayback's own script.
_NOTES = (
    re.compile(r"<!--\s*+saved\s++from\s++url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE),
    re.compile(
        r"<!--\s*+(?:Page saved with|Archive processed by) SingleFile\b[^\n]{0,40}\s*+url:\s*+(\S+)"
    ),
    re.compile(r"<!--\s*+Saved from (\S+) at \S+ using monolith"),
    re.compile(r"<!--\s*+Mirrored from (\S+) by HTTrack"),
    re.compile(r"__wm\.wombat\(\s*+[\"']([^\"'\s]++)[\"']"),
)
_NOTED = 16_384
"""Characters of a page's beginning in which savers' notes stand."""
_HEAD_METAS = (
    "savepage-url", "source-url", "original-url", "archive-url", "al:web:url", "twitter:url",
    "sailthru.url", "cxenseparse:url", "dc.identifier", "dcterms.identifier", "dc.identifier.uri",
    "dcterms.uri", "citation_public_url", "citation_abstract_html_url",
    "citation_fulltext_html_url",
)  # fmt: skip
# Memento (RFC 7089) and Wayback forms: /web/20231120080000id_/https://host/path, on any host.
_REPLAYED = re.compile(
    r"/\d{4}[\d.-]{0,14}\*?(?:[a-z]{2}_)?/(https?:/{1,2}[^/].*)", re.IGNORECASE | re.DOTALL
)
_REPLAYED_BARE = re.compile(r"/\d{4,14}(?:[a-z]{2}_)?/([\w-]+(?:\.[\w-]+)+(?::\d+)?/.*)", re.DOTALL)
_INNER = re.compile(r"/(https?:/{1,2}[^/].*)", re.IGNORECASE | re.DOTALL)
_SLASHES = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)
_CACHED = re.compile(r"[?&]q=cache:(?:[\w-]{8,16}:)?([^+&\s]+)", re.IGNORECASE)
_ARCHIVES = (
    "archive.org", "archive.ph", "archive.today", "archive.is", "archive.li", "archive.fo",
    "archive.md", "archive.vn", "arquivo.pt", "archive-it.org",
    "webarchive.nationalarchives.gov.uk",
    "webarchive.org.uk", "webarchive.loc.gov", "perma.cc", "ghostarchive.org", "megalodon.jp",
    "webcitation.org", "vefsafn.is", "conifer.rhizome.org", "timetravel.mementoweb.org",
    "webcache.googleusercontent.com", "cc.bingj.com", "freezepage.com", "swap.stanford.edu",
)  # fmt: skip
"""Hosts whose pages are others': an address of theirs is never the article's."""


def page_url(
    tree: LexborHTMLParser,
    notes: Sequence[str],
    named: Sequence[str],
    linked: Sequence[str],
    *,
    article: bool,
    mirrored: bool = False,
) -> str | None:
    """Return the page's own address, absolute (http or https); None if nothing names it.

    In this order: its canonical link, `named` (Open Graph and its like), `linked` (JSON-LD,
    microdata), what its saver wrote. An archive's address stands for the one archived; an address
    of this machine is none; a site's root only counts where nothing else is named.

    Args:
        tree: the page.
        notes: what its saver wrote (`saver_notes`).
        named: addresses in its meta elements.
        linked: addresses in its linked data.
        article: whether the page says that it is an article: then no root is its address.
        mirrored: whether its saver made its links relative.
    """
    notes = [url for note in notes if (url := _usable(note, ""))]
    base = _usable(_attribute(tree, "base[href]", "href"), "") or next(iter(notes), "")
    canonical = _attribute(tree, "link[rel~=canonical i][href]", "href")
    stated = [*notes, canonical] if mirrored and not _is_absolute(canonical) else [canonical]
    others = (_attribute(tree, selector, name) for selector, name in _OTHERS)
    roots: list[str] = []
    for link in chain(stated, named, linked, notes, others):
        url = _usable(link, base)
        if url is None:
            continue
        key = key_form(url)
        if key is not None and not is_root(key):
            return url
        roots.append(url)
    return next(iter(roots), None) if not article else None


_OTHERS = (
    ("[itemprop=mainEntityOfPage][itemid]", "itemid"),
    ("link[itemprop=mainEntityOfPage][href]", "href"),
    (".h-entry a.u-url[href]", "href"),
    ("link[rel=bookmark][href]", "href"),
    ("link[rel=shortlink][href]", "href"),
)


def meta_names() -> tuple[str, ...]:
    """Return the names of further meta elements that hold the page's address."""
    return _HEAD_METAS


def original(url: str) -> str | None:
    """Return the address that an archive's address stands for; None if it doesn't name one."""
    for _ in range(3):
        host = _host(url)
        match = _REPLAYED.search(url, 8) or (_INNER.search(url, 8) if _is_archive(host) else None)
        if match:
            url = _SLASHES.sub(r"\1://", match[1], count=1)
            continue
        if not _is_archive(host):
            return url
        bare = _REPLAYED_BARE.search(url, 8)
        cached = _CACHED.search(url)
        if bare:
            url = f"https://{bare[1]}"
        elif cached:
            inner = unquote(cached[1])
            url = inner if "://" in inner else f"https://{inner}"
        else:
            return None
    return url


def is_archive_url(url: str | None) -> bool:
    """Tell whether an address is one at an archive."""
    return url is not None and _is_archive(_host(url))


def _is_archive(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _ARCHIVES)


def is_mirror(text: str) -> bool:
    """Tell whether a mirroring tool saved the page, and so made its links relative."""
    return "by HTTrack Website Copier" in text[:_NOTED]


def saver_notes(tree: LexborHTMLParser, text: str) -> Iterator[str]:
    """Yield the addresses that the page's saver wrote into it; one without a scheme gets https."""
    head = text[:_NOTED]
    source = _attribute(tree, "html[data-scrapbook-source]", "data-scrapbook-source")
    if source:
        yield source
    for pattern in _NOTES:
        if match := pattern.search(head):
            note = match[1]
            yield note if "://" in note or note.startswith("about:") else f"https://{note}"


def _usable(link: object, base: str) -> str | None:
    """Return an absolute address of the web that was read from a page, out of an archive's."""
    if not isinstance(link, str) or not link.strip() or len(link) > 2 * URL_LIMIT:
        return None
    try:
        if not base and (match := _REPLAYED.match(link.strip().removeprefix("/web"))):
            link = _SLASHES.sub(r"\1://", match[1], count=1)
        url = original(urljoin(base, link.strip()))
        parts = urlsplit(url or "")
        host = parts.hostname or ""
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and url is not None and len(url) <= URL_LIMIT
    return url if is_web and _is_public(host) else None


def _is_public(host: str) -> bool:
    if not host or host == "localhost" or host.endswith((".localhost", ".local", ".invalid")):
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return True


def _is_absolute(link: str | None) -> bool:
    return link is not None and "://" in link[:12]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None
