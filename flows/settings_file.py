"""Reads newslake.toml: TOML in, checked keys out; no pydantic, so that `newslake sql` is quick."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from articles.errors import SettingsError

DEFAULT_LAKE = Path("lake")
DEFAULT_SOURCES = Path("seeds/sources.toml")
DEFAULT_FILE = Path("newslake.toml")
HOME_PAGE = "https://github.com/newslake/newslake"
PREFIX = "NEWSLAKE_"
KEYS = (
    "lake", "seeds", "now", "direct", "dry_run", "log_level", "lock_timeout", "sources",
    "all_feeds", "contact", "allow_addresses", "host_concurrency", "host_spacing", "plain_feeds",
    "port", "every",
)  # fmt: skip
"""What the file may say; a test holds them against the fields of Settings."""
LEVELS = ("debug", "info", "warning", "error")
_PATHS = ("lake", "seeds", "sources")


def locate(config: Path | None) -> Path | None:
    """Return the settings file in force: `config`, else NEWSLAKE_CONFIG, else newslake.toml here.

    Only the last may be absent: then there is none.
    """
    named = config or os.environ.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named).expanduser()
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


def read(path: Path) -> dict[str, object]:
    """Return the file's keys and values; relative folders in it count from the file's own folder.

    Raises SettingsError, naming file and line, for a file that can't be read, is no TOML or holds
    a key that newslake does not know.
    """
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, text, str(error)) from error
    for key in values:
        if key not in KEYS:
            where = f"{path}, line {line_of(text, key)}"
            message = f"{where}: newslake has no setting “{key}”."
            raise SettingsError(message, f"It knows: {', '.join(KEYS)}.")
    return {key: _placed(key, value, path.parent) for key, value in values.items()}


def lake_folder(lake: Path | None, config: Path | None = None) -> Path:
    """Return the lake's folder as Settings would, without the cost of Settings.

    `lake` is the option; then come NEWSLAKE_LAKE, the settings file and the default.
    Raises SettingsError as `read` does, and where the file's value is no text.
    """
    return _path("lake", lake, config, DEFAULT_LAKE, "a folder")


def sources_file(sources: Path | None, config: Path | None = None) -> Path:
    """Return the sources file: the option, NEWSLAKE_SOURCES, the settings file, the default.

    Raises SettingsError as `read` does, and where the file's value is no text.
    """
    return _path("sources", sources, config, DEFAULT_SOURCES, "a file")


def _path(key: str, option: Path | None, config: Path | None, default: Path, kind: str) -> Path:
    path = locate(config)
    values = read(path) if path else {}
    chosen = option or os.environ.get(PREFIX + key.upper()) or values.get(key, default)
    if not isinstance(chosen, str | Path):
        message = f"{origin(key, (), path)}: the {key} setting is {kind}, written in quotes."
        raise SettingsError(message, f'For example: {key} = "{default}"')
    return Path(chosen).expanduser()


def log_level(level: str | None, config: Path | None = None) -> str:
    """Return the log level as Settings would: option, variable, file, `warning`."""
    path = locate(config)
    values = read(path) if path else {}
    variable = os.environ.get(f"{PREFIX}LOG_LEVEL")
    chosen = str(level or variable or values.get("log_level", "warning"))
    if chosen not in LEVELS:
        message = f"{origin('log_level', (), path)}: there is no log level “{chosen}”."
        raise SettingsError(message, f"There are: {', '.join(LEVELS)}.")
    return chosen


def origin(key: str, options: Mapping[str, object] | tuple[str, ...], path: Path | None) -> str:
    """Say where the value of `key` came from, for an error message."""
    if key in options:
        return f"--{key.replace('_', '-')}"
    variable = PREFIX + key.upper()
    if os.environ.get(variable):
        return variable
    return f"{path}, line {line_of(_text(path), key)}, {key}" if path else key


def line_of(text: str, key: str) -> int:
    """Return the number of the first line that sets `key` or opens its table; 1 if none does."""
    opens = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if opens.match(line)), 1)


def _text(path: Path) -> str:
    """Return the file's text, or raise SettingsError saying why there is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"The settings file {path} can't be read: {error.strerror}."
        raise SettingsError(message, "Name another one by --config or NEWSLAKE_CONFIG.") from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path}, line {line}: the settings file is not in UTF-8."
        raise SettingsError(message, "Save it again in that encoding.") from error


def _broken(path: Path, text: str, problem: str) -> SettingsError:
    """Return the error for a file that is no TOML: its line and, where one can be told, its key."""
    position = re.search(r"line (\d+)", problem)
    lines = text.splitlines()
    number = int(position[1]) if position else max(len(lines), 1)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    key = line.partition("=")[0].strip(" []\"'")
    reason = re.sub(r"\s*\(at .*\)$", "", problem)
    message = f"{path}, line {number}{f', {key}' if key else ''}: this is not TOML: {reason}."
    return SettingsError(message, 'A setting looks like this: lake = "lake"')


def _placed(key: str, value: object, folder: Path) -> object:
    """Return a folder's value placed in the settings file's folder; other values as they are."""
    if key == "seeds" and isinstance(value, str):
        value = [value]
    if key not in _PATHS:
        return value
    if isinstance(value, str):
        return str(folder / Path(value).expanduser())
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [str(folder / Path(part).expanduser()) for part in value]
    return value
