"""Opens a lake's catalog: finds it, checks it against its data, makes or migrates it."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import duckdb

from articles.errors import LakeError, LakeMissing
from warehouse.database import data_files, migrate, second_links
from warehouse.database.attach import LakeLocation, attach, is_absent
from warehouse.database.sql import LastBatch
from warehouse.lake import ownership, repair_note
from warehouse.lake.lake_mark import LakeMark


class OpeningLake(ownership.CatalogedLake, Protocol):
    """What opening asks of a lake, and tells it."""

    root: Path
    data: Path
    attached: bool
    id: str
    lock_timeout: float
    marked: LakeMark | None
    last_batch: LastBatch
    unchecked: bool
    """Whether it is opened whatever is the matter with it, to be looked at or mended."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the writer lock."""


def prepare(lake: OpeningLake, *, create: bool, read_only: bool) -> None:
    """Attach the lake's catalog; nothing is written before it is known to fit the data.

    Raises as `Lake.open`.
    """
    exists = _find(lake, read_only=read_only, create=create)
    if exists and lake.unchecked:
        lake.id = data_files.lake_id(lake.connection)
        return
    if not read_only:
        repair_note.refuse(lake.data)
    current = exists and migrate.is_current(lake.connection)
    if read_only and not current:
        message = f"the lake {lake.root} was written by an older version"
        raise LakeError(message, "Run `newslake ingest` once, which brings it up to date.")
    if exists:
        lake.id = _id(lake.connection)
        lake.marked, lake.last_batch = ownership.check(lake, write=not read_only)
    if read_only:
        return
    (lake.root / "index").mkdir(parents=True, exist_ok=True)
    if not current:
        with lake.lock():
            if not lake.attached:
                attach(lake.connection, lake.location, create=True, read_only=False)
                lake.attached = True
            migrate.run(lake.connection, lake.location, lake.lock_timeout)
    if not exists:
        lake.id = _id(lake.connection)
        lake.marked, lake.last_batch = ownership.check(lake, write=True)


def _find(lake: OpeningLake, *, read_only: bool, create: bool) -> bool:
    """Tell whether the catalog holds a lake. Raises LakeError where none may be made."""
    if _attached(lake, read_only=read_only):
        return True
    try:
        ownership.refuse_making(lake.location)
    except LakeError:
        # Another process may be making it at this moment: it holds the lock, and its files lie
        # there before the catalog does.
        if read_only or not _is_used(lake.location):
            raise
        with lake.lock():
            if not _attached(lake, read_only=False):
                raise
        return True
    if read_only or not create:
        raise _lake_missing(lake.location)
    return False


def _attached(lake: OpeningLake, *, read_only: bool) -> bool:
    """Attach the catalog if there is one; tell whether a lake is in it."""
    location, connection = lake.location, lake.connection
    if not lake.attached:
        if location.conninfo is None and not location.has_sqlite():
            return False
        try:
            attach(connection, location, create=False, read_only=read_only)
        except duckdb.Error as error:
            if is_absent(error):
                return False
            raise
        lake.attached = True
        if not read_only and location.conninfo and second_links.missing(lake.data):
            # Of a commit whose answer was lost: nothing can be read before it is settled.
            with lake.lock():
                pass
    if lake.unchecked:  # what it is can be read once it is mended
        return True
    ownership.refuse_other_files(lake)
    return migrate.schema_number(connection) > 0


def _is_used(location: LakeLocation) -> bool:
    return location.conninfo is not None or Path(location.root / "writer.lock").exists()


def _id(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("SELECT lake_id FROM lake.lake_ids").fetchone()
    return row[0] if row else ""


def _lake_missing(location: LakeLocation) -> LakeMissing:
    message = f"there is no lake in {location.root}"
    return LakeMissing(message, "Make one with `newslake ingest`, or say where it is with --lake.")
