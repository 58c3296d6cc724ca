"""The lake: opened (made, migrated where needed), locked, and asked what a run asks of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from articles.errors import LakeError
from articles.model.batch import Batch
from warehouse.database import damaged_file, second_links
from warehouse.database.attach import LakeLocation, connect
from warehouse.database.errors import AS_BEFORE, lake_error, unsettled, with_full_disk
from warehouse.database.lock import advisory_lock, file_lock
from warehouse.database.sql import newest_snapshot, number
from warehouse.index.session import IndexSession
from warehouse.lake import mark as marks
from warehouse.lake import ownership, repair_note
from warehouse.lake.mark import LakeMark
from warehouse.lake.opening import prepare


class Lake:
    """An open lake; use it as a context manager.

    `root` is its folder (absolute), `connection` a DuckDB connection with the catalog attached as
    `lake` (for one thread at a time), `id` a random text made with the lake, `data` the folder of
    its Parquet files, `marked` the mark there that the catalog is known to fit.
    """

    def __init__(
        self, place: LakeLocation, connection: duckdb.DuckDBPyConnection, lock_timeout: float
    ) -> None:
        self.place = place
        self.root = place.root
        self.connection = connection
        self.lock_timeout = lock_timeout
        self.data = Path(place.data)
        self.id = ""
        self.marked: LakeMark | None = None
        self.attached = False
        self.unchecked = False
        self.stood = (0, "")
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

        `catalog` None is SQLite in the folder, else `postgres:<libpq conninfo>`; `data_path` is the
        folder of the Parquet files (`<root>/data` unless given); `unchecked` opens a lake that is
        damaged, or whose catalog and data don't fit each other, and migrates none; `lock_timeout`
        is in seconds. A password in `catalog` appears in no error. Raises LakeMissing, LakeTooNew,
        LakeLocked (making and migrating need the lock), DiskFull, LakeError.
        """
        place = LakeLocation.of(root, catalog, data_path)
        doing = f"opening the lake {place.root}"
        with ExitStack() as undo:
            undo.callback(place.close)
            try:
                lake = cls(place, connect(place), lock_timeout)
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
        self.place.close()

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
                if self.marked is not None and marks.read(self.data) not in (None, self.marked):
                    self.marked = ownership.check(self, write=False)
            yield

    def _bare_lock(self) -> AbstractContextManager[None]:
        if self.place.conninfo is not None:
            return advisory_lock(self.connection, self.place.conninfo, self.lock_timeout)
        return file_lock(self.root / "writer.lock", self.lock_timeout)

    def settle(self) -> None:
        """Settle the commits whose answer was lost; for the holder of the writer lock."""
        if (
            not self.attached
            or self.unchecked  # who mends a lake finds more than that
            or self.place.conninfo is None
            or not (names := second_links.waiting(self.data))
        ):
            return
        try:
            second_links.settle(self.connection, self.data, names, self.lock_timeout)
        except (OSError, duckdb.Error) as error:
            raise unsettled(error, "what an earlier run wrote") from error

    def error(self, error: Exception, doing: str, hint: str = AS_BEFORE) -> LakeError:
        """Return the LakeError for an error; it names the data file that is damaged, if one is."""
        told = with_full_disk(error, self.root)
        return lake_error(
            told, doing, hint, lambda: damaged_file.damaged_file(self.connection, self.data)
        )

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
            marks.write(self.data, self.marked)
        self.stood = batch_no, batch.batch_id
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
