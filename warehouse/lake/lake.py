"""The lake: opened (made, migrated where needed), locked, and asked what a run asks of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from articles.errors import LakeError
from articles.model.batch import Batch
from warehouse.database import second_links
from warehouse.database.attach import LakeLocation, connect
from warehouse.database.damaged_file import find_damaged
from warehouse.database.errors import AS_BEFORE, lake_error, unsettled, with_full_disk
from warehouse.database.lock import advisory_lock, file_lock
from warehouse.database.sql import LastBatch, newest_snapshot, number
from warehouse.index.session import IndexSession
from warehouse.lake import lake_mark, ownership, repair_note
from warehouse.lake.lake_mark import LakeMark
from warehouse.lake.opening import prepare


class Lake:
    """An open lake; use it as a context manager.

    `root` is its folder (absolute), `connection` a DuckDB connection with the catalog attached as
    `lake` (for one thread at a time), `id` a random text made with the lake, `data` the folder of
    its Parquet files, `marked` the mark there that the catalog is known to fit,
    `last_batch` the last batch when this lake was opened, locked or written last.
    """

    def __init__(
        self, location: LakeLocation, connection: duckdb.DuckDBPyConnection, lock_timeout: float
    ) -> None:
        self.location = location
        self.root = location.root
        self.connection = connection
        self.lock_timeout = lock_timeout
        self.data = Path(location.data)
        self.id = ""
        self.marked: LakeMark | None = None
        self.attached = False
        self.unchecked = False
        self.last_batch: LastBatch = (0, "")
        self.index = IndexSession(self, self.root / "index" / "keys.sqlite")

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        catalog: str | None = None,
        data_path: str | None = None,
        create: bool = True,
        read_only: bool = False,
        unchecked: bool = False,
        lock_timeout: float = 60.0,
    ) -> "Lake":
        """Open the lake in `root`, making it if it isn't there and `create` allows it.

        Raises LakeMissing, LakeTooNew, LakeLocked (making and migrating need the lock), DiskFull,
        LakeError.

        Args:
            root: The lake's folder.
            catalog: None for SQLite in the folder, else `postgres:<libpq conninfo>`; a password in
                it appears in no error.
            data_path: The folder of the Parquet files, `<root>/data` unless given.
            create: Whether a lake that isn't there is made.
            read_only: Whether nothing is written, not even the mark of the data.
            unchecked: Whether a lake is opened that is damaged, or whose catalog and data don't fit
                each other; none is migrated then.
            lock_timeout: For how many seconds the writer lock is waited for.
        """
        location = LakeLocation.of(root, catalog, data_path)
        doing = f"opening the lake {location.root}"
        with ExitStack() as undo:
            undo.callback(location.close)
            try:
                lake = cls(location, connect(location), lock_timeout)
            except (OSError, duckdb.Error) as error:
                raise lake_error(error, doing) from error
            undo.callback(lake.close)
            with lake.reading(doing):
                lake.unchecked = unchecked
                prepare(lake, create=create, read_only=read_only)
            undo.pop_all()
        return lake

    def close(self) -> None:
        """Close the connection and the index; doing so twice is harmless."""
        self.index.close()
        self.connection.close()
        self.location.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the single writer lock; commits whose answer was lost are settled first.

        The catalog still fits the data then, and no repair was cut off. Raises LakeLocked after
        `lock_timeout`, LakeError.
        """
        with self._bare_lock():
            if not self.unchecked:
                repair_note.refuse(self.data)
            self.settle()
            with self.reading("taking the writer lock"):
                if self.marked is not None and lake_mark.read(self.data) not in (None, self.marked):
                    self.marked, _ = ownership.check(self, write=False)
            yield

    def _bare_lock(self) -> AbstractContextManager[None]:
        if self.location.conninfo is not None:
            return advisory_lock(self.connection, self.location.conninfo, self.lock_timeout)
        return file_lock(self.root / "writer.lock", self.lock_timeout)

    def settle(self) -> None:
        """Settle the commits whose answer was lost; for the holder of the writer lock."""
        if (
            not self.attached
            or self.unchecked  # who mends a lake finds more than that
            or self.location.conninfo is None
            or not (names := second_links.waiting(self.data))
        ):
            return
        try:
            second_links.settle(self.connection, self.data, names, self.lock_timeout)
        except (OSError, duckdb.Error) as error:
            raise unsettled(error, "what an earlier run wrote") from error

    def error(self, error: Exception, doing: str, hint: str = AS_BEFORE) -> LakeError:
        """Return the LakeError for an error; it names the data file that is damaged, if one is."""
        error = with_full_disk(error, self.root)
        return lake_error(error, doing, hint, lambda: find_damaged(self.connection, self.data))

    @contextmanager
    def reading(self, doing: str = "reading the lake") -> Iterator[None]:
        """Turn what goes wrong in the block into LakeError."""
        try:
            yield
        except (OSError, duckdb.Error) as error:
            raise self.error(error, doing) from error

    def committed(self, batch: Batch, batch_no: int, gap_from: int | None = None) -> None:
        """Take a batch that was just committed into mark and index.

        Both may fail: an older mark is not wrong, and the index is a cache.
        """
        with suppress(OSError):
            self.marked = LakeMark(self.id, batch_no, batch.batch_id)
            lake_mark.write(self.data, self.marked)
        self.last_batch = batch_no, batch.batch_id
        self.index.apply(batch, batch_no, gap_from)

    def snapshot(self) -> int:
        """Return DuckLake's number of the state that the connection sees."""
        return number(self.connection, "SELECT id FROM ducklake_current_snapshot('lake')")

    def newest_snapshot(self) -> tuple[int, str]:
        """Return DuckLake's number of the present state, and when it was made.

        Two timelines of one lake may number their states alike; the time tells them apart. It
        is asked of the catalog, which costs half of what DuckLake's own function does.
        """
        return newest_snapshot(self.connection)

    def batch_no(self) -> int:
        """Return the number of the last batch, 0 for an empty lake."""
        with self.reading():
            return number(self.connection, "SELECT max(batch_no) FROM lake.batches")
