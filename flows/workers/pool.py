"""The pool of killable worker processes: what kills one becomes a rejection or a failed poll."""

import asyncio
import multiprocessing
import pickle
import signal
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from ctypes import Array, c_int64
from dataclasses import replace
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from articles.errors import WorkerError
from articles.model.drafts import Draft
from articles.model.entries import RAW_LIMIT, Rejected
from articles.model.ids import hash64
from articles.model.seen import pair_hash, rejected_hash
from connectors.feeds.body import Body
from connectors.feeds.document import Document
from connectors.parsing.chunk import FileChunk
from flows.workers.limits import NORMALIZING, PARSING, Position, position_of, start
from flows.workers.messages import Processed, WorkBatch, WorkItem
from flows.workers.process import process

TIMEOUT_SECONDS = 9.0
"""A worker's CPU time for one work item: the slowest honest input takes a twentieth of it
(docs/decisions/0003). By the clock, an honest one would time out on a busy machine."""
PATIENCE = 10
"""After so many times as long by the clock a call's worker is given up, whatever it does."""
MEMORY_BYTES = 1 << 30
"""Address space of a worker (RLIMIT_AS)."""
BLOCKS = frozenset({"jsonl", "csv", "parquet"})
"""Kinds of files that are read in blocks of rows: a block is rejected, not the file."""
MOST_CULPRITS = 20
"""Entries of one work item that may each kill a worker before the rest is given up."""
_SLOTS = 256


class Pool:
    """Killable worker processes; an input that hangs or bloats one becomes a rejection."""

    def __init__(
        self, workers: int = 2, timeout: float = TIMEOUT_SECONDS, memory: int = MEMORY_BYTES
    ) -> None:
        self._patience = timeout * PATIENCE
        self._workers = workers
        context = multiprocessing.get_context("spawn")
        self._positions: Array[c_int64] = context.Array("q", _SLOTS, lock=False)
        self._free = list(range(_SLOTS))
        limits = (self._positions, memory, timeout)
        try:
            self._processes = ProcessPool(
                workers, initializer=start, initargs=limits, context=context
            )
        except OSError as error:
            msg = f"The worker processes can't be started: {error}"
            raise WorkerError(msg, "Free some memory or processes, then run again.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._processes.close()
        else:
            self._processes.stop()
        self._processes.join()

    async def warm(self) -> None:
        """Return when the workers have loaded what they need, rather than in the first call."""
        await asyncio.gather(*(self._try(WorkBatch(())) for _ in range(self._workers)))

    async def process(self, work: WorkBatch) -> list[Processed]:
        """Return what became of each work item; what kills a worker hurts only itself."""
        failure, position, results = await self._try(work)
        if failure is None:
            return results
        index = position.index
        culprit, others = work.work_items[index], _without(work.work_items, index)
        if not others or (isinstance(culprit.read, Body) and failure == "parse_timeout"):
            alone = replace(work, work_items=(culprit,))
            searching = self._without_culprits(alone, failure, position.stage)
        else:  # what crashed it may be its neighbours' memory; and a file is read once only
            searching = self._alone(culprit)
        if not others:
            return [await searching]
        rest = asyncio.create_task(self.process(replace(work, work_items=others)))
        try:
            processed = await searching
            results = await rest
        finally:
            rest.cancel()
        return [*results[:index], processed, *results[index:]]

    async def _alone(self, work_item: WorkItem) -> Processed:
        [processed] = await self.process(WorkBatch((work_item,)))
        return processed

    async def _without_culprits(self, work: WorkBatch, failure: str, stage: int) -> Processed:
        """Find the entries that kill a worker, and return what became of the others.

        Args:
            work: A call with the one work item that killed a worker.
            failure: The reason for which it is rejected if no entry is to blame.
            stage: Where in it the worker was.
        """
        skip: list[int] = []
        while stage != PARSING and len(skip) < MOST_CULPRITS:
            again = replace(work, one_by_one=True, skip=tuple(skip))
            failed, position, results = await self._try(again)
            if failed is None:
                return results[0]
            stage = position.stage
            if stage >= 0:
                skip.append(stage)
            elif stage == NORMALIZING:
                break
        return _given_up(work.work_items[0].read, failure)

    async def _try(self, work: WorkBatch) -> tuple[str | None, Position, list[Processed]]:
        """Call a worker once: (the reason it failed or None, its last position, its results)."""
        slot = self._free.pop()
        self._positions[slot] = PARSING
        future: Future[bytes] = self._processes.schedule(
            process, args=(work, slot), timeout=self._patience
        )
        try:
            pickled = await asyncio.wrap_future(future)
            return None, Position(0, 0), pickle.loads(pickled)  # noqa: S301 - ours
        except (TooSlow, TimeoutError):
            return "parse_timeout", position_of(self._positions[slot]), []
        except ProcessExpired as expired:
            out_of_time = expired.exitcode == -signal.SIGXCPU
            failure = "parse_timeout" if out_of_time else "parse_crash"
            return failure, position_of(self._positions[slot]), []
        except (MemoryError, SystemError, RecursionError):
            return "parse_crash", position_of(self._positions[slot]), []
        finally:
            self._free.append(slot)


def _without(work_items: tuple[WorkItem, ...], index: int) -> tuple[WorkItem, ...]:
    return work_items[:index] + work_items[index + 1 :]


def _given_up(read: FileChunk | Body, reason: str) -> Processed:
    """Return what becomes of a work item that killed its worker: nothing of it was read."""
    if isinstance(read, Body):
        detail = "Reading this document killed its worker process."
        return Processed([], [], [], Document([], reason, detail), killed=True)
    rejections: list[Draft | Rejected] = []
    pairs = []
    for rejected in (_rejected(read, reason), *read.rejected):
        content = rejected_hash(rejected)
        rejections.append(replace(rejected, entry_hash=content))
        pairs.append((hash64(rejected.key), pair_hash(rejected.key, content)))
    return Processed(rejections, pairs, [])


def _rejected(read: FileChunk, reason: str) -> Rejected:
    """Return the rejection of all that was read: a file, or a block of its rows."""
    key = f"{read.path}#rows-{read.row}" if read.kind in BLOCKS else read.path
    # Not the reason: what is too slow at one time may be too large at another.
    content = hash64("killed", key, read.data.decode("latin-1") or read.digest)
    detail = "Reading it killed its worker process."
    raw = read.data[:RAW_LIMIT]
    return Rejected(key, reason, detail, read.path, raw, content, retryable=True)
