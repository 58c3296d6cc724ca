"""Opens `news.duckdb`, read-only, tells which files it lists and what is wrong with them."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from articles.errors import LakeError, LakeMissing
from warehouse.database.sql import quoted

NAME = "news.duckdb"
_LISTED = re.compile(r"main/\w+/[\w.-]+\.parquet")
_PUBLISH_AGAIN = (
    "Delete that file and run `newslake ingest`, which makes it anew: nothing is lost with it."
)


def connect(
    lake_root: Path, options: Mapping[str, str | bool] | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection that has the lake's `news.duckdb` open, read-only, in UTC.

    Each has a database instance of its own: connections of one process share the file that the
    first of them opened, even when another one has been published since. Raises LakeMissing,
    LakeError.
    """
    root = lake_root.expanduser().absolute()
    path = root / NAME
    if not path.is_file():
        message = f"there is no published lake in {root} (no {NAME})"
        raise LakeMissing(message, "Run `newslake ingest`, or say where the lake is with --lake.")
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # By default an in-memory database spills into the working folder.
            "temp_directory": str(Path(tempfile.gettempdir()) / "newslake-spill"),
            **(options or {}),
        }
    )
    try:
        connection.execute(f"ATTACH {quoted(str(path))} AS news (READ_ONLY)")
        connection.execute("USE news")
        # The lake may have been moved since it was published.
        connection.execute(f"SET VARIABLE lake = {quoted(f'{root}/')}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET allow_persistent_secrets = false")
        connection.execute("SET errors_as_json = true")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise _open_error(path, error) from error
    return connection


def facts_of(error: Exception) -> dict[str, str]:
    """Return DuckDB's error as its JSON says it: exception_message, position (a byte), name ..."""
    text = str(error)
    start = text.find("{")
    if start >= 0:
        try:
            return dict(json.loads(text[start:]))
        except ValueError:
            pass
    return {"exception_message": text}


def _open_error(path: Path, error: duckdb.Error) -> LakeError:
    text = detail(error)
    if "lock" in text.lower():
        hint = (
            "A program has it open for writing; it should open it read-only (`duckdb -readonly`)."
        )
    else:
        hint = _PUBLISH_AGAIN
    return LakeError(f"{path} can't be opened: {text}", hint)


def detail(error: Exception) -> str:
    """Return what DuckDB's error says, in one line."""
    return " ".join(facts_of(error).get("exception_message", "").split())[:300]


def published_damage(
    connection: duckdb.DuckDBPyConnection, error: Exception, root: Path
) -> LakeError | None:
    """Return the LakeError for a damaged file that a query met; None if that is not the matter.

    A file of the user's own that a query names is not the lake's.
    """
    if "Corrupt database file" in str(error):
        return LakeError(f"{root / NAME} is damaged ({detail(error)})", _PUBLISH_AGAIN)

    from warehouse.database import errors  # what a query that works does not need
    from warehouse.database.damaged_file import first_damaged

    def find() -> str | None:
        return first_damaged(root / "data", listed_files(connection))

    damage = errors.damage_error(error, find, facts_of(error).get("exception_message", ""))
    if damage is None or not any(path in damage.message for path in listed_files(connection)):
        return None
    return damage


def listed_files(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the data files that the published views read, relative to the data folder."""
    sql = "SELECT sql FROM duckdb_views() WHERE database_name = 'news'"
    with closing(connection.cursor()) as cursor:
        views = cursor.execute(sql).fetchall()
    return sorted({path for (text,) in views for path in _LISTED.findall(text or "")})


@contextmanager
def reading(lake_root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published lake. Raises LakeMissing, LakeError."""
    connection = connect(lake_root)
    try:
        yield connection
    except duckdb.Error as error:
        if damage := published_damage(connection, error, lake_root.expanduser().absolute()):
            raise damage from error
        message = f"the lake in {lake_root.expanduser().absolute()} can't be read: {detail(error)}"
        raise LakeError(message, "Run `newslake ingest`, which publishes it again.") from error
    finally:
        connection.close()
