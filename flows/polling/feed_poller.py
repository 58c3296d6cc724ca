"""Polls of feeds over HTTP: fetched side by side, read many a call, stored many a batch."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from articles.model.entries import Feed
from articles.model.poll_rows import FeedState, Poll, Schedule
from articles.model.reasons import ERRORS
from connectors.feeds.body import Body
from connectors.feeds.document import VERSION
from connectors.http.fetch import Fetcher
from connectors.http.headers import charset_of, retry_seconds
from connectors.http.messages import FetchRequest, FetchResult
from connectors.http.politeness import next_schedule
from connectors.http.urls import host_of, shown_url
from connectors.http.validators import validators
from flows.pipeline.polls import OpenPoll, PollPart
from flows.polling.batch_buffer import BATCH_ENTRIES, BatchBuffer
from flows.polling.context import RunContext, new_poll
from flows.polling.fetched_feed import (
    FetchedFeed,
    as_before,
    as_read,
    is_reread,
    is_same,
    poll_outcome,
    seen_entries,
    states_after,
)
from flows.polling.plan import DueFeed, PollPlan
from flows.polling.task_group import side_by_side
from flows.workers.batcher import MicroBatcher
from flows.workers.messages import WorkItem

log = logging.getLogger(__name__)

ANSWERS_AT_ONCE = 64
"""Answers that are fetched, read or stored at once: their bodies are in memory."""
BATCH_SECONDS = 1.0
"""What was read is stored after this time at the latest."""


@dataclass(slots=True)
class FeedPoller:
    """The polls of a run's due feeds, under way."""

    context: RunContext
    buffer: BatchBuffer
    fetcher: Fetcher
    batcher: MicroBatcher
    plan: PollPlan
    until: float | None = None
    """The time of time.monotonic() after which no poll begins."""
    open_polls: list[OpenPoll] = field(default_factory=list)
    """Every poll whose answer came."""
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ANSWERS_AT_ONCE))
    """A slot is an answer's from its request until it is stored."""
    left: int = 0
    """Feeds that are still due: there was no time left to ask their hosts."""

    async def poll_shard(self, lanes: Sequence[Sequence[DueFeed]]) -> None:
        """Poll the feeds of some hosts, a lane a host. Raises what storing them raises."""
        async with side_by_side() as group:
            for lane in lanes:
                feeds = iter(lane)
                for _ in range(min(self.plan.concurrency, len(lane))):
                    group.create_task(self._poll_lane(feeds, group))

    async def _poll_lane(self, feeds: Iterator[DueFeed], group: asyncio.TaskGroup) -> None:
        """Ask one feed after the other; what came is stored while the next is asked."""
        for due in feeds:
            request = FetchRequest(due.feed.url, *validators(due.schedule, VERSION))
            answer = await self.fetcher.fetch(request, until=self.until, slots=self.slots)
            if answer is None:
                self.left += 1
                continue
            if answer.error and retry_seconds(answer.headers, self.context.clock()) is not None:
                self.fetcher.block(host_of(answer.url))
            group.create_task(self._take(due, answer))

    async def _take(self, due: DueFeed, answer: FetchResult) -> None:
        try:
            fetched = await self._read(due, answer)
            await self._store(due, answer, fetched)
        finally:
            self.slots.release()
        self.context.feeds += 1
        self.context.entries += len(fetched.drafts) + fetched.unchanged
        self.context.report_progress()

    async def _read(self, due: DueFeed, answer: FetchResult) -> FetchedFeed:
        """Return what came of an answer; only a body that is new is parsed."""
        if answer.error:
            return FetchedFeed(error=answer.error, detail=answer.detail)
        if answer.status == 304:
            return as_before(due)
        body_hash = blake2b(answer.body, digest_size=16).hexdigest()
        if is_same(due.schedule, answer, body_hash):
            return as_before(due)
        charset = charset_of(answer.headers.get("content-type", ""))
        body = Body(answer.body, charset, answer.url, self.plan.plain, answer.left_out)
        work_item = WorkItem(
            due.feed, self.context.date_bound(), body, seen_entries(due).without_keys()
        )
        with self.context.timed("wait for workers"):
            processed = await self.batcher.process(work_item)
        return as_read(due, processed, body_hash)

    async def _store(self, due: DueFeed, answer: FetchResult, fetched: FetchedFeed) -> None:
        """Add the poll to the batch that fills."""
        now = self.context.clock()
        outcome = poll_outcome(answer, fetched)
        schedule = next_schedule(due.feed, due.schedule, outcome, now, VERSION)
        self._note(due.feed, fetched)
        poll = self._poll_row(due.feed, answer, fetched, now)
        rereads = is_reread(due.schedule, fetched)
        open_poll = OpenPoll(poll, due.feed, due.seen_batch, due.schedule, rereads)
        self.open_polls.append(open_poll)
        states = states_after(due, answer, fetched)
        await self._add(open_poll, fetched, states, schedule, len(answer.body))

    def _poll_row(
        self, feed: Feed, answer: FetchResult, fetched: FetchedFeed, now: datetime
    ) -> Poll:
        """Return the row of a poll that ends now, its counts still to come."""
        took = timedelta(milliseconds=answer.duration_ms)
        return replace(
            new_poll(self.context, feed),
            started_at=now if self.context.now else now - took,
            status="failed" if fetched.failed else "unchanged",
            http_status=answer.status,
            bytes=answer.bytes,
            duration_ms=answer.duration_ms,
            error=fetched.error,
            detail=fetched.detail or None,
        )

    def _note(self, feed: Feed, fetched: FetchedFeed) -> None:
        """Note a feed that could not be read, or not to its end, for the end of the run."""
        if fetched.failed:
            self.context.failed[feed.source.name] += 1
            self.context.failures.append(failure(feed, fetched.error or "", fetched.detail))
            log.info("poll_failed", extra={"url": shown_url(feed.url), "error": fetched.error})
        elif fetched.detail:
            self.context.partly.append(f"{shown_url(feed.url)}: {fetched.detail}")

    async def _add(
        self,
        open_poll: OpenPoll,
        fetched: FetchedFeed,
        states: tuple[FeedState, ...],
        schedule: Schedule,
        size: int,
    ) -> None:
        """Add the poll in parts; what it leaves comes with the last, or it is read again."""
        drafts, part_no = fetched.drafts, 1
        while len(drafts) > BATCH_ENTRIES:
            some, drafts = drafts[:BATCH_ENTRIES], drafts[BATCH_ENTRIES:]
            await self.buffer.add(PollPart(open_poll, part_no, some, (), 0, last=False), size)
            part_no += 1
        last = PollPart(
            open_poll, part_no, drafts, states, fetched.unchanged, last=True, schedules=(schedule,)
        )
        await self.buffer.add(last, size)

    async def flush_in_time(self, ended: asyncio.Event) -> None:
        """Store what the buffer holds every BATCH_SECONDS, until the polls have ended."""
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(BATCH_SECONDS):
                    await ended.wait()
            await self.buffer.flush()


def failure(feed: Feed, error: str, detail: str) -> str:
    """Return the line about a failed poll for the end of a run."""
    sentence = f"{detail.rstrip('.')}." if detail else ""
    return " ".join(f"{shown_url(feed.url)}: {error}. {sentence} {ERRORS.get(error, '')}".split())
