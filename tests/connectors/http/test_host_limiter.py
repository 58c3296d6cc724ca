"""The limiter of hosts: fair, spaced, bounded; who leaves the queue gives back what it had."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from connectors.http.host_limiter import HostLimiter, earliest

SOME = st.floats(0, 1e6)


@given(SOME, SOME, st.integers(0, 100), st.floats(0, 100))
def test_a_start_comes_after_those_before_it(
    now: float, next_start: float, ahead: int, spacing: float
) -> None:
    """A start is never in the past, never before the next start, and later for each one ahead."""
    start = earliest(now, next_start, ahead, spacing)
    assert start >= max(now, next_start)
    assert earliest(now, next_start, ahead + 1, spacing) >= start


def playing(
    play: Callable[[HostLimiter, asyncio.Semaphore], Awaitable[None]],
    *,
    concurrency: int = 2,
    spacing: float = 0.0,
    slots: int = 8,
) -> None:
    """Run a test's coroutine with a limiter; it must not hang."""

    async def bounded() -> None:
        async with asyncio.timeout(10):
            limiter = HostLimiter(concurrency=concurrency, spacing=spacing)
            await play(limiter, asyncio.Semaphore(slots))

    asyncio.run(bounded())


def release(limiter: HostLimiter, host: str, slots: asyncio.Semaphore) -> None:
    """End a request and give back its slot."""
    limiter.release(host)
    slots.release()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_host_has_so_many_at_once() -> None:
    """No more than `concurrency` are under way at one host; other hosts are not held up."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        assert await limiter.acquire("a", [slots])
        third = asyncio.create_task(limiter.acquire("a", [slots]))
        assert await limiter.acquire("b", [slots])
        await settle()
        assert not third.done()
        release(limiter, "a", slots)
        assert await third

    playing(play)


def test_first_come_first_served() -> None:
    """Requests to one host start in the order in which they came."""
    order: list[int] = []

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        async def ask(number: int) -> None:
            assert await limiter.acquire("a", [slots])
            order.append(number)
            await asyncio.sleep(0)
            release(limiter, "a", slots)

        await asyncio.gather(*(ask(number) for number in range(20)))

    playing(play, concurrency=3)
    assert order == list(range(20))


def test_starts_are_spaced() -> None:
    """Between two starts at one host there are at least `spacing` seconds."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        begun = monotonic()
        for _ in range(3):
            assert await limiter.acquire("a", [slots])
            release(limiter, "a", slots)
        assert monotonic() - begun >= 0.02

    playing(play, spacing=0.01)


def test_a_start_that_comes_too_late_is_refused_at_once() -> None:
    """If the spacing alone goes beyond `until`, nobody waits for it."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        release(limiter, "a", slots)
        assert not await limiter.acquire("a", [slots], monotonic() + 50)
        assert not await limiter.acquire("a", [slots], monotonic() - 1)
        waiting = asyncio.create_task(limiter.acquire("a", [slots], monotonic() + 150))
        await settle()
        assert not await limiter.acquire("a", [slots], monotonic() + 150)  # it would be the second
        waiting.cancel()

    playing(play, spacing=100)


def test_waiting_ends_at_its_time() -> None:
    """If those under way do not end in time, the start is refused, and the queue is whole."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        assert not await limiter.acquire("a", [slots], monotonic() + 0.005)
        release(limiter, "a", slots)
        assert await limiter.acquire("a", [slots], monotonic() + 5)

    playing(play, concurrency=1)


def test_whoever_is_cancelled_leaves_the_queue() -> None:
    """A waiter that is cancelled takes no start from those behind it."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        waiters = [asyncio.create_task(limiter.acquire("a", [slots])) for _ in range(3)]
        await settle()
        waiters[0].cancel()
        waiters[1].cancel()
        await settle()
        release(limiter, "a", slots)
        assert await waiters[2]
        release(limiter, "a", slots)
        assert slots._value == 8
        assert await limiter.acquire("a", [slots])

    playing(play, concurrency=1)


def test_a_start_waits_for_a_slot() -> None:
    """Where other hosts have every slot, a request waits, and gives nothing away."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        waiting = asyncio.create_task(limiter.acquire("b", [slots]))
        await settle()
        assert not waiting.done()
        assert not await limiter.acquire("c", [slots], monotonic() + 0.005)
        release(limiter, "a", slots)
        assert await waiting

    playing(play, slots=1)


def test_a_blocked_host_is_not_asked() -> None:
    """A host that wants a pause is asked nothing more, by who waits for it already neither."""

    async def play(limiter: HostLimiter, slots: asyncio.Semaphore) -> None:
        assert await limiter.acquire("a", [slots])
        waiting = asyncio.create_task(limiter.acquire("a", [slots]))
        await settle()
        limiter.block("a")
        release(limiter, "a", slots)
        assert not await waiting
        assert not await limiter.acquire("a", [slots])
        assert await limiter.acquire("b", [slots])
        assert slots._value == 7

    playing(play, concurrency=1)
