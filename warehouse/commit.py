"""Commits a batch: all its tables in one transaction, under the next batch_no, exactly once."""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from articles.errors import LakeLocked
from articles.model import Known, Text
from articles.rows import Batch, FeedState, Schedule
from warehouse import known
from warehouse.keyindex import KeyIndex
from warehouse.problems import is_busy, lake_error
from warehouse.tables import TABLES, BatchRow, Row, to_arrow

if TYPE_CHECKING:
    from warehouse.lake import Lake

_TRIES = 5
_PAUSE = 0.2
"""Seconds before the second try; twice as many before each further one."""


class Writer:
    """What may be done while the writer lock is held; made by `Lake.writing`."""

    def __init__(self, lake: "Lake") -> None:
        self._lake = lake
        self._connection = lake.connection
        self._seen = self._last()

    def _last(self) -> tuple[int, str]:
        mark = self._lake.mark()
        return mark.batch_no, mark.batch_id

    def known(
        self,
        keys: Collection[int],
        carried: Collection[int],
        ids: Collection[str],
        feeds: Collection[str] | None = None,
    ) -> Known:
        """Return what is known of key hashes, entry keys (`identity.carried_hash`) and article ids.

        Without texts. `feed_batches` are those of `feeds`, None: of all. Raises LakeError.
        """
        found = self._lake.ask(lambda index: known.known(index, keys, carried, ids, feeds))
        self._seen = self._last()
        return found

    def more_keys(self, hashes: Collection[int]) -> dict[int, str]:
        """Return the articles that further key hashes name. Raises LakeError."""
        return self._lake.ask(lambda index: index.keys(hashes))

    def texts(self, article_ids: Collection[str]) -> dict[str, Text]:
        """Return the words of these articles' current revisions. Raises LakeError."""
        heads = self._lake.ask(lambda index: index.heads(article_ids))
        try:
            return known.texts(self._connection, heads)
        except duckdb.Error as error:
            raise lake_error(error, "reading the lake") from error

    def schedules(self) -> dict[str, tuple[Schedule, int]]:
        """Return each polled feed's latest schedule, and the last batch with a part of the feed.

        The batch is what `known` says in `feed_batches`. Raises LakeError.
        """
        return self._lake.ask(KeyIndex.schedules)

    def held(self, feed_ids: Collection[str]) -> dict[str, FeedState]:
        """Return the latest states of those of these feeds that are polled. Raises LakeError."""
        return self._lake.ask(lambda index: index.held(feed_ids))

    def commit(self, batch: Batch, committed_at: datetime) -> int:
        """Store a batch and return its batch_no; a batch_id stored before only returns its number.

        One transaction: after an error nothing of the batch is stored, and it may be committed
        again. Raises DiskFull, LakeError, and LakeLocked if another writer committed since `known`
        although the lock is ours: then what the batch decided has to be decided anew.
        """
        stored = self._lake.ask(lambda index: index.batch_no_of(batch.batch_id))
        if stored is None:
            stored = self._commit(batch, committed_at)
        self._seen = self._last()
        return stored

    def _commit(self, batch: Batch, committed_at: datetime) -> int:
        mark = self._lake.mark()
        if self._seen != (mark.batch_no, mark.batch_id):
            raise _overtaken()
        batch_no = mark.batch_no + 1
        try:
            self._try(batch, batch_no, committed_at, mark.snapshot)
            self._lake.note(batch, batch_no)
        except BaseException:
            # Whatever became of it: the next question looks at the lake first.
            self._lake.doubt()
            raise
        return batch_no

    def _try(self, batch: Batch, batch_no: int, committed_at: datetime, snapshot: int) -> None:
        tables = [
            (table, to_arrow(table, rows, batch_no)) for table, rows in _tables(batch, committed_at)
        ]
        for turn in range(_TRIES):
            try:
                return self._store(tables, snapshot)
            except duckdb.Error as error:
                if not is_busy(error) or turn == _TRIES - 1:
                    raise lake_error(error, f"storing batch {batch_no}") from error
                time.sleep(_PAUSE * 2**turn)
        return None

    def _store(self, tables: Sequence[tuple[str, object]], snapshot: int) -> None:
        self._connection.begin()
        try:
            # The fence: DuckLake commits only on top of the snapshot that a transaction began with.
            if self._lake.snapshot() != snapshot:
                raise _overtaken()  # noqa: TRY301 - it has to roll back too
            for table, rows in tables:
                self._connection.register("batch_rows", rows)
                # A column that a migration added stands behind batch_no in the lake.
                self._connection.execute(
                    f"INSERT INTO lake.{table} BY NAME SELECT * FROM batch_rows"
                )
            self._connection.commit()
        except BaseException:
            # A commit that failed has ended its transaction already.
            with suppress(duckdb.Error):
                self._connection.rollback()
            raise
        finally:
            self._connection.unregister("batch_rows")


def _overtaken() -> LakeLocked:
    message = "another writer has written to the lake although its lock is held here"
    return LakeLocked(message, "Run again; if it happens often, look after the catalog's server.")


def _tables(batch: Batch, committed_at: datetime) -> list[tuple[str, Sequence[Row]]]:
    ledger = BatchRow(
        batch.batch_id,
        batch.run_id,
        committed_at,
        polls=len(batch.polls),
        entries=len(batch.entries),
        revisions=len(batch.revisions),
        sightings=len(batch.sightings),
        quarantined=len(batch.quarantine),
    )
    stored = [(field.name, getattr(batch, field.name)) for field in fields(batch)]
    filled = [(table, rows) for table, rows in stored if table in TABLES and rows]
    return [("batches", (ledger,)), *filled]
