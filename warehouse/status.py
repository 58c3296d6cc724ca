"""What is in the lake, what the last run did, and what was set aside: facts from `news.duckdb`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from articles.errors import LakeError
from warehouse.query import connect, detail


@dataclass(frozen=True, slots=True)
class LastRun:
    """The run that stored the last batch; its counts are those of its polls together."""

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
class SetAside:
    """The quarantine of one reason (`articles.model.REASONS`)."""

    reason: str
    entries: int
    last_at: datetime
    """When the newest of them was received."""
    example: str
    """The newest one's path, else its key."""


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
    size: int
    """Bytes on disk of the whole folder, superseded files and indexes included."""
    last_run: LastRun | None
    quarantine: Sequence[SetAside]
    """The most frequent reason first."""


def status(lake_root: Path) -> Status:
    """Return what is in the lake of this folder. Raises LakeMissing, LakeError."""
    connection = connect(lake_root)
    root = lake_root.expanduser().absolute()
    try:
        facts = _row(connection, _FACTS) or ()
        last = _row(connection, _LAST_RUN)
        aside = connection.execute(_QUARANTINE).fetchall()
    except duckdb.Error as error:
        message = f"the lake in {root} can't be read: {detail(error)}"
        raise LakeError(message, "Run `newslake ingest`, which publishes it again.") from error
    finally:
        connection.close()
    last_run = LastRun(*last) if last else None
    values = (root, *facts, _size(root), last_run, [SetAside(*row) for row in aside])
    return Status(*values)


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(sql).fetchone()
    return row


_FACTS = """
    SELECT lake_id, batch_no, published_at, schema_version,
        (SELECT count(*) FROM heads),
        (SELECT count(*) FROM revisions),
        (SELECT CAST(coalesce(sum(article_count - 1), 0) AS BIGINT) FROM duplicate_groups),
        (SELECT count(*) FROM duplicate_groups),
        (SELECT count(*) FROM sources),
        (SELECT count(*) FROM feeds)
    FROM lake_info
"""

# A run of many batches has one row in `runs`, written with the first of them.
_LAST_RUN = """
    WITH last AS (SELECT max_by(run_id, batch_no) AS run_id FROM batches)
    SELECT r.run_id, r.command, r.version, r.started_at, r.now, b.ended_at, b.batches,
        coalesce(p.polls, 0), coalesce(p.failed, 0), coalesce(p.new, 0), coalesce(p.changed, 0),
        coalesce(p.duplicate, 0), coalesce(p.unchanged, 0), coalesce(p.quarantined, 0),
        coalesce(p.skipped, 0)
    FROM runs AS r
    JOIN last ON last.run_id = r.run_id
    JOIN (
        SELECT run_id, max(committed_at) AS ended_at, count(*) AS batches
        FROM batches GROUP BY run_id
    ) AS b ON b.run_id = r.run_id
    LEFT JOIN (
        SELECT run_id, count(*) AS polls, count(*) FILTER (WHERE status = 'failed') AS failed,
            CAST(sum("new") AS BIGINT) AS "new", CAST(sum(changed) AS BIGINT) AS changed,
            CAST(sum(duplicate) AS BIGINT) AS duplicate,
            CAST(sum(unchanged) AS BIGINT) AS unchanged,
            CAST(sum(quarantined) AS BIGINT) AS quarantined,
            CAST(sum(skipped) AS BIGINT) AS skipped
        FROM polls GROUP BY run_id
    ) AS p ON p.run_id = r.run_id
"""

_QUARANTINE = """
    SELECT reason, count(*), max(received_at), max_by(coalesce(path, entry_key), batch_no)
    FROM quarantine GROUP BY reason ORDER BY count(*) DESC, reason
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
