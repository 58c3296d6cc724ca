"""What `news.duckdb` says of the lake, its last runs, its feeds and what is in quarantine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.queries.published import reading


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run that stored something; its counts are those of its polls together."""

    run_id: str
    command: str
    version: str
    started_at: datetime
    now: datetime | None
    """The time that `--now` set, if it did."""
    ended_at: datetime
    """When its last batch was committed."""
    batches: int
    polls: int
    failed_polls: int
    new: int
    changed: int
    duplicate: int
    unchanged: int
    quarantined: int
    skipped: int


@dataclass(frozen=True, slots=True)
class QuarantineFacts:
    """What is in quarantine for one reason (of `articles.model.reasons`) and not read since."""

    reason: str
    entries: int
    last_at: datetime
    """When the newest of them was received."""
    example: str
    """The newest one's path, else its feed's URL, else its key."""


@dataclass(frozen=True, slots=True)
class Failing:
    """The enabled feeds whose last poll failed alike."""

    error: str
    """One of `articles.model.reasons.ERRORS`."""
    feeds: int
    example: str
    """The URL (or folder) of the one that failed last."""


@dataclass(frozen=True, slots=True)
class FeedTimes:
    """What a feed's latest schedule says of when it may be polled, as `Schedule`; times in UTC."""

    next_poll_at: datetime | None
    host_until: datetime | None
    resting_host: str | None
    gone: int


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """A feed over HTTP."""

    url: str
    enabled: bool
    times: FeedTimes | None
    """None before the first poll."""


@dataclass(frozen=True, slots=True)
class Status:
    """The lake as it was published last; times are in UTC."""

    root: Path
    lake_id: str
    batch_no: int
    published_at: datetime
    schema_version: int
    articles: int
    revisions: int
    duplicates: int
    """Articles in a duplicate group beyond the one that stands for it."""
    groups: int
    sources: int
    feeds: int
    enabled: int
    """Feeds that are read; folders among them."""
    stopped: int
    """Feeds that are gone for good (410): they are polled no more."""
    polled_feeds: Sequence[PolledFeed]
    """The feeds over HTTP: what says which of them are due."""
    size: int
    """Bytes on disk of the whole folder, superseded files and indexes included."""
    runs: Sequence[RunFacts]
    """The last five, the latest first."""
    failing: Sequence[Failing]
    """The most frequent error first."""
    quarantine: Sequence[QuarantineFacts]
    """The most frequent reason first."""


def status(lake_root: Path) -> Status:
    """Return what is in the lake of this folder. Raises as `published.connect`.

    Reads no text: its time grows with the number of polls only.
    """
    with reading(lake_root) as connection:
        facts = connection.execute(_FACTS).fetchall()[0]
        polled = connection.execute(_POLLED).fetchall()
        runs = connection.execute(_RUNS).fetchall()
        failing = connection.execute(_FAILING).fetchall()
        aside = connection.execute(_QUARANTINE).fetchall()
    root = lake_root.expanduser().absolute()
    values: tuple[Any, ...] = (
        root,
        *facts,
        [
            PolledFeed(url, enabled, FeedTimes(*times) if has_schedule else None)
            for url, enabled, has_schedule, *times in polled
        ],
        _size(root),
        [RunFacts(*row) for row in runs],
        [Failing(*row) for row in failing],
        [QuarantineFacts(*row) for row in aside],
    )
    return Status(*values)


_FACTS = """
    SELECT lake_id, batch_no, published_at, schema_version,
        (SELECT count(*) FROM heads),
        (SELECT count(*) FROM revisions),
        (SELECT CAST(coalesce(sum(article_count - 1), 0) AS BIGINT) FROM duplicate_groups),
        (SELECT count(*) FROM duplicate_groups),
        (SELECT count(*) FROM sources),
        f.feeds, f.enabled, f.stopped
    FROM lake_info, (
        SELECT count(*) AS feeds, count(*) FILTER (WHERE enabled) AS enabled,
            count(*) FILTER (WHERE stopped) AS stopped
        FROM feeds
    ) AS f
"""

# As the view `feeds` finds the latest schedules: by two narrow columns.
_POLLED = """
    SELECT f.url, f.enabled, s.feed_id IS NOT NULL, s.next_poll_at, s.host_until, s.resting_host,
        s.gone
    FROM feeds AS f
    LEFT JOIN (
        SELECT feed_id, max(batch_no) AS batch_no FROM schedules GROUP BY feed_id
    ) AS n ON n.feed_id = f.feed_id
    LEFT JOIN schedules AS s ON s.feed_id = n.feed_id AND s.batch_no = n.batch_no
    WHERE f.kind <> 'files'
"""

# A run of many batches has one row in `runs`, written with the first of them.
_RUNS = """
    WITH last AS (
        SELECT run_id, max(batch_no) AS batch_no, min(batch_no) AS first_no,
            max(committed_at) AS ended_at, count(*) AS batches
        FROM batches GROUP BY run_id ORDER BY 2 DESC LIMIT 5
    ),
    counted AS (
        SELECT run_id, count(*) AS polls, count(*) FILTER (WHERE status = 'failed') AS failed,
            CAST(sum("new") AS BIGINT) AS "new", CAST(sum(changed) AS BIGINT) AS changed,
            CAST(sum(duplicate) AS BIGINT) AS duplicate,
            CAST(sum(unchanged) AS BIGINT) AS unchanged,
            CAST(sum(quarantined) AS BIGINT) AS quarantined,
            CAST(sum(skipped) AS BIGINT) AS skipped
        FROM polls
        WHERE batch_no >= (SELECT min(first_no) FROM last)
            AND run_id IN (SELECT run_id FROM last)
        GROUP BY run_id
    )
    SELECT r.run_id, r.command, r.version, r.started_at, r.now, l.ended_at, l.batches,
        coalesce(p.polls, 0), coalesce(p.failed, 0), coalesce(p.new, 0), coalesce(p.changed, 0),
        coalesce(p.duplicate, 0), coalesce(p.unchanged, 0), coalesce(p.quarantined, 0),
        coalesce(p.skipped, 0)
    FROM last AS l
    JOIN runs AS r ON r.run_id = l.run_id
    LEFT JOIN counted AS p ON p.run_id = l.run_id
    ORDER BY l.batch_no DESC
"""

_FAILING = """
    SELECT coalesce(p.error, ''), count(*), max_by(f.url, p.batch_no)
    FROM polls AS p
    JOIN (SELECT feed_id, max(batch_no) AS batch_no FROM polls GROUP BY feed_id) AS l
        ON l.feed_id = p.feed_id AND l.batch_no = p.batch_no
    JOIN feeds AS f ON f.feed_id = p.feed_id
    WHERE p.status = 'failed' AND f.enabled
    GROUP BY p.error ORDER BY count(*) DESC, p.error
"""

# What was to be tried again is settled once a later reading of its file or feed leaves nothing to
# be: it was read, is gone, or was given up, which is a row of its own.
_QUARANTINE = """
    WITH waiting AS (
        SELECT entry_id, feed_id, coalesce(path, '') AS path, batch_no FROM quarantine
        WHERE retryable AND NOT coalesce(given_up, false)
    ),
    states AS (
        SELECT s.feed_id, s.path, s.tries, s.batch_no,
            max(s.batch_no) OVER (PARTITION BY s.feed_id, s.path) AS newest_no
        FROM feed_state AS s
        JOIN (SELECT DISTINCT feed_id, path FROM waiting) AS w
            ON w.feed_id = s.feed_id AND w.path = s.path
        QUALIFY s.reading = max(s.reading) OVER (PARTITION BY s.feed_id, s.path)
    ),
    settled AS (
        SELECT w.entry_id
        FROM waiting AS w JOIN states AS s ON s.feed_id = w.feed_id AND s.path = w.path
        GROUP BY w.entry_id, w.batch_no
        HAVING max(s.newest_no) > w.batch_no AND NOT bool_or(
            s.tries IS NOT NULL
            AND (s.batch_no = s.newest_no OR regexp_matches(s.tries, ':[0-9]'))
        )
    )
    SELECT q.reason, count(*), max(q.received_at),
        max_by(
            coalesce(q.path, CASE WHEN f.kind <> 'files' THEN f.url END, q.entry_key), q.batch_no
        )
    FROM quarantine AS q LEFT JOIN feeds AS f ON f.feed_id = q.feed_id
    WHERE q.entry_id NOT IN (SELECT entry_id FROM settled)
    GROUP BY q.reason ORDER BY count(*) DESC, q.reason
"""


def _size(root: Path) -> int:
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - 3 times quicker
            except FileNotFoundError:  # a run removed it meanwhile
                continue
    return total
