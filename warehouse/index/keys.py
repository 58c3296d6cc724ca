"""The index `index/keys.sqlite`: what a batch has to know of the lake, found in milliseconds.

A cache: it follows from the lake's rows alone, and is made anew when it is missing or broken.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from articles.identity.keys import has_guid_hash
from articles.model.batch import Batch
from articles.model.known import Head, LastSeen
from articles.model.poll_rows import FeedState, Schedule
from warehouse.database.sql import LastBatch
from warehouse.index import carriers, feeds, last_seen
from warehouse.index.carriers import Carriers
from warehouse.index.file import IndexFile
from warehouse.index.heads import HeadBuilder, HeadRow, grow, head_of
from warehouse.index.last_seen import LastSeenRow

_FORMAT = 8
"""The format of the tables below: a file of another format is made again."""
_AT_ONCE = 2_000
"""Values in one query; SQLite takes 32,766."""
_TABLES = (
    """
    CREATE TABLE marks (
        one INTEGER PRIMARY KEY CHECK (one = 1), lake_id TEXT NOT NULL, batch_no INTEGER NOT NULL,
        batch_id TEXT NOT NULL, snapshot INTEGER NOT NULL, made_at TEXT NOT NULL
    );
    CREATE TABLE batches (batch_id TEXT PRIMARY KEY, batch_no INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE keys (key_hash INTEGER PRIMARY KEY, article_id TEXT NOT NULL);
    CREATE TABLE heads (
        article_id TEXT PRIMARY KEY, revision_no INTEGER NOT NULL, revisions BLOB NOT NULL,
        body_kind TEXT NOT NULL, url INTEGER NOT NULL, newest INTEGER, undated INTEGER NOT NULL,
        polled INTEGER NOT NULL, group_id TEXT, canonical_article_id TEXT,
        text INTEGER NOT NULL, since INTEGER NOT NULL
    ) WITHOUT ROWID;
"""
    + last_seen.TABLES
    + carriers.TABLES
    + feeds.TABLES
)
TABLES = (
    "batches", "feeds", "keys", "carried", "carried_before", "heads", "groups", "schedules", "held",
)  # fmt: skip
"""All tables that it holds, but for its watermark's."""
_PUT_KEY = """
    INSERT INTO keys VALUES (?, ?) ON CONFLICT DO UPDATE SET article_id = excluded.article_id
"""
_PUT_HEAD = "INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_BATCH = "INSERT OR REPLACE INTO batches VALUES (?, ?)"

KeyRow = tuple[int, str]
Hashed = TypeVar("Hashed", KeyRow, LastSeenRow)


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the index knows the lake."""

    lake_id: str
    batch_no: int
    """The number of the last batch that it holds; 0 for none."""
    batch_id: str
    """The id of that batch: a lake put back from a backup may number other batches alike."""
    snapshot: int
    """DuckLake's snapshot at which nothing was missing; -1 for unknown."""
    made_at: str = ""
    """When DuckLake made that snapshot: a lake put back from a backup may number others alike."""

    @property
    def last_batch(self) -> LastBatch:
        """The last batch that it holds."""
        return self.batch_no, self.batch_id


class KeyIndex:
    """An open index; for one thread at a time. sqlite3.DatabaseError means: reset it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = IndexFile(path, _TABLES, _FORMAT)

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._file.connection

    def close(self) -> None:
        """Close the file; doing so twice is harmless."""
        self._file.close()

    def watermark(self) -> Watermark:
        """Return how far the index knows the lake."""
        sql = "SELECT lake_id, batch_no, batch_id, snapshot, made_at FROM marks"
        row = self._connection.execute(sql).fetchone()
        return Watermark(*row) if row else Watermark("", 0, "", -1)

    def set_snapshot(self, snapshot: int, made_at: str) -> None:
        """Note that nothing is missing as of this DuckLake snapshot."""
        sql = "UPDATE marks SET snapshot = ?, made_at = ?"
        with self._transaction():
            self._connection.execute(sql, [snapshot, made_at])

    def clear(self, lake_id: str) -> None:
        """Forget everything; what follows is this lake's."""
        with self._transaction():
            for table in ("marks", *TABLES):
                self._connection.execute(f"DELETE FROM {table}")
            self._connection.execute("INSERT INTO marks VALUES (1, ?, 0, '', -1, '')", [lake_id])

    def reset(self, lake_id: str) -> None:
        """Delete the file and begin an empty one for this lake."""
        self._file.reset()
        self.clear(lake_id)

    def apply(self, batch: Batch, batch_no: int, gap_from: int | None = None) -> None:
        """Take a batch into account: the one that follows the last; all of it, or nothing.

        `gap_from` is the first number that the ledger's row stands for, if that is not its own.
        """
        heads = self._builders(_articles(batch))
        grow(heads, batch.revisions, batch.sightings, batch_no, batch.hints)
        with self._transaction():
            last = self.watermark().batch_no
            if (gap_from or batch_no) != last + 1:
                message = f"the index stands at batch {last}, {batch_no} can't follow"
                raise ValueError(message)
            put = self._connection.executemany
            # In the order of the trees, so that each of their pages is visited once.
            put(_PUT_KEY, _in_order(key_rows(batch)))
            put(last_seen.PUT_LAST_SEEN, _in_order(last_seen.last_seen_rows(batch)))
            put(_PUT_HEAD, (heads[article_id].row() for article_id in sorted(heads)))
            put(carriers.PUT_MEMBER, carriers.member_rows(batch.members))
            put(carriers.PUT_GROUP, carriers.group_rows(batch.members))
            put(feeds.PUT_FEED, feeds.feed_rows(batch, batch_no))
            put(feeds.PUT_SCHEDULE, feeds.schedule_rows(batch.schedules))
            put(feeds.PUT_STATE, feeds.state_rows(batch.feed_state))
            self._advance(batch.batch_id, batch_no)

    def fill(
        self,
        keys: Iterable[KeyRow],
        seen: Iterable[LastSeenRow],
        heads: Iterable[HeadRow],
        groups: Iterable[tuple[str]],
        readings: Iterable[tuple[str, int]],
        schedules: Iterable[Schedule],
        states: Iterable[FeedState],
        batches: Sequence[tuple[str, int]],
    ) -> None:
        """Fill a cleared index from the whole lake: what `apply` makes of all its batches in turn.

        Rows come in the order of their first column (schedules and states in any), and for the same
        key from old to new. The watermark moves last, so that an interrupted one begins again.

        Args:
            keys: Key hashes and the articles that they name.
            seen: What was seen of entry keys.
            heads: The heads of all articles.
            groups: The ids that groups ever had.
            readings: The last batch in which a part of each feed was read.
            schedules: The latest schedule of each polled feed.
            states: The latest state of each polled feed.
            batches: The ledger's batch_id and batch_no.
        """
        for sql, table_rows, size in (
            (_PUT_KEY, keys, 50_000),
            (last_seen.PUT_LAST_SEEN, seen, 50_000),
            (_PUT_HEAD, heads, 50_000),
            (carriers.PUT_GROUP, groups, 50_000),
            (feeds.PUT_FEED, readings, 50_000),
            (feeds.PUT_SCHEDULE, feeds.schedule_rows(schedules), 50_000),
            (feeds.PUT_STATE, feeds.state_rows(states), 500),
        ):
            for part in _parts(table_rows, size):
                with self._transaction():
                    # Twice, a third of the keys later: pages filled to the brim would all be split
                    # by the batches that follow. Rows of one key stay together.
                    for late in (False, True):
                        rows = [row for row in part if _is_late(row[0]) is late]
                        self._connection.executemany(sql, rows)
        with self._transaction():
            self._connection.executemany(_PUT_BATCH, batches)
            if batches:
                self._advance(*max(batches, key=lambda batch: batch[1]))

    def keys(self, hashes: Collection[int]) -> dict[int, str]:
        """Return the articles that these key hashes name."""
        return dict(self._select("key_hash, article_id", "keys", "key_hash", hashes))

    def last_seen(self, hashes: Collection[int]) -> dict[int, LastSeen]:
        """Return what was seen last of these entry keys (`entry_key_hash`)."""
        rows = self._select("*", "carried", "key_hash", hashes)
        return {row[0]: last_seen.last_seen_of(row) for row in rows}

    def seen_before(self, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return those of these (entry key, entry hash) that were seen before the last."""
        seen: set[tuple[int, int]] = set()
        for part in _parts(sorted(pairs), _AT_ONCE):
            sql = last_seen.select_seen_before(len(part))
            seen.update(self._connection.execute(sql, [number for pair in part for number in pair]))
        return seen

    def heads(self, article_ids: Collection[str]) -> dict[str, Head]:
        """Return the heads of those of these articles that exist."""
        rows = self._select("*", "heads", "article_id", article_ids)
        return {row[0]: head_of(row) for row in rows}

    @property
    def carriers(self) -> Carriers:
        """What may be asked about who carries which text."""
        return Carriers(self._connection)

    def feeds(self, feed_ids: Collection[str] | None = None) -> dict[str, int]:
        """Return the last batch in which a part of these feeds was read (None: of all)."""
        if feed_ids is None:
            return dict(self._connection.execute("SELECT feed_id, batch_no FROM feeds"))
        return dict(self._select("feed_id, batch_no", "feeds", "feed_id", feed_ids))

    def schedules(self, feed_ids: Collection[str] | None = None) -> dict[str, Schedule]:
        """Return the latest schedules of these feeds (None: of all that are polled)."""
        if feed_ids is None:
            rows: Iterator[Any] = self._connection.execute("SELECT * FROM schedules")
        else:
            rows = self._select("*", "schedules", "feed_id", feed_ids)
        return {row[0]: feeds.schedule_of(row) for row in rows}

    def feed_states(self, feed_ids: Collection[str]) -> dict[str, FeedState]:
        """Return the latest states (of path "") of those of these feeds that have one."""
        rows = self._select("*", "held", "feed_id", feed_ids)
        return {row[0]: feeds.state_of(row) for row in rows}

    def batch_no_of(self, batch_id: str) -> int | None:
        """Return the number under which a batch was stored, None if it never was."""
        rows = self._select("batch_id, batch_no", "batches", "batch_id", [batch_id])
        return dict(rows).get(batch_id)

    def _builders(self, article_ids: Collection[str]) -> dict[str, HeadBuilder]:
        rows = self._select("*", "heads", "article_id", article_ids)
        return {row[0]: HeadBuilder.of_row(row) for row in rows}

    def _select(
        self, columns: str, table: str, key: str, values: Collection[int] | Collection[str]
    ) -> Iterator[Any]:
        for part in _parts(sorted(set(values)), _AT_ONCE):
            values_sql = ",".join("?" * len(part))
            sql = f"SELECT {columns} FROM {table} WHERE {key} IN ({values_sql})"
            yield from self._connection.execute(sql, part)

    def _advance(self, batch_id: str, batch_no: int) -> None:
        self._connection.execute(_PUT_BATCH, [batch_id, batch_no])
        sql = "UPDATE marks SET batch_no = ?, batch_id = ?, snapshot = -1"
        self._connection.execute(sql, [batch_no, batch_id])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.begin()
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise


def key_rows(batch: Batch) -> Iterator[KeyRow]:
    """Yield the keys that a batch binds, and with each guid that its article has one."""
    for key in batch.keys:
        yield key.key_hash, key.article_id
        if key.kind == "guid":
            yield has_guid_hash(key.scope, key.article_id), key.article_id


def _in_order(rows: Iterable[Hashed]) -> list[Hashed]:
    """Sort rows by their hash; those of the same hash stay in the order in which they came."""
    return sorted(rows, key=lambda row: row[0])


def _is_late(key: int | str) -> bool:
    return (key if isinstance(key, int) else sum(key.encode()[-2:])) % 3 == 0


def _articles(batch: Batch) -> set[str]:
    return {row.article_id for part in (batch.revisions, batch.sightings) for row in part}


def _parts(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    for value in values:
        part.append(value)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
