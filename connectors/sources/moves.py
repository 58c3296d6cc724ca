"""Edits of a sources file when one has another name, or a feed or folder another place.

The id stays, and what was is written down as `former`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from articles.errors import SettingsError
from articles.identity.feed_ids import folder_feeds
from articles.identity.known_ids import NOTHING, Folder, KnownIds, Listing
from articles.identity.readable_ids import folded_name
from articles.identity.source_ids import SourceIds
from articles.model.entries import Feed
from articles.urls.canonical import comparable_url
from connectors.http.urls import address
from connectors.sources import toml_text
from connectors.sources.checked_values import EditableTables, SourcesFile
from connectors.sources.edits import checked_name, listing_with_ids, nearest, read_tables
from connectors.sources.toml_text import TableKind, toml
from connectors.sources.write import NOTHING_CHANGED, alone, check_headers, write


@dataclass(frozen=True, slots=True)
class _RenamedSource:
    """A source that is to have another name."""

    source_id: str
    name: str
    former: tuple[str, ...]
    table: int | None
    """The number of its table; None if it has none."""
    feeds: tuple[int, ...]
    """The numbers of its feeds."""


def rename(path: Path, old: str, new: str, known: KnownIds = NOTHING) -> None:
    """Give a source another name, in its table and at its feeds; one that only the lake has too.

    Raises SettingsError: the file can't be used, nobody has the old name, or another the new one.
    """
    new = checked_name(new, "the new name")
    with alone(path, create=True) as target:
        file, tables = read_tables(path, target, create=True)
        listing = listing_with_ids(file, tables, known)
        source = _source_of_name(path, listing, known, old)
        _check_nobody(path, listing, known, source, new)
        before = [name for name in (*source.former, source.name) if not _alike(name, new)]
        values = {"name": new, "id": source.source_id, "former": before}
        if not before:
            del values["former"]
        text = _with_table(file, tables, "source", source.table, values)
        changes = {}
        for number in source.feeds:
            changes[number] = {"source": new, "id": listing.feeds[number].feed_id}
        write(target, file, _with_values(file, text, tables, "feed", changes), tables)


def _source_of_name(path: Path, listing: Listing, known: KnownIds, name: str) -> _RenamedSource:
    """Return the source of this name. Raises SettingsError if there is none."""
    feeds = tuple(
        number
        for number, feed in enumerate(listing.feeds)
        if feed.kind != "files" and _alike(feed.source.name, name)
    )
    for number, source in enumerate(listing.sources):
        if _alike(source.name, name):
            return _RenamedSource(source.source_id, source.name, source.former, number, feeds)
    if feeds:
        source = listing.feeds[feeds[0]].source
        return _RenamedSource(source.source_id, source.name, (), None, feeds)
    for lakes in known.sources:
        if _alike(lakes.names[-1], name):
            return _RenamedSource(lakes.source_id, lakes.names[-1], (), None, ())
    message = f"Neither {path} nor the lake has a source {name!r}. {NOTHING_CHANGED}"
    raise SettingsError(message, nearest(listing.feeds, name))


def _check_nobody(
    path: Path, listing: Listing, known: KnownIds, source: _RenamedSource, new: str
) -> None:
    """Raise SettingsError if another source has the new name."""
    of_file = {listed.source_id: listed.name for listed in listing.sources}
    names = {lakes.source_id: lakes.names[-1] for lakes in known.sources}
    names |= {feed.source.source_id: feed.source.name for feed in listing.feeds}
    for source_id, name in (names | of_file).items():
        if source_id != source.source_id and _alike(name, new):
            where = path if source_id in of_file else "the lake"
            message = f"There is a source {name!r} already ({where}). {NOTHING_CHANGED}"
            raise SettingsError(message, "Two sources can't become one; choose another name.")


def _alike(name: str, other: str) -> bool:
    return folded_name(name) == folded_name(other)


def move(path: Path, old: str, new: str, known: KnownIds = NOTHING) -> None:
    """Give a feed another URL. Raises SettingsError as `rename` does; ValueError for no URL."""
    href = address(new).href
    with alone(path) as target:
        file, tables = read_tables(path, target)
        feeds = listing_with_ids(file, tables, known).feeds
        number = _feed_number(feeds, comparable_url(old))
        if number is None:
            message = f"{path} has no feed {old!r}. {NOTHING_CHANGED}"
            raise SettingsError(message, nearest(feeds, old))
        other = _feed_number(feeds, href)
        if other not in {None, number}:
            message = f"{path} has a feed {new!r} already. {NOTHING_CHANGED}"
            raise SettingsError(message, "Remove it first if both are the same feed.")
        feed = feeds[number]
        before = [url for url in (*feed.former, feed.url) if comparable_url(url) != href]
        values = {"url": new, "id": feed.feed_id, "former": before}
        text = _with_values(file, file.text, tables, "feed", {number: values})
        write(target, file, text, tables)


def move_folder(path: Path, old: Folder, new: str, known: KnownIds = NOTHING) -> None:
    """Write down that a folder of files is in another place: `new`, absolute.

    Raises SettingsError: the file can't be used, or neither it nor the lake knows the folder.
    """
    with alone(path, create=True) as target:
        file, tables = read_tables(path, target, create=True)
        listing = listing_with_ids(file, tables, known)
        [feed] = folder_feeds([old], listing.feeds, known, SourceIds(known, listing.sources))
        number = _feed_number(listing.feeds, old.absolute)
        lake_ids = {lakes.feed_id for lakes in known.feeds}
        if number is None and lake_ids and feed.feed_id not in lake_ids:
            folders = sorted(lakes.urls[-1] for lakes in known.feeds if lakes.kind == "files")
            message = f"The lake knows no folder {old.absolute}. {NOTHING_CHANGED}"
            raise SettingsError(message, f"It knows: {', '.join(folders)[:500] or 'none'}.")
        if _feed_number(listing.feeds, new) not in {None, number}:
            message = f"{path} has another folder as {new}. {NOTHING_CHANGED}"
            raise SettingsError(message, "Remove that entry first if it is wrong.")
        was = () if number is None else listing.feeds[number].former
        before = [folder for folder in (*was, old.absolute) if folder != new]
        values = {"url": new, "kind": "files", "id": feed.feed_id, "former": before}
        write(target, file, _with_table(file, tables, "feed", number, values), tables)


def _feed_number(feeds: Sequence[Feed], href: str) -> int | None:
    return next(
        (number for number, feed in enumerate(feeds) if comparable_url(feed.url) == href), None
    )


def _with_table(
    file: SourcesFile,
    tables: EditableTables,
    kind: TableKind,
    number: int | None,
    values: dict[str, Any],
) -> str:
    """Return the text with these values in the table of this number, or (None) in a new one."""
    if number is not None:
        return _with_values(file, file.text, tables, kind, {number: values})
    tables[kind].append(values)
    return toml_text.added(file.text, kind, [{key: toml(value) for key, value in values.items()}])


def _with_values(
    file: SourcesFile,
    text: str,
    tables: EditableTables,
    kind: TableKind,
    changes: dict[int, dict[str, Any]],
) -> str:
    if not changes:
        return text
    check_headers(file, kind, len(tables[kind]))
    for number, values in changes.items():
        tables[kind][number] |= values
    return toml_text.with_values(
        text,
        kind,
        {
            number: {key: toml(value) for key, value in values.items()}
            for number, values in changes.items()
        },
    )
