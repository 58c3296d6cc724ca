"""Edits of a sources file: feeds added, removed, switched on and off; all else stays as it is.

What is added or switched gets the id that the lake has for it written down, so that it outlasts
another URL.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from articles.errors import SettingsError
from articles.identity.feed_ids import resolved
from articles.identity.known_ids import NOTHING, KnownIds, Listing
from articles.identity.readable_ids import folded_name
from articles.model.entries import Feed
from articles.urls.canonical import comparable_url
from connectors.http.urls import address
from connectors.sources import toml_text
from connectors.sources.checked_values import EditableTables, SourcesFile, name_problem
from connectors.sources.sources_file import listing_of, tables_of, text_of
from connectors.sources.toml_text import toml
from connectors.sources.write import NOTHING_CHANGED, alone, check_headers, write

HEAD = """\
# The sources and feeds that newslake reads. `newslake sources` edits this file and keeps comments.
#
# [[source]]  name, domains, country, language, licence, contact    (optional: all but the name)
# [[feed]]    url, source, kind, enabled, interval                  (optional: all but the url)
# [[host]]    customers: whose customers publish alone, as "{name}.example.org"
# Both may have an id, and former names or URLs: `newslake sources rename` and `move` write them.
"""


@dataclass(frozen=True, slots=True)
class AddedFeeds:
    """What came of adding URLs."""

    new: tuple[str, ...]
    known: tuple[Feed, ...]
    """The feeds that the file had before."""


def add(
    path: Path, urls: Sequence[str], source: str | None = None, known: KnownIds = NOTHING
) -> AddedFeeds:
    """Add the feeds that the file does not have, making the file if there is none.

    Raises:
        SettingsError: the file can't be read or written, is no sources file, or the source's
            name is none.
        ValueError: a URL that is none (`urls.address`).

    """
    belongs = {} if source is None else {"source": checked_name(source, "--source")}
    by_href: dict[str, str] = {}
    for url in urls:
        by_href.setdefault(address(url).href, url)  # of two spellings the first
    with alone(path, create=True) as target:
        file, tables = read_tables(path, target, create=True)
        before = {
            comparable_url(feed.url): feed for feed in listing_with_ids(file, tables, known).feeds
        }
        of_file = tuple(before[href] for href in by_href if href in before)
        new = tuple(url for href, url in by_href.items() if href not in before)
        if new:
            added = [{"url": url, **belongs} for url in new]
            tables["feed"] += added
            feeds = listing_with_ids(file, tables, known).feeds[-len(added) :]
            for values, feed in zip(added, feeds, strict=True):
                values["id"] = feed.feed_id
            blocks = [{key: toml(value) for key, value in values.items()} for values in added]
            write(target, file, toml_text.added(file.text, "feed", blocks), tables)
    return AddedFeeds(new, of_file)


def remove(path: Path, names: Collection[str]) -> list[Feed]:
    """Remove the feeds that these URLs and names of sources mean; return them.

    Raises SettingsError as `add` does, and for a name that means nothing: then nothing changes.
    """
    with alone(path) as target:
        file, tables = read_tables(path, target)
        feeds = listing_with_ids(file, tables).feeds
        numbers = numbers_of(feeds, names, path)
        tables["feed"] = [
            table for number, table in enumerate(tables["feed"]) if number not in numbers
        ]
        check_headers(file, "feed", len(feeds))
        write(target, file, toml_text.removed(file.text, numbers), tables)
    return [feeds[number] for number in sorted(numbers)]


def switch(
    path: Path, names: Collection[str] | None, *, enabled: bool, known: KnownIds = NOTHING
) -> list[Feed]:
    """Enable or disable the feeds that are meant (None: all); return those that were not so before.

    Raises SettingsError as `remove` does.
    """
    with alone(path) as target:
        file, tables = read_tables(path, target)
        feeds = listing_with_ids(file, tables, known).feeds
        meant = range(len(feeds)) if names is None else numbers_of(feeds, names, path)
        numbers = {
            number
            for number in meant
            if feeds[number].enabled != enabled and feeds[number].kind != "files"
        }
        ids = {}
        for number in numbers:
            tables["feed"][number]["enabled"] = enabled
            if not feeds[number].recorded:
                ids[number] = {"id": toml(feeds[number].feed_id)}
            tables["feed"][number]["id"] = feeds[number].feed_id
        if numbers:
            check_headers(file, "feed", len(feeds))
            text = toml_text.switched(file.text, numbers, enabled=enabled)
            write(target, file, toml_text.with_values(text, "feed", ids), tables)
    return [feeds[number] for number in sorted(numbers)]


def read_tables(
    path: Path, target: Path, *, create: bool = False
) -> tuple[SourcesFile, EditableTables]:
    """Return the file and its tables; if `create` allows that there is none, those of a new one."""
    fresh = create and not os.path.lexists(target)
    file = SourcesFile(str(path), HEAD if fresh else text_of(target))
    return file, tables_of(file)


def listing_with_ids(
    file: SourcesFile, tables: EditableTables, known: KnownIds = NOTHING
) -> Listing:
    """Return what the tables describe, with the ids that the lake has for it."""
    return resolved(listing_of(file, tables), known)


def numbers_of(feeds: Sequence[Feed], names: Collection[str], path: Path) -> set[int]:
    """Return the numbers of the feeds that these URLs and names of sources mean.

    Raises SettingsError for a name that means none, with those that are near to it.
    """
    by_name: dict[str, set[int]] = {}
    for number, feed in enumerate(feeds):
        by_name.setdefault(comparable_url(feed.url), set()).add(number)
        by_name.setdefault(folded_name(feed.source.name), set()).add(number)
    numbers: set[int] = set()
    for name in names:
        meant = by_name.get(comparable_url(name)) or by_name.get(folded_name(name))
        if not meant:
            message = f"{path} has no feed or source {name!r}. {NOTHING_CHANGED}"
            raise SettingsError(message, nearest(feeds, name))
        numbers |= meant
    return numbers


def checked_name(source: str, where: str) -> str:
    """Return a source's name, trimmed. Raises SettingsError for one that can't be a name."""
    if problem := name_problem(source):
        raise SettingsError(f"{where}: {problem}.", "For example: 'Harbour Daily'")
    return source.strip()


def nearest(feeds: Sequence[Feed], name: str) -> str:
    """Return the hint for a name that means nothing."""
    names = {feed.source.name for feed in feeds}
    names |= {feed.url for feed in feeds}
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(name.casefold()[:200], folded, n=3, cutoff=0.6)
    if not close:
        return "`newslake sources list` shows them."
    return f"Did you mean {' or '.join(folded[match] for match in close)}?"
