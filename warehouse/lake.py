"""The lake: opened (made, migrated where needed), locked, and asked what a run asks of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb

from articles.errors import LakeError, LakeMissing
from articles.knownids import KnownIds
from articles.rows import Batch, FeedRow, FeedState, SourceRow
from warehouse import migrate
from warehouse.attach import Place, attach, connect, is_absent
from warehouse.catchup import catch_up
from warehouse.commit import Writer
from warehouse.feedindex import peek_feed
from warehouse.keyindex import KeyIndex, Mark
from warehouse.lock import advisory_lock, file_lock
from warehouse.naming import known_ids
from warehouse.problems import is_passing, lake_error
from warehouse.tables import TABLES, from_arrow

Answer = TypeVar("Answer")


class Lake:
    """An open lake; use it as a context manager.

    `root` is its folder (absolute), `connection` a DuckDB connection with the catalog attached as
    `lake` (for one thread at a time), `id` a random text made with the lake.
    """

    def __init__(
        self, place: Place, connection: duckdb.DuckDBPyConnection, lock_timeout: float
    ) -> None:
        self.place = place
        self.root = place.root
        self.connection = connection
        self.lock_timeout = lock_timeout
        self.id = ""
        self._index: KeyIndex | None = None
        self._mark: Mark | None = None
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
        lock_timeout: float = 60.0,
    ) -> "Lake":
        """Open the lake in `root`, making it if it isn't there and `create` allows it.

        `catalog` None is SQLite in the folder, else `postgres:<libpq conninfo>`; `data_path` is the
        folder of the Parquet files (`<root>/data` unless given); `lock_timeout` is in seconds.
        Raises LakeMissing, LakeTooNew, LakeLocked (making and migrating need the lock), DiskFull,
        LakeError.
        """
        place = Place.of(root, catalog, data_path)
        with ExitStack() as undo:
            try:
                lake = cls(place, connect(place), lock_timeout)
                undo.callback(lake.close)
                lake._attach(create=create, read_only=read_only)
            except (OSError, duckdb.Error) as error:
                raise lake_error(error, f"opening the lake {place.root}") from error
            undo.pop_all()
        return lake

    def _attach(self, *, create: bool, read_only: bool) -> None:
        there = self._attach_existing(read_only=read_only)
        if not there and (read_only or not create):
            raise _missing(self.place)
        if not read_only:
            (self.root / "index").mkdir(parents=True, exist_ok=True)
        if not there or not migrate.is_current(self.connection):
            if read_only:
                message = f"the lake {self.root} was written by an older version"
                raise LakeError(message, "Run `newslake ingest` once, which brings it up to date.")
            with self.lock():
                if not there:
                    attach(self.connection, self.place, create=True, read_only=False)
                migrate.run(self.connection)
        row = self.connection.execute("SELECT lake_id FROM lake.lake_ids").fetchone()
        self.id = row[0] if row else ""

    def _attach_existing(self, *, read_only: bool) -> bool:
        if self.place.conninfo is None and not self.place.has_sqlite():
            return False
        try:
            attach(self.connection, self.place, create=False, read_only=read_only)
        except duckdb.Error as error:
            if is_absent(error):
                return False
            raise
        return True

    def close(self) -> None:
        """Close the connection and the index; doing so twice is harmless."""
        if self._index is not None:
            self._index.close()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def lock(self) -> AbstractContextManager[None]:
        """Return the single writer lock, to be held by `with`; LakeLocked after `lock_timeout`."""
        if self.place.conninfo is not None:
            return advisory_lock(self.connection, self.place.conninfo, self.lock_timeout)
        return file_lock(self.root / "writer.lock", self.lock_timeout)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the writer lock, with the index caught up, for as many commits as wanted.

        Raises LakeLocked after `lock_timeout`, LakeError.
        """
        with self.lock():
            self.doubt()
            yield Writer(self)

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
            raise lake_error(error, "asking the index") from error

    def _keys(self) -> KeyIndex:
        if self._index is None:
            self._index = KeyIndex(self._keys_path)
        return self._index

    def _caught_up(self) -> KeyIndex:
        index = self._keys()
        if self._mark is None:
            catch_up(index, self)
            self._mark = index.mark()
        return index

    def mark(self) -> Mark:
        """Return how far the holder of the writer lock knows the lake, caught up if need be."""
        self.ask(KeyIndex.mark)
        return self._mark or Mark(self.id, 0, "", -1)

    def doubt(self) -> None:
        """Let the next question catch the index up first: a commit may or may not have happened."""
        self._mark = None

    def note(self, batch: Batch, batch_no: int) -> None:
        """Take a batch that was just committed into the index, which may fail: it is a cache."""
        self._mark = None
        with suppress(OSError, ValueError, sqlite3.Error, duckdb.Error):
            index = self._keys()
            index.apply(batch, batch_no)
            index.set_snapshot(self.snapshot())
            self._mark = index.mark()

    def snapshot(self) -> int:
        """Return DuckLake's number of the state that the connection sees."""
        return _number(self.connection, "SELECT id FROM ducklake_current_snapshot('lake')")

    def feed_batch(self, feed_id: str) -> int:
        """Return the last batch that committed a part of a poll of this feed, 0 if none did.

        May be called from any thread, without the lock: it reads the index if that is up to date
        (and leaves it as it is), else the lake.
        """
        with closing(self.connection.cursor()) as own:
            snapshot = _number(own, "SELECT id FROM ducklake_current_snapshot('lake')")
            found = peek_feed(self._keys_path, self.id, snapshot, feed_id)
            return _number(own, _FEED_BATCH, feed_id) if found is None else found

    def feed_states(self, feed_id: str) -> dict[str, list[FeedState]]:
        """Return by path the parts of a feed's state that still count, oldest first.

        Those are the parts of the latest complete reading of the path, and of any later one. May be
        called from any thread, without the lock.
        """
        with closing(self.connection.cursor()) as own:
            found = own.execute(_FEED_STATES, [feed_id]).to_arrow_table()
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
        with closing(self.connection.cursor()) as own:
            return known_ids(own)

    def _latest(self, table: str, key: str) -> list[Any]:
        place = f"PARTITION BY {key} ORDER BY batch_no DESC, rowid DESC"
        sql = f"SELECT * FROM lake.{table} QUALIFY row_number() OVER ({place}) = 1 ORDER BY {key}"
        with closing(self.connection.cursor()) as own:
            found = own.execute(sql).to_arrow_table()
        return from_arrow(table, found.drop_columns(["batch_no"]), {})

    def article_count(self) -> int:
        """Return how many articles there are: each has one first revision."""
        with closing(self.connection.cursor()) as own:
            return _number(own, "SELECT count(*) FROM lake.revisions WHERE revision_no = 1")

    def batch_no(self) -> int:
        """Return the number of the last batch, 0 for an empty lake."""
        return _number(self.connection, "SELECT max(batch_no) FROM lake.batches")

    def live_files(self) -> dict[str, list[str]]:
        """Return each table's live Parquet files, relative to the data folder, in insertion order.

        Every table of TABLES is there; one without rows has an empty list. In a transaction of
        `connection` the answer belongs to the same state as what is read from the tables.
        """
        found: dict[str, list[str]] = {table: [] for table in TABLES}
        for table, path in self.connection.execute(_LIVE_FILES).fetchall():
            if table in found:
                found[table].append(path)
        return found


_LIVE_FILES = """
    SELECT t.table_name, s.path || t.path || f.path
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id)
    WHERE f.end_snapshot IS NULL AND t.end_snapshot IS NULL AND s.end_snapshot IS NULL
    ORDER BY t.table_name, f.row_id_start
"""
_FEED_STATES = """
    SELECT s.* FROM lake.feed_state s WHERE s.feed_id = $1
    QUALIFY s.reading >= max(s.reading) FILTER (s.complete) OVER (PARTITION BY s.path)
        OR count(*) FILTER (s.complete) OVER (PARTITION BY s.path) = 0
    ORDER BY s.path, s.reading, s.batch_no, s.rowid
"""


_FEED_BATCH = """
    SELECT max(batch_no) FROM (
        SELECT batch_no FROM lake.polls WHERE feed_id = $1
        UNION ALL SELECT batch_no FROM lake.feed_state WHERE feed_id = $1
    )
"""


def _number(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> int:
    row = connection.execute(sql, list(values)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _missing(place: Place) -> LakeMissing:
    message = f"there is no lake in {place.root}"
    return LakeMissing(message, "Make one with `newslake ingest`, or say where it is with --lake.")
