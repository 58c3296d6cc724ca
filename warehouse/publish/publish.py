"""Publishes the lake as `news.duckdb`: views over its live Parquet files, for any DuckDB client."""

import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

import duckdb

from articles.duplicates.equal import SAME_TEXT_VERSION
from warehouse.database import durable
from warehouse.database.lock import file_lock
from warehouse.database.sql import number, quoted
from warehouse.database.tables import TABLES
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.ownership import published_batch
from warehouse.queries.published import NAME

RULES: Mapping[str, str] = {"same_text": SAME_TEXT_VERSION}
"""Rule -> version: what decided the matches that are in the lake."""
MADE = ("heads", "duplicate_groups")
"""Views that become tables, in this order: what would need the whole history at every query."""

_USUAL_MEMORY = "192MB"
"""What DuckDB may use to publish: together with the workers a run stays below 700 MB."""
_LARGE_MEMORY = "2GB"
"""What it may use for a lake that can't be published within that."""
_LOCK_SECONDS = 300.0
_PASS = 250_000
"""How many sightings one pass over the history takes at most, so that it fits into memory."""
_STAYS = "What was published before stays; the next run publishes again."
_DIGITS = "0123456789abcdef"
"""The digits of article ids (hexadecimal), in the order in which texts are compared."""


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the lake as of one state."""

    name: str
    columns: Sequence[tuple[str, str]]
    """Its columns' names and DuckDB types."""
    paths: Sequence[str]
    """Its live files, relative to the data folder, the newest first."""
    grown: bool
    """Whether a live file is older than one of the columns."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is published: the lake as of one batch."""

    lake_id: str
    batch_no: int
    schema_version: int
    sightings: int
    tables: Sequence[_Table]
    views: str

    def digest(self) -> str:
        """Return a hash of what the tables in MADE are made of; files never change."""
        read = [
            table for table in self.tables if table.name in {"revisions", "sightings", "members"}
        ]
        parts = [self.lake_id, self.views, *(f"{table.name}:{table.paths}" for table in read)]
        return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def publish(lake: Lake, *, now: datetime | None = None) -> Path:
    """Publish the lake's present state and return the path of `<root>/news.duckdb`.

    The file is built beside the old one and swapped in by a rename: readers see the old or the new
    one, whole. `now` is what `lake_info.published_at` says, the clock unless given. Raises
    DiskFull, LakeError.
    """
    target = lake.root / NAME
    fresh = lake.root / f"{NAME}.{secrets.token_hex(4)}.tmp"
    try:
        (lake.root / "index").mkdir(exist_ok=True)
        with file_lock(lake.root / "index" / "publish.lock", _LOCK_SECONDS):
            _remove_unfinished(lake.root)
            try:
                _build_within(lake, fresh, target, now or datetime.now(UTC))
                durable.swap(fresh, target)
            finally:
                _remove_unfinished(lake.root)
    except (OSError, duckdb.Error) as error:
        raise lake.error(error, f"publishing {target}", _STAYS) from error
    return target


def is_published(lake: Lake) -> bool:
    """Tell whether news.duckdb shows the lake's last batch."""
    return published_batch(lake.root) == (lake.id, lake.batch_no())


def _state(lake: Lake) -> _State:
    connection = lake.connection
    connection.begin()  # files, columns and batch_no of the same state
    try:
        paths = reads.live_files(lake)
        grown = {row[0] for row in connection.execute(_GROWN).fetchall()}
        columns: dict[str, list[tuple[str, str]]] = {name: [] for name in TABLES}
        for table, column, kind in connection.execute(_COLUMNS).fetchall():
            if table in columns:
                columns[table].append((column, kind))
        schema_version = number(connection, "SELECT max(number) FROM lake.migrations")
        batch_no = lake.batch_no()
        sightings = number(connection, "SELECT sum(sightings) FROM lake.batches")
    finally:
        connection.rollback()
    tables = [
        # Newest first: a reader that wants the newest rows can then skip all older files.
        _Table(name, columns[name], paths[name][::-1], name in grown)
        for name in TABLES
    ]
    views = (files("warehouse") / "schema" / "views.sql").read_text("utf-8")
    return _State(lake.id, batch_no, schema_version, sightings, tables, views)


_COLUMNS = """
    SELECT table_name, column_name, data_type FROM duckdb_columns()
    WHERE database_name = 'lake' ORDER BY table_name, column_index
"""

_GROWN = """
    SELECT DISTINCT t.table_name
    FROM __ducklake_metadata_lake.ducklake_table t
    JOIN __ducklake_metadata_lake.ducklake_column c ON c.table_id = t.table_id
    JOIN __ducklake_metadata_lake.ducklake_data_file f ON f.table_id = t.table_id
    WHERE t.end_snapshot IS NULL AND c.end_snapshot IS NULL AND f.end_snapshot IS NULL
        AND f.begin_snapshot < c.begin_snapshot
"""


def _prefix(lake: Lake) -> str:
    """Return the SQL for the data folder's path; a moved lake's reader sets the variable `lake`."""
    inside = f"{lake.root}/"
    if not lake.location.data.startswith(inside):
        return quoted(lake.location.data)
    folder = lake.location.data.removeprefix(inside)
    return f"coalesce(getvariable('lake'), {quoted(inside)}) || {quoted(folder)}"


def _build_within(lake: Lake, fresh: Path, old: Path, now: datetime) -> None:
    """Build the file within little memory; a lake for which that is too little gets more."""
    state, prefix = _state(lake), _prefix(lake)
    try:
        _build(fresh, state, prefix, old, now, _USUAL_MEMORY)
    except duckdb.OutOfMemoryException:
        _remove_unfinished(lake.root)
        _build(fresh, state, prefix, old, now, _LARGE_MEMORY)


def _build(fresh: Path, state: _State, prefix: str, old: Path, now: datetime, memory: str) -> None:
    connection = duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": min(2, os.cpu_count() or 1),
            "preserve_insertion_order": False,
            "temp_directory": str(fresh.parent / "index" / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    with connection:
        reused = _copy_old(connection, state.digest(), old, fresh)
        # The storage version of DuckDB 1.0, which every later client reads.
        connection.execute(f"ATTACH {quoted(str(fresh))} AS news (STORAGE_VERSION 'v1.0.0')")
        connection.execute("USE news")
        for table in state.tables:
            view = f"{table.name} AS {_select(table, prefix)}"
            connection.execute(f"CREATE OR REPLACE VIEW {view}")
        if not reused:
            connection.execute(state.views)
            _make_tables(connection, state)
        _write_info(connection, state, now)
        connection.execute("CHECKPOINT news")
        connection.execute("USE memory")
        connection.execute("DETACH news")


def _select(table: _Table, prefix: str) -> str:
    names = ", ".join(f'"{name}"' for name, _ in table.columns)
    typed = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in table.columns)
    empty = f"SELECT {typed} WHERE false"
    if not table.paths:
        return empty
    # One text, split at its line ends: a third of the size of a list of expressions, and quicker.
    # Without hive_partitioning = false a folder called `a=b` above the lake would become a column.
    listed = quoted("\n".join(table.paths))
    paths = f"replace({listed}, chr(10), chr(10) || {prefix})"
    options = "hive_partitioning = false"
    if table.grown:
        options += ", union_by_name = true"
    read = f"read_parquet(string_split({prefix} || {paths}, chr(10)), {options})"
    if table.grown:  # a column may even be in none of the files yet
        return f"SELECT {names} FROM (SELECT * FROM {read} UNION ALL BY NAME {empty})"
    return f"SELECT {names} FROM {read}"


def _make_tables(connection: duckdb.DuckDBPyConnection, state: _State) -> None:
    for name in MADE:
        connection.execute(f"CREATE TABLE made AS SELECT * FROM {name} LIMIT 0")
        # Grouping the whole history at once does not fit into the memory, and not all of it spills.
        parts = _parts(state.sightings // _PASS + 1) if name == "heads" else ["true"]
        for part in parts:
            connection.execute(f"INSERT INTO made SELECT * FROM {name} WHERE {part}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE made RENAME TO {name}")
    connection.execute(f"COMMENT ON TABLE heads IS {quoted(state.digest())}")


def _parts(count: int) -> list[str]:
    """Return that many conditions on article_id that part all articles among them, evenly."""
    pairs = [first + second for first in _DIGITS for second in _DIGITS]
    count = min(count, len(pairs))
    bounds = [quoted(pairs[len(pairs) * part // count]) for part in range(1, count)]
    froms = ["true", *(f"article_id >= {bound}" for bound in bounds)]
    tos = [*(f"article_id < {bound}" for bound in bounds), "true"]
    return [f"{low} AND {high}" for low, high in zip(froms, tos, strict=True)]


def _copy_old(connection: duckdb.DuckDBPyConnection, digest: str, old: Path, fresh: Path) -> bool:
    """Begin with a copy of the published file if its tables are made of the same files.

    Most runs find nothing new, and then only the lists of the other files have grown.
    """
    if not old.is_file():
        return False
    sql = "SELECT comment FROM duckdb_tables() WHERE database_name = 'old' AND table_name = 'heads'"
    try:
        connection.execute(f"ATTACH {quoted(str(old))} AS old (READ_ONLY)")
        row = connection.execute(sql).fetchone()
        connection.execute("DETACH old")
    except duckdb.Error:  # damaged, or held by a client that opened it for writing
        return False
    if row is None or row[0] != digest:
        return False
    shutil.copyfile(old, fresh)
    return True


def _write_info(connection: duckdb.DuckDBPyConnection, state: _State, now: datetime) -> None:
    connection.execute(
        """
        CREATE OR REPLACE TABLE lake_info (
            lake_id VARCHAR NOT NULL,
            batch_no BIGINT NOT NULL,
            published_at TIMESTAMPTZ NOT NULL,
            schema_version BIGINT NOT NULL,
            rules MAP(VARCHAR, VARCHAR) NOT NULL
        )
        """
    )
    connection.execute(
        "INSERT INTO lake_info VALUES (?, ?, ?, ?, map(?, ?))",
        [
            state.lake_id,
            state.batch_no,
            now,
            state.schema_version,
            list(RULES),
            list(RULES.values()),
        ],
    )


def _remove_unfinished(root: Path) -> None:
    for path in root.glob(f"{NAME}.*.tmp*"):
        with suppress(OSError):
            path.unlink()
