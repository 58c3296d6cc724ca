"""The buffer between polls and commits: it fills with parts of polls until they make a batch."""

import asyncio

from flows.pipeline.polls import PollPart
from flows.pipeline.store import store
from flows.polling.context import RunContext

BATCH_ENTRIES = 1_000
BATCH_BYTES = 16 << 20


class BatchBuffer:
    """Holds parts of polls in the order in which they come, and stores them batch by batch."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._one_caller = asyncio.Lock()
        self._storing: asyncio.Future[None] | None = None
        self._clear()

    def _clear(self) -> None:
        self._parts: list[PollPart] = []
        self._entries = self._bytes = 0

    async def add(self, part: PollPart, size: int, *, flush: bool = False) -> None:
        """Add a part that was made of `size` bytes; `flush` stores the batch at once.

        Returns when the part is in a batch that is stored, under way, or next: so a caller can't
        run ahead of the writer. Raises what storing an earlier batch raised.
        """
        async with self._one_caller:
            many = self._entries + len(part.drafts) > BATCH_ENTRIES
            if self._parts and (many or self._bytes + size > BATCH_BYTES):
                await self._begin_storing()
            self._parts.append(part)
            self._entries += len(part.drafts)
            self._bytes += size
            if flush or self._entries >= BATCH_ENTRIES or self._bytes >= BATCH_BYTES:
                await self._begin_storing()

    async def flush(self) -> None:
        """Begin to store what the buffer holds; returns when the batch before is stored."""
        async with self._one_caller:
            if self._parts:
                await self._begin_storing()

    async def drain(self) -> None:
        """Store what the buffer holds, and wait until it is stored."""
        await self.flush()
        async with self._one_caller:
            await self._stored()

    async def _begin_storing(self) -> None:
        await self._stored()
        parts = self._parts
        self._clear()
        loop = asyncio.get_running_loop()
        self._storing = loop.run_in_executor(self._context.writer, self._store, parts)

    def _store(self, parts: list[PollPart]) -> None:
        with self._context.timed("decide and commit"):
            store(self._context.commits, parts, self._context.clock())

    async def _stored(self) -> None:
        """Wait for the batch before: two at once would only double the memory."""
        if self._storing is not None:
            # Whoever is cancelled while waiting must not take the batch along, nor its error.
            await asyncio.shield(self._storing)
            self._storing = None
            self._context.report_progress()
