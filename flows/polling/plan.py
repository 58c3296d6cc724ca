"""A round: which feeds are due, split by host into tasks, and polled side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from articles.identity.known_ids import Listing
from articles.model.entries import Feed, Source
from articles.model.poll_rows import FeedState, Schedule
from connectors.http.politeness import is_due, waiting_hosts
from connectors.http.urls import host_of
from connectors.sources import sources_file
from flows.pipeline.store import CommitContext
from flows.settings import Settings
from flows.settings_file import DEFAULT_SOURCES
from flows.workers.limits import seldom_collect
from warehouse.lake.writer import writing

SHARDS = 8
"""Into which a round is split, by host; each is a task in Prefect's UI."""


@dataclass(frozen=True, slots=True)
class PollPlan:
    """Which feeds are polled, and how."""

    feeds: tuple[Feed, ...]
    user_agent: str
    allow_addresses: str = ""
    """As guard.allowed reads them."""
    concurrency: int = 2
    spacing: float = 5.0
    """Seconds."""
    every_feed: bool = False
    """Those that are not due too."""
    plain: bool = True
    """The fast path may read them."""
    seconds: float | None = None
    """From the run's beginning, after which no poll begins; what is still due waits."""
    listed: bool = True
    """Whether there is a list: without one, nothing is said of feeds that are not in it."""
    sources: tuple[Source, ...] = ()
    """Those that have a table in the list."""
    folders: tuple[Feed, ...] = ()
    """Records of folders' ids that the list holds."""


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed that is to be polled, with what its last poll left."""

    feed: Feed
    schedule: Schedule | None
    seen_batch: int
    held: FeedState | None


def plan_polls(chosen: Settings, seconds: float | None = None) -> PollPlan:
    """Return the round that the settings ask for.

    Raises SettingsError for a file of sources that can't be used, or addresses likewise; only the
    default file may be absent.
    """
    seldom_collect()
    if chosen.allow_addresses:
        from connectors.http.guard import allowed

        allowed(chosen.allow_addresses)  # an error in it should not cost Prefect's start
    absent = chosen.sources == DEFAULT_SOURCES and not chosen.sources.exists()
    listing = Listing() if absent else sources_file.listing(chosen.sources)
    return PollPlan(
        feeds=tuple(feed for feed in listing.feeds if feed.kind != "files"),
        user_agent=f"newslake/{version('newslake')} (+{chosen.contact})",
        allow_addresses=chosen.allow_addresses,
        concurrency=chosen.host_concurrency,
        spacing=chosen.host_spacing,
        every_feed=chosen.all_feeds,
        plain=chosen.plain_feeds,
        seconds=seconds,
        listed=not absent,
        sources=listing.sources,
        folders=tuple(feed for feed in listing.feeds if feed.kind == "files"),
    )


def due_feeds(
    keeper: CommitContext, asked: PollPlan, now: datetime
) -> tuple[list[DueFeed], dict[str, datetime], datetime | None]:
    """Return what is due, longest due first; hosts that want a pause; when the next is due.

    For the writer's thread: it asks the lake's index under the lock.
    """
    feeds = [feed for feed in asked.feeds if feed.enabled]
    with writing(keeper.lake) as writer:
        schedules = writer.schedules()
        waiting = waiting_hosts(schedules.values(), now)
        due, later = [], []
        for feed in feeds:
            schedule = schedules.get(feed.feed_id)
            pause = waiting.get(host_of(feed.url)) if waiting else None
            if pause is None and is_due(schedule, now, every_feed=asked.every_feed):
                due.append(feed)
            else:
                later.append(pause or (schedule and schedule.next_poll_at))
        ids = [feed.feed_id for feed in due]
        held = writer.feed_states(ids)
        seen = writer.look_up((), (), (), ids).feed_batches
    found = [
        DueFeed(
            feed,
            schedules.get(feed.feed_id),
            seen.get(feed.feed_id, 0),
            held.get(feed.feed_id),
        )
        for feed in due
    ]
    next_at = min((moment for moment in later if moment), default=None)
    return sorted(found, key=_due_since), waiting, next_at


def _due_since(due: DueFeed) -> float:
    schedule = due.schedule
    return schedule.next_poll_at.timestamp() if schedule and schedule.next_poll_at else 0.0


def shards(due: Sequence[DueFeed]) -> list[list[list[DueFeed]]]:
    """Split what is due into SHARDS or fewer, each a list of lanes: the feeds of one host."""
    lanes: dict[str, list[DueFeed]] = {}
    for one in due:
        lanes.setdefault(host_of(one.feed.url), []).append(one)
    longest = sorted(lanes.values(), key=len, reverse=True)
    split: list[list[list[DueFeed]]] = [longest[number::SHARDS] for number in range(SHARDS)]
    return [shard for shard in split if shard]
