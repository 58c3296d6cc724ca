"""`newslake sources`: the sources file, listed and edited; touches no network.

Examples:
    newslake sources list
    newslake sources add https://example.org/feed.xml
    newslake sources enable --all
"""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from articles.errors import SettingsError
from articles.identity.feed_ids import resolved
from articles.identity.known_ids import KnownIds, Listing
from connectors.http.urls import address
from connectors.sources import edits, moves, sources_file
from flows.polling.seed_folders import place_of
from flows.settings_file import DEFAULT_SOURCES
from flows.terminal.command_help import group
from flows.terminal.options import Config, Level, Sources
from flows.terminal.sources_options import All, Names, Options, SourcesOptions, some, started
from flows.terminal.text import plural, printable
from flows.terminal.url_list import listed_urls

_WEB = re.compile(r"\w+://")


def list_feeds(
    *,
    format: Annotated[  # noqa: A002 the option's name
        Literal["table", "csv", "json"],
        Parameter(name="--format", help="How to write the rows."),
    ] = "table",
    options: Options = None,
) -> None:
    """Show every feed: next due, last outcome, new a day, failures.

    Examples:
        newslake sources list
        newslake sources list --format csv > feeds.csv
    """
    from flows.terminal.feed_table import feed_facts_of, rows, write

    options = options or SourcesOptions()
    path = options.path()
    listing = Listing() if _is_absent(path) else sources_file.listing(path)
    listing = resolved(listing, options.known_ids())
    feeds = [feed for feed in listing.feeds if feed.kind != "files"]
    write(rows(feeds, feed_facts_of(options.lake_folder()), datetime.now(UTC)), format)
    if not feeds:
        where = f"in {path}" if path.exists() else f"({path} is not there)"
        sys.stderr.write(f"newslake: no feeds {where}; `newslake sources add URL` adds some.\n")


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
    options: Options = None,
) -> None:
    """Add feeds by their URLs; asks nobody whether they are feeds.

    Examples:
        newslake sources add https://example.org/feed.xml https://example.net/rss
        newslake sources add --source "Harbour Daily" https://feeds.example.net/harbour
        newslake sources add --from feeds.txt
        sort -u feeds.txt | newslake sources add --from -
    """
    options = options or SourcesOptions()
    path = options.path()
    if not urls and listed is None:
        raise SettingsError("There is no URL to add.", "Name some, or a file of them by --from.")
    named = [(f"“{printable(url)}”", url) for url in urls]
    named += [] if listed is None else listed_urls(listed)
    for where, url in named:
        try:
            address(url)
        except ValueError as error:
            hint = "Nothing was added. Write URLs in full, with http:// or https://."
            raise SettingsError(f"{where} is no feed's URL: {error}.", hint) from error
    done = edits.add(path, [url for _, url in named], source, options.known_ids())
    _say(f"{plural(len(done.new), 'feed')} added, {len(done.known):,} known", path)
    if disabled := [feed for feed in done.known if not feed.enabled]:
        enable_it = f"`newslake sources enable {printable(disabled[0].url)}`"
        are = "is" if len(disabled) == 1 else "are"
        sys.stdout.write(
            f"{plural(len(disabled), 'known feed')} {are} disabled:"
            f" {enable_it} turns such a feed on.\n"
        )


def remove(
    *names: Names, sources: Sources = None, config: Config = None, log_level: Level = None
) -> None:
    """Remove feeds; what they brought stays in the lake.

    Examples:
        newslake sources remove https://example.org/feed.xml
        newslake sources remove "Harbour Daily"
    """
    path = started(sources, config, log_level)
    _say(f"{plural(len(edits.remove(path, some(names))), 'feed')} removed", path)


def enable(*names: Names, every: All = False, options: Options = None) -> None:
    """Poll feeds from now on.

    Examples:
        newslake sources enable https://example.org/feed.xml
        newslake sources enable "BBC News"
        newslake sources enable --all
    """
    _switch(names, every, options or SourcesOptions(), enabled=True)


def disable(*names: Names, every: All = False, options: Options = None) -> None:
    """Poll feeds no more; they stay in the file.

    Examples:
        newslake sources disable https://example.org/feed.xml
        newslake sources disable --all
    """
    _switch(names, every, options or SourcesOptions(), enabled=False)


def _switch(
    names: tuple[str, ...],
    every: bool,  # noqa: FBT001 as the option's type says
    options: SourcesOptions,
    *,
    enabled: bool,
) -> None:
    path = options.path()
    if every and names:
        hint = "Name one or the other."
        raise SettingsError("--all and single feeds exclude each other.", hint)
    chosen = None if every else some(names)
    done = edits.switch(path, chosen, enabled=enabled, known=options.known_ids())
    _say(f"{plural(len(done), 'feed')} {'enabled' if enabled else 'disabled'}", path)


def rename(
    old: Annotated[str, Parameter(help="The source's present name.", show_default=False)],
    new: Annotated[str, Parameter(help="Its new name.", show_default=False)],
    /,
    *,
    options: Options = None,
) -> None:
    """Give a source another name; its articles stay its own.

    Examples:
        newslake sources rename "Harbour Daily" "The Harbour Post"
    """
    options = options or SourcesOptions()
    path = options.path()
    moves.rename(path, old, new, options.known_ids())
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
    options: Options = None,
) -> None:
    """Say that a feed has another URL, or that a folder of seeds is elsewhere.

    Examples:
        newslake sources move https://example.org/feed.xml https://example.net/rss
        newslake sources move seeds/press /archive/press
    """
    options = options or SourcesOptions()
    path, known = options.path(), options.known_ids()
    if _WEB.match(old) or _WEB.match(new):
        try:
            moves.move(path, old, new, known)
        except ValueError as error:
            hint = "Nothing was changed. Write URLs in full, with http:// or https://."
            raise SettingsError(f"“{printable(new)}” is no feed's URL: {error}.", hint) from error
    else:
        _move_folder(path, old, new, options.lake_folder(), known)
    _say(f"{printable(old)} is at {printable(new)} from now on", path)


def _move_folder(path: Path, old: str, new: str, lake: Path, known: KnownIds) -> None:
    folder = Path(new).expanduser()
    if not folder.is_dir():
        raise SettingsError(f"{printable(new)} is no folder.", "Name the folder as it is now.")
    before = place_of(Path(old).expanduser(), lake)
    if any(old in feed.urls for feed in known.feeds if feed.kind == "files"):
        before = replace(before, relative=old)  # as the lake calls it
    moves.move_folder(path, before, place_of(folder, lake).absolute, known)


def _is_absent(path: Path) -> bool:
    """Tell whether this is the default file, the only one that may be absent, and it is."""
    return path == DEFAULT_SOURCES and not path.exists()


def _say(sentence: str, path: Path) -> None:
    sys.stdout.write(f"{sentence} ({printable(str(path))}).\n")


app = group(
    "sources",
    __doc__,
    {
        "list": list_feeds,
        "add": add,
        "remove": remove,
        "enable": enable,
        "disable": disable,
        "rename": rename,
        "move": move,
    },
)
