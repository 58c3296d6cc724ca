"""Micro-batching: bodies that wait at the same time share a call to a worker, to share its cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flows.workers.messages import Processed, WorkBatch, WorkItem
from flows.workers.pool import Pool

CALL_BYTES = 256 << 10
CALLS_AT_ONCE = 4
"""Calls under way: enough that no worker waits for the next."""

_Waiting = tuple[WorkItem, "asyncio.Future[Processed]"]


class MicroBatcher:
    """Has work items processed that come one by one, each with those that wait at the same time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def process(self, work_item: WorkItem) -> Processed:
        """Return what became of a work item; only while `running`."""
        future: asyncio.Future[Processed] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((work_item, future))
        return await future

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Call workers while the block runs."""
        callers = [asyncio.create_task(self._call_on()) for _ in range(CALLS_AT_ONCE)]
        try:
            yield
        finally:
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)

    async def _call_on(self) -> None:
        while True:
            waiting = [await self._queue.get()]
            size = _size(waiting[0])
            while size < CALL_BYTES and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
                size += _size(waiting[-1])
            await self._call(waiting)

    async def _call(self, waiting: list[_Waiting]) -> None:
        work = WorkBatch(tuple(work_item for work_item, _ in waiting))
        try:
            results = await self._pool.process(work)
        except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), processed in zip(waiting, results, strict=True):
            if not future.done():
                future.set_result(processed)


def _size(waiting: _Waiting) -> int:
    return len(waiting[0].read.data)
