"""Turns of hosts: so many requests to one host at once, so many seconds between their starts."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import monotonic
from typing import Protocol


def earliest(now: float, next_start: float, ahead: int, spacing: float) -> float:
    """Return when a turn can come at the earliest, with so many others waiting before it."""
    return max(now, next_start) + ahead * spacing


class Slot(Protocol):
    """What has room for some at once, as asyncio.Semaphore."""

    async def acquire(self) -> object:
        """Wait for room, and take it."""

    def release(self) -> None:
        """Give it back."""


class HostLimiter:
    """Who may ask which host when: first come, first served, one queue a host.

    A turn also takes seats among those that all hosts share (semaphores of the caller's), as the
    last thing before it starts: waiting for one must not bring two starts closer together.
    """

    def __init__(self, *, concurrency: int, spacing: float) -> None:
        self._concurrency = concurrency
        self._spacing = spacing
        self._hosts: dict[str, _Host] = {}

    def rest(self, host: str) -> None:
        """Give no more turns for this host, not to those that wait for one either."""
        self._line(host).resting = True

    async def take(self, host: str, seats: Sequence[Slot], until: float | None = None) -> bool:
        """Wait for a turn; False if it would come after `until` (of time.monotonic()), or never.

        It says so at once where those that wait already fill the time. True: call `leave`, and
        release the seats.
        """
        line = self._line(host)
        if until is not None:
            soonest = earliest(monotonic(), line.next_start, line.waiting, self._spacing)
            if soonest > until:
                return False
        line.waiting += 1
        try:
            if until is None:
                return await self._start(line, seats)
            now = asyncio.get_running_loop().time()
            async with asyncio.timeout_at(now + until - monotonic()):
                return await self._start(line, seats)
        except TimeoutError:
            return False
        finally:
            line.waiting -= 1

    def leave(self, host: str) -> None:
        """Give a turn back: its request is over."""
        self._hosts[host].free.release()

    def _line(self, host: str) -> "_Host":
        return self._hosts.setdefault(host, _Host(self._concurrency))

    async def _start(self, line: "_Host", seats: Sequence[Slot]) -> bool:
        async with line.door, AsyncExitStack() as undo:
            await line.free.acquire()
            undo.callback(line.free.release)
            if (wait := line.next_start - monotonic()) > 0:
                await asyncio.sleep(wait)
            for seat in seats:
                await seat.acquire()
                undo.callback(seat.release)
            if line.resting:
                return False
            undo.pop_all()
            line.next_start = monotonic() + self._spacing
            return True


class _Host:
    """The queue of one host."""

    __slots__ = ("door", "free", "next_start", "resting", "waiting")

    def __init__(self, concurrency: int) -> None:
        self.door = asyncio.Lock()
        """Held by the first of the queue; asyncio's locks are fair."""
        self.free = asyncio.Semaphore(concurrency)
        self.next_start = 0.0
        self.waiting = 0
        self.resting = False
