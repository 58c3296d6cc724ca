"""What the polls of a run share: the workers, the writer's thread, the clock, and the counts."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar, TypeVarTuple
from uuid import uuid4

from articles.model.entries import Feed
from articles.model.poll_rows import Poll
from flows.outcome import Progress
from flows.pipeline.commit import CommitContext
from flows.workers.pool import Pool

T = TypeVar("T")
Given = TypeVarTuple("Given")


@dataclass(slots=True)
class RunContext:
    """What polls share: where they store, who processes, what time it is, and who follows."""

    commits: CommitContext
    pool: Pool
    now: datetime | None
    """What replaces the clock, if anything does."""
    on_progress: Callable[[Progress], None] = lambda _: None
    lake_clock: datetime | None = None
    """When the lake's last batch was committed by a clock; bounds dates where ours is behind."""
    skipped: int = 0
    """Files of a kind that newslake does not read."""
    files: int = 0
    """Files that were met in folders."""
    entries: int = 0
    """Entries that were read."""
    feeds: int = 0
    """Feeds that were polled over HTTP."""
    failures: list[str] = field(default_factory=list)
    """A line for a person about each poll that failed."""
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

    async def in_writer(self, call: Callable[[*Given], T], *given: *Given) -> T:
        """Return what a call returns that is made in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, call, *given)

    def report_progress(self) -> None:
        """Say how far the run is, to whoever follows it."""
        self.on_progress(Progress(self.entries, self.files, self.feeds))


def new_poll(context: RunContext, feed: Feed) -> Poll:
    """Return the row of a poll that begins now."""
    return Poll(
        uuid4().hex, feed.feed_id, context.commits.run.run_id, context.clock(), "unchanged", None,
        0, 0, 0, 0, 0, 0, 0, 0, None, None,
    )  # fmt: skip
