"""Commits a batch: all its tables in one transaction, under the next batch_no, exactly once."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime

import duckdb

from articles.duplicates.groups import Circle
from articles.errors import LakeLocked
from articles.model.batch import Batch
from articles.model.known import Known, Text
from articles.model.poll_rows import FeedState, Schedule
from warehouse.database.errors import is_busy
from warehouse.database.sql import LastBatch, holds_batch
from warehouse.database.tables import TABLES, BatchRow, Row, to_arrow
from warehouse.database.transaction import transaction
from warehouse.lake import look_up
from warehouse.lake.lake import Lake

_TRIES = 5
_PAUSE = 0.2
"""Seconds before the second try; twice as many before each further one."""
_NOTHING = "Nothing of this batch was stored; what was committed before is safe."


@contextmanager
def writing(lake: Lake) -> Iterator["Writer"]:
    """Hold the writer lock, with the index caught up, for as many commits as wanted.

    Raises LakeLocked after the lake's `lock_timeout`, LakeError.
    """
    with lake.lock():
        lake.index.invalidate()
        writer = Writer(lake)
        last = lake.index.watermark().last_batch
        _refuse_rolled_back(lake, last)
        lake.last_batch = last
        yield writer


def _refuse_rolled_back(lake: Lake, last: LastBatch) -> None:
    """Raise LakeLocked if the lake no longer has the batch that was its last one here.

    What was read of it since then is void.
    """
    if lake.last_batch == last or holds_batch(lake.connection, lake.last_batch):
        return
    message = "the lake was rolled back by `newslake repair` while this run went on"
    raise LakeLocked(message, "Run again: what was rolled back is read again.")


class Writer:
    """What may be done while the writer lock is held; made by `writing`."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._connection = lake.connection
        self._seen = self._last()

    def _last(self) -> LastBatch:
        return self._lake.index.watermark().last_batch

    def look_up(
        self,
        keys: Collection[int],
        entry_keys: Collection[int],
        ids: Collection[str],
        feeds: Collection[str] | None = None,
    ) -> Known:
        """Return what the lake knows of a batch, but for texts. Raises LakeError.

        Args:
            keys: Key hashes.
            entry_keys: Hashes of entry keys (`entry_key_hash`).
            ids: Article ids.
            feeds: Feeds whose last batches are wanted; None: all.
        """
        known = self._lake.index.ask(
            lambda index: look_up.look_up(index, keys, entry_keys, ids, feeds)
        )
        self._seen = self._last()
        return known

    def seen_before(self, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return those of these (entry key, entry hash) that were seen before the last.

        Raises LakeError.
        """
        return self._lake.index.ask(lambda index: index.seen_before(pairs)) if pairs else set()

    def more_keys(self, hashes: Collection[int]) -> dict[int, str]:
        """Return the articles that further key hashes name. Raises LakeError."""
        return self._lake.index.ask(lambda index: index.keys(hashes))

    def texts(self, article_ids: Collection[str]) -> dict[str, Text]:
        """Return the words of these articles' current revisions. Raises LakeError."""
        heads = self._lake.index.ask(lambda index: index.heads(article_ids))
        try:
            return look_up.texts(self._connection, heads)
        except duckdb.Error as error:
            raise self._lake.error(error, "reading the lake") from error

    def raws(self, entry_ids: Collection[str], last: int) -> dict[str, str]:
        """Return these entries of the batches up to `last` as delivered. Raises LakeError."""
        try:
            return look_up.raws(self._connection, entry_ids, last)
        except duckdb.Error as error:
            raise self._lake.error(error, "reading the lake") from error

    def around(
        self, circles: Mapping[int, Circle], changing: Collection[str]
    ) -> tuple[dict[int, Circle], set[str]]:
        """Return circles by text with the articles that a batch leaves alone, and group ids in use.

        Raises LakeError.
        """
        return self._lake.index.ask(lambda index: look_up.around(index, circles, changing))

    def misplaced(self) -> tuple[list[Circle], set[str]]:
        """Return the circles of all articles whose groups don't follow from texts, and ids in use.

        Reads the whole index. Raises LakeError.
        """
        return self._lake.index.ask(look_up.misplaced)

    def has(self, batch_id: str) -> bool:
        """Tell whether a batch is stored. Raises LakeError."""
        return self._lake.index.ask(lambda index: index.batch_no_of(batch_id)) is not None

    def schedules(self, feed_ids: Collection[str] | None = None) -> dict[str, Schedule]:
        """Return the latest schedules of these feeds (None: of all polled). Raises LakeError."""
        return self._lake.index.ask(lambda index: index.schedules(feed_ids))

    def feed_states(self, feed_ids: Collection[str]) -> dict[str, FeedState]:
        """Return the latest states of those of these feeds that are polled. Raises LakeError."""
        return self._lake.index.ask(lambda index: index.feed_states(feed_ids))

    def commit(self, batch: Batch, committed_at: datetime) -> int:
        """Store a batch and return its batch_no; a batch_id stored before only returns its number.

        One transaction, whose files are on the disk before it: after an error nothing of the batch
        is stored, or the error says that this is not known; it may be committed again. Raises
        DiskFull, LakeError, and LakeLocked if another writer committed since `look_up` although the
        lock is ours: then what the batch decided has to be decided anew.
        """
        stored = self._lake.index.ask(lambda index: index.batch_no_of(batch.batch_id))
        if stored is None:
            stored = self._commit(batch, committed_at)
        self._seen = self._last()
        return stored

    def leave_gap(self, last: int, batch: Batch, committed_at: datetime) -> int:
        """Give up the numbers after the last batch's up to `last`, as a row of the ledger.

        Returns `last`, or the number of the last batch if that is not below it. Raises as `commit`
        does.

        Args:
            last: The last number that is given up.
            batch: What else is stored with that row: the run.
            committed_at: When that is.
        """
        first = self._lake.index.watermark().batch_no + 1
        if last < first:
            return first - 1
        self._seen = self._last()
        return self._commit(batch, committed_at, gap=(first, last))

    def _commit(
        self, batch: Batch, committed_at: datetime, gap: tuple[int, int] | None = None
    ) -> int:
        watermark = self._lake.index.watermark()
        if self._seen != watermark.last_batch:
            raise _overtaken()
        first, batch_no = gap or (None, watermark.batch_no + 1)
        try:
            self._try(batch, batch_no, committed_at, watermark.snapshot, first)
            self._lake.committed(batch, batch_no, first)
        except BaseException:
            # Whatever became of it: the next question looks at the lake first.
            self._lake.index.invalidate()
            raise
        return batch_no

    def _try(
        self,
        batch: Batch,
        batch_no: int,
        committed_at: datetime,
        snapshot: int,
        gap_from: int | None,
    ) -> None:
        tables = [
            (table, to_arrow(table, rows, batch_no))
            for table, rows in _tables(batch, committed_at, gap_from)
        ]
        for tried in range(_TRIES):
            try:
                return self._store(tables, snapshot, f"batch {batch_no}")
            except (OSError, duckdb.Error) as error:
                if not is_busy(error) or tried == _TRIES - 1:
                    raise self._lake.error(error, f"storing batch {batch_no}", _NOTHING) from error
                time.sleep(_PAUSE * 2**tried)
        return None

    def _store(self, tables: Sequence[tuple[str, object]], snapshot: int, what: str) -> None:
        connection = self._connection
        try:
            with transaction(connection, self._lake.location, what, self._lake.lock_timeout):
                # DuckLake commits only on top of the snapshot that a transaction began with.
                if self._lake.snapshot() != snapshot:
                    raise _overtaken()
                for table, rows in tables:
                    connection.register("batch_rows", rows)
                    connection.execute(_insert(table))
        finally:
            connection.unregister("batch_rows")


def _insert(table: str) -> str:
    # By name: a column that a migration added stands behind batch_no in the lake.
    return f"INSERT INTO lake.{table} BY NAME SELECT * FROM batch_rows"


def _overtaken() -> LakeLocked:
    message = "another writer has written to the lake although its lock is held here"
    return LakeLocked(message, "Run again; if it happens often, look after the catalog's server.")


def _tables(
    batch: Batch, committed_at: datetime, gap_from: int | None
) -> list[tuple[str, Sequence[Row]]]:
    ledger = BatchRow(
        batch.batch_id,
        batch.run_id,
        committed_at,
        polls=len(batch.polls),
        entries=len(batch.entries),
        revisions=len(batch.revisions),
        sightings=len(batch.sightings),
        quarantined=len(batch.quarantine),
        gap_from=gap_from,
    )
    stored = [(field.name, getattr(batch, field.name)) for field in fields(batch)]
    filled = [(table, rows) for table, rows in stored if table in TABLES and rows]
    return [("batches", (ledger,)), *filled]
