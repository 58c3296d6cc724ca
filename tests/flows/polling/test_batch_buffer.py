"""The batch that fills: nothing that was handed over is lost, whoever stops waiting for it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.polling import batch_buffer
from flows.polling.batch_buffer import BatchBuffer
from flows.polling.context import RunContext

Play = Callable[[BatchBuffer], Awaitable[None]]


class Store:
    """Takes the place of storing: holds each batch until it may go on, or fails it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.stored: list[str] = []
        self.may_go_on = threading.Event()
        self.error = error

    def __call__(self, _commits: object, parts: list[Any], _now: object) -> None:
        """Store a batch when it may go on."""
        assert self.may_go_on.wait(10)
        if self.error:
            raise self.error
        self.stored += [part.name for part in parts]


def part(name: str, entries: int) -> Any:
    """Return what passes for a part here."""
    return SimpleNamespace(name=name, drafts=[None] * entries)


def play(monkeypatch: pytest.MonkeyPatch, store: Store, act: Play) -> None:
    """Run a test's coroutine with a buffer; it must not hang."""
    monkeypatch.setattr(batch_buffer, "store", store)

    async def bounded() -> None:
        async with asyncio.timeout(10):
            await act(BatchBuffer(RunContext(cast("Any", None), cast("Any", None), None)))

    asyncio.run(bounded())


async def _cancelled_while_it_waits(buffer: BatchBuffer) -> None:
    waiting = asyncio.create_task(buffer.flush())
    for _ in range(5):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()


def test_whoever_is_cancelled_takes_no_batch_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that waits for its turn is stored although who waited for it went away."""
    store = Store()

    async def act(buffer: BatchBuffer) -> None:
        await buffer.add(part("first", 1_000), 1)
        await buffer.add(part("second", 400), 1)
        await _cancelled_while_it_waits(buffer)
        store.may_go_on.set()
        await buffer.drain()

    play(monkeypatch, store, act)
    assert store.stored == ["first", "second"]


def test_whoever_is_cancelled_hides_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What storing raised is raised to the next, too, though the first to wait is gone."""
    store = Store(OSError("full"))

    async def act(buffer: BatchBuffer) -> None:
        await buffer.add(part("first", 1_000), 1)
        await buffer.add(part("second", 400), 1)
        await _cancelled_while_it_waits(buffer)
        store.may_go_on.set()
        for _ in range(2):
            with pytest.raises(OSError, match="full"):
                await buffer.drain()

    play(monkeypatch, store, act)
    assert store.stored == []


def test_parts_share_a_batch_up_to_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are gathered in their order; one that would be too much begins the next batch."""
    batches: list[list[str]] = []
    store = Store()
    store.may_go_on.set()

    def noting(commits: object, parts: list[Any], now: object) -> None:
        batches.append([one.name for one in parts])
        store(commits, parts, now)

    async def act(buffer: BatchBuffer) -> None:
        monkeypatch.setattr(batch_buffer, "store", noting)
        for name, entries, size in (("a", 600, 1), ("b", 400, 1), ("c", 1, 17 << 20), ("d", 5, 1)):
            await buffer.add(part(name, entries), size)
        await buffer.drain()

    play(monkeypatch, store, act)
    assert batches == [["a", "b"], ["c"], ["d"]]
