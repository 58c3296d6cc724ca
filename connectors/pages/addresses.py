"""Where a saved page came from: its own statements, and the notes of who saved it.

Sources: the programs' own output (SingleFile, Chrome and Firefox, HTTrack, WebScrapBook, Save Page
WE, monolith), the paths of web archives (Wayback machine and its kin, archive.today).
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from articles.identity.urls import URL_LIMIT, canonical, is_root

_NOTES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"<!--\s*Page saved with SingleFile\s+url:\s*(\S{1,2048})",
        r"<!--\s*saved from url=\(\d+\)(\S{1,2048})",
        r"<!--\s*Saved from (https?://\S{1,2048})",
        r"<!--\s*Mirrored from (\S{1,2048}) by HTTrack",
        r"<html[^>]{0,2000}?\sdata-scrapbook-source=[\"']?([^\s\"'>]{1,2048})",
        r"__wm\.wombat\(\"(https?:[^\"]{1,2048})\"",
    )
)
_NOTED_WITHIN = 16_384
"""Characters from the beginning of a page among which the note stands."""
_NOTING = ("meta[name=savepage-url]", "meta[name=source-url]", "meta[property='source:url']")
_ARCHIVED = re.compile(
    r"/(?:\d{4}[\d.-]{0,20}(?:[a-z]{2}_|\*)?|newest|oldest)/(https?:/{1,2}[^/].*)", re.IGNORECASE
)
_CACHED = re.compile(r"[?&]q=cache:(?:[\w-]+:)?([^&+]+)")
_ARCHIVES = re.compile(r"(?:^|\.)(?:archive\.(?:ph|is|today|li|md|fo|vn)|archive\.org|perma\.cc)$")
_WEB = re.compile(r"https?://", re.IGNORECASE)


def page_url(tree: LexborHTMLParser, text: str, stated: Iterable[object]) -> str | None:
    """Return the article's own URL, absolute.

    The canonical link first, then what else the page states, then the note of who saved it. Of an
    archive's address it is the archived one; an address on no public host is none, nor is a
    site's root: what is saved as an article is none.

    Args:
        tree: the page.
        text: its text, where the note of who saved it stands.
        stated: further statements, the strongest first.

    """
    noted = next(_noted(tree, text), "")
    base = urljoin(noted, _attribute(tree, "base[href]", "href") or "")
    canonical_link = _attribute(tree, "link[rel~=canonical][href]", "href")
    links = [
        canonical_link,
        *stated,
        noted,
        _attribute(tree, "input[name=q][value^=http]", "value"),
    ]
    for link in links:
        url = _absolute(link, base) if isinstance(link, str) and link.strip() else None
        key = canonical(url)
        if url is not None and key is not None and not is_root(key):
            return url
    return None


def _noted(tree: LexborHTMLParser, text: str) -> Iterator[str]:
    head = text[:_NOTED_WITHIN]
    for pattern in _NOTES:
        if match := pattern.search(head):
            noted = match[1].removesuffix("-->")
            yield noted if _WEB.match(noted) or "://" in noted else f"https://{noted}"
    for selector in _NOTING:
        if noted := _attribute(tree, selector, "content"):
            yield noted.strip()


def _absolute(link: str, base: str) -> str | None:
    """Return a link made absolute, out of its archive; None if it leads to no public host."""
    try:
        url = unwrapped(urljoin(base, link.strip()))
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or len(url) > URL_LIMIT or not _is_public(host):
        return None
    return None if _ARCHIVES.search(host) else url


def unwrapped(url: str) -> str:
    """Return the address that an archive's address holds; any other as it is."""
    for _ in range(3):
        match = _ARCHIVED.search(url)
        if match:
            url = re.sub(r"^(https?:)/{1,2}", r"\1//", match[1], flags=re.IGNORECASE)
        elif "q=cache:" in url and (match := _CACHED.search(url)):
            inner = unquote(match[1])
            url = inner if _WEB.match(inner) else f"https://{inner}"
        else:
            break
    return url


def _is_public(host: str) -> bool:
    if "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan")):
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return True


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    attributes: Mapping[str, str | None] = node.attributes if node else {}
    return attributes.get(name)
