"""What the index keeps of feeds: when each was read last, polled ones' schedules and states."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from articles.model.batch import Batch
from articles.model.poll_rows import FeedState, Schedule
from warehouse.database.tables import from_micros, to_micros

ScheduleRow = tuple[
    str, int | None, int, float, int, int | None, str | None, str | None, str | None, str,
    str | None, int, str, str, str | None, int | None, str | None,
]  # fmt: skip
"""The columns of table `schedules` in their order: times in microseconds, lists as JSON."""
StateRow = tuple[str, str, int, int, int, str, int, bool, bytes, str | None]
"""The columns of table `held` in their order."""

TABLES = """
    CREATE TABLE feeds (feed_id TEXT PRIMARY KEY, batch_no INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE schedules (
        feed_id TEXT PRIMARY KEY, next_poll_at INTEGER, interval_seconds INTEGER NOT NULL,
        failures REAL NOT NULL, gone INTEGER NOT NULL, host_until INTEGER, etag TEXT,
        last_modified TEXT, validated_url TEXT, parser TEXT NOT NULL, body_hash TEXT,
        asked_seconds INTEGER NOT NULL, skip_hours TEXT NOT NULL, skip_days TEXT NOT NULL,
        resting_host TEXT, tries INTEGER, unread TEXT
    ) WITHOUT ROWID;
    CREATE TABLE held (
        feed_id TEXT PRIMARY KEY, path TEXT NOT NULL, reading INTEGER NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, content_hash TEXT NOT NULL,
        read_to INTEGER NOT NULL, complete INTEGER NOT NULL, hashes BLOB NOT NULL,
        tries TEXT
    );
"""
PUT_FEED = "INSERT OR REPLACE INTO feeds VALUES (?, ?)"
PUT_SCHEDULE = f"INSERT OR REPLACE INTO schedules VALUES ({', '.join('?' * 17)})"
PUT_STATE = "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def feed_rows(batch: Batch, batch_no: int) -> Iterator[tuple[str, int]]:
    """Yield the feeds of which the batch holds something read, each with the batch's number.

    That is a poll that did not fail, what it left, or entries of a long document's first parts,
    which bring neither.
    """
    feeds = {poll.feed_id for poll in batch.polls if poll.status != "failed"}
    feeds |= {
        row.feed_id
        for part in (batch.feed_state, batch.sightings, batch.quarantine)
        for row in part
    }
    yield from ((feed_id, batch_no) for feed_id in sorted(feeds))


def schedule_rows(schedules: Iterable[Schedule]) -> Iterator[ScheduleRow]:
    """Yield schedules, in their order, as the index stores them."""
    for schedule in schedules:
        yield (
            schedule.feed_id, to_micros(schedule.next_poll_at), schedule.interval_seconds,
            schedule.failures, schedule.gone, to_micros(schedule.host_until), schedule.etag,
            schedule.last_modified, schedule.validated_url, schedule.parser, schedule.body_hash,
            schedule.asked_seconds, _joined(schedule.skip_hours), _joined(schedule.skip_days),
            schedule.resting_host, schedule.tries, schedule.unread,
        )  # fmt: skip


def schedule_of(row: ScheduleRow) -> Schedule:
    """Return the schedule that a row of the index stands for."""
    return Schedule(
        row[0], from_micros(row[1]), row[2], row[3], row[4], from_micros(row[5]), row[6], row[7],
        row[8], row[9], row[10], row[11], _split(row[12]), _split(row[13]), *row[14:],
    )  # fmt: skip


def state_rows(states: Iterable[FeedState]) -> Iterator[StateRow]:
    """Yield the states of polled feeds, in their order, as the index stores them; no folder's."""
    for state in states:
        if state.path == "":
            yield (
                state.feed_id, state.path, state.reading, state.size, state.mtime_ns,
                state.content_hash, state.read_to, state.complete, state.hashes, state.tries,
            )  # fmt: skip


def state_of(row: StateRow) -> FeedState:
    """Return the state that a row of the index stands for."""
    return FeedState(*row[:7], bool(row[7]), *row[8:])


def peek_feed(path: Path, lake_id: str, newest: tuple[int, str], feed_id: str) -> int | None:
    """Return what KeyIndex.feeds says of a feed, without opening the index for writing.

    None if the index can't be read, or doesn't stand exactly at this snapshot of this lake.

    Args:
        path: The index's file.
        lake_id: The lake's id.
        newest: The lake's newest snapshot: its number, and when it was made.
        feed_id: The feed.
    """
    sql = """
        SELECT coalesce((SELECT batch_no FROM feeds WHERE feed_id = ?), 0) FROM marks
        WHERE lake_id = ? AND snapshot = ? AND made_at = ?
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(sql, [feed_id, lake_id, *newest]).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None


def _joined(texts: tuple[str, ...]) -> str:
    return json.dumps(texts, ensure_ascii=False) if texts else ""


def _split(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()
