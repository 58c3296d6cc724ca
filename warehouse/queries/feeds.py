"""How each feed of the published lake is: its last poll, its next one, its failures."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.queries.published import reading


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """How a feed is; times are in UTC."""

    next_poll_at: datetime | None
    """None for a folder, before the first poll, and where the feed is gone for good."""
    stopped: bool
    """It is gone for good."""
    last_status: str | None
    """`new`, `unchanged` or `failed`; None before the first poll, as what follows."""
    last_error: str | None
    last_started_at: datetime | None
    new_per_day: float | None
    """New articles a day over the last 7 days, or since the first poll, but over a day at least."""
    failures: int
    """Polls that failed one after the other up to now."""


def feed_facts(lake_root: Path) -> dict[str, FeedFacts]:
    """Return by feed_id how each feed in the lake of this folder is. Raises LakeMissing, LakeError.

    The last 7 days are those before the latest poll of any feed.
    """
    with reading(lake_root) as connection:
        rows = connection.execute(_FEED_FACTS).fetchall()
    return {row[0]: FeedFacts(*row[1:]) for row in rows}


_FEED_FACTS = """
    WITH latest AS (SELECT max(started_at) AS moment FROM polls),
    polled AS (
        SELECT feed_id, max(batch_no) AS batch_no, min(started_at) AS first_at,
            coalesce(sum("new") FILTER (WHERE started_at > moment - INTERVAL 7 DAY), 0) AS "new",
            any_value(moment) AS moment
        FROM polls, latest GROUP BY feed_id
    )
    SELECT f.feed_id, f.next_poll_at, f.stopped, p.status, p.error, p.started_at,
        c.new / least(7.0, greatest(1.0, (epoch(c.moment) - epoch(c.first_at)) / 86400)),
        f.failures
    FROM feeds AS f
    LEFT JOIN polled AS c ON c.feed_id = f.feed_id
    LEFT JOIN polls AS p ON p.feed_id = c.feed_id AND p.batch_no = c.batch_no
"""
