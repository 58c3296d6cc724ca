"""What a run asks of the lake: from any thread, without the lock."""

from contextlib import closing
from datetime import datetime
from typing import Any

from articles.identity.known_ids import KnownIds
from articles.model.poll_rows import FeedRow, FeedState, SourceRow
from warehouse.database import data_files
from warehouse.database.known_ids import read_known_ids
from warehouse.database.sql import newest_snapshot, number
from warehouse.database.tables import TABLES, from_arrow
from warehouse.index.feeds import peek_feed
from warehouse.lake.lake import Lake

_FEED_STATES = """
    SELECT s.* FROM lake.feed_state s WHERE s.feed_id = $1
    QUALIFY s.reading >= max(s.reading) FILTER (s.complete) OVER (PARTITION BY s.path)
        OR count(*) FILTER (s.complete) OVER (PARTITION BY s.path) = 0
    ORDER BY s.path, s.reading, s.batch_no, s.rowid
"""
_FEED_BATCH = """
    SELECT max(batch_no) FROM (
        SELECT batch_no FROM lake.polls WHERE feed_id = $1 AND status <> 'failed'
        UNION ALL SELECT batch_no FROM lake.feed_state WHERE feed_id = $1
        UNION ALL SELECT batch_no FROM lake.sightings WHERE feed_id = $1
        UNION ALL SELECT batch_no FROM lake.quarantine WHERE feed_id = $1
    )
"""
_OTHER_READERS = """
    SELECT coalesce(max(b.batch_no), 0) FROM lake.batches b
    LEFT JOIN lake.runs r ON r.run_id = b.run_id
    WHERE b.gap_from IS NULL AND r.reader IS DISTINCT FROM $1
"""
_NEWEST_CLOCK = """
    SELECT max_by(b.committed_at, b.batch_no) FROM lake.batches b
    JOIN lake.runs r ON r.run_id = b.run_id WHERE r.now IS NULL
"""


def feed_batch(lake: Lake, feed_id: str) -> int:
    """Return the last batch in which a part of this feed was read, 0 if none.

    May be called from any thread, without the lock: it reads the index if that is up to date
    (and leaves it as it is), else the lake.
    """
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        batch_no = peek_feed(lake.index.path, lake.id, newest_snapshot(cursor), feed_id)
        return number(cursor, _FEED_BATCH, feed_id) if batch_no is None else batch_no


def feed_states(lake: Lake, feed_id: str) -> dict[str, list[FeedState]]:
    """Return by path the parts of a feed's state that still count, oldest first.

    Those are the parts of the latest complete reading of the path, and of any later one. May be
    called from any thread, without the lock.
    """
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        parts = cursor.execute(_FEED_STATES, [feed_id]).to_arrow_table()
    states: dict[str, list[FeedState]] = {}
    for state in from_arrow("feed_state", parts.drop_columns(["batch_no"]), {}):
        states.setdefault(state.path, []).append(state)
    return states


def settings(lake: Lake) -> tuple[dict[str, SourceRow], dict[str, FeedRow]]:
    """Return by id the latest rows of all sources and of all feeds that the lake knows.

    May be called from any thread, without the lock.
    """
    sources: list[SourceRow] = _latest(lake, "source_states", "source_id")
    feeds: list[FeedRow] = _latest(lake, "feed_settings", "feed_id")
    return {row.source_id: row for row in sources}, {row.feed_id: row for row in feeds}


def known_ids(lake: Lake) -> KnownIds:
    """Return the ids of all sources and feeds, with every name, URL and folder of each.

    May be called from any thread, without the lock.
    """
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        return read_known_ids(cursor)


def _latest(lake: Lake, table: str, key: str) -> list[Any]:
    rank = f"PARTITION BY {key} ORDER BY batch_no DESC, rowid DESC"
    sql = f"SELECT * FROM lake.{table} QUALIFY row_number() OVER ({rank}) = 1 ORDER BY {key}"
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        latest = cursor.execute(sql).to_arrow_table()
    return from_arrow(table, latest.drop_columns(["batch_no"]), {})


def article_count(lake: Lake) -> int:
    """Return how many articles there are: each has one first revision."""
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        return number(cursor, "SELECT count(*) FROM lake.revisions WHERE revision_no = 1")


def newest_clock(lake: Lake) -> datetime | None:
    """Return when the last batch was committed by a clock that no `--now` replaced.

    The last one's: where a later run's clock disagrees with an earlier time, the later counts.
    """
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        row = cursor.execute(_NEWEST_CLOCK).fetchone()
    return row[0] if row else None


def last_of_other_readers(lake: Lake, reader: str) -> int:
    """Return the last batch whose entries another version of the reading read; 0 if none."""
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        return number(cursor, _OTHER_READERS, reader)


def has_old_matches(lake: Lake) -> bool:
    """Tell whether there are matches that don't say which revisions they compared."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM lake.matches WHERE revision_no IS NULL LIMIT 1)"
    with lake.reading(), closing(lake.connection.cursor()) as cursor:
        return number(cursor, sql) > 0


def live_files(lake: Lake) -> dict[str, list[str]]:
    """Return each table's live Parquet files, relative to the data folder, in insertion order.

    Every table of TABLES is there; one without rows has an empty list. In a transaction of
    `connection` the answer belongs to the same state as what is read from the tables.
    """
    files: dict[str, list[str]] = {table: [] for table in TABLES}
    for file in data_files.live(lake.connection):
        if file.table in files:
            files[file.table].append(file.path)
    return files
