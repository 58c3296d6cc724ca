"""Opening a lake's catalog: found, checked against its data, made or migrated where needed."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import duckdb

from articles.errors import LakeError, LakeMissing
from warehouse.database import data_files, migrate, second_links
from warehouse.database.attach import LakeLocation, attach, is_absent
from warehouse.lake import ownership, repair_note, standing
from warehouse.lake.mark import LakeMark


class Opened(ownership.Cataloged, Protocol):
    """What opening asks of a lake, and tells it."""

    root: Path
    data: Path
    attached: bool
    id: str
    lock_timeout: float
    marked: LakeMark | None
    stood: standing.Stand
    unchecked: bool
    """Opened whatever is the matter with it, to be looked at or mended."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the writer lock."""


def prepare(lake: Opened, *, create: bool, read_only: bool) -> None:
    """Attach the lake's catalog; nothing is written before it is known to fit the data.

    Raises as `Lake.open`.
    """
    there = _found(lake, read_only=read_only, create=create)
    if there and lake.unchecked:
        lake.id = data_files.lake_id(lake.connection)
        return
    if not read_only:
        repair_note.refuse(lake.data)
    current = there and migrate.is_current(lake.connection)
    if read_only and not current:
        message = f"the lake {lake.root} was written by an older version"
        raise LakeError(message, "Run `newslake ingest` once, which brings it up to date.")
    if there:
        lake.id = _id(lake.connection)
        lake.marked = ownership.check(lake, write=not read_only)
    lake.stood = standing.newest(lake.connection) if there else lake.stood
    if read_only:
        return
    (lake.root / "index").mkdir(parents=True, exist_ok=True)
    if not current:
        with lake.lock():
            if not lake.attached:
                attach(lake.connection, lake.place, create=True, read_only=False)
                lake.attached = True
            migrate.run(lake.connection, lake.place, lake.lock_timeout)
    if not there:
        lake.id = _id(lake.connection)
        lake.marked = ownership.check(lake, write=True)


def _found(lake: Opened, *, read_only: bool, create: bool) -> bool:
    """Tell whether the catalog holds a lake. Raises LakeError where none may be made."""
    if _attached(lake, read_only=read_only):
        return True
    try:
        ownership.refuse_making(lake.place)
    except LakeError:
        # Another process may be making it at this moment: it holds the lock, and its files lie
        # there before the catalog does.
        if read_only or not _is_used(lake.place):
            raise
        with lake.lock():
            if not _attached(lake, read_only=False):
                raise
        return True
    if read_only or not create:
        raise _missing(lake.place)
    return False


def _attached(lake: Opened, *, read_only: bool) -> bool:
    """Attach the catalog if there is one; tell whether a lake is in it."""
    place, connection = lake.place, lake.connection
    if not lake.attached:
        if place.conninfo is None and not place.has_sqlite():
            return False
        try:
            attach(connection, place, create=False, read_only=read_only)
        except duckdb.Error as error:
            if is_absent(error):
                return False
            raise
        lake.attached = True
        if not read_only and place.conninfo and second_links.missing(lake.data):
            # Of a commit whose answer was lost: nothing can be read before it is settled.
            with lake.lock():
                pass
    if lake.unchecked:  # what it is can be read once it is mended
        return True
    ownership.refuse_other_files(lake)
    return migrate.schema_number(connection) > 0


def _is_used(place: LakeLocation) -> bool:
    return place.conninfo is not None or Path(place.root / "writer.lock").exists()


def _id(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("SELECT lake_id FROM lake.lake_ids").fetchone()
    return row[0] if row else ""


def _missing(place: LakeLocation) -> LakeMissing:
    message = f"there is no lake in {place.root}"
    return LakeMissing(message, "Make one with `newslake ingest`, or say where it is with --lake.")
