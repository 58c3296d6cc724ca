"""Opens DuckDB with a lake's catalog attached as `lake`: SQLite in its folder, or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from articles.errors import LakeError
from warehouse.database.extensions import extension_directory
from warehouse.database.passwords import Passfile, without_password
from warehouse.database.sql import quoted

POSTGRES = "postgres:"
_URIS = ("postgres://", "postgresql://")
BUSY_MS = 30_000
"""How long SQLite waits for a reader or a checkpoint before it says that the catalog is locked."""
MEMORY = "128MB"
"""What a lake's DuckDB may use; with the index and the workers a run stays below 700 MB."""


@dataclass(frozen=True, slots=True)
class LakeLocation:
    """Where a lake is: its folder, its catalog and its data."""

    root: Path
    """The lake's folder, as an absolute path."""
    conninfo: str | None
    """The catalog: None for SQLite in the folder, else libpq's string, without a password."""
    data: str
    """The absolute path of the folder of the Parquet files, with `/` at its end."""
    passfile: Passfile | None = None
    """The file that `conninfo` names in place of its password."""

    @classmethod
    def of(cls, root: Path, catalog: str | None, data_path: str | None) -> "LakeLocation":
        """Return the location for these arguments; `close` it.

        Args:
            root: The lake's folder.
            catalog: None for SQLite in that folder, else `postgres:<libpq conninfo>` or a URI.
            data_path: The folder of the Parquet files, `<root>/data` if it is None.

        Raises LakeError, which shows no password, for a catalog that can't be.
        """
        # A relative path would be read from whatever folder the process happens to work in.
        folder = root.expanduser().absolute()
        data = Path(data_path).expanduser().absolute() if data_path else folder / "data"
        if catalog is None:
            return cls(folder, None, f"{data}/")
        conninfo, passfile = without_password(_conninfo(catalog))
        return cls(folder, conninfo, f"{data}/", passfile)

    def close(self) -> None:
        """Let go of the password; doing so twice is harmless."""
        if self.passfile is not None:
            self.passfile.close()

    @property
    def sqlite(self) -> Path:
        """The file of the SQLite catalog."""
        return self.root / "catalog.sqlite"

    def has_sqlite(self) -> bool:
        """Tell whether that file is there; one that is empty was cut off while it was made."""
        return self.sqlite.is_file() and self.sqlite.stat().st_size > 0


def connect(location: LakeLocation) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB that knows the extensions, without anything attached yet."""
    connection = duckdb.connect(
        config={
            "extension_directory": str(extension_directory()),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": MEMORY,
            "temp_directory": str(location.root / "index" / "spill"),
            # One thread costs half the CPU of the default for small commits.
            "threads": 1,
        }
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("LOAD ducklake")
    connection.execute("LOAD postgres_scanner" if location.conninfo else "LOAD sqlite_scanner")
    # A commit whose lake has changed since its reading must fail, not be repeated on top.
    connection.execute("SET GLOBAL ducklake_max_retry_count = 0")
    # Whoever attaches before the first migration has set the lake's own limit keeps rows out of the
    # catalog, too: those are in no file, and news.duckdb would not have them.
    connection.execute("SET GLOBAL ducklake_default_data_inlining_row_limit = 0")
    return connection


def attach(
    connection: duckdb.DuckDBPyConnection, location: LakeLocation, *, create: bool, read_only: bool
) -> None:
    """Attach the catalog as `lake`.

    Raises duckdb.Error if it isn't there and `create` is false.
    """
    options = [f"DATA_PATH {quoted(location.data)}", "OVERRIDE_DATA_PATH true"]
    options.append(f"CREATE_IF_NOT_EXISTS {str(create).lower()}")
    if read_only:
        options.append("READ_ONLY")
    if location.conninfo is None:
        options += ["META_JOURNAL_MODE 'WAL'", f"META_BUSY_TIMEOUT {BUSY_MS}"]
        target = f"ducklake:sqlite:{location.sqlite}"
    else:
        target = f"ducklake:postgres:{location.conninfo}"
    connection.execute(f"ATTACH {quoted(target)} AS lake ({', '.join(options)})")


@contextmanager
def more_memory(connection: duckdb.DuckDBPyConnection, limit: str) -> Iterator[None]:
    """Let DuckDB use up to `limit` within the block, and MEMORY again after it."""
    connection.execute(f"SET GLOBAL memory_limit = '{limit}'")
    try:
        yield
    finally:
        connection.execute(f"SET GLOBAL memory_limit = '{MEMORY}'")


def _conninfo(catalog: str) -> str:
    if catalog.startswith(_URIS):
        return catalog
    if catalog.startswith(POSTGRES):
        return catalog.removeprefix(POSTGRES)
    # It is not shown: there may be a password in it.
    message = "the catalog is of a kind that newslake does not know"
    raise LakeError(message, "Leave it out, or say postgres:<connection string>.")


def is_absent(error: duckdb.Error) -> bool:
    """Tell whether an attach failed because there is no lake in this catalog yet."""
    return "creating a new DuckLake is explicitly disabled" in str(error)
