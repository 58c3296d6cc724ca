"""What runs in a worker process: parsing and normalizing, many entries in one crossing."""

import gc
import math
import os
import pickle
import resource
import signal
from array import array
from collections.abc import Iterator
from ctypes import Array, c_int64
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from articles.ids import hash64
from articles.model import RAW_LIMIT, Draft, Entry, Feed, Markup, Rejected, Source
from connectors.documents import Document
from connectors.payload import Body, Payload

PARSING, NORMALIZING = -1, -2
"""Stages of a parcel that is not at a certain entry (those are their places, from 0)."""
_STAGES = 1 << 32

_marks: Array[c_int64] | None = None
"""In a worker: shared with the parent, a slot a task, saying which parcel it is at, and where."""


_cpu_seconds = 0.0
"""In a worker: what one parcel may take; 0 for no bound."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was read of a feed at one time, on its way to a worker."""

    feed: Feed
    now: datetime
    """Bounds dates."""
    read: Payload | Body
    held: bytes = b""
    """Pair hashes (sorted, native int64) that the feed's state holds."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one crossing carries to a worker."""

    parcels: tuple[Parcel, ...]
    one_by_one: bool = False
    """Normalize entry by entry, marking each, to find the one that kills the worker."""
    skip: tuple[int, ...] = ()
    """Entries (by place) that did kill a worker."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a task was at when it ended its worker."""

    parcel: int
    stage: int
    """PARSING, NORMALIZING, or the place of an entry."""


@dataclass(frozen=True, slots=True)
class Digested:
    """What became of one parcel."""

    drafts: list[Draft | Rejected]
    """Of the entries whose hash the state did not hold, in their order."""
    pairs: list[tuple[int, int]]
    """Of those entries: hash64 of the key, and the pair's hash."""
    unchanged_pairs: list[tuple[int, int]]
    """Likewise of the others, each once."""
    document: Document | None = None
    """Of a body: what the document says of itself, without its entries."""
    killed: bool = False
    """Of a body: reading it killed the worker."""


def pair_hash(key: str, entry_hash: int) -> int:
    """Return the hash under which a feed's state holds an entry: its key and content together."""
    return hash64(key, str(entry_hash))


def digest(task: Task, slot: int) -> bytes:
    """Parse and normalize the parcels; runs in a worker, and raises only what kills it.

    Returns a list of Digested, pickled here: the pipe's own pickler asks a Python mapping for
    each object, which takes as long again.
    """
    digested = [_digest_one(task, place, slot) for place in range(len(task.parcels))]
    return pickle.dumps(digested, pickle.HIGHEST_PROTOCOL)


def _digest_one(task: Task, place: int, slot: int) -> Digested:
    from articles.carrying import with_shared_keys
    from articles.normalize import entry_hash

    parcel = task.parcels[place]
    _mark(slot, place, PARSING)
    _allow_cpu()
    parsed, document = _read(parcel.read)
    _mark(slot, place, NORMALIZING)
    before, met = set(array("q", parcel.held)), set[int]()
    fresh: list[tuple[Entry, int] | Rejected] = []
    pairs: list[tuple[int, int]] = []
    unchanged: list[tuple[int, int]] = []
    held_entries: list[Entry] = []
    for one in parsed:
        content = entry_hash(one) if isinstance(one, Entry) else rejected_hash(one)
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
    drafts = with_shared_keys(
        _normalized(task, place, fresh, held_entries, slot),
        [key for key, _ in pairs],
        [key for key, _ in unchanged],
    )
    return Digested(drafts, pairs, unchanged, document)


def _read(read: Payload | Body) -> tuple[list[Entry | Rejected], Document | None]:
    if isinstance(read, Payload):
        from connectors.files import parse

        return parse(read), None
    from connectors.documents import read_document

    document = read_document(read.data, charset=read.charset, answered=read.url, plain=read.plain)
    return document.entries, replace(document, entries=[])


def rejected_hash(rejected: Rejected) -> int:
    """Return the hash of what was rejected, as `entry_hash` is an entry's."""
    return rejected.entry_hash or hash64(
        rejected.key, rejected.reason, rejected.raw.decode("latin-1")
    )


def _normalized(
    task: Task,
    place: int,
    fresh: list[tuple[Entry, int] | Rejected],
    held: list[Entry],
    slot: int,
) -> list[Draft | Rejected]:
    from articles.normalize import normalize, without_shared_urls

    parcel = task.parcels[place]
    entries = [one for one in fresh if not isinstance(one, Rejected)]
    if task.one_by_one:
        results = iter(without_shared_urls([*_one_by_one(task, place, entries, slot)], held))
    else:
        results = iter(normalize(entries, parcel.feed, parcel.now, held))
    return [one if isinstance(one, Rejected) else next(results) for one in fresh]


def _one_by_one(
    task: Task, place: int, entries: list[tuple[Entry, int]], slot: int
) -> Iterator[Draft | Rejected]:
    from articles.normalize import normalize

    parcel = task.parcels[place]
    for number, (entry, content) in enumerate(entries):
        if number in task.skip:
            raw = entry.raw.encode("utf-8", "replace")[:RAW_LIMIT]
            detail = "Cleaning this entry killed its worker process."
            yield Rejected(
                entry.key, "parse_timeout", detail, entry.path, raw, content, retryable=True
            )
            continue
        _mark(slot, place, number)
        yield from normalize([(entry, content)], parcel.feed, parcel.now)


def mark_of(value: int) -> Mark:
    """Return what a slot of the marks says."""
    parcel = (value - NORMALIZING) // _STAGES
    return Mark(parcel, value - parcel * _STAGES)


def _mark(slot: int, parcel: int, stage: int) -> None:
    if _marks is not None:
        _marks[slot] = parcel * _STAGES + stage


def start(marks: Array[c_int64], memory: int, cpu_seconds: float) -> None:
    """Prepare a worker: its limits first, then everything that a first task would wait for."""
    # A pool's initializer has no other way to hand a worker something.
    global _marks, _cpu_seconds
    _marks, _cpu_seconds = marks, cpu_seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.nice(5)  # the writer goes first: everything waits for it
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _warm_up()
    seldom_collect()


def _allow_cpu() -> None:
    """Let the kernel end this process (SIGXCPU) when the next parcel has had its time.

    Unlike a timer of Python's it does not wait for a regex that holds the interpreter.
    """
    if _cpu_seconds:
        used = resource.getrusage(resource.RUSAGE_SELF)
        bound = math.ceil(used.ru_utime + used.ru_stime + _cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))


def seldom_collect() -> None:
    """Let Python look for reference cycles seldom: entries and rows have none, and are many.

    Looking as often as by default took a third of the time of reading and of deciding.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _warm_up() -> None:
    """Load what the first task would load within its time limit: parsers and the language model."""
    from articles.normalize import normalize

    text = Markup("A first text (cafÃ©), long enough to tell its language, damaged to be mended.")
    feed = Feed("", Source("", ""), "files", "")
    normalize([(Entry("", content=text), 0)], feed, datetime(2000, 1, 1, tzinfo=UTC))


def _end_with_parent() -> None:
    """Ask Linux to end this worker when its parent is killed, even in the middle of a regex."""
    import ctypes
    import sys

    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
