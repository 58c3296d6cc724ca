"""One poll of a folder: its pieces are digested in the workers and committed part by part."""

import asyncio
import time
from array import array
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from uuid import uuid4

from articles.errors import SeedsError
from articles.model import Draft, Feed, Rejected
from articles.rows import FeedState, Poll
from flows.pieces import Piece, Walked, crossings, pieces
from flows.pipeline import Keeper, Part, Reading, store
from flows.workers import Digested, Pool, Task

BATCH_ENTRIES = 1_000
BATCH_BYTES = 16 << 20
IN_FLIGHT = 6
"""Crossings at once: enough that no worker waits while a batch is committed."""
MOST_READINGS = 3
"""Of a file that kills its worker each time."""


@dataclass(slots=True)
class Intake:
    """What polls share: where they store, who digests, what time it is, and who is told."""

    keeper: Keeper
    pool: Pool
    now: datetime | None
    """What replaces the clock, if anything does."""
    tell: Callable[[int, int], None] = lambda _entries, _files: None
    """Told the entries decided and the files met so far."""
    skipped: int = 0
    files: int = 0
    entries: int = 0
    failures: list[str] = field(default_factory=list)
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

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the seconds that the block takes to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] += time.perf_counter() - began  # type: ignore[assignment]


async def poll_folder(intake: Intake, folder: Path, feed: Feed) -> None:
    """Read what is new in a folder and store it, batch by batch; the poll's row comes last."""
    lake, started = intake.keeper.lake, time.monotonic()
    seen, states = await asyncio.to_thread(
        # The number first: what is committed between the two makes this poll an overtaken one.
        lambda: (lake.feed_batch(feed.feed_id), lake.feed_states(feed.feed_id))
    )
    poll = Poll(
        uuid4().hex, feed.feed_id, intake.keeper.run.run_id, intake.clock(), "unchanged", None,
        0, 0, 0, 0, 0, 0, 0, 0, None, None,
    )  # fmt: skip
    reading = Reading(poll, feed, seen)
    walked = Walked()
    batcher = Batcher(intake, reading)
    stream = crossings(pieces(folder, feed.feed_id, states, walked))
    try:
        async with aclosing(_digested(intake, reading, stream)) as arriving:
            async for crossing, digested in arriving:
                for piece, one in zip(crossing, digested, strict=True):
                    await batcher.add(piece, one)
                intake.tell(intake.entries + batcher.taken, intake.files + walked.files)
                if reading.overtaken:
                    break
    except SeedsError as error:
        reading.poll = replace(reading.poll, status="failed", error="unreadable", detail=str(error))
        intake.failures.append(f"{feed.source.name}: {error} {error.hint}")
        intake.failed[feed.source.name] += 1
    await batcher.finish(walked, round((time.monotonic() - started) * 1000))
    if reading.overtaken:
        intake.overtaken.append(feed.source.name)


async def _digested(
    intake: Intake, reading: Reading, stream: Iterator[list[Piece]]
) -> AsyncGenerator[tuple[list[Piece], list[Digested]], None]:
    """Keep IN_FLIGHT crossings under way; yield them in reading order."""
    waiting: deque[tuple[list[Piece], asyncio.Task[list[Digested]]]] = deque()
    try:
        while True:
            while len(waiting) < IN_FLIGHT:
                with intake.timed("walk and read"):
                    crossing = await asyncio.to_thread(next, stream, None)
                if crossing is None:
                    break
                task = Task(
                    reading.feed,
                    reading.poll.started_at,
                    tuple(piece.payload for piece in crossing),
                    tuple(piece.held for piece in crossing),
                )
                waiting.append((crossing, asyncio.create_task(intake.pool.digest(task))))
            if not waiting:
                return
            crossing, digesting = waiting.popleft()
            with intake.timed("wait for workers"):
                digested = await digesting
            yield crossing, digested
    finally:
        for _, digesting in waiting:
            digesting.cancel()


class Batcher:
    """Gathers digested pieces of one poll into parts and stores each when it is large enough."""

    def __init__(self, intake: Intake, reading: Reading) -> None:
        self._intake = intake
        self._reading = reading
        self._parts = 0
        self._storing: asyncio.Future[None] | None = None
        self.taken = 0
        self._clear()

    def _clear(self) -> None:
        self._drafts: list[Draft | Rejected] = []
        self._states: list[FeedState] = []
        self._bytes = self._unchanged = 0

    async def add(self, piece: Piece, digested: Digested) -> None:
        """Add a piece; where it has more entries than a batch may, in several parts."""
        size = len(piece.payload.data)
        many = len(self._drafts) + len(digested.drafts) > BATCH_ENTRIES
        if self._drafts and (many or self._bytes + size > BATCH_BYTES):
            await self._store(last=False)
        self.taken += len(digested.drafts) + len(digested.unchanged_pairs)
        self._unchanged += len(digested.unchanged_pairs)
        self._bytes += size
        drafts, pairs = digested.drafts, digested.pairs
        while len(drafts) > BATCH_ENTRIES:
            self._drafts, drafts = drafts[:BATCH_ENTRIES], drafts[BATCH_ENTRIES:]
            own, pairs = pairs[:BATCH_ENTRIES], pairs[BATCH_ENTRIES:]
            self._states.append(replace(piece.state, complete=False, hashes=packed(own)))
            await self._store(last=False)
        self._drafts += drafts
        state = _to_retry(piece.state) if _is_retryable(digested) else piece.state
        still = [pair for pair in digested.unchanged_pairs if pair[1] not in piece.written]
        self._states.append(replace(state, hashes=packed(pairs + still)))

    async def finish(self, walked: Walked, duration_ms: int) -> None:
        """Store what is left, with the poll's own row."""
        self._unchanged += walked.unchanged
        self._intake.skipped += walked.skipped
        self._intake.files += walked.files
        self._intake.entries += self.taken
        self._reading.poll = replace(
            self._reading.poll,
            bytes=walked.bytes,
            skipped=walked.skipped,
            duration_ms=duration_ms,
        )
        await self._store(last=True)
        await self._stored()

    async def _store(self, *, last: bool) -> None:
        await self._stored()
        self._parts += 1
        part = Part(
            self._reading, self._parts, self._drafts, tuple(self._states), self._unchanged, last
        )
        self._clear()
        if not self._reading.overtaken:
            loop = asyncio.get_running_loop()
            self._storing = loop.run_in_executor(self._intake.writer, self._store_part, part)

    def _store_part(self, part: Part) -> None:
        with self._intake.timed("decide and commit"):
            store(self._intake.keeper, [part], self._intake.clock())

    async def _stored(self) -> None:
        """Wait for the batch before: two at once would only double the memory."""
        if self._storing is not None:
            storing, self._storing = self._storing, None
            await storing
            self._intake.tell(self._intake.entries + self.taken, self._intake.files)


def _is_retryable(digested: Digested) -> bool:
    reasons = {one.reason for one in digested.drafts if isinstance(one, Rejected)}
    return not reasons.isdisjoint(("parse_timeout", "parse_crash"))


def _to_retry(state: FeedState) -> FeedState:
    """Let the next runs read a file again that killed a worker: the machine may have been busy."""
    if state.reading >= MOST_READINGS:
        return state
    return replace(state, mtime_ns=0, content_hash="")


def packed(pairs: Sequence[tuple[int, int]]) -> bytes:
    """Return pairs as FeedState.hashes."""
    return array("q", chain.from_iterable(pairs)).tobytes()
