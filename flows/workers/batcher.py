"""Bodies on their way to the workers, many at a crossing: one alone is not worth its cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flows.workers.messages import Processed, WorkBatch, WorkItem
from flows.workers.pool import Pool

CALL_BYTES = 256 << 10
AT_ONCE = 4
"""Crossings under way: enough that no worker waits for the next."""

_Waiting = tuple[WorkItem, "asyncio.Future[Processed]"]


class MicroBatcher:
    """Digests parcels that come one by one, with those that wait at the same time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def process(self, parcel: WorkItem) -> Processed:
        """Return what became of a parcel; only while `running`."""
        future: asyncio.Future[Processed] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((parcel, future))
        return await future

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carry parcels over while the block runs."""
        carriers = [asyncio.create_task(self._carry()) for _ in range(AT_ONCE)]
        try:
            yield
        finally:
            for carrier in carriers:
                carrier.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)

    async def _carry(self) -> None:
        while True:
            crossing = [await self._queue.get()]
            size = _size(crossing[0])
            while size < CALL_BYTES and not self._queue.empty():
                crossing.append(self._queue.get_nowait())
                size += _size(crossing[-1])
            await self._cross(crossing)

    async def _cross(self, crossing: list[_Waiting]) -> None:
        try:
            digested = await self._pool.process(WorkBatch(tuple(parcel for parcel, _ in crossing)))
        except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
            for _, future in crossing:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), one in zip(crossing, digested, strict=True):
            if not future.done():
                future.set_result(one)


def _size(waiting: _Waiting) -> int:
    return len(waiting[0].read.data)
