"""The plan of a run's polls: which feeds there are, which of them are due, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

from articles.identity.feed_ids import resolved
from articles.identity.known_ids import KnownIds, Listing
from articles.identity.source_ids import SourceIds
from articles.model.entries import Feed, Source
from articles.model.poll_rows import FeedState, Schedule
from connectors.http.politeness import is_due, waiting_hosts
from connectors.http.urls import host_of
from connectors.sources import sources_file
from flows.pipeline.commit import CommitContext
from flows.settings import Settings
from flows.settings_file import DEFAULT_SOURCES
from flows.workers.limits import seldom_collect
from warehouse.lake.writer import writing

SHARDS = 8
"""Into how many shares of hosts the polls are split; each is a task in Prefect's UI."""


@dataclass(frozen=True, slots=True)
class PollPlan:
    """Which feeds are polled, and how."""

    feeds: tuple[Feed, ...]
    user_agent: str
    allow_addresses: str = ""
    """Private addresses that may be asked, as guard.allowed reads them."""
    concurrency: int = 2
    """Requests to one host at once."""
    spacing: float = 5.0
    """Seconds between two requests to one host."""
    every_feed: bool = False
    """Whether to poll feeds that are not due, too."""
    plain: bool = True
    """Whether the fast path may read documents."""
    seconds: float | None = None
    """From the run's beginning, after which no poll begins; what is still due waits."""
    listed: bool = True
    """Whether there is a list: without one, nothing is said of feeds that are not in it."""
    sources: tuple[Source, ...] = ()
    """The sources that have a table in the list."""
    folders: tuple[Feed, ...] = ()
    """Folders whose ids the list holds."""


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed that is to be polled, with what its last poll left."""

    feed: Feed
    schedule: Schedule | None
    seen_batch: int
    """The last batch in which a part of it was read."""
    state: FeedState | None
    """What its last document held."""


@dataclass(frozen=True, slots=True)
class DuePolls:
    """What is to be polled at one time."""

    feeds: list[DueFeed]
    """The longest due first."""
    waiting_hosts: dict[str, datetime]
    """Hosts that want no request yet, and until when."""
    next_at: datetime | None
    """When the first of the other feeds is due; None for never."""


def plan_polls(chosen: Settings, seconds: float | None = None) -> PollPlan:
    """Return the plan that the settings ask for; after `seconds` no poll begins.

    Raises SettingsError for a sources file that can't be used, and for addresses that can't be;
    only the default file may be absent.
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


def settled_plan(plan: PollPlan, known: KnownIds, ids: SourceIds) -> PollPlan:
    """Return the plan with its feeds' ids and sources as the lake has them."""
    feeds = resolved(Listing(plan.sources, plan.feeds), known, ids).feeds
    return replace(plan, feeds=feeds)


def due_feeds(commits: CommitContext, plan: PollPlan, now: datetime) -> DuePolls:
    """Return what is due: the lake's index gives the facts, `is_due` and `waiting_hosts` judge.

    For the writer's thread: it asks the index under the lock.
    """
    with writing(commits.lake) as writer:
        schedules = writer.schedules()
        waiting = waiting_hosts(schedules.values(), now)
        due, later = [], []
        for feed in plan.feeds:
            if not feed.enabled:
                continue
            schedule = schedules.get(feed.feed_id)
            pause = waiting.get(host_of(feed.url)) if waiting else None
            if pause is None and is_due(schedule, now, every_feed=plan.every_feed):
                due.append(feed)
            else:
                later.append(pause or (schedule and schedule.next_poll_at))
        ids = [feed.feed_id for feed in due]
        states = writer.feed_states(ids)
        batches = writer.look_up((), (), (), ids).feed_batches
    feeds = [
        DueFeed(feed, schedules.get(key), batches.get(key, 0), states.get(key))
        for feed, key in zip(due, ids, strict=True)
    ]
    next_at = min((moment for moment in later if moment), default=None)
    return DuePolls(sorted(feeds, key=_due_since), waiting, next_at)


def _due_since(due: DueFeed) -> float:
    schedule = due.schedule
    return schedule.next_poll_at.timestamp() if schedule and schedule.next_poll_at else 0.0


def shards(feeds: Sequence[DueFeed]) -> list[list[list[DueFeed]]]:
    """Split feeds into SHARDS or fewer, each a list of lanes: the feeds of one host."""
    lanes: dict[str, list[DueFeed]] = {}
    for due in feeds:
        lanes.setdefault(host_of(due.feed.url), []).append(due)
    longest = sorted(lanes.values(), key=len, reverse=True)
    split: list[list[list[DueFeed]]] = [longest[number::SHARDS] for number in range(SHARDS)]
    return [shard for shard in split if shard]
