"""The lake: opened (made, migrated where needed), locked, and asked what a run asks of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb

from articles.errors import LakeError
from articles.knownids import KnownIds
from articles.rows import Batch, FeedRow, FeedState, SourceRow
from warehouse import damagesearch, datafiles, held, ownership, repairnote, standing
from warehouse import mark as marks
from warehouse.attach import Place, connect
from warehouse.catchup import catch_up
from warehouse.commit import Writer
from warehouse.feedindex import peek_feed
from warehouse.keyindex import KeyIndex, Mark
from warehouse.lock import advisory_lock, file_lock
from warehouse.mark import LakeMark
from warehouse.naming import known_ids
from warehouse.opening import prepare
from warehouse.problems import AS_BEFORE, is_passing, lake_error, unsettled, with_full_disk
from warehouse.questions import FEED_BATCH, FEED_STATES, NEWEST_CLOCK, newest_snapshot, number
from warehouse.tables import TABLES, from_arrow

Answer = TypeVar("Answer")


class Lake:
    """An open lake; use it as a context manager.

    `root` is its folder (absolute), `connection` a DuckDB connection with the catalog attached as
    `lake` (for one thread at a time), `id` a random text made with the lake, `data` the folder of
    its Parquet files, `marked` the mark there that the catalog is known to fit.
    """

    def __init__(
        self, place: Place, connection: duckdb.DuckDBPyConnection, lock_timeout: float
    ) -> None:
        self.place = place
        self.root = place.root
        self.connection = connection
        self.lock_timeout = lock_timeout
        self.data = Path(place.data)
        self.id = ""
        self.marked: LakeMark | None = None
        self._index: KeyIndex | None = None
        self._mark: Mark | None = None
        self.attached = False
        self.unchecked = False
        self.stood = (0, "")
        self._keys_path = self.root / "index" / "keys.sqlite"

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
        place = Place.of(root, catalog, data_path)
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
        if self._index is not None:
            self._index.close()
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
                repairnote.refuse(self.data)
            self._settle()
            with self.reading("taking the writer lock"):
                if self.marked is not None and marks.read(self.data) not in (None, self.marked):
                    self.marked = ownership.check(self, write=False)
            yield

    def _bare_lock(self) -> AbstractContextManager[None]:
        if self.place.conninfo is not None:
            return advisory_lock(self.connection, self.place.conninfo, self.lock_timeout)
        return file_lock(self.root / "writer.lock", self.lock_timeout)

    def _settle(self) -> None:
        if (
            not self.attached
            or self.unchecked  # who mends a lake finds more than that
            or self.place.conninfo is None
            or not (names := held.waiting(self.data))
        ):
            return
        try:
            held.settle(self.connection, self.data, names, self.lock_timeout)
        except (OSError, duckdb.Error) as error:
            raise unsettled(error, "what an earlier run wrote") from error

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the writer lock, with the index caught up, for as many commits as wanted.

        Raises LakeLocked after `lock_timeout`, LakeError.
        """
        with self.lock():
            self.doubt()
            writer = Writer(self)
            mark = self.mark()
            standing.check(self.connection, self.stood, (mark.batch_no, mark.batch_id))
            self.stood = mark.batch_no, mark.batch_id
            yield writer

    def ask(self, question: Callable[[KeyIndex], Answer]) -> Answer:
        """Ask the index, caught up first if need be; one that proves broken is made again once.

        Only for the holder of the writer lock. Raises DiskFull, LakeError.
        """
        try:
            try:
                return question(self._caught_up())
            except sqlite3.DatabaseError as error:
                if is_passing(error):
                    raise
            self._keys().remake(self.id)
            self._mark = None
            return question(self._caught_up())
        except (OSError, sqlite3.Error, duckdb.Error) as error:
            self._mark = None
            raise self.error(error, "asking the index") from error

    def _keys(self) -> KeyIndex:
        if self._index is None:
            self._index = KeyIndex(self._keys_path)
        return self._index

    def _caught_up(self) -> KeyIndex:
        index = self._keys()
        if self._mark is None:
            self._settle()
            catch_up(index, self)
            self._mark = index.mark()
        return index

    def mark(self) -> Mark:
        """Return how far the holder of the writer lock knows the lake, caught up if need be."""
        self.ask(KeyIndex.mark)
        return self._mark or Mark(self.id, 0, "", -1)

    def error(self, error: Exception, doing: str, hint: str = AS_BEFORE) -> LakeError:
        """Return the LakeError for an error; it names the data file that is damaged, if one is."""
        told = with_full_disk(error, self.root)
        return lake_error(
            told, doing, hint, lambda: damagesearch.damaged_file(self.connection, self.data)
        )

    @contextmanager
    def reading(self, doing: str = "reading the lake") -> Iterator[None]:
        """Turn what goes wrong in the block into LakeError."""
        try:
            yield
        except (OSError, duckdb.Error) as error:
            raise self.error(error, doing) from error

    def forget(self) -> None:
        """Make the index anew at the next question; for the holder of the writer lock."""
        self._keys().remake(self.id)
        self.doubt()

    def doubt(self) -> None:
        """Let the next question catch the index up first: a commit may or may not have happened."""
        self._mark = None

    def note(self, batch: Batch, batch_no: int, gap_from: int | None = None) -> None:
        """Take a batch that was just committed into mark and index.

        Both may fail: an older mark is not wrong, and the index is a cache.
        """
        with suppress(OSError):
            self.marked = LakeMark(self.id, batch_no, batch.batch_id)
            marks.write(self.data, self.marked)
        self._mark = None
        self.stood = batch_no, batch.batch_id
        with suppress(OSError, ValueError, sqlite3.Error, duckdb.Error):
            index = self._keys()
            index.apply(batch, batch_no, gap_from)
            index.set_snapshot(*self.newest_snapshot())
            self._mark = index.mark()

    def snapshot(self) -> int:
        """Return DuckLake's number of the state that the connection sees."""
        return number(self.connection, "SELECT id FROM ducklake_current_snapshot('lake')")

    def newest_snapshot(self) -> tuple[int, str]:
        """Return DuckLake's number of the present state, and when it was made.

        Two timelines of one lake may number their states alike; the time tells them apart. It
        is asked of the catalog, which costs half of what DuckLake's own function does.
        """
        return newest_snapshot(self.connection)

    def feed_batch(self, feed_id: str) -> int:
        """Return the last batch in which a part of this feed was read, 0 if none.

        May be called from any thread, without the lock: it reads the index if that is up to date
        (and leaves it as it is), else the lake.
        """
        with self.reading(), closing(self.connection.cursor()) as own:
            found = peek_feed(self._keys_path, self.id, newest_snapshot(own), feed_id)
            return number(own, FEED_BATCH, feed_id) if found is None else found

    def feed_states(self, feed_id: str) -> dict[str, list[FeedState]]:
        """Return by path the parts of a feed's state that still count, oldest first.

        Those are the parts of the latest complete reading of the path, and of any later one. May be
        called from any thread, without the lock.
        """
        with self.reading(), closing(self.connection.cursor()) as own:
            found = own.execute(FEED_STATES, [feed_id]).to_arrow_table()
        states: dict[str, list[FeedState]] = {}
        for state in from_arrow("feed_state", found.drop_columns(["batch_no"]), {}):
            states.setdefault(state.path, []).append(state)
        return states

    def settings(self) -> tuple[dict[str, SourceRow], dict[str, FeedRow]]:
        """Return by id the latest rows of all sources and of all feeds that the lake knows.

        May be called from any thread, without the lock.
        """
        sources: list[SourceRow] = self._latest("source_states", "source_id")
        feeds: list[FeedRow] = self._latest("feed_settings", "feed_id")
        return {row.source_id: row for row in sources}, {row.feed_id: row for row in feeds}

    def known_ids(self) -> KnownIds:
        """Return the ids of all sources and feeds, with every name, URL and folder of each.

        May be called from any thread, without the lock.
        """
        with self.reading(), closing(self.connection.cursor()) as own:
            return known_ids(own)

    def _latest(self, table: str, key: str) -> list[Any]:
        place = f"PARTITION BY {key} ORDER BY batch_no DESC, rowid DESC"
        sql = f"SELECT * FROM lake.{table} QUALIFY row_number() OVER ({place}) = 1 ORDER BY {key}"
        with self.reading(), closing(self.connection.cursor()) as own:
            found = own.execute(sql).to_arrow_table()
        return from_arrow(table, found.drop_columns(["batch_no"]), {})

    def article_count(self) -> int:
        """Return how many articles there are: each has one first revision."""
        with self.reading(), closing(self.connection.cursor()) as own:
            return number(own, "SELECT count(*) FROM lake.revisions WHERE revision_no = 1")

    def newest_clock(self) -> datetime | None:
        """Return when the last batch was committed by a clock that no `--now` replaced.

        The last one's: where a later run's clock disagrees with an earlier time, the later counts.
        """
        with self.reading(), closing(self.connection.cursor()) as own:
            row = own.execute(NEWEST_CLOCK).fetchone()
        return row[0] if row else None

    def has_old_matches(self) -> bool:
        """Tell whether there are matches that don't say which revisions they compared."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM lake.matches WHERE revision_no IS NULL LIMIT 1)"
        with self.reading(), closing(self.connection.cursor()) as own:
            return number(own, sql) > 0

    def batch_no(self) -> int:
        """Return the number of the last batch, 0 for an empty lake."""
        with self.reading():
            return number(self.connection, "SELECT max(batch_no) FROM lake.batches")

    def live_files(self) -> dict[str, list[str]]:
        """Return each table's live Parquet files, relative to the data folder, in insertion order.

        Every table of TABLES is there; one without rows has an empty list. In a transaction of
        `connection` the answer belongs to the same state as what is read from the tables.
        """
        found: dict[str, list[str]] = {table: [] for table in TABLES}
        for file in datafiles.live(self.connection):
            if file.table in found:
                found[file.table].append(file.path)
        return found
