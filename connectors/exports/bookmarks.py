"""Reads what was saved to be read later, as a page of links: Pocket, and all that writes bookmarks.

Sources: Pocket's `ril_export.html`; the Netscape bookmark file, which browsers, Pinboard, Raindrop
and Instapaper write. The time that stands there is that of saving, and no date of publication.
"""

import re
from html import unescape

from articles.model.entries import Entry, Rejected
from connectors.limits import NAME_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.file_text import read_text
from connectors.parsing.named_fields import entry_of
from connectors.parsing.rejections import reject
from connectors.rows.values import compact

_HEAD = 4096
_MARKS = (b"NETSCAPE-Bookmark-file-1", b"<title>Pocket Export</title>")
_LINK = re.compile(r"<a\s([^<>]{1,8000}+)>([^<]{0,2000}+)</a>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Za-z_-]{1,40})\s{0,5}=\s{0,5}\"([^\"]*+)\"")


def is_bookmarks(data: bytes) -> bool:
    """Tell whether a page is a list of bookmarks."""
    return any(mark in data[:_HEAD] for mark in _MARKS)


def parse_bookmarks(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return an entry for each link, of its title and its address alone."""
    read = read_text(chunk)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    entries: list[Entry | Rejected] = []
    for match in _LINK.finditer(text):
        fields: dict[str, object] = {
            name.casefold()[:NAME_LIMIT]: unescape(value)
            for name, value in _ATTRIBUTE.findall(match[1])
        }
        url = str(fields.get("href", "")).strip()
        if not url.startswith(("http://", "https://")):
            continue
        title = " ".join(unescape(match[2]).split())
        told: dict[str, object] = {"url": url, "title": title if title != url else None}
        raw = compact({**fields, "title": title})
        entry = entry_of(told, chunk.path, repairs=repairs, raw=raw)
        entries += [entry] if entry is not None else []
    return entries or [
        reject(chunk.path, "empty", "a list of bookmarks without a link", chunk.data)
    ]
