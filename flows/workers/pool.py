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
"""Of a worker's CPU for one parcel: the slowest honest input takes a twentieth of it
(docs/decisions/0003). By the clock, an honest one would time out on a busy machine."""
PATIENCE = 10
"""Times as long by the clock for a task, and its worker is given up whatever it does."""
MEMORY_BYTES = 1 << 30
"""Address space of a worker (RLIMIT_AS)."""
ROWS = frozenset({"jsonl", "csv", "parquet"})
"""Kinds of payloads that may be a block of a file: each block is a rejection of its own."""
MOST_CULPRITS = 20
"""Entries of one payload that may each kill a worker before the rest is given up."""
_SLOTS = 256


class Pool:
    """Killable worker processes; an input that hangs or bloats one becomes a rejection."""

    def __init__(
        self, workers: int = 2, timeout: float = TIMEOUT_SECONDS, memory: int = MEMORY_BYTES
    ) -> None:
        self._patience = timeout * PATIENCE
        self._workers = workers
        context = multiprocessing.get_context("spawn")
        self._marks: Array[c_int64] = context.Array("q", _SLOTS, lock=False)
        self._free = list(range(_SLOTS))
        try:
            self._processes = ProcessPool(
                workers, initializer=start, initargs=(self._marks, memory, timeout), context=context
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
        """Return when the workers have loaded what they need, rather than in the first task."""
        await asyncio.gather(*(self._try(WorkBatch(())) for _ in range(self._workers)))

    async def process(self, task: WorkBatch) -> list[Processed]:
        """Return what became of each parcel; what kills a worker hurts only its own parcel."""
        failure, mark, digested = await self._try(task)
        if failure is None:
            return digested
        parcel, alone = task.parcels[mark.parcel], len(task.parcels) == 1
        others = task.parcels[: mark.parcel] + task.parcels[mark.parcel + 1 :]
        if alone or (isinstance(parcel.read, Body) and failure == "parse_timeout"):
            found = self._find_culprits(replace(task, parcels=(parcel,)), failure, mark.stage)
        else:  # what crashed it may be its neighbours' memory; and a file is read once only
            found = self._alone(parcel)
        if not others:
            return [await found]
        rest = asyncio.create_task(self.process(replace(task, parcels=others)))
        try:
            one = await found
            done = await rest
        finally:
            rest.cancel()
        return [*done[: mark.parcel], one, *done[mark.parcel :]]

    async def _alone(self, parcel: WorkItem) -> Processed:
        [digested] = await self.process(WorkBatch((parcel,)))
        return digested

    async def _find_culprits(self, task: WorkBatch, failure: str, stage: int) -> Processed:
        skip: list[int] = []
        while stage != PARSING and len(skip) < MOST_CULPRITS:
            again = replace(task, one_by_one=True, skip=tuple(skip))
            failed, mark, digested = await self._try(again)
            if failed is None:
                return digested[0]
            stage = mark.stage
            if stage >= 0:
                skip.append(stage)
            elif stage == NORMALIZING:
                break
        return _given_up(task.parcels[0].read, failure)

    async def _try(self, task: WorkBatch) -> tuple[str | None, Position, list[Processed]]:
        """Run a task once: (the reason it failed or None, its last mark, its result)."""
        slot = self._free.pop()
        self._marks[slot] = PARSING
        future: Future[bytes] = self._processes.schedule(
            process, args=(task, slot), timeout=self._patience
        )
        try:
            packed = await asyncio.wrap_future(future)
            return None, Position(0, 0), pickle.loads(packed)  # noqa: S301 - ours
        except (TooSlow, TimeoutError):
            return "parse_timeout", position_of(self._marks[slot]), []
        except ProcessExpired as expired:
            out_of_time = expired.exitcode == -signal.SIGXCPU
            failure = "parse_timeout" if out_of_time else "parse_crash"
            return failure, position_of(self._marks[slot]), []
        except (MemoryError, SystemError, RecursionError):
            return "parse_crash", position_of(self._marks[slot]), []
        finally:
            self._free.append(slot)


def _given_up(read: FileChunk | Body, reason: str) -> Processed:
    if isinstance(read, Body):
        detail = "Reading this document killed its worker process."
        return Processed([], [], [], Document([], reason, detail), killed=True)
    whole = _set_aside(read, reason)
    aside: list[Draft | Rejected] = []
    pairs = []
    for one in (whole, *read.rejected):
        content = rejected_hash(one)
        aside.append(replace(one, entry_hash=content))
        pairs.append((hash64(one.key), pair_hash(one.key, content)))
    return Processed(aside, pairs, [])


def _set_aside(read: FileChunk, reason: str) -> Rejected:
    """Return the rejection of all that was read: a file, or a block of its rows."""
    key = f"{read.path}#rows-{read.row}" if read.kind in ROWS else read.path
    # Not the reason: what is too slow at one time may be too large at another.
    content = hash64("killed", key, read.data.decode("latin-1") or read.digest)
    detail = "Reading it killed its worker process."
    raw = read.data[:RAW_LIMIT]
    return Rejected(key, reason, detail, read.path, raw, content, retryable=True)
