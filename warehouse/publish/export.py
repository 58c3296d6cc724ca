"""Exports the lake as plain Parquet, `table/day=YYYY-MM-DD/…`, rewriting only days that changed."""

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from articles.errors import DiskFull, LakeError, LakeLocked, SettingsError
from warehouse.database import durable
from warehouse.database.errors import is_full
from warehouse.database.lock import file_lock
from warehouse.database.sql import quoted
from warehouse.queries.published import connect, detail, published_damage

MANIFEST = "manifest.json"
MARK = ".newslake-export"
"""Marks a folder as an export of ours from its first moment on; also the lock of exporting."""
_STAGING = ".staging"
_FORMAT = 1
_LOCK_SECONDS = 5.0
_ROW_GROUP = 20_480
"""How many rows; DuckDB's usual 122,880 of 3 KB each would be a gigabyte in memory."""


@dataclass(frozen=True, slots=True)
class _ExportedTable:
    """How one table is exported."""

    rows: str
    """SQL of the rows with `stored_no`, the number of the batch that stored each first."""
    state: str
    """SQL over the columns that tell one state of a row from another."""


def _plain(table: str, key: str) -> _ExportedTable:
    # Rows that are stored once and never change.
    return _ExportedTable(f"SELECT *, batch_no AS stored_no FROM {table}", f"{key}, batch_no")


_SINCE = "SELECT article_id, first_batch_no AS stored_no FROM heads"
TABLES: Mapping[str, _ExportedTable] = {
    "articles": _ExportedTable(
        f"SELECT a.*, s.stored_no FROM articles AS a JOIN ({_SINCE}) AS s USING (article_id)",
        "article_id, changed_batch_no, last_sighted_at, group_id, canonical_article_id",
    ),
    "revisions": _plain("revisions", "article_id, revision_no"),
    "sightings": _plain("sightings", "entry_id, article_id"),
    "entries": _plain("entries", "entry_id"),
    "duplicates": _ExportedTable(
        f"SELECT d.*, s.stored_no FROM duplicates AS d JOIN ({_SINCE}) AS s USING (article_id)",
        "article_id, group_id, canonical_article_id, batch_no",
    ),
    "members": _plain("members", "article_id, group_id"),
    "matches": _plain("matches", "article_id, other_article_id, method"),
    "keys": _plain("keys", "key_hash, article_id"),
    "polls": _plain("polls", "poll_id"),
    "quarantine": _plain("quarantine", "entry_id"),
    "batches": _plain("batches", "batch_id"),
    "runs": _plain("runs", "run_id"),
    "sources": _ExportedTable(
        "SELECT v.*, s.stored_no FROM sources AS v"
        " JOIN (SELECT source_id, min(batch_no) AS stored_no FROM source_states GROUP BY source_id)"
        " AS s USING (source_id)",
        "source_id, batch_no",
    ),
    # Few readers of Parquet know intervals.
    "feeds": _ExportedTable(
        'SELECT v.* REPLACE (CAST(epoch(v."interval") AS BIGINT) AS "interval"), s.stored_no'
        " FROM feeds AS v JOIN (SELECT feed_id, min(batch_no) AS stored_no"
        " FROM feed_settings GROUP BY feed_id) AS s USING (feed_id)",
        "feed_id, batch_no, failures, next_poll_at, etag, last_modified, current_url, stopped,"
        " host_waits_until",
    ),
}
"""What is exported: the public tables and views, but for newslake's own (feed_state, schedules) and
what follows from the others at a reader's (coverage)."""

Day = dict[str, Any]
"""A day of a table in the manifest: file, rows, fingerprint, bytes."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    target: Path
    batch_no: int
    rows: int
    """How many rows the whole export has."""
    written: int
    """How many days of tables were written anew."""
    kept: int
    """How many days of tables are as they were."""
    removed: int
    """How many days of tables were removed: they have no rows any more."""


def export(lake_root: Path, target: Path, *, now: datetime | None = None) -> Exported:
    """Export the lake, as it was published last, into a folder; a repetition writes what changed.

    A day's file is swapped in by a rename, the manifest comes last; an export that was killed is
    completed by the next one. The lake's lock is not needed.

    Args:
        lake_root: The lake's folder.
        target: The folder to export into, made if it is missing.
        now: The time that the manifest says, the clock's unless given.

    Raises LakeMissing, LakeError, DiskFull, LakeLocked (another export writes
    there), and SettingsError for a target that can't be one.
    """
    root = lake_root.expanduser().absolute()
    target = target.expanduser().absolute()
    connection = connect(root, {"preserve_insertion_order": False})
    try:
        with _locked(root, target):
            return _export(connection, target, now or datetime.now(UTC))
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            message = f"the disk is full (exporting to {target})"
            raise DiskFull(message, "Free some space and export again.") from error
        if damage := published_damage(connection, error, root):
            raise damage from error
        message = f"exporting to {target} failed: {detail(error)}"
        raise LakeError(message, "Export again: it goes on where it was.") from error
    finally:
        connection.close()


def _export(connection: duckdb.DuckDBPyConnection, target: Path, now: datetime) -> Exported:
    lake_id, batch_no = connection.execute("SELECT lake_id, batch_no FROM lake_info").fetchall()[0]
    old = _read_manifest(target, lake_id)
    connection.execute(_BATCH_DAYS)
    tables: dict[str, dict[str, Day]] = {}
    written = 0
    for table, exported in TABLES.items():
        tables[table] = {}
        for day, rows, fingerprint in _days(connection, exported):
            kept = old.get(table, {}).get(day)
            if kept is None or kept["fingerprint"] != fingerprint or _is_lost(target, kept):
                file = f"{table}/day={day}/{table}.parquet"
                size = _write_day(connection, exported, day, target, file)
                kept = {"file": file, "rows": rows, "fingerprint": fingerprint, "bytes": size}
                written += 1
            tables[table][day] = kept
    facts = {
        "format": _FORMAT,
        "lake_id": lake_id,
        "batch_no": batch_no,
        "exported_at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "tables": tables,
    }
    _write_manifest(target, facts)
    removed = _remove_gone(target, tables)
    days = [day for by_day in tables.values() for day in by_day.values()]
    rows = sum(day["rows"] for day in days)
    return Exported(target, batch_no, rows, written, len(days) - written, removed)


# The UTC day of each batch, by which the rows that it stored are filed.
_BATCH_DAYS = """
    CREATE TEMP TABLE batch_days AS
    SELECT batch_no AS stored_no, CAST(committed_at AT TIME ZONE 'UTC' AS DATE) AS day FROM batches
"""


def _days(
    connection: duckdb.DuckDBPyConnection, exported: _ExportedTable
) -> list[tuple[str, int, str]]:
    """Return each day of a table with its number of rows and a fingerprint of their states."""
    return connection.execute(
        f"""
        SELECT CAST(day AS VARCHAR), count(*), CAST(sum(hash({exported.state})) AS VARCHAR)
        FROM ({exported.rows}) JOIN batch_days USING (stored_no)
        GROUP BY day ORDER BY day
        """
    ).fetchall()


def _write_day(
    connection: duckdb.DuckDBPyConnection,
    exported: _ExportedTable,
    day: str,
    target: Path,
    file: str,
) -> int:
    """Write one day of a table and swap it in; return its size in bytes."""
    fresh = target / _STAGING / f"{secrets.token_hex(8)}.parquet"
    batches = f"FROM batch_days WHERE day = DATE {quoted(day)}"
    low, high = connection.execute(f"SELECT min(stored_no), max(stored_no) {batches}").fetchall()[0]
    # The bounds let the reader skip files; the days of a clock that was set back may overlap.
    connection.execute(
        f"""
        COPY (
            SELECT * EXCLUDE (stored_no) FROM ({exported.rows})
            WHERE stored_no BETWEEN {low} AND {high} AND stored_no IN (SELECT stored_no {batches})
        ) TO {quoted(str(fresh))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})
        """
    )
    size = fresh.stat().st_size
    (target / file).parent.mkdir(parents=True, exist_ok=True)
    durable.swap(fresh, target / file)
    return size


def _is_lost(target: Path, day: Day) -> bool:
    """Tell whether a day's file is not the one that the manifest means."""
    try:
        size = (target / day["file"]).stat().st_size
    except FileNotFoundError:
        return True
    return bool(size != day["bytes"])


def _read_manifest(target: Path, lake_id: str) -> dict[str, dict[str, Day]]:
    """Return table -> day -> what was exported before; nothing if the manifest can't be read."""
    try:
        facts = json.loads((target / MANIFEST).read_bytes())
        exported_id, tables = facts["lake_id"], facts["tables"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError):
        return {}
    if exported_id != lake_id:
        message = f"{target} holds an export of another lake ({exported_id}, not {lake_id})"
        raise SettingsError(message, "Export into another folder, or delete this one first.")
    return dict(tables) if facts.get("format") == _FORMAT else {}


def _write_manifest(target: Path, facts: Mapping[str, Any]) -> None:
    fresh = target / _STAGING / MANIFEST
    fresh.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    durable.swap(fresh, target / MANIFEST)


def _remove_gone(target: Path, tables: Mapping[str, Mapping[str, Day]]) -> int:
    """Remove the days that no longer have a row."""
    removed = 0
    for table, days in tables.items():
        for folder in (target / table).glob("day=*"):
            if folder.name.removeprefix("day=") not in days:
                (folder / f"{table}.parquet").unlink(missing_ok=True)
                with suppress(OSError):  # somebody's own file is in it
                    folder.rmdir()
                removed += 1
    return removed


@contextmanager
def _locked(root: Path, target: Path) -> Iterator[None]:
    """Hold the target for one export, with an empty staging folder; raises SettingsError."""
    _refuse_target(root, target)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with file_lock(target / MARK, _LOCK_SECONDS):
            shutil.rmtree(target / _STAGING, ignore_errors=True)
            (target / _STAGING).mkdir()
            try:
                yield
            finally:
                shutil.rmtree(target / _STAGING, ignore_errors=True)
    except LakeLocked as error:
        message = f"another export writes to {target}"
        raise LakeLocked(message, "Wait until it has ended, and export again.") from error
    except PermissionError as error:
        message = f"{error.filename} can't be written: {error.strerror}"
        raise SettingsError(message, "Choose a folder that you may write to.") from error


def _refuse_target(root: Path, target: Path) -> None:
    hint = "Choose a new or empty folder outside the lake, or one of an earlier export."
    lake, folder = root.resolve(), target.resolve()
    if folder == lake or lake in folder.parents:
        raise SettingsError(f"{target} is inside the lake {root}", hint)
    if target.exists() and not target.is_dir():
        raise SettingsError(f"{target} is not a folder", hint)
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise SettingsError(f"{target} holds other files already", hint)
