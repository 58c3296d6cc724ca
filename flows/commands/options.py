"""The options that commands share."""

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
