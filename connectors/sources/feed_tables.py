"""Reads a table `[[feed]]` of the sources file: a feed, or a folder with its id."""

import os
import re
from pathlib import Path
from reprlib import repr as shown

from articles.identity.readable_ids import feed_id_of, source_id_of
from articles.model.entries import Feed, FeedKind, Source
from articles.urls.customer_hosts import Hosts
from articles.urls.ownership import domain_of
from connectors.http.urls import FeedUrl, address
from connectors.limits import MOST_SECONDS
from connectors.sources.checked_values import (
    SourcesFile,
    Values,
    check_keys,
    id_at,
    text_at,
    texts_at,
)

KEYS = ("url", "id", "former", "source", "kind", "enabled", "interval")
FOLDER_KEYS = ("url", "id", "former", "kind")
KINDS: tuple[FeedKind, ...] = ("rss", "jsonfeed", "files")
LEAST_INTERVAL = 900
"""Seconds that a feed's `interval` may be, at least; at most they are MOST_SECONDS."""
LONGEST_PATH = 4_096
"""Characters of a folder's path."""

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_INTERVAL = re.compile(r"([0-9]{1,6})\s*([smhd]?)")


def feed_at(file: SourcesFile, number: int, values: Values, hosts: Hosts = ()) -> Feed:
    """Return the `number`th feed, with the id and the source that it would have without a lake.

    Its source has the domains of its URLs, former ones too. Where none is said it is the domain of
    the first of them: so a feed that moved keeps its source.

    Args:
        file: the sources file, to say where something is wrong.
        number: the table's, from 0.
        values: what stands in it.
        hosts: those that the file adds, on which customers publish alone.

    """
    if values.get("kind") == "files":
        return _folder_feed(file, number, values)
    parsed = _feed_url(file, number, values)
    url = values["url"]
    former = texts_at(file, "feed", number, values, "former", _no_url)
    domains = dict.fromkeys(domain_of(href, hosts) for href in (*former, parsed.href))
    first = next(iter(domains)) or (*former, url)[0]
    name = text_at(file, "feed", number, values, "source") or first
    own = id_at(file, "feed", number, values)
    kind, interval = _kind_and_interval(file, number, values, parsed)
    owned = tuple(domain for domain in domains if domain)
    return Feed(
        own or feed_id_of(parsed.href), Source(source_id_of(name), name, owned), kind, url,
        values.get("enabled", True), interval, former=former, recorded=own is not None,
        customer_hosts=hosts,
    )  # fmt: skip


def _folder_feed(file: SourcesFile, number: int, values: Values) -> Feed:
    """Return a folder with its id; its paths become absolute, relative ones count from the file."""
    check_keys(file, "feed", number, values, FOLDER_KEYS)
    if values.get("url") is None:
        raise file.refuse("feed", number, None, "this folder has no url")
    problem = _no_path(values["url"])
    if problem:
        hint = "Write its path, absolute or relative to this file's folder."
        raise file.refuse("feed", number, "url", f"this is no folder: {problem}", hint)
    own = id_at(file, "feed", number, values)
    if own is None:
        hint = "`newslake sources move OLD NEW` writes such a table."
        raise file.refuse("feed", number, None, "this folder has no id", hint)
    former = texts_at(file, "feed", number, values, "former", _no_path)
    beside = Path(file.name).absolute().parent
    url, *before = (os.path.normpath(beside / path) for path in (values["url"].strip(), *former))
    source = Source(source_id_of(url), url)
    return Feed(own, source, "files", url, former=tuple(before), recorded=True)


def _no_url(value: object) -> str | None:
    """Say why this can't be a feed's URL; None if it can."""
    try:
        address(value if isinstance(value, str) else "")
    except ValueError as error:
        return str(error)
    return None


def _no_path(value: object) -> str | None:
    """Say why this can't be a folder; None if it can."""
    if isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= LONGEST_PATH:
        return None
    return "this is no path"


def _feed_url(file: SourcesFile, number: int, values: Values) -> FeedUrl:
    """Check a feed's keys; return its URL's parts."""
    check_keys(file, "feed", number, values, KEYS)
    url = values.get("url")
    if url is None:
        raise file.refuse("feed", number, None, "this feed has no url")
    try:
        return address(url if isinstance(url, str) else "")
    except ValueError as error:
        hint = "Write it in full, with http:// or https://."
        raise file.refuse("feed", number, "url", f"this is no feed's URL: {error}", hint) from error


def _kind_and_interval(
    file: SourcesFile, number: int, values: Values, url: FeedUrl
) -> tuple[FeedKind, int | None]:
    """Return a feed's kind and interval; check whether `enabled` is a switch."""
    enabled = values.get("enabled", True)
    if not isinstance(enabled, bool):
        raise file.refuse("feed", number, "enabled", "this is neither true nor false", "")
    kind: FeedKind | None = values.get("kind")
    if kind is None:
        kind = "jsonfeed" if url.path.lower().endswith(".json") else "rss"
    elif kind not in KINDS:
        hint = "RSS of all versions and Atom are rss, JSON Feed is jsonfeed."
        raise file.refuse("feed", number, "kind", f"there is no kind {shown(kind)}", hint)
    interval = values.get("interval")
    return kind, None if interval is None else _interval(file, number, interval)


def _interval(file: SourcesFile, number: int, value: object) -> int:
    """Return an interval in seconds."""
    seconds = 0
    if isinstance(value, str) and (parts := _INTERVAL.fullmatch(value.strip())):
        seconds = int(parts[1]) * _UNITS[parts[2]]
    elif isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    if not LEAST_INTERVAL <= seconds <= MOST_SECONDS:
        sentence = f"{shown(value)} is no interval from 15 minutes to 24 hours"
        hint = 'For example: interval = "30m" or "2h", or a number of seconds.'
        raise file.refuse("feed", number, "interval", sentence, hint)
    return seconds
