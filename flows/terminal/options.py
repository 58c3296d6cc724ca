"""The options of all commands: what `--help` says of each."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Lake = Annotated[
    Path | None, Parameter(name="--lake", help="The lake's folder (NEWSLAKE_LAKE; default: lake).")
]
Config = Annotated[
    Path | None,
    Parameter(
        name="--config",
        help="The settings file (NEWSLAKE_CONFIG; default: newslake.toml, if there is one).",
    ),
]
Level = Annotated[
    Literal["debug", "info", "warning", "error"] | None,
    Parameter(
        name="--log-level",
        help="What to log on standard error (NEWSLAKE_LOG_LEVEL; default: warning).",
    ),
]
Seeds = Annotated[
    list[Path] | None,
    Parameter(
        name="--seeds",
        negative=(),
        help="A folder to read, a source of its own; may repeat "
        "(NEWSLAKE_SEEDS, separated as in PATH; default: seeds).",
    ),
]
Sources = Annotated[
    Path | None,
    Parameter(
        name="--sources",
        help="The sources file, which lists feeds (NEWSLAKE_SOURCES; default: seeds/sources.toml).",
    ),
]
AllFeeds = Annotated[
    bool | None,
    Parameter(
        name="--all-feeds",
        help="Poll feeds that are not due too (NEWSLAKE_ALL_FEEDS).",
    ),
]
Now = Annotated[
    str | None,
    Parameter(
        name="--now",
        help="The time to take for the present, such as 2026-11-24T10:00:00Z "
        "(NEWSLAKE_NOW; default: the clock's).",
    ),
]
Direct = Annotated[
    bool | None,
    Parameter(name="--direct", help="Run the same functions without Prefect (NEWSLAKE_DIRECT)."),
]
DryRun = Annotated[
    bool | None,
    Parameter(
        name="--dry-run",
        help="Read, decide and print the table; store nothing (NEWSLAKE_DRY_RUN).",
    ),
]
LockTimeout = Annotated[
    float | None,
    Parameter(
        name="--lock-timeout",
        help="Seconds to wait for another writer of the lake (NEWSLAKE_LOCK_TIMEOUT; default: 60).",
    ),
]
Port = Annotated[
    int | None,
    Parameter(
        name="--port",
        help="The port of Prefect's server and UI on 127.0.0.1 (NEWSLAKE_PORT; default: 4200).",
    ),
]
Every = Annotated[
    float | None,
    Parameter(
        name="--every",
        help="Seconds from one scheduled run to the next (NEWSLAKE_EVERY; default: 300).",
    ),
]
