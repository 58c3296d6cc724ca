"""What the polls of a run share: the workers, the writer's thread, and the batch that fills."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from flows.pipeline import Keeper, Part, store
from flows.workers import Pool

BATCH_ENTRIES = 1_000
BATCH_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    entries: int = 0
    """Decided."""
    files: int = 0
    """Met."""
    feeds: int = 0
    """Polled over HTTP."""


@dataclass(slots=True)
class Intake:
    """What polls share: where they store, who digests, what time it is, and who is told."""

    keeper: Keeper
    pool: Pool
    now: datetime | None
    """What replaces the clock, if anything does."""
    tell: Callable[[Progress], None] = lambda _: None
    lake_clock: datetime | None = None
    """When the lake's last batch was committed by a clock; bounds dates where ours is behind."""
    skipped: int = 0
    files: int = 0
    entries: int = 0
    feeds: int = 0
    failures: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    """Feeds that were read although they are broken, or not to their end."""
    overtaken: list[str] = field(default_factory=list)
    """Names of the sources that another run read meanwhile."""
    failed: Counter[str] = field(default_factory=Counter)
    """Failed polls by source name."""
    stages: Counter[str] = field(default_factory=Counter)
    """Seconds by stage."""
    writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "writer"))
    """The one thread that decides and commits."""

    def clock(self) -> datetime:
        """Return the time to store."""
        return self.now or datetime.now(UTC)

    def date_bound(self) -> datetime:
        """Return what no publication date is far beyond: the clock, or the lake's if that is later.

        A clock that is years behind would take every date from the lake for good.
        """
        clock = self.clock()
        return clock if self.now or self.lake_clock is None else max(clock, self.lake_clock)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the seconds that the block takes to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] += time.perf_counter() - began  # type: ignore[assignment]

    def say(self) -> None:
        """Tell how far the run is."""
        self.tell(Progress(self.entries, self.files, self.feeds))


class Gatherer:
    """Gathers parts of polls in the order in which they come, and stores them batch by batch."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._turn = asyncio.Lock()
        self._storing: asyncio.Future[None] | None = None
        self._clear()

    def _clear(self) -> None:
        self._parts: list[Part] = []
        self._entries = self._bytes = 0

    async def add(self, part: Part, size: int, *, send: bool = False) -> None:
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

    def _store(self, parts: list[Part]) -> None:
        with self._intake.timed("decide and commit"):
            store(self._intake.keeper, parts, self._intake.clock())

    async def _stored(self) -> None:
        """Wait for the batch before: two at once would only double the memory."""
        if self._storing is not None:
            # Whoever is cancelled while waiting must not take the batch along, nor its error.
            await asyncio.shield(self._storing)
            self._storing = None
            self._intake.say()


def packed(pairs: list[tuple[int, int]]) -> bytes:
    """Return pairs as FeedState.hashes."""
    return array("q", chain.from_iterable(pairs)).tobytes()
