"""What the commands of `newslake sources` have in common: their options, and what these name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from articles.errors import SettingsError
from articles.identity.known_ids import NOTHING, KnownIds
from flows import logs, settings_file
from flows.terminal.options import Config, Lake, Level, Sources

Names = Annotated[
    str, Parameter(help="A feed's URL, or the name of a source: all its feeds.", show_default=False)
]
All = Annotated[bool, Parameter(name="--all", negative=(), help="All feeds of the file.")]


@dataclass(frozen=True, slots=True)
class SourcesOptions:
    """The options of every command that knows both the sources file and the lake."""

    sources: Sources = None
    lake: Lake = None
    config: Config = None
    log_level: Level = None

    def path(self) -> Path:
        """Start the log lines, and return the sources file."""
        return started(self.sources, self.config, self.log_level)

    def lake_folder(self) -> Path:
        """Return the lake's folder."""
        return settings_file.lake_folder(self.lake, self.config)

    def known_ids(self) -> KnownIds:
        """Return the ids that the lake has; none where there is no lake."""
        root = self.lake_folder()
        if not (root / "news.duckdb").is_file():
            return NOTHING
        # An edit without a lake needs no database.
        from warehouse.queries.published_ids import published_ids

        return published_ids(root)


Options = Annotated[SourcesOptions | None, Parameter(name="*")]
"""The parameter of a command that has these options; None if none of them was given."""


def started(sources: Path | None, config: Path | None, log_level: str | None) -> Path:
    """Start the log lines, and return the sources file."""
    logs.start(settings_file.log_level(log_level, config))
    return settings_file.sources_file(sources, config)


def some(names: Sequence[str]) -> Sequence[str]:
    """Return the names. Raises SettingsError if there are none."""
    if not names:
        raise SettingsError(
            "There is no feed named.", "Name URLs or sources; `newslake sources list` shows them."
        )
    return names
