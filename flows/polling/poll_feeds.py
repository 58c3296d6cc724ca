"""Polls the feeds that are due: hosts side by side, each host's feeds in turn."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from flows.outcome import PollSummary
from flows.polling.batch_buffer import BatchBuffer
from flows.polling.context import RunContext
from flows.polling.plan import DuePolls, PollPlan, due_feeds, shards
from flows.terminal.text import plural
from flows.workers.batcher import MicroBatcher

AsTask = Callable[[str, Callable[[], Awaitable[None]]], Coroutine[Any, Any, None]]
"""Runs a named share of the polls; under Prefect as a task."""


async def poll_feeds(
    context: RunContext, buffer: BatchBuffer, plan: PollPlan, as_task: AsTask, until: float | None
) -> PollSummary:
    """Poll what is due; a dry run only counts it, for a poll must not be forgotten.

    Raises what storing raises; what the network does is in the rows of `polls`.

    Args:
        context: What the polls of the run share.
        buffer: Where what was read goes.
        plan: The feeds, and how they are polled.
        as_task: Runs the polls of a shard of hosts.
        until: The time of time.monotonic() after which no poll begins; None for no such time.
    """
    due = await context.in_writer(due_feeds, context.commits, plan, context.clock())
    left = len(due.feeds)
    if due.feeds and not context.commits.dry_run:
        left = await _poll(context, buffer, plan, due, as_task, until)
    enabled = sum(feed.enabled for feed in plan.feeds)
    return PollSummary(enabled, len(due.feeds), left, due.next_at)


async def _poll(
    context: RunContext,
    buffer: BatchBuffer,
    plan: PollPlan,
    due: DuePolls,
    as_task: AsTask,
    until: float | None,
) -> int:
    """Poll what is due; return how many feeds were not asked."""
    # Imported here: a run in which nothing is due needs no HTTP client.
    from connectors.http.fetch import Fetcher
    from connectors.http.guard import allowed
    from flows.polling.feed_poller import FeedPoller
    from flows.polling.task_group import side_by_side

    batcher = MicroBatcher(context.pool)
    fetcher = Fetcher(
        user_agent=plan.user_agent,
        allowed=allowed(plan.allow_addresses),
        concurrency=plan.concurrency,
        spacing=plan.spacing,
    )
    async with fetcher, batcher.running():
        await context.pool.warm()  # what came before would only lie in memory
        for host in due.waiting_hosts:
            fetcher.block(host)
        poller = FeedPoller(context, buffer, fetcher, batcher, plan, until)
        async with side_by_side() as beside:
            ended = asyncio.Event()
            beside.create_task(poller.flush_in_time(ended))
            async with side_by_side() as group:
                split = shards(due.feeds)
                for number, lanes in enumerate(split, start=1):
                    name = f"{plural(sum(map(len, lanes)), 'feed')} ({number} of {len(split)})"
                    group.create_task(as_task(name, partial(poller.poll_shard, lanes)))
            ended.set()
        await buffer.drain()
    names = [poll.feed.source.name for poll in poller.open_polls if poll.overtaken]
    context.overtaken += dict.fromkeys(names)
    return poller.left
