"""Limits requests by host: so many at once, so many seconds between their starts."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import monotonic
from typing import Protocol


def earliest(now: float, next_start: float, ahead: int, spacing: float) -> float:
    """Return when a request can start at the earliest, with so many others waiting before it."""
    return max(now, next_start) + ahead * spacing


class Slot(Protocol):
    """What has room for so many at once, as asyncio.Semaphore."""

    async def acquire(self) -> object:
        """Wait for room, and take it."""

    def release(self) -> None:
        """Give it back."""


class HostLimiter:
    """Lets requests to a host start in their order: first come, first served, one queue a host.

    A request also acquires slots that all hosts share (semaphores of the caller's), as the last
    thing before it starts: waiting for one must not bring two starts closer together.
    """

    def __init__(self, *, concurrency: int, spacing: float) -> None:
        self._concurrency = concurrency
        self._spacing = spacing
        self._hosts: dict[str, _HostQueue] = {}

    def block(self, host: str) -> None:
        """Let no more requests to this host start, those that wait already neither."""
        self._queue(host).blocked = True

    async def acquire(self, host: str, slots: Sequence[Slot], until: float | None = None) -> bool:
        """Wait until a request to the host may start; False if it may not.

        Args:
            host: as it is dialled.
            slots: what the request needs besides, acquired together with its start.
            until: no start after this time (of time.monotonic()). Where those that wait already
                fill the time, False comes at once.

        Returns:
            True: call `release`, and release the slots. False: nothing is held.

        """
        queue = self._queue(host)
        if until is not None:
            soonest = earliest(monotonic(), queue.next_start, queue.waiting, self._spacing)
            if soonest > until:
                return False
        queue.waiting += 1
        try:
            if until is None:
                return await self._start(queue, slots)
            now = asyncio.get_running_loop().time()
            async with asyncio.timeout_at(now + until - monotonic()):
                return await self._start(queue, slots)
        except TimeoutError:
            return False
        finally:
            queue.waiting -= 1

    def release(self, host: str) -> None:
        """Say that a request which had started is over."""
        self._hosts[host].free.release()

    def _queue(self, host: str) -> "_HostQueue":
        return self._hosts.setdefault(host, _HostQueue(self._concurrency))

    async def _start(self, queue: "_HostQueue", slots: Sequence[Slot]) -> bool:
        async with queue.head, AsyncExitStack() as undo:
            await queue.free.acquire()
            undo.callback(queue.free.release)
            if (wait := queue.next_start - monotonic()) > 0:
                await asyncio.sleep(wait)
            for slot in slots:
                await slot.acquire()
                undo.callback(slot.release)
            if queue.blocked:
                return False
            undo.pop_all()
            queue.next_start = monotonic() + self._spacing
            return True


class _HostQueue:
    """The requests to one host that wait or are under way."""

    __slots__ = ("blocked", "free", "head", "next_start", "waiting")

    def __init__(self, concurrency: int) -> None:
        self.head = asyncio.Lock()
        """The lock that the first of the queue holds; asyncio's locks are fair."""
        self.free = asyncio.Semaphore(concurrency)
        self.next_start = 0.0
        self.waiting = 0
        self.blocked = False
