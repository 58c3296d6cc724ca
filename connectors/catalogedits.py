"""Edits of a file of sources: feeds added, removed, switched on and off; all else stays as it is.

The file is replaced whole, by an atomic rename, and by one process at a time. Every edit is read
again before it is written, and compared with what was meant.
"""

import fcntl
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from articles.errors import SettingsError
from articles.ids import source_id_of
from articles.model import Feed
from connectors import catalogtext
from connectors.catalog import File, feeds_of, name_problem, tables_of, text_of
from connectors.feedurls import address

HEAD = """\
# The sources and feeds that newslake reads. `newslake sources` edits this file and keeps comments.
#
# [[source]]  name, domains, country, language, licence, contact    (optional: all but the name)
# [[feed]]    url, source, kind, enabled, interval                  (optional: all but the url)
"""
_NOTHING_CHANGED = "Nothing was changed."

Tables = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding URLs."""

    new: tuple[str, ...]
    known: tuple[Feed, ...]
    """Those that the file had before."""


def add(path: Path, urls: Sequence[str], source: str | None = None) -> Added:
    """Add the feeds that the file does not have, making the file if there is none.

    Raises:
        SettingsError: the file can't be read or written, is no file of sources, or the source's
            name is none.
        ValueError: a URL that is none (`feedurls.address`).

    """
    source = None if source is None else _named(source)
    places: dict[str, str] = {}
    for url in urls:
        places.setdefault(address(url).href, url)  # of two spellings the first
    with _alone(path, create=True) as target:
        text = text_of(target) if os.path.lexists(target) else HEAD
        file = File(str(path), text)
        tables = tables_of(file)
        before = {address(feed.url).href: feed for feed in feeds_of(file, tables)}
        known = tuple(before[href] for href in places if href in before)
        new = tuple(url for href, url in places.items() if href not in before)
        if new:
            named = {} if source is None else {"source": source}
            tables["feed"] += [{"url": url, **named} for url in new]
            _write(target, file, catalogtext.added(text, new, source), tables)
    return Added(new, known)


def remove(path: Path, names: Collection[str]) -> list[Feed]:
    """Remove the feeds that these URLs and names of sources mean; return them.

    Raises SettingsError as `add` does, and for a name that means nothing: then nothing changes.
    """
    with _alone(path) as target:
        file = File(str(path), text_of(target))
        tables = tables_of(file)
        feeds = feeds_of(file, tables)
        numbers = chosen(feeds, names, path)
        tables["feed"] = [one for at, one in enumerate(tables["feed"]) if at not in numbers]
        _check_headers(file, len(feeds))
        _write(target, file, catalogtext.removed(file.text, numbers), tables)
    return [feeds[number] for number in sorted(numbers)]


def switch(path: Path, names: Collection[str] | None, *, enabled: bool) -> list[Feed]:
    """Enable or disable the feeds that are meant (None: all); return those that were not so before.

    Raises SettingsError as `remove` does.
    """
    with _alone(path) as target:
        file = File(str(path), text_of(target))
        tables = tables_of(file)
        feeds = feeds_of(file, tables)
        meant = range(len(feeds)) if names is None else chosen(feeds, names, path)
        numbers = {number for number in meant if feeds[number].enabled != enabled}
        for number in numbers:
            tables["feed"][number]["enabled"] = enabled
        if numbers:
            _check_headers(file, len(feeds))
            _write(target, file, catalogtext.switched(file.text, numbers, enabled=enabled), tables)
    return [feeds[number] for number in sorted(numbers)]


def chosen(feeds: Sequence[Feed], names: Collection[str], path: Path) -> set[int]:
    """Return the numbers of the feeds that these URLs and names of sources mean.

    Raises SettingsError for a name that means none, with those that are near to it.
    """
    by_name: dict[str, set[int]] = {}
    for number, feed in enumerate(feeds):
        by_name.setdefault(address(feed.url).href, set()).add(number)
        by_name.setdefault(feed.source.source_id, set()).add(number)
    numbers: set[int] = set()
    for name in names:
        found = by_name.get(_href(name)) or by_name.get(source_id_of(name))
        if not found:
            message = f"{path} has no feed or source {name!r}. {_NOTHING_CHANGED}"
            raise SettingsError(message, _near(feeds, name))
        numbers |= found
    return numbers


def _named(source: str) -> str:
    """Return a source's name, trimmed. Raises SettingsError for one that can't be a name."""
    if problem := name_problem(source):
        raise SettingsError(f"--source: {problem}.", "For example: --source 'Harbour Daily'")
    return source.strip()


def _href(name: str) -> str:
    try:
        return address(name).href
    except ValueError:
        return ""


def _near(feeds: Sequence[Feed], name: str) -> str:
    """Return the hint for a name that means nothing."""
    names = {feed.source.name for feed in feeds}
    names |= {feed.url for feed in feeds}
    folded = {one.casefold(): one for one in names}
    close = get_close_matches(name.casefold()[:200], folded, n=3, cutoff=0.6)
    if not close:
        return "`newslake sources list` shows them."
    return f"Did you mean {' or '.join(folded[one] for one in close)}?"


def _check_headers(file: File, feeds: int) -> None:
    if len(catalogtext.tables(file.text, "feed")) != feeds:
        raise _by_hand(file)


def _by_hand(file: File) -> SettingsError:
    message = f"{file.name} is written in a way that newslake can't edit. {_NOTHING_CHANGED}"
    return SettingsError(message, "Edit it by hand, or write each feed as a [[feed]] of its own.")


def _write(target: Path, file: File, text: str, meant: Tables) -> None:
    """Replace the file by the text, if that says what is meant and nothing else."""
    try:
        found = tables_of(File(file.name, text))
    except SettingsError as error:
        raise _by_hand(file) from error
    if found != meant:
        raise _by_hand(file)
    try:
        _replace(target, text.encode())
    except OSError as error:
        message = f"{file.name} can't be written: {error.strerror}. {_NOTHING_CHANGED}"
        raise SettingsError(message, "See who owns the file and its folder.") from error


def _replace(target: Path, data: bytes) -> None:
    """Write the data beside the file and take its place, with its mode and, if allowed, owner."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):
                status = target.stat()
                os.fchmod(stream.fileno(), status.st_mode & 0o7777)
                with suppress(PermissionError):
                    os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path, *, create: bool = False) -> Iterator[Path]:
    """Hold the lock of the file's folder; yield the file that the path leads to."""
    try:
        target = Path(os.path.realpath(path))
        if create:
            target.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"The folder of {path} can't be opened: {reason}."
        raise SettingsError(message, "Name another file by --sources.") from error
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield target
        with suppress(OSError):
            os.fsync(folder)
    finally:
        os.close(folder)
