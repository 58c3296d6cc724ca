"""Polls of feeds over HTTP: fetched side by side, read many at a crossing, stored many a batch."""

import asyncio
import logging
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b

from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected
from articles.model.poll_rows import FeedState, Schedule
from articles.model.reasons import ERRORS
from articles.model.retries import tried, tries_of
from articles.model.seen import PAIR_BYTES, held_hashes, packed
from connectors.feeds.body import Body
from connectors.feeds.document import VERSION, Document
from connectors.http.fetch import Fetcher
from connectors.http.headers import charset_of, retry_seconds
from connectors.http.messages import FetchRequest, FetchResult
from connectors.http.politeness import PollOutcome, next_schedule
from connectors.http.urls import host_of, shown_url
from connectors.http.validators import is_tried_again, validators
from flows.pipeline.polls import OpenPoll, PollPart
from flows.polling.batch_buffer import BATCH_ENTRIES, BatchBuffer
from flows.polling.context import RunContext, begun
from flows.polling.document_retries import given_up, tries_of_document, why
from flows.polling.plan import DueFeed, PollPlan
from flows.polling.task_group import side_by_side
from flows.workers.batcher import MicroBatcher
from flows.workers.messages import Processed, WorkItem

log = logging.getLogger(__name__)

IN_HAND = 64
"""Answers that are fetched, read or stored at once: their bodies are in memory."""
BATCH_SECONDS = 1.0
"""What was read is stored after this time at the latest."""


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """What came of one answer."""

    drafts: Sequence[Draft | Rejected] = ()
    pairs: Sequence[tuple[int, int]] = ()
    """Of the entries that need not be read again: hash64 of the key, and the pair's hash."""
    unchanged_pairs: Sequence[tuple[int, int]] = ()
    unchanged: int = 0
    """Entries that the feed carried before."""
    new: int = 0
    """Of the drafts, those whose key it did not carry before: others are edited."""
    body_hash: str | None = None
    document: Document | None = None
    """What the document says of itself; None where none was read."""
    error: str | None = None
    detail: str = ""
    tries: int = 0
    """As Schedule.tries."""
    entry_tries: str | None = None
    """As FeedState.tries."""

    @property
    def failed(self) -> bool:
        """Whether the poll failed; an error beside entries says that not all were read."""
        return self.error is not None and not self.drafts and not self.unchanged


@dataclass(slots=True)
class FeedPoller:
    """A round under way."""

    intake: RunContext
    gatherer: BatchBuffer
    fetcher: Fetcher
    crossings: MicroBatcher
    asked: PollPlan
    until: float | None = None
    """On the monotonic clock."""
    readings: list[OpenPoll] = field(default_factory=list)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_HAND))
    """For answers, from their request until they are stored."""
    left: int = 0
    """Feeds that are still due: their host's turn did not come."""

    async def shard(self, lanes: Sequence[Sequence[DueFeed]]) -> None:
        """Poll the feeds of some hosts. Raises what storing them raises."""
        async with side_by_side() as group:
            for lane in lanes:
                feeds = iter(lane)
                for _ in range(min(self.asked.concurrency, len(lane))):
                    group.create_task(self._ask(feeds, group))

    async def _ask(self, feeds: Iterator[DueFeed], group: asyncio.TaskGroup) -> None:
        """Ask for one feed after the other; what came is stored while the next is asked for."""
        for due in feeds:
            ask = FetchRequest(due.feed.url, *validators(due.schedule, VERSION))
            answer = await self.fetcher.fetch(ask, until=self.until, slots=self.room)
            if answer is None:
                self.left += 1
                continue
            if answer.error and retry_seconds(answer.headers, self.intake.clock()) is not None:
                self.fetcher.block(host_of(answer.url))
            group.create_task(self._take(due, answer))

    async def _take(self, due: DueFeed, answer: FetchResult) -> None:
        try:
            read = await self._read(due, answer)
            await self._store(due, answer, read)
        finally:
            self.room.release()
        self.intake.feeds += 1
        self.intake.entries += len(read.drafts) + read.unchanged
        self.intake.say()

    async def _read(self, due: DueFeed, answer: FetchResult) -> FetchedFeed:
        """Return what came of an answer; only a body that is new is parsed."""
        if answer.error:
            return FetchedFeed(error=answer.error, detail=answer.detail)
        unchanged = len(due.held.hashes) // PAIR_BYTES if due.held else 0
        if answer.status == 304:
            return _as_before(due.schedule, unchanged)
        body_hash = blake2b(answer.body, digest_size=16).hexdigest()
        if _is_same(due.schedule, answer, body_hash):
            return _as_before(due.schedule, unchanged)
        charset = charset_of(answer.headers.get("content-type", ""))
        body = Body(answer.body, charset, answer.url, self.asked.plain)
        held = held_hashes([due.held] if due.held else [])
        with self.intake.timed("wait for workers"):
            digested = await self.crossings.process(
                WorkItem(due.feed, self.intake.date_bound(), body, held)
            )
        return _read_of(digested, body_hash, due)

    async def _store(self, due: DueFeed, answer: FetchResult, read: FetchedFeed) -> None:
        feed, intake, now = due.feed, self.intake, self.intake.clock()
        schedule = next_schedule(feed, due.schedule, _heard(answer, read), now, VERSION)
        poll = replace(
            begun(intake, feed),
            started_at=now if intake.now else now - timedelta(milliseconds=answer.duration_ms),
            status="failed" if read.failed else "unchanged",
            http_status=answer.status,
            bytes=answer.bytes,
            duration_ms=answer.duration_ms,
            error=read.error,
            detail=read.detail or None,
        )
        if read.failed:
            intake.failed[feed.source.name] += 1
            intake.failures.append(failure(feed, read.error or "", read.detail))
            log.info("poll_failed", extra={"url": shown_url(feed.url), "error": read.error})
        elif read.detail:
            intake.partly.append(f"{shown_url(feed.url)}: {read.detail}")
        reading = OpenPoll(poll, feed, due.seen_batch, due.schedule)
        self.readings.append(reading)
        await self._gather(reading, read, _states(due, answer, read), schedule, len(answer.body))

    async def _gather(
        self,
        reading: OpenPoll,
        read: FetchedFeed,
        states: tuple[FeedState, ...],
        schedule: Schedule,
        size: int,
    ) -> None:
        """Add the poll in parts; what it leaves comes with the last, or it is read again."""
        drafts, part_no = read.drafts, 1
        while len(drafts) > BATCH_ENTRIES:
            some, drafts = drafts[:BATCH_ENTRIES], drafts[BATCH_ENTRIES:]
            await self.gatherer.add(PollPart(reading, part_no, some, (), 0, last=False), size)
            part_no += 1
        part = PollPart(
            reading, part_no, drafts, states, read.unchanged, last=True, schedules=(schedule,)
        )
        await self.gatherer.add(part, size)

    async def send_in_time(self, ended: asyncio.Event) -> None:
        """Store what was gathered every BATCH_SECONDS, until the round has ended."""
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(BATCH_SECONDS):
                    await ended.wait()
            await self.gatherer.send()


def _read_of(digested: Processed, body_hash: str, due: DueFeed) -> FetchedFeed:
    document = digested.document or Document([])
    if digested.killed:
        tries = tries_of_document(due.schedule, body_hash)
        detail = why(document.detail, tries)
        return FetchedFeed(error=document.error, detail=detail, body_hash=body_hash, tries=tries)
    before, hashes = (due.held.tries, due.held.hashes) if due.held else (None, b"")
    counted = tried(digested.drafts, digested.pairs, tries_of(before), hashes)
    keys = set(array("q", hashes)[::2])
    return FetchedFeed(
        drafts=counted.drafts,
        pairs=counted.pairs,
        unchanged_pairs=digested.unchanged_pairs,
        unchanged=len(digested.unchanged_pairs),
        new=sum(key not in keys for key, _ in counted.pairs),
        body_hash=body_hash,
        document=document,
        error=document.error,
        detail=document.detail,
        tries=min(tries_of(counted.tries).values(), default=0),
        entry_tries=counted.tries,
    )


def _as_before(schedule: Schedule | None, unchanged: int) -> FetchedFeed:
    """Return what comes of a document that is the last one; an unread one failed again."""
    if schedule is None:
        return FetchedFeed(unchanged=unchanged)
    if schedule.unread is not None:
        return FetchedFeed(error=schedule.unread, detail=given_up())
    return FetchedFeed(unchanged=unchanged, body_hash=schedule.body_hash)


def _is_same(schedule: Schedule | None, answer: FetchResult, body_hash: str) -> bool:
    """Tell whether an answer is the body that was read last, though no 304."""
    if schedule is None or schedule.parser != VERSION or is_tried_again(schedule):
        return False
    etag = answer.headers.get("etag")
    validated = answer.url == schedule.validated_url and etag is not None
    return schedule.body_hash == body_hash or (validated and etag == schedule.etag)


def _heard(answer: FetchResult, read: FetchedFeed) -> PollOutcome:
    document = None if read.failed else read.document
    return PollOutcome(
        url=answer.url,
        status=answer.status,
        error=read.error if read.failed else None,
        headers=answer.headers,
        body_hash=None if read.failed and not read.tries else read.body_hash,
        asked_seconds=document.asked_seconds if document else None,
        skip_hours=document.skip_hours if document else (),
        skip_days=document.skip_days if document else (),
        new=read.new,
        total=len(read.drafts) + read.unchanged,
        tries=read.tries,
    )


def _states(due: DueFeed, answer: FetchResult, read: FetchedFeed) -> tuple[FeedState, ...]:
    """Return what the feed now holds; nothing where no document was read."""
    if read.failed or read.document is None:
        return ()
    reading = due.held.reading + 1 if due.held else 1
    hashes = packed([*read.pairs, *read.unchanged_pairs])
    size = len(answer.body)
    return (
        FeedState(
            due.feed.feed_id, "", reading, size, 0, read.body_hash or "", size, complete=True,
            hashes=hashes, tries=read.entry_tries,
        ),
    )  # fmt: skip


def failure(feed: Feed, error: str, detail: str) -> str:
    """Return the line about a failed poll for the end of a run."""
    sentence = f"{detail.rstrip('.')}." if detail else ""
    return " ".join(f"{shown_url(feed.url)}: {error}. {sentence} {ERRORS.get(error, '')}".split())
