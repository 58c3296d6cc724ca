"""One typed Settings: options over `NEWSLAKE_*` variables over newslake.toml over defaults."""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from articles.errors import SettingsError
from flows import settings_file

LogLevel = Literal["debug", "info", "warning", "error"]


def _folders(value: object) -> object:
    """Split a variable's list of folders, which is written like PATH."""
    if isinstance(value, str):
        return [part for part in value.split(os.pathsep) if part]
    return value


def _moment(value: object) -> object:
    """Read ISO 8601; a time without a zone is UTC, a date alone its midnight."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            message = "this is no time newslake can read; write it like 2026-11-24T10:00:00Z"
            raise ValueError(message) from error
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return value


def _sendable(text: str) -> str:
    """Refuse what no request could carry in its User-Agent."""
    if not (text.isascii() and text.isprintable() and text.strip()):
        message = "a contact is a URL or a mail address, in ASCII"
        raise ValueError(message)
    return text


Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class Settings(BaseSettings):
    """What an operator can set, each as an option, a variable and a key of the file; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=settings_file.PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    lake: Folder = settings_file.DEFAULT_LAKE
    """The lake's folder."""
    seeds: Annotated[
        tuple[Folder, ...], NoDecode, BeforeValidator(_folders), Field(min_length=1)
    ] = (Path("seeds"),)
    """Folders to read, each a source; in NEWSLAKE_SEEDS separated as in PATH."""
    now: Annotated[datetime | None, BeforeValidator(_moment)] = None
    """The time that a run takes for the present, aware, UTC; None is the clock's."""
    direct: bool = False
    """Run without Prefect."""
    dry_run: bool = False
    """Read and decide, store nothing."""
    log_level: LogLevel = "warning"
    """What is written to standard error; `info` and `debug` let Prefect speak too."""
    lock_timeout: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 60.0
    """Seconds to wait for another writer of the lake."""
    sources: Folder = settings_file.DEFAULT_SOURCES
    """The sources file; only the default one may be absent."""
    all_feeds: bool = False
    """Poll feeds that are not due too; Retry-After and 410 still count."""
    contact: Annotated[str, AfterValidator(_sendable)] = settings_file.HOME_PAGE
    """URL or address that every request names, for who runs a feed and has a question."""
    allow_addresses: str = ""
    """Addresses beyond the public ones that feeds may be at (connectors/http/guard.py)."""
    host_concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    """Requests to one host at once."""
    host_spacing: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 5.0
    """Seconds between the starts of two requests to one host."""
    plain_feeds: bool = True
    """Read plain feeds by the fast path; otherwise every feed by feedparser."""
    port: Annotated[int, Field(ge=1, le=65535)] = 4200
    """The port of the Prefect server and UI that `serve` starts."""
    every: Annotated[float, Field(ge=1, le=86400, allow_inf_nan=False)] = 300.0
    """Seconds from one scheduled run to the next."""


def load(options: Mapping[str, object] | None = None, config: Path | None = None) -> Settings:
    """Return the settings in force; an option that is None was not given.

    Raises SettingsError, which names the option, the variable, or the file with line and key.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    path = settings_file.locate(config)
    values = settings_file.read(path) if path else {}
    variables = EnvSettingsSource(Settings)()
    try:
        return Settings.model_validate({**values, **variables, **given})
    except ValidationError as error:
        raise _settings_error(error, given, path) from error


def _settings_error(
    error: ValidationError, given: Mapping[str, object], path: Path | None
) -> SettingsError:
    """Return the first of pydantic's complaints as one of ours."""
    complaint = error.errors(include_url=False)[0]
    key = str(complaint["loc"][0]) if complaint["loc"] else "settings"
    where = settings_file.origin(key, given, path)
    reason = complaint["msg"].removeprefix("Value error, ")
    return SettingsError(
        f"{where}: {reason} (it is {complaint['input']!r}).",
        "docs/commands.md lists every setting.",
    )
