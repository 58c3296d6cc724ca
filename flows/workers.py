"""The pool of killable worker processes: many entries are parsed and normalized in one crossing."""

import asyncio
import gc
import multiprocessing
import os
import pickle
import resource
import signal
from array import array
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from ctypes import Array, c_int64
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from articles.errors import WorkerError
from articles.ids import hash64
from articles.model import RAW_LIMIT, Draft, Entry, Feed, Markup, Rejected, Source
from connectors.files import Payload

TIMEOUT_SECONDS = 10.0
"""For one task: the slowest honest input takes a twentieth of it (docs/decisions/0003)."""
MEMORY_BYTES = 1 << 30
"""Address space of a worker (RLIMIT_AS)."""
MOST_CULPRITS = 20
"""Entries of one payload that may each kill a worker before the rest is given up."""
_SLOTS = 256
PARSING, NORMALIZING = -1, -2
"""Marks of a task that is not at a certain entry."""

_marks: Array[c_int64] | None = None
"""In a worker: shared with the parent, a slot a task, saying what the task is at."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one crossing carries to a worker: payloads of one feed, in reading order."""

    feed: Feed
    now: datetime
    payloads: tuple[Payload, ...]
    held: tuple[bytes, ...]
    """For each payload, the pair hashes (sorted, native int64) that the feed's state holds."""
    one_by_one: bool = False
    """Normalize entry by entry, marking each, to find the one that kills the worker."""
    skip: tuple[int, ...] = ()
    """Entries (by place) that did kill a worker."""


@dataclass(frozen=True, slots=True)
class Digested:
    """What became of one payload."""

    drafts: list[Draft | Rejected]
    """Of the entries whose hash the state did not hold, in their order."""
    pairs: list[tuple[int, int]]
    """Of those entries: hash64 of the key, and the pair's hash."""
    unchanged_pairs: list[tuple[int, int]]
    """Likewise of the others, each once."""


def pair_hash(key: str, entry_hash: int) -> int:
    """Return the hash under which a feed's state holds an entry: its key and content together."""
    return hash64(key, str(entry_hash))


def digest(task: Task, slot: int) -> bytes:
    """Parse and normalize the payloads; runs in a worker, and raises only what kills it.

    Returns a list of Digested, pickled here: the pipe's own pickler asks a Python mapping for
    each object, which takes as long again.
    """
    digested = [
        _digest_one(task, payload, held, slot)
        for payload, held in zip(task.payloads, task.held, strict=True)
    ]
    return pickle.dumps(digested, pickle.HIGHEST_PROTOCOL)


def _digest_one(task: Task, payload: Payload, held: bytes, slot: int) -> Digested:
    from articles.normalize import entry_hash
    from connectors.files import parse

    _mark(slot, PARSING)
    parsed = parse(payload)
    _mark(slot, NORMALIZING)
    before, met = set(array("q", held)), set[int]()
    fresh: list[tuple[Entry, int] | Rejected] = []
    pairs: list[tuple[int, int]] = []
    unchanged: list[tuple[int, int]] = []
    held_entries: list[Entry] = []
    for one in parsed:
        content = entry_hash(one) if isinstance(one, Entry) else _rejected_hash(one)
        pair = pair_hash(one.key, content)
        if pair in met:  # listed twice in one document
            continue
        met.add(pair)
        known = pair in before
        (unchanged if known else pairs).append((hash64(one.key), pair))
        if known:
            held_entries += [one] if isinstance(one, Entry) else []
        elif isinstance(one, Entry):
            fresh.append((one, content))
        else:
            fresh.append(replace(one, entry_hash=content))
    return Digested(_normalized(task, fresh, held_entries, slot), pairs, unchanged)


def _rejected_hash(rejected: Rejected) -> int:
    return rejected.entry_hash or hash64(
        rejected.key, rejected.reason, rejected.raw.decode("latin-1")
    )


def _normalized(
    task: Task, fresh: list[tuple[Entry, int] | Rejected], held: list[Entry], slot: int
) -> list[Draft | Rejected]:
    from articles.normalize import normalize, without_shared_urls

    entries = [one for one in fresh if not isinstance(one, Rejected)]
    if task.one_by_one:
        results = iter(without_shared_urls([*_one_by_one(task, entries, slot)], held))
    else:
        results = iter(normalize(entries, task.feed, task.now, held))
    return [one if isinstance(one, Rejected) else next(results) for one in fresh]


def _one_by_one(
    task: Task, entries: list[tuple[Entry, int]], slot: int
) -> Iterator[Draft | Rejected]:
    from articles.normalize import normalize

    for place, (entry, content) in enumerate(entries):
        if place in task.skip:
            raw = entry.raw.encode("utf-8", "replace")[:RAW_LIMIT]
            detail = "Cleaning this entry killed its worker process."
            yield Rejected(
                entry.key, "parse_timeout", detail, entry.path, raw, content, retryable=True
            )
            continue
        _mark(slot, place)
        yield from normalize([(entry, content)], task.feed, task.now)


def _mark(slot: int, value: int) -> None:
    if _marks is not None:
        _marks[slot] = value


def _start(marks: Array[c_int64], memory: int) -> None:
    """Prepare a worker: its limits first, then everything that a first task would wait for."""
    global _marks  # noqa: PLW0603 - a pool's initializer has no other way to hand a worker something
    _marks = marks
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.nice(5)  # the writer goes first: everything waits for it
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _warm_up()
    seldom_collect()


def seldom_collect() -> None:
    """Let Python look for reference cycles seldom: entries and rows have none, and are many.

    Looking as often as by default took a third of the time of reading and of deciding.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _warm_up() -> None:
    """Load what the first task would load within its time limit: parsers and the language model."""
    from articles.normalize import normalize

    text = Markup("A first text, long enough for its language to be told from its words.")
    feed = Feed("", Source("", ""), "files", "")
    normalize([(Entry("", content=text), 0)], feed, datetime(2000, 1, 1, tzinfo=UTC))


def _end_with_parent() -> None:
    """Ask Linux to end this worker when its parent is killed, even in the middle of a regex."""
    import ctypes
    import sys

    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Pool:
    """Killable worker processes; an input that hangs or bloats one becomes a rejection."""

    def __init__(
        self, workers: int = 2, timeout: float = TIMEOUT_SECONDS, memory: int = MEMORY_BYTES
    ) -> None:
        self._timeout = timeout
        context = multiprocessing.get_context("spawn")
        self._marks: Array[c_int64] = context.Array("q", _SLOTS, lock=False)
        self._free = list(range(_SLOTS))
        try:
            self._processes = ProcessPool(
                workers, initializer=_start, initargs=(self._marks, memory), context=context
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

    async def digest(self, task: Task) -> list[Digested]:
        """Return what became of each payload; what kills a worker is a rejection of its own."""
        failure, mark, digested = await self._try(task)
        if failure is None:
            return digested
        if len(task.payloads) == 1:
            return [await self._find_culprits(task, failure, mark)]
        alone = [
            replace(task, payloads=(payload,), held=(held,))
            for payload, held in zip(task.payloads, task.held, strict=True)
        ]
        return [one for task in alone for one in await self.digest(task)]

    async def _find_culprits(self, task: Task, failure: str, mark: int) -> Digested:
        skip: list[int] = []
        while mark != PARSING and len(skip) < MOST_CULPRITS:
            again = replace(task, one_by_one=True, skip=tuple(skip))
            failed, mark, digested = await self._try(again)
            if failed is None:
                return digested[0]
            if mark >= 0:
                skip.append(mark)
            elif mark == NORMALIZING:
                break
        return _given_up(task.payloads[0], failure)

    async def _try(self, task: Task) -> tuple[str | None, int, list[Digested]]:
        """Run a task once: (the reason it failed or None, its last mark, its result)."""
        slot = self._free.pop()
        self._marks[slot] = PARSING
        future: Future[bytes] = self._processes.schedule(
            digest, args=(task, slot), timeout=self._timeout
        )
        try:
            packed = await asyncio.wrap_future(future)
            return None, 0, pickle.loads(packed)  # noqa: S301 - ours
        except (TooSlow, TimeoutError):
            return "parse_timeout", self._marks[slot], []
        except (ProcessExpired, MemoryError, RecursionError):
            return "parse_crash", self._marks[slot], []
        finally:
            self._free.append(slot)


def _given_up(payload: Payload, reason: str) -> Digested:
    detail = "Reading it killed its worker process."
    whole = Rejected(
        payload.path, reason, detail, payload.path, payload.data[:RAW_LIMIT], retryable=True
    )
    aside: list[Draft | Rejected] = []
    pairs = []
    for one in (whole, *payload.rejected):
        content = _rejected_hash(one)
        aside.append(replace(one, entry_hash=content))
        pairs.append((hash64(one.key), pair_hash(one.key, content)))
    return Digested(aside, pairs, [])
