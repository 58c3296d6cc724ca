"""Reads the sources file: tables `[[source]]` and `[[feed]]` -> sources and feeds."""

import re
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from reprlib import repr as shown

import tomli

from articles.errors import SettingsError
from articles.identity.feed_ids import owned_by, owning, resolved
from articles.identity.known_ids import NOTHING, Listing
from articles.identity.readable_ids import folded_name, source_id_of
from articles.model.entries import Source
from articles.urls.canonical import canonical, comparable_url, registrable_domain
from articles.urls.customer_hosts import Hosts, customer_of, place_problem
from connectors.http.urls import address
from connectors.limits import SOURCES_FILE_LIMIT
from connectors.sources import toml_text
from connectors.sources.checked_values import (
    SHAPE,
    EditableTables,
    SourcesFile,
    Tables,
    Values,
    check_keys,
    id_at,
    name_problem,
    text_at,
    texts_at,
)
from connectors.sources.feed_tables import feed_at
from connectors.sources.toml_text import TableKind

HOST_KEYS = ("customers",)
SOURCE_KEYS = ("name", "id", "former", "domains", "country", "language", "licence", "contact")

_DOMAIN = re.compile(r"[^\s/?#@:\\\[\]]+")


def listing(path: Path) -> Listing:
    """Return what a sources file says, with the ids that it has without a lake.

    Raises SettingsError, naming file, line and key, for a file that can't be read, is no TOML, or
    says what newslake does not know.
    """
    file = SourcesFile(str(path), text_of(path))
    return listing_of(file, tables_of(file))


def text_of(path: Path) -> str:
    """Return the text of a sources file (UTF-8). Raises SettingsError where there is none."""
    hint = "Name another file by --sources or NEWSLAKE_SOURCES."
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SettingsError(f"The sources file {path} is no file.", hint)
        if status.st_size > SOURCES_FILE_LIMIT:
            message = f"The sources file {path} has more than {SOURCES_FILE_LIMIT >> 20} MiB."
            raise SettingsError(message, hint)
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"The sources file {path} can't be read: {reason}.", hint) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path}, line {line}: the sources file is not in UTF-8."
        raise SettingsError(message, "Save it again in that encoding.") from error


def listing_of(file: SourcesFile, tables: Tables) -> Listing:
    """Return what the tables describe; the feeds of a source share it.

    Raises SettingsError, naming line and key.
    """
    hosts = tuple(_host(file, number, values) for number, values in enumerate(tables["host"]))
    sources = _sources(file, tables["source"], hosts)
    feeds = [feed_at(file, number, values, hosts) for number, values in enumerate(tables["feed"])]
    _check_unique(file, "feed", "url", [comparable_url(feed.url) for feed in feeds])
    _check_unique(file, "feed", "id", [feed.feed_id if feed.recorded else None for feed in feeds])
    shared = dict(sources)
    domains = {name: set(source.domains) for name, source in sources.items()}
    names = [folded_name(feed.source.name) for feed in feeds]
    for name, feed in zip(names, feeds, strict=True):
        shared.setdefault(name, feed.source)
        domains.setdefault(name, set()).update(feed.source.domains)
    owners = {name: owning(source, domains[name]) for name, source in shared.items()}
    owned = tuple(owned_by(feed, owners[name]) for name, feed in zip(names, feeds, strict=True))
    return resolved(Listing(tuple(sources.values()), owned), NOTHING)


def _check_unique(
    file: SourcesFile, kind: TableKind, key: str, values: Sequence[str | None]
) -> None:
    """Refuse the second of two tables that say the same."""
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value is not None and (first := seen.setdefault(value, number)) != number:
            line = toml_text.line_of(file.text, kind, first, key)
            what = "URL" if key == "url" else key
            raise file.refuse(kind, number, key, f"line {line} has the same {what}")


def tables_of(file: SourcesFile) -> EditableTables:
    """Return the tables of the file by their kind. Raises SettingsError, naming the line."""
    try:
        # A byte order mark is no TOML, but some editors write it.
        tables = tomli.loads(file.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:  # ValueError: also an integer without end
        raise _broken(file, str(error)) from error
    lines = toml_text.lines_of(file.text)
    for key, value in tables.items():
        line = toml_text.key_line(lines, key, 0, len(lines)) + 1
        if key not in {"source", "feed", "host"}:
            message = f"{file.name}, line {line}: a sources file has no {shown(key)}."
            raise SettingsError(message, "It has [[source]], [[feed]] and [[host]], nothing else.")
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            message = f"{file.name}, line {line}, {key}: this is no table of its kind."
            raise SettingsError(message, f"It is written in double brackets: [[{key}]]")
    return {"source": [], "feed": [], "host": [], **tables}


def _broken(file: SourcesFile, problem: str) -> SettingsError:
    """Return the error for a text that is no TOML, with its line and the key that is on it."""
    position = re.search(r"line (\d+)", problem)
    lines = file.text.split("\n")
    if not position and "end of document" not in problem:
        return SettingsError(f"{file.name}: this is not TOML: {problem.rstrip('.')}.", SHAPE)
    number = int(position[1]) if position else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    key = re.match(r"\s*([\w-]+)", line)
    reason = re.sub(r"\s*\(at .*\)$", "", problem)
    where = f"{file.name}, line {number}{f', {key[1]}' if key else ''}"
    return SettingsError(f"{where}: this is not TOML: {reason}.", SHAPE)


def _host(file: SourcesFile, number: int, values: Values) -> tuple[str, ...]:
    """Return a customer's places on a host that customers share, the first of them the name."""
    check_keys(file, "host", number, values, HOST_KEYS)
    places = texts_at(file, "host", number, values, "customers", _no_place)
    if not places:
        hint = 'For example: customers = ["{name}.example.org", "example.org/@{name}"]'
        raise file.refuse("host", number, None, "this host has no customers", hint)
    return places


def _no_place(value: object) -> str | None:
    return place_problem(value.strip()) if isinstance(value, str) else "this is no text"


def _sources(file: SourcesFile, tables: Sequence[Values], hosts: Hosts) -> dict[str, Source]:
    """Return the sources that have a table, by their folded names, with their listed domains."""
    sources = [_source(file, number, values, hosts) for number, values in enumerate(tables)]
    names = [folded_name(source.name) for source in sources]
    _check_unique(file, "source", "name", names)
    own_ids = [source.source_id if source.recorded else None for source in sources]
    _check_unique(file, "source", "id", own_ids)
    return dict(zip(names, sources, strict=True))


def _source(file: SourcesFile, number: int, values: Values, hosts: Hosts) -> Source:
    check_keys(file, "source", number, values, SOURCE_KEYS)
    country, language, licence, contact = (
        text_at(file, "source", number, values, key) for key in SOURCE_KEYS[4:]
    )
    name = text_at(file, "source", number, values, "name")
    if name is None:
        raise file.refuse("source", number, None, "this source has no name")
    own = id_at(file, "source", number, values)
    return Source(
        own or source_id_of(name), name, _domains(file, number, values, hosts),
        country=_cased(country, str.upper), language=_cased(language, str.lower),
        licence=licence, contact=contact,
        former=texts_at(file, "source", number, values, "former", name_problem),
        recorded=own is not None,
    )  # fmt: skip


def _cased(code: str | None, cased: Callable[[str], str]) -> str | None:
    """Return a code as its standard writes it: countries (ISO 3166-1) large, languages small."""
    return None if code is None else cased(code)


def _domains(file: SourcesFile, number: int, values: Values, hosts: Hosts) -> tuple[str, ...]:
    """Return the domains listed for a source, in small letters; customers' places too."""
    listed = values.get("domains", [])
    if not isinstance(listed, list):
        hint = 'For example: domains = ["example.org"]'
        raise file.refuse("source", number, "domains", "this is no list of texts", hint)
    return tuple(_domain(file, number, domain, hosts) for domain in listed)


def _domain(file: SourcesFile, number: int, listed: object, hosts: Hosts) -> str:
    host = None
    place = canonical(f"https://{listed.strip()}") if isinstance(listed, str) else None
    if place is not None and (customer := customer_of(place, hosts)) is not None:
        return customer
    if isinstance(listed, str) and _DOMAIN.fullmatch(listed):
        with suppress(ValueError):
            host = address(f"https://{listed}/").host.strip(".")
    if host is None or registrable_domain(host) is None:
        hint = "A domain is one that somebody has registered, such as example.org."
        raise file.refuse("source", number, "domains", f"{shown(listed)} is no domain", hint)
    return host
