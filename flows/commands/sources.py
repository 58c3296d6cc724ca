"""`newslake sources`: the file of sources and feeds, listed and edited; touches no network."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from articles.errors import SettingsError
from articles.identity.feed_ids import resolved
from articles.identity.known_ids import NOTHING, KnownIds, Listing
from connectors.http.urls import address
from connectors.sources import edits, moves
from connectors.sources import sources_file as listed_sources
from flows import logs
from flows.polling.seed_folders import place_of
from flows.settings_file import DEFAULT_SOURCES, lake_folder, sources_file
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level, Sources
from flows.terminal.text import plural, printable

Names = Annotated[
    str, Parameter(help="A feed's URL, or the name of a source: all its feeds.", show_default=False)
]
All = Annotated[bool, Parameter(name="--all", negative=(), help="All feeds of the file.")]

_WEB = re.compile(r"\w+://")
_COMMENT = re.compile(r"(?:^|\s)\s*#.*")


def add(
    *urls: Annotated[str, Parameter(help="A feed's URL, in full.", show_default=False)],
    listed: Annotated[
        str | None,
        Parameter(
            name="--from",
            allow_leading_hyphen=True,
            help="A file with one URL a line, - for standard input; # starts a comment.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        Parameter(
            name="--source", help="Whose feeds they are (default: each URL's registered domain)."
        ),
    ] = None,
    sources: Sources = None,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Add feeds."""
    logs.start(level_of(log_level, config))
    path = sources_file(sources, config)
    if not urls and listed is None:
        raise SettingsError("There is no URL to add.", "Name some, or a file of them by --from.")
    places = [(f"“{printable(url)}”", url) for url in urls]
    places += [] if listed is None else lines_of(listed)
    for where, url in places:
        try:
            address(url)
        except ValueError as error:
            hint = "Nothing was added. Write URLs in full, with http:// or https://."
            raise SettingsError(f"{where} is no feed's URL: {error}.", hint) from error
    done = edits.add(path, [url for _, url in places], source, _known(lake, config))
    _say(f"{plural(len(done.new), 'feed')} added, {len(done.known):,} known", path)
    if off := [feed for feed in done.known if not feed.enabled]:
        turn = f"`newslake sources enable {printable(off[0].url)}`"
        verb = "is" if len(off) == 1 else "are"
        sys.stdout.write(
            f"{plural(len(off), 'known feed')} {verb} disabled: {turn} turns such a feed on.\n"
        )


def lines_of(listed: str) -> list[tuple[str, str]]:
    """Return the URLs of a file (`-`: of standard input), each with where it stands."""
    name = "standard input" if listed == "-" else listed
    try:
        data = sys.stdin.buffer.read() if listed == "-" else Path(listed).expanduser().read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{name} can't be read: {reason}."
        raise SettingsError(message, "Nothing was added. Name another file by --from.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name}, line {line}: this is not UTF-8."
        raise SettingsError(message, "Nothing was added. Save it in that encoding.") from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        url = _COMMENT.sub("", line).strip()
        if url:
            found.append((f"{name}, line {number}: “{printable(url[:200])}”", url))
    return found


def remove(
    *names: Names, sources: Sources = None, config: Config = None, log_level: Level = None
) -> None:
    """Remove feeds."""
    logs.start(level_of(log_level, config))
    path = sources_file(sources, config)
    _say(f"{plural(len(edits.remove(path, _given(names))), 'feed')} removed", path)


def _switching(*, enabled: bool) -> Callable[..., None]:
    """Return the command that turns feeds on, or the one that turns them off."""

    def switch(
        *names: Names,
        every: All = False,
        sources: Sources = None,
        lake: Lake = None,
        config: Config = None,
        log_level: Level = None,
    ) -> None:
        logs.start(level_of(log_level, config))
        path = sources_file(sources, config)
        if every and names:
            hint = "Name one or the other."
            raise SettingsError("--all and single feeds exclude each other.", hint)
        meant = None if every else _given(names)
        done = edits.switch(path, meant, enabled=enabled, known=_known(lake, config))
        _say(f"{plural(len(done), 'feed')} {'enabled' if enabled else 'disabled'}", path)

    return switch


enable = _switching(enabled=True)
disable = _switching(enabled=False)


def rename(
    old: Annotated[str, Parameter(help="The source's present name.", show_default=False)],
    new: Annotated[str, Parameter(help="Its new name.", show_default=False)],
    /,
    *,
    sources: Sources = None,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Rename a source."""
    logs.start(level_of(log_level, config))
    path = sources_file(sources, config)
    moves.rename(path, old, new, _known(lake, config))
    _say(f"{printable(old)} is {printable(new)} from now on", path)


def move(
    old: Annotated[
        str, Parameter(help="A feed's URL, or where a folder of seeds was.", show_default=False)
    ],
    new: Annotated[
        str, Parameter(help="Its new URL, or where the folder is now.", show_default=False)
    ],
    /,
    *,
    sources: Sources = None,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Move a feed or a folder."""
    logs.start(level_of(log_level, config))
    path, known = sources_file(sources, config), _known(lake, config)
    if _WEB.match(old) or _WEB.match(new):
        try:
            moves.move(path, old, new, known)
        except ValueError as error:
            hint = "Nothing was changed. Write URLs in full, with http:// or https://."
            raise SettingsError(f"“{printable(new)}” is no feed's URL: {error}.", hint) from error
    else:
        _move_folder(path, old, new, lake_folder(lake, config), known)
    _say(f"{printable(old)} is at {printable(new)} from now on", path)


def _move_folder(path: Path, old: str, new: str, lake: Path, known: KnownIds) -> None:
    there = Path(new).expanduser()
    if not there.is_dir():
        raise SettingsError(f"{printable(new)} is no folder.", "Name the folder as it is now.")
    before = place_of(Path(old).expanduser(), lake)
    if any(old in one.urls for one in known.feeds if one.kind == "files"):
        before = replace(before, relative=old)  # as the lake calls it
    moves.move_folder(path, before, place_of(there, lake).absolute, known)


def _known(lake: Path | None, config: Path | None) -> KnownIds:
    """Return the ids that the lake has; none where there is no lake."""
    root = lake_folder(lake, config)
    if not (root / "news.duckdb").is_file():
        return NOTHING
    from warehouse.queries.published_ids import (
        published_ids,  # an edit without a lake needs no database
    )

    return published_ids(root)


def _given(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise SettingsError(
            "There is no feed named.", "Name URLs or sources; `newslake sources list` shows them."
        )
    return names


def list_feeds(
    *,
    format: Annotated[  # noqa: A002 the option's name
        Literal["table", "csv", "json"],
        Parameter(name="--format", help="How to write the rows."),
    ] = "table",
    sources: Sources = None,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """List feeds."""
    from flows.terminal.feed_table import facts_of, rows, write

    logs.start(level_of(log_level, config))
    path = sources_file(sources, config)
    listing = Listing() if _is_absent(path) else listed_sources.listing(path)
    listing = resolved(listing, _known(lake, config))
    feeds = [feed for feed in listing.feeds if feed.kind != "files"]
    write(rows(feeds, facts_of(lake_folder(lake, config)), datetime.now(UTC)), format)
    if not feeds:
        there = f"in {path}" if path.exists() else f"({path} is not there)"
        said = f"newslake: no feeds {there}; `newslake sources add URL` adds some.\n"
        sys.stderr.write(said)


def _is_absent(path: Path) -> bool:
    """Tell whether this is the default file, the only one that may be absent, and it is."""
    return path == DEFAULT_SOURCES and not path.exists()


def _say(sentence: str, path: Path) -> None:
    sys.stdout.write(f"{sentence} ({printable(str(path))}).\n")
