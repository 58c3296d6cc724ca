"""One poll of a folder: its pieces are digested in the workers and committed part by part."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from articles.errors import SeedsError
from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected
from articles.model.poll_rows import FeedState
from articles.model.retries import tried
from articles.model.seen import packed
from flows.pipeline.polls import OpenPoll, PollPart
from flows.polling.batch_buffer import BATCH_BYTES, BATCH_ENTRIES, BatchBuffer
from flows.polling.changed_files import ChangedChunk, Walked, calls, changed_chunks
from flows.polling.context import RunContext, begun
from flows.workers.messages import Processed, WorkBatch, WorkItem
from warehouse.lake import reads

IN_FLIGHT = 6
"""Crossings at once: enough that no worker waits while a batch is committed."""


async def poll_folder(intake: RunContext, gatherer: BatchBuffer, folder: Path, feed: Feed) -> None:
    """Read what is new in a folder and store it, batch by batch; the poll's row comes last."""
    lake, started = intake.keeper.lake, time.monotonic()
    seen, states = await asyncio.to_thread(
        # The number first: what is committed between the two makes this poll an overtaken one.
        lambda: (reads.feed_batch(lake, feed.feed_id), reads.feed_states(lake, feed.feed_id))
    )
    poll = begun(intake, feed)
    reading = OpenPoll(poll, feed, seen)
    walked = Walked()
    parts = _Parts(intake, gatherer, reading)
    stream = calls(changed_chunks(folder, feed.feed_id, states, walked))
    files, entries = intake.files, intake.entries
    try:
        async with aclosing(_digested(intake, reading, stream)) as arriving:
            async for crossing, digested in arriving:
                for piece, one in zip(crossing, digested, strict=True):
                    await parts.add(piece, one)
                intake.files, intake.entries = files + walked.files, entries + parts.taken
                intake.say()
                if reading.overtaken:
                    break
    except SeedsError as error:
        reading.poll = replace(reading.poll, status="failed", error="unreadable", detail=str(error))
        intake.failures.append(f"{feed.source.name}: {error} {error.hint}")
        intake.failed[feed.source.name] += 1
    intake.files, intake.skipped = files + walked.files, intake.skipped + walked.skipped
    await parts.finish(walked, round((time.monotonic() - started) * 1000))
    if reading.overtaken:
        intake.overtaken.append(feed.source.name)


async def _digested(
    intake: RunContext, reading: OpenPoll, stream: Iterator[list[ChangedChunk]]
) -> AsyncGenerator[tuple[list[ChangedChunk], list[Processed]], None]:
    """Keep IN_FLIGHT crossings under way; yield them in reading order."""
    waiting: deque[tuple[list[ChangedChunk], asyncio.Task[list[Processed]]]] = deque()
    feed, now = reading.feed, intake.date_bound()
    try:
        while True:
            while len(waiting) < IN_FLIGHT:
                with intake.timed("walk and read"):
                    crossing = await asyncio.to_thread(next, stream, None)
                if crossing is None:
                    break
                parcels = (WorkItem(feed, now, piece.payload, piece.held) for piece in crossing)
                task = WorkBatch(tuple(parcels))
                waiting.append((crossing, asyncio.create_task(intake.pool.process(task))))
            if not waiting:
                return
            crossing, digesting = waiting.popleft()
            with intake.timed("wait for workers"):
                digested = await digesting
            yield crossing, digested
    finally:
        for _, digesting in waiting:
            digesting.cancel()


class _Parts:
    """Gathers digested pieces of one poll into parts, each a batch of its own."""

    def __init__(self, intake: RunContext, gatherer: BatchBuffer, reading: OpenPoll) -> None:
        self._intake = intake
        self._gatherer = gatherer
        self._reading = reading
        self._parts = 0
        self.taken = 0
        self._clear()

    def _clear(self) -> None:
        self._drafts: list[Draft | Rejected] = []
        self._states: list[FeedState] = []
        self._bytes = self._unchanged = 0

    async def add(self, piece: ChangedChunk, digested: Processed) -> None:
        """Add a piece; where it has more entries than a batch may, in several parts."""
        size = len(piece.payload.data)
        many = len(self._drafts) + len(digested.drafts) > BATCH_ENTRIES
        if self._drafts and (many or self._bytes + size > BATCH_BYTES):
            await self._store(last=False)
        self.taken += len(digested.drafts) + len(digested.unchanged_pairs)
        self._unchanged += len(digested.unchanged_pairs)
        self._bytes += size
        counted = tried(digested.drafts, digested.pairs, piece.tries, piece.held)
        drafts = counted.drafts
        while len(drafts) > BATCH_ENTRIES:
            # Without a state: killed before the last part, the piece is read again, and what was
            # stored is known by its keys.
            self._drafts, drafts = drafts[:BATCH_ENTRIES], drafts[BATCH_ENTRIES:]
            await self._store(last=False)
        self._drafts += drafts
        still = [pair for pair in digested.unchanged_pairs if pair[1] not in piece.written]
        hashes = packed(counted.pairs + still)
        self._states.append(replace(piece.state, hashes=hashes, tries=counted.tries))

    async def finish(self, walked: Walked, duration_ms: int) -> None:
        """Store what is left, with the poll's own row."""
        self._unchanged += walked.unchanged
        self._reading.poll = replace(
            self._reading.poll,
            bytes=walked.bytes,
            skipped=walked.skipped,
            duration_ms=duration_ms,
        )
        await self._store(last=True)
        await self._gatherer.finish()

    async def _store(self, *, last: bool) -> None:
        self._parts += 1
        part = PollPart(
            self._reading, self._parts, self._drafts, tuple(self._states), self._unchanged, last
        )
        size = self._bytes
        self._clear()
        if not self._reading.overtaken:
            await self._gatherer.add(part, size, send=True)
