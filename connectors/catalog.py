"""seeds/sources.toml: tables `[[source]]` and `[[feed]]` -> sources and feeds."""

import re
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from reprlib import repr as shown
from typing import Any

import tomli  # compiled: a third of the time of the standard library's

from articles.errors import SettingsError
from articles.ids import short_id, source_id_of
from articles.model import Feed, FeedKind, Source
from articles.urls import registrable_domain
from connectors import catalogtext
from connectors.catalogtext import TableKind
from connectors.feedurls import FeedUrl, address

SOURCE_KEYS = ("name", "domains", "country", "language", "licence", "contact")
FEED_KEYS = ("url", "source", "kind", "enabled", "interval")
KINDS: tuple[FeedKind, ...] = ("rss", "jsonfeed")
LEAST_INTERVAL, MOST_INTERVAL = 900, 86_400
"""Seconds that a feed's `interval` may be."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a file of sources."""
LONGEST_NAME = 200
"""Characters of a text other than a URL."""

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_INTERVAL = re.compile(r"([0-9]{1,6})\s*([smhd]?)")
_DOMAIN = re.compile(r"[^\s/?#@:\\\[\]]+")
_SHAPE = 'A feed is a line [[feed]] and, below it, url = "https://example.org/feed.xml"'

Values = Mapping[str, Any]
Tables = Mapping[str, Sequence[Values]]
"""Those of the kinds `source` and `feed`, as TOML has them."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of sources: its name and its text, to say what is wrong with it and where."""

    name: str
    text: str

    def refuse(
        self, kind: TableKind, number: int, key: str | None, sentence: str, hint: str = _SHAPE
    ) -> SettingsError:
        """Return the error for a key of the `number`th table (from 0) of this kind."""
        line = catalogtext.line_of(self.text, kind, number, key)
        said = f", {key if key.isprintable() else shown(key)}" if key else ""
        where = f"{self.name}, line {line}{said}"
        return SettingsError(f"{where}: {sentence}.", hint)


def read(path: Path) -> list[Feed]:
    """Return the feeds of a file of sources, in their order; those of a source share it.

    Raises SettingsError, naming file, line and key, for a file that can't be read, is no TOML, or
    says what newslake does not know.
    """
    file = File(str(path), text_of(path))
    return feeds_of(file, tables_of(file))


def text_of(path: Path) -> str:
    """Return the text of a file of sources (UTF-8). Raises SettingsError where there is none."""
    hint = "Name another file by --sources or NEWSLAKE_SOURCES."
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SettingsError(f"The file of sources {path} is no file.", hint)
        if status.st_size > LARGEST:
            message = f"The file of sources {path} has more than {LARGEST >> 20} MiB."
            raise SettingsError(message, hint)
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"The file of sources {path} can't be read: {reason}.", hint) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path}, line {line}: the file of sources is not in UTF-8."
        raise SettingsError(message, "Save it again in that encoding.") from error


def feeds_of(file: File, tables: Tables) -> list[Feed]:
    """Return the feeds that the tables describe. Raises SettingsError, naming line and key."""
    sources = _sources(file, tables["source"])
    domains = {source_id: set(source.domains) for source_id, source in sources.items()}
    seen: dict[str, int] = {}
    found: list[tuple[str, Values, FeedKind, int | None]] = []
    for number, values in enumerate(tables["feed"]):
        place = _place(file, number, values)
        if (first := seen.setdefault(place.href, number)) != number:
            line = catalogtext.line_of(file.text, "feed", first, "url")
            raise file.refuse("feed", number, "url", f"line {line} has the same URL")
        domain = registrable_domain(place.host)
        given = _text(file, "feed", number, values, "source")
        source_name = given or domain or values["url"]
        source_id = source_id_of(source_name)
        if source_id not in sources:
            sources[source_id] = Source(source_id, source_name)
            domains[source_id] = set()
        if domain:
            domains[source_id].add(domain)
        found.append((source_id, values, *_how(file, number, values, place)))
    owners = {
        key: replace(one, domains=tuple(sorted(domains[key]))) for key, one in sources.items()
    }
    return [
        Feed(
            short_id("feed", values["url"]), owners[source_id], kind, values["url"],
            values.get("enabled", True), interval,
        )
        for source_id, values, kind, interval in found
    ]  # fmt: skip


def tables_of(file: File) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of the file by their kind. Raises SettingsError, naming the line."""
    try:
        # A byte order mark is no TOML, but some editors write it.
        found = tomli.loads(file.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:  # ValueError: also an integer without end
        raise _broken(file, str(error)) from error
    lines = catalogtext.lines_of(file.text)
    for key, value in found.items():
        line = catalogtext.key_line(lines, key, 0, len(lines)) + 1
        if key not in {"source", "feed"}:
            message = f"{file.name}, line {line}: a file of sources has no {shown(key)}."
            raise SettingsError(message, "It has [[source]] and [[feed]], nothing else.")
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            message = f"{file.name}, line {line}, {key}: this is no table of its kind."
            raise SettingsError(message, f"It is written in double brackets: [[{key}]]")
    return {"source": [], "feed": [], **found}


def _broken(file: File, problem: str) -> SettingsError:
    """Return the error for a text that is no TOML, with its line and the key that is on it."""
    found = re.search(r"line (\d+)", problem)
    lines = file.text.split("\n")
    if not found and "end of document" not in problem:
        return SettingsError(f"{file.name}: this is not TOML: {problem.rstrip('.')}.", _SHAPE)
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    key = re.match(r"\s*([\w-]+)", line)
    reason = re.sub(r"\s*\(at .*\)$", "", problem)
    where = f"{file.name}, line {number}{f', {key[1]}' if key else ''}"
    return SettingsError(f"{where}: this is not TOML: {reason}.", _SHAPE)


def _sources(file: File, tables: Sequence[Values]) -> dict[str, Source]:
    """Return the sources that have a table, by their ids, with the domains listed for them."""
    sources: dict[str, Source] = {}
    numbers: dict[str, int] = {}
    for number, values in enumerate(tables):
        _check_keys(file, "source", number, values, SOURCE_KEYS)
        texts = {key: _text(file, "source", number, values, key) for key in SOURCE_KEYS[2:]}
        name = _text(file, "source", number, values, "name")
        if name is None:
            raise file.refuse("source", number, None, "this source has no name")
        source_id = source_id_of(name)
        if source_id in sources:
            line = catalogtext.line_of(file.text, "source", numbers[source_id], "name")
            raise file.refuse("source", number, "name", f"line {line} has the same name")
        numbers[source_id] = number
        sources[source_id] = Source(
            source_id, name, _domains(file, number, values),
            country=_cased(texts["country"], str.upper),
            language=_cased(texts["language"], str.lower),
            licence=texts["licence"], contact=texts["contact"],
        )  # fmt: skip
    return sources


def _cased(code: str | None, cased: Callable[[str], str]) -> str | None:
    """Return a code as its standard writes it: countries (ISO 3166-1) large, languages small."""
    return None if code is None else cased(code)


def _domains(file: File, number: int, values: Values) -> tuple[str, ...]:
    """Return the domains listed for a source, in small letters."""
    listed = values.get("domains", [])
    if not isinstance(listed, list):
        hint = 'For example: domains = ["example.org"]'
        raise file.refuse("source", number, "domains", "this is no list of texts", hint)
    return tuple(_domain(file, number, one) for one in listed)


def _domain(file: File, number: int, listed: object) -> str:
    host = None
    if isinstance(listed, str) and _DOMAIN.fullmatch(listed):
        with suppress(ValueError):
            host = address(f"https://{listed}/").host.strip(".")
    if host is None or registrable_domain(host) is None:
        hint = "A domain is one that somebody has registered, such as example.org."
        raise file.refuse("source", number, "domains", f"{shown(listed)} is no domain", hint)
    return host


def _place(file: File, number: int, values: Values) -> FeedUrl:
    """Check a feed's keys; return its URL's parts."""
    _check_keys(file, "feed", number, values, FEED_KEYS)
    url = values.get("url")
    if url is None:
        raise file.refuse("feed", number, None, "this feed has no url")
    try:
        return address(url if isinstance(url, str) else "")
    except ValueError as error:
        hint = "Write it in full, with http:// or https://."
        raise file.refuse("feed", number, "url", f"this is no feed's URL: {error}", hint) from error


def _how(file: File, number: int, values: Values, found: FeedUrl) -> tuple[FeedKind, int | None]:
    """Return a feed's kind and interval; check whether `enabled` is a switch."""
    enabled = values.get("enabled", True)
    if not isinstance(enabled, bool):
        raise file.refuse("feed", number, "enabled", "this is neither true nor false", "")
    kind: FeedKind | None = values.get("kind")
    if kind is None:
        kind = "jsonfeed" if found.path.lower().endswith(".json") else "rss"
    elif kind not in KINDS:
        hint = "RSS of all versions and Atom are rss, JSON Feed is jsonfeed."
        raise file.refuse("feed", number, "kind", f"there is no kind {shown(kind)}", hint)
    interval = values.get("interval")
    return kind, None if interval is None else _interval(file, number, interval)


def _interval(file: File, number: int, value: object) -> int:
    """Return an interval in seconds."""
    seconds = 0
    if isinstance(value, str) and (parts := _INTERVAL.fullmatch(value.strip())):
        seconds = int(parts[1]) * _UNITS[parts[2]]
    elif isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    if not LEAST_INTERVAL <= seconds <= MOST_INTERVAL:
        sentence = f"{shown(value)} is no interval from 15 minutes to 24 hours"
        hint = 'For example: interval = "30m" or "2h", or a number of seconds.'
        raise file.refuse("feed", number, "interval", sentence, hint)
    return seconds


def _check_keys(
    file: File, kind: TableKind, number: int, values: Values, known: tuple[str, ...]
) -> None:
    for key in values:
        if key not in known:
            hint = f"It knows: {', '.join(known)}."
            raise file.refuse(kind, number, key, f"a {kind} has no such key", hint)


def _text(file: File, kind: TableKind, number: int, values: Values, key: str) -> str | None:
    """Return a text of a table, trimmed; None where the key is absent."""
    value = values.get(key)
    if value is None:
        return None
    problem = name_problem(value)
    if problem:
        raise file.refuse(kind, number, key, problem, f'For example: {key} = "…"')
    return str(value).strip()


def name_problem(value: object) -> str | None:
    """Say why this can't be a name (or another short text of a source); None if it can."""
    if not isinstance(value, str):
        return "this is no text"
    if not value.strip():
        return "this is empty"
    if len(value) > LONGEST_NAME:
        return f"this is longer than {LONGEST_NAME} characters"
    return None if value.isprintable() else "this holds a control character"
