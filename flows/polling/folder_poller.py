"""One poll of a folder: what is new is processed in the workers and committed part by part."""

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
from articles.model.seen import SeenEntries
from flows.pipeline.polls import OpenPoll, PollPart
from flows.polling.batch_buffer import BATCH_BYTES, BATCH_ENTRIES, BatchBuffer
from flows.polling.changed_files import ChangedChunk, Walked, calls, changed_chunks
from flows.polling.context import RunContext, new_poll
from flows.workers.messages import Processed, WorkBatch, WorkItem
from warehouse.lake import reads

CALLS_AT_ONCE = 6
"""Calls to workers under way: enough that no worker waits while a batch is committed."""


async def poll_folder(context: RunContext, buffer: BatchBuffer, folder: Path, feed: Feed) -> None:
    """Read what is new in a folder and store it, batch by batch; the poll's row comes last."""
    lake, started = context.commits.lake, time.monotonic()
    seen_batch, states = await asyncio.to_thread(
        # The number first: what is committed between the two makes this poll an overtaken one.
        lambda: (reads.feed_batch(lake, feed.feed_id), reads.feed_states(lake, feed.feed_id))
    )
    open_poll = OpenPoll(new_poll(context, feed), feed, seen_batch)
    walked = Walked()
    parts = _Parts(open_poll, buffer)
    stream = calls(changed_chunks(folder, feed.feed_id, states, walked))
    files, entries = context.files, context.entries
    try:
        async with aclosing(_processed(context, feed, stream)) as arriving:
            async for chunks, results in arriving:
                for changed, processed in zip(chunks, results, strict=True):
                    await parts.add(changed, processed)
                context.files, context.entries = files + walked.files, entries + parts.entries
                context.report_progress()
                if open_poll.overtaken:
                    break
    except SeedsError as error:
        failed = replace(open_poll.poll, status="failed", error="unreadable", detail=str(error))
        open_poll.poll = failed
        context.failures.append(f"{feed.source.name}: {error} {error.hint}")
        context.failed[feed.source.name] += 1
    context.files, context.skipped = files + walked.files, context.skipped + walked.skipped
    await parts.finish(walked, round((time.monotonic() - started) * 1000))
    if open_poll.overtaken:
        context.overtaken.append(feed.source.name)


async def _processed(
    context: RunContext, feed: Feed, stream: Iterator[list[ChangedChunk]]
) -> AsyncGenerator[tuple[list[ChangedChunk], list[Processed]], None]:
    """Keep CALLS_AT_ONCE calls to workers under way; yield what they return in reading order."""
    under_way: deque[tuple[list[ChangedChunk], asyncio.Task[list[Processed]]]] = deque()
    now = context.date_bound()
    try:
        while True:
            while len(under_way) < CALLS_AT_ONCE:
                with context.timed("walk and read"):
                    chunks = await asyncio.to_thread(next, stream, None)
                if chunks is None:
                    break
                work_items = (WorkItem(feed, now, each.chunk, each.seen) for each in chunks)
                call = context.pool.process(WorkBatch(tuple(work_items)))
                under_way.append((chunks, asyncio.create_task(call)))
            if not under_way:
                return
            chunks, calling = under_way.popleft()
            with context.timed("wait for workers"):
                results = await calling
            yield chunks, results
    finally:
        for _, calling in under_way:
            calling.cancel()


class _Parts:
    """Gathers processed chunks of one poll into parts, each a batch of its own."""

    def __init__(self, open_poll: OpenPoll, buffer: BatchBuffer) -> None:
        self._open_poll = open_poll
        self._buffer = buffer
        self._part_no = 0
        self.entries = 0
        self._clear()

    def _clear(self) -> None:
        self._drafts: list[Draft | Rejected] = []
        self._states: list[FeedState] = []
        self._bytes = self._unchanged = 0

    async def add(self, changed: ChangedChunk, processed: Processed) -> None:
        """Add a chunk; where it has more entries than a batch may, in several parts."""
        size = len(changed.chunk.data)
        many = len(self._drafts) + len(processed.drafts) > BATCH_ENTRIES
        if self._drafts and (many or self._bytes + size > BATCH_BYTES):
            await self._store(last=False)
        self.entries += len(processed.drafts) + len(processed.unchanged_pairs)
        self._unchanged += len(processed.unchanged_pairs)
        self._bytes += size
        counted = tried(processed.drafts, processed.pairs, changed.tries, changed.seen)
        drafts = counted.drafts
        while len(drafts) > BATCH_ENTRIES:
            # Without a state: killed before the last part, the chunk is read again, and what was
            # stored is known by its keys.
            self._drafts, drafts = drafts[:BATCH_ENTRIES], drafts[BATCH_ENTRIES:]
            await self._store(last=False)
        self._drafts += drafts
        still = [pair for pair in processed.unchanged_pairs if pair[1] not in changed.written]
        hashes = SeenEntries.pack(counted.pairs + still).packed
        self._states.append(replace(changed.state, hashes=hashes, tries=counted.tries))

    async def finish(self, walked: Walked, duration_ms: int) -> None:
        """Store what is left, with the poll's own row."""
        self._unchanged += walked.unchanged
        self._open_poll.poll = replace(
            self._open_poll.poll,
            bytes=walked.bytes,
            skipped=walked.skipped,
            duration_ms=duration_ms,
        )
        await self._store(last=True)
        await self._buffer.drain()

    async def _store(self, *, last: bool) -> None:
        self._part_no += 1
        part = PollPart(
            self._open_poll, self._part_no, self._drafts, tuple(self._states), self._unchanged, last
        )
        size = self._bytes
        self._clear()
        if not self._open_poll.overtaken:
            await self._buffer.add(part, size, flush=True)
