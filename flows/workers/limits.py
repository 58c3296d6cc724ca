"""What a worker process may use, and how far it is."""

import gc
import math
import os
import resource
import signal
from ctypes import Array, c_int64
from dataclasses import dataclass
from datetime import UTC, datetime

from articles.model.entries import Entry, Feed, Markup, Source

PARSING, NORMALIZING = -1, -2
"""Stages of a work item that is not at a certain entry; an entry's stage is its number, from 0."""
_STAGES = 1 << 32

_positions: Array[c_int64] | None = None
"""In a worker: an array shared with the parent, a slot a call, which says how far the call is."""

_cpu_seconds = 0.0
"""In a worker: what one work item may take; 0 for no bound."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a call was when it ended its worker."""

    index: int
    """Which of its work items it was at, from 0."""
    stage: int
    """PARSING, NORMALIZING, or the number of an entry."""


def position_of(value: int) -> Position:
    """Return the position that a slot's number says."""
    index = (value - NORMALIZING) // _STAGES
    return Position(index, value - index * _STAGES)


def set_position(slot: int, index: int, stage: int) -> None:
    """Tell the parent, in a worker, which work item it is at, and where in it."""
    if _positions is not None:
        _positions[slot] = index * _STAGES + stage


def start(positions: Array[c_int64], memory: int, cpu_seconds: float) -> None:
    """Prepare a worker: its limits first, then everything that a first call would wait for."""
    # A pool's initializer has no other way to hand a worker something.
    global _positions, _cpu_seconds
    _positions, _cpu_seconds = positions, cpu_seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.nice(5)  # the writer goes first: everything waits for it
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _warm_up()
    seldom_collect()


def allow_cpu() -> None:
    """Let the kernel end this process (SIGXCPU) when the next work item has had its time.

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
    """Load what the first call would load within its time limit: parsers and the language model."""
    from articles.fields.normalize import normalize

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
