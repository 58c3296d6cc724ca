"""Polls the feeds that are due, hosts side by side, each host's feeds in turn."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from flows.outcome import PollSummary
from flows.polling.batch_buffer import BatchBuffer
from flows.polling.context import RunContext
from flows.polling.plan import DueFeed, PollPlan, due_feeds, shards
from flows.terminal.text import plural
from flows.workers.batcher import MicroBatcher

AsTask = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Runs a named piece of a round; under Prefect as a task."""


async def poll_feeds(
    intake: RunContext, gatherer: BatchBuffer, asked: PollPlan, as_task: AsTask, until: float | None
) -> PollSummary:
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
        return PollSummary(enabled, len(due), len(due), next_at)
    left = await _poll(intake, gatherer, asked, as_task, until, due, waiting)
    return PollSummary(enabled, len(due), left, next_at)


async def _poll(
    intake: RunContext,
    gatherer: BatchBuffer,
    asked: PollPlan,
    as_task: AsTask,
    until: float | None,
    due: Sequence[DueFeed],
    waiting: Collection[str],
) -> int:
    """Poll these feeds; return how many were not asked."""
    # Imported here: a run in which nothing is due needs no HTTP client.
    from connectors.http.fetch import Fetcher
    from connectors.http.guard import allowed
    from flows.polling.feed_poller import FeedPoller
    from flows.polling.task_group import side_by_side

    crossings = MicroBatcher(intake.pool)
    fetcher = Fetcher(
        user_agent=asked.user_agent,
        allowed=allowed(asked.allow_addresses),
        concurrency=asked.concurrency,
        spacing=asked.spacing,
    )
    async with fetcher, crossings.running():
        await intake.pool.warm()  # what came before would only lie in memory
        for host in waiting:
            fetcher.block(host)
        polls = FeedPoller(intake, gatherer, fetcher, crossings, asked, until)
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
