"""Brings a lake's schema up to date: numbered migrations, then the public views."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files

import duckdb

from articles.errors import LakeTooNew
from warehouse.database.attach import LakeLocation
from warehouse.database.sql import number
from warehouse.database.transaction import transaction

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_VIEWS = "views.sql"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    sql: str


def migrations() -> Sequence[Migration]:
    """Return the migrations that this version knows, in their order."""
    folder = files("warehouse") / "schema"
    named = [(_NAME.fullmatch(file.name), file) for file in folder.iterdir()]
    steps = [
        Migration(int(match[1]), file.name, file.read_text("utf-8"))
        for match, file in named
        if match
    ]
    return sorted(steps, key=lambda step: step.number)


def schema_number(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the lake's last migration, 0 for a lake that has none yet."""
    if not _has_migrations(connection):
        return 0
    return number(connection, "SELECT max(number) FROM lake.migrations")


def is_current(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether nothing has to be done; raises LakeTooNew for a lake of a newer version."""
    newest, reached = migrations()[-1].number, schema_number(connection)
    if reached > newest:
        message = f"the lake has schema {reached}, this newslake knows schemas up to {newest}"
        raise LakeTooNew(message, "Use the newer version of newslake that wrote it.")
    return reached == newest and _views_made(connection) == _views_name()


def run(connection: duckdb.DuckDBPyConnection, location: LakeLocation, patience: float) -> None:
    """Run what is missing, each migration in a transaction; the caller holds the writer lock.

    `patience` is for how many seconds a catalog that did not answer a commit is asked about it.
    """
    if is_current(connection):
        return
    reached = schema_number(connection)
    for step in migrations():
        if step.number > reached:
            _apply(connection, location, step, patience)
    name = _views_name()
    if name is not None and _views_made(connection) != name:
        views = Migration(migrations()[-1].number, name, _views_sql())
        _apply(connection, location, views, patience)


def _apply(
    connection: duckdb.DuckDBPyConnection, location: LakeLocation, step: Migration, patience: float
) -> None:
    connection.execute("USE lake")
    try:
        with transaction(connection, location, f"the schema's step {step.name}", patience):
            connection.execute(step.sql)
            values = [step.number, step.name]
            connection.execute("INSERT INTO lake.migrations VALUES (?, ?)", values)
            if number(connection, "SELECT count(*) FROM lake.lake_ids") == 0:
                connection.execute("INSERT INTO lake.lake_ids VALUES (?)", [secrets.token_hex(16)])
    finally:
        connection.execute("USE memory")


def _has_migrations(connection: duckdb.DuckDBPyConnection) -> bool:
    sql = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'lake' AND table_name = ?"
    return number(connection, sql, "migrations") > 0


def _views_made(connection: duckdb.DuckDBPyConnection) -> str | None:
    sql = "SELECT name FROM lake.migrations WHERE name LIKE 'views%' ORDER BY rowid DESC LIMIT 1"
    row = connection.execute(sql).fetchone()
    return row[0] if row else None


def _views_sql() -> str:
    file = files("warehouse") / "schema" / _VIEWS
    return file.read_text("utf-8") if file.is_file() else ""


def _views_name() -> str | None:
    sql = _views_sql()
    return f"views {blake2b(sql.encode(), digest_size=8).hexdigest()}" if sql else None
