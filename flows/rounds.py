"""A round: which feeds are due, split by host into tasks, and polled side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version

from articles.knownids import Listing
from articles.model import Feed, Source
from articles.rows import FeedState, Schedule
from connectors import catalog
from connectors.feedurls import host_of
from connectors.politeness import is_due, waiting_hosts
from flows.crossings import Crossings
from flows.digesting import seldom_collect
from flows.intake import Gatherer, Intake
from flows.pipeline import Keeper
from flows.settings import Settings
from flows.settingsfile import DEFAULT_SOURCES
from flows.terminal import plural

AsTask = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Runs a named piece of a round; under Prefect as a task."""
SHARDS = 8
"""Into which a round is split, by host; each is a task in Prefect's UI."""


@dataclass(frozen=True, slots=True)
class Round:
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
class Due:
    """A feed that is to be polled, with what its last poll left."""

    feed: Feed
    schedule: Schedule | None
    seen_batch: int
    held: FeedState | None


def round_of(chosen: Settings, seconds: float | None = None) -> Round:
    """Return the round that the settings ask for.

    Raises SettingsError for a file of sources that can't be used, or addresses likewise; only the
    default file may be absent.
    """
    seldom_collect()
    if chosen.allow_addresses:
        from connectors.guard import allowed

        allowed(chosen.allow_addresses)  # an error in it should not cost Prefect's start
    absent = chosen.sources == DEFAULT_SOURCES and not chosen.sources.exists()
    listing = Listing() if absent else catalog.listing(chosen.sources)
    return Round(
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


@dataclass(frozen=True, slots=True)
class Turnout:
    """What a round came to."""

    feeds: int = 0
    """That are turned on."""
    due: int = 0
    left: int = 0
    """Of those due: not asked, so that they still are."""
    next_at: datetime | None = None
    """When the first of those that were not due is; None for never."""


def due_feeds(
    keeper: Keeper, asked: Round, now: datetime
) -> tuple[list[Due], dict[str, datetime], datetime | None]:
    """Return what is due, longest due first; hosts that want a pause; when the next is due.

    For the writer's thread: it asks the lake's index under the lock.
    """
    feeds = [feed for feed in asked.feeds if feed.enabled]
    with keeper.lake.writing() as writer:
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
        held = writer.held(ids)
        seen = writer.known((), (), (), ids).feed_batches
    found = [
        Due(
            feed,
            schedules.get(feed.feed_id),
            seen.get(feed.feed_id, 0),
            held.get(feed.feed_id),
        )
        for feed in due
    ]
    next_at = min((moment for moment in later if moment), default=None)
    return sorted(found, key=_due_since), waiting, next_at


def _due_since(due: Due) -> float:
    schedule = due.schedule
    return schedule.next_poll_at.timestamp() if schedule and schedule.next_poll_at else 0.0


def shards(due: Sequence[Due]) -> list[list[list[Due]]]:
    """Split what is due into SHARDS or fewer, each a list of lanes: the feeds of one host."""
    lanes: dict[str, list[Due]] = {}
    for one in due:
        lanes.setdefault(host_of(one.feed.url), []).append(one)
    longest = sorted(lanes.values(), key=len, reverse=True)
    split: list[list[list[Due]]] = [longest[number::SHARDS] for number in range(SHARDS)]
    return [shard for shard in split if shard]


async def poll_feeds(
    intake: Intake, gatherer: Gatherer, asked: Round, as_task: AsTask, until: float | None
) -> Turnout:
    """Poll what is due; a dry run only counts it, for a poll must not be forgotten.

    After `until` (of time.monotonic()) no poll begins. Raises what storing raises; what the network
    does is in the rows of `polls`.
    """
    loop = asyncio.get_running_loop()
    due, waiting, next_at = await loop.run_in_executor(
        intake.writer, due_feeds, intake.keeper, asked, intake.clock()
    )
    enabled = sum(feed.enabled for feed in asked.feeds)
    if not due or intake.keeper.dry_run:
        return Turnout(enabled, len(due), len(due), next_at)
    left = await _poll(intake, gatherer, asked, as_task, until, due, waiting)
    return Turnout(enabled, len(due), left, next_at)


async def _poll(
    intake: Intake,
    gatherer: Gatherer,
    asked: Round,
    as_task: AsTask,
    until: float | None,
    due: Sequence[Due],
    waiting: Collection[str],
) -> int:
    """Poll these feeds; return how many were not asked."""
    # Imported here: a run in which nothing is due needs no HTTP client.
    from connectors.fetch import Fetcher
    from connectors.guard import allowed
    from flows.feedpolls import Polls, side_by_side

    crossings = Crossings(intake.pool)
    fetcher = Fetcher(
        user_agent=asked.user_agent,
        allowed=allowed(asked.allow_addresses),
        concurrency=asked.concurrency,
        spacing=asked.spacing,
    )
    async with fetcher, crossings.running():
        await intake.pool.warm()  # what came before would only lie in memory
        for host in waiting:
            fetcher.rest(host)
        polls = Polls(intake, gatherer, fetcher, crossings, asked, until)
        async with side_by_side() as beside:
            ended = asyncio.Event()
            beside.create_task(polls.send_in_time(ended))
            async with side_by_side() as group:
                split = shards(due)
                for number, lanes in enumerate(split, start=1):
                    name = f"{plural(sum(map(len, lanes)), 'feed')} ({number} of {len(split)})"
                    group.create_task(_awaited(as_task(name, partial(polls.shard, lanes))))
            ended.set()
        await gatherer.finish()
    names = [reading.feed.source.name for reading in polls.readings if reading.overtaken]
    intake.overtaken += dict.fromkeys(names)
    return polls.left


async def _awaited(work: Awaitable[None]) -> None:
    await work
