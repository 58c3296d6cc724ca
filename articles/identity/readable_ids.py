"""Ids that a person can read, in any script: what a new source, feed or folder is called.

They are rules for what is new. What a lake has keeps its id there (feed_ids.py, source_ids.py).
"""

import re
from functools import lru_cache
from unicodedata import category, normalize
from urllib.parse import unquote, urlsplit

from articles.model.ids import short_id

LONGEST_ID = 48
"""Characters, before a hash: with one, at most 201 bytes of UTF-8, so any file may be named so."""
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,46}[a-z0-9_])?")
_HASHED = re.compile(r"-[0-9a-f]{8}\Z")
_PLAIN_URL = re.compile(r"https?://(?!.*xn--)([a-z0-9.-]+)(/[a-z0-9./-]*)")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that nobody can see."""


def folded_name(name: str) -> str:
    """Return the form under which two spellings of a source's name are one."""
    if name.isascii():
        return " ".join(name.split()).casefold()
    return " ".join(_folded(name).split())


@lru_cache(maxsize=65_536)
def source_id_of(name: str) -> str:
    """Return the id of a new source of this name; other names (folded) have other ids."""
    folded = folded_name(name)
    # A dot tells a domain, where hyphens are the name's own; elsewhere they stand for blanks.
    foreign = " " if "." in folded else "-"
    text = folded.replace(" ", "-").replace("/", "-")
    return _readable("source", text, folded, exact=foreign not in folded and "/" not in folded)


def feed_id_of(href: str) -> str:
    """Return the id of a new feed at this URL (in WHATWG's form): its host and path."""
    if plain := _PLAIN_URL.fullmatch(href):  # most are: 10,000 are read at each start
        path = "" if plain[2] == "/" else plain[2].replace("/", "_")
        return _readable("feed", plain[1] + path, href, exact=True)
    parts = urlsplit(href)
    host = ".".join(_decoded_label(label) for label in parts.netloc.split("."))
    path = "" if parts.path == "/" else _decoded_path(parts.path)
    text = f"{host.replace(':', '-')}{path.replace('/', '_')}"
    exact = not parts.query and ":" not in host and "_" not in path
    return _readable("feed", text, href, exact=exact)


def folder_id_of(relative: str) -> str:
    """Return the id of a new folder of files at this path, relative to the lake's parent."""
    name = relative.rsplit("/", 1)[-1].strip(".")
    return _readable("folder", name.replace(" ", "-"), relative, exact=name == relative)


def _readable(kind: str, text: str, full_name: str, *, exact: bool) -> str:
    """Return what is safe of a text in SQL, TOML and file names, with a hash if that is not all.

    `exact` says that the text tells all of the full name.
    """
    if exact and _PLAIN.fullmatch(text) and not _HASHED.search(text):
        return text
    # Folded again: what stood between a letter and its mark may be gone.
    safe = _folded("".join(filter(_is_safe, _folded(text))))
    kept = safe[:LONGEST_ID].lstrip("-._").rstrip("-.")
    if exact and kept and kept == text and not _HASHED.search(text):
        return text
    return hashed(kept or kind, kind, full_name)


def hashed(readable: str, kind: str, full_name: str) -> str:
    """Return an id with a hash that tells it from others that read alike."""
    return f"{readable}-{short_id(kind, full_name)[:8]}"


def _folded(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())


def _is_safe(character: str) -> bool:
    # Marks too: many scripts write their vowels as such.
    if character in "-._":
        return True
    return category(character)[0] in "LMN" and not _UNSEEN.match(character)


def _decoded_label(label: str) -> str:
    try:
        return label[4:].encode().decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _decoded_path(path: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path
