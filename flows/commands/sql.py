"""`newslake sql`: one query on the published lake; imports neither Prefect nor pydantic."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from articles.errors import SettingsError
from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level
from warehouse.queries.output import Format, write
from warehouse.queries.query import run


def sql(
    query: Annotated[
        str | None, Parameter(help="The SQL; without it, or with -, it is read from the input.")
    ] = None,
    /,
    *,
    format: Annotated[  # noqa: A002 the option's name
        Format | None,
        Parameter(
            name="--format", help="How to write the rows (default: as --output ends, else table)."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        Parameter(name="--output", help="The file to write (default: standard output)."),
    ] = None,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Query the lake with SQL; never waits for a run, never changes a thing.

    Examples:
        newslake sql "select title, published_at from articles limit 5"
        newslake sql --format csv --output copies.csv "from duplicates"
        echo "select count(*) from articles" | newslake sql
    """
    logs.start(level_of(log_level, config))
    root = lake_folder(lake, config)
    with run(root, _given(query)) as result:
        write(result, format or _format_of(output), output)


def _format_of(output: Path | None) -> Format:
    """Return the format that a file's name asks for."""
    formats: dict[str, Format] = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
    return "table" if output is None else formats.get(output.suffix.lower(), "table")


def _given(query: str | None) -> str:
    """Return the SQL: the argument, else what standard input holds."""
    if query is not None and query != "-":
        return query
    if query is None and sys.stdin.isatty():
        raise SettingsError("there is no SQL", 'For example: newslake sql "from articles limit 5"')
    return sys.stdin.buffer.read().decode("utf-8-sig", "replace")
