"""Gathers the parts of polls until they make a batch."""

import asyncio

from flows.pipeline.polls import PollPart
from flows.pipeline.store import store
from flows.polling.context import RunContext

BATCH_ENTRIES = 1_000
BATCH_BYTES = 16 << 20


class BatchBuffer:
    """Gathers parts of polls in the order in which they come, and stores them batch by batch."""

    def __init__(self, intake: RunContext) -> None:
        self._intake = intake
        self._turn = asyncio.Lock()
        self._storing: asyncio.Future[None] | None = None
        self._clear()

    def _clear(self) -> None:
        self._parts: list[PollPart] = []
        self._entries = self._bytes = 0

    async def add(self, part: PollPart, size: int, *, send: bool = False) -> None:
        """Add a part that was made of `size` bytes; `send` stores the batch at once.

        Returns when the part is in a batch that is stored, under way, or next: so a caller can't
        run ahead of the writer. Raises what storing an earlier batch raised.
        """
        async with self._turn:
            many = self._entries + len(part.drafts) > BATCH_ENTRIES
            if self._parts and (many or self._bytes + size > BATCH_BYTES):
                await self._send()
            self._parts.append(part)
            self._entries += len(part.drafts)
            self._bytes += size
            if send or self._entries >= BATCH_ENTRIES or self._bytes >= BATCH_BYTES:
                await self._send()

    async def send(self) -> None:
        """Store what has been gathered so far."""
        async with self._turn:
            if self._parts:
                await self._send()

    async def finish(self) -> None:
        """Store what is left, and wait until it is stored."""
        await self.send()
        async with self._turn:
            await self._stored()

    async def _send(self) -> None:
        await self._stored()
        parts = self._parts
        self._clear()
        loop = asyncio.get_running_loop()
        self._storing = loop.run_in_executor(self._intake.writer, self._store, parts)

    def _store(self, parts: list[PollPart]) -> None:
        with self._intake.timed("decide and commit"):
            store(self._intake.keeper, parts, self._intake.clock())

    async def _stored(self) -> None:
        """Wait for the batch before: two at once would only double the memory."""
        if self._storing is not None:
            # Whoever is cancelled while waiting must not take the batch along, nor its error.
            await asyncio.shield(self._storing)
            self._storing = None
            self._intake.say()
