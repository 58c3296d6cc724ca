"""Turns of hosts: fair, spaced, bounded, and given back by whoever leaves the queue."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from connectors.http.host_limiter import HostLimiter, earliest

SOME = st.floats(0, 1e6)


@given(SOME, SOME, st.integers(0, 100), st.floats(0, 100))
def test_a_turn_comes_after_those_before_it(
    now: float, next_start: float, ahead: int, spacing: float
) -> None:
    """A turn is never in the past, never before the next start, and later for each one ahead."""
    found = earliest(now, next_start, ahead, spacing)
    assert found >= max(now, next_start)
    assert earliest(now, next_start, ahead + 1, spacing) >= found


def playing(
    play: Callable[[HostLimiter, asyncio.Semaphore], Awaitable[None]],
    *,
    concurrency: int = 2,
    spacing: float = 0.0,
    seats: int = 8,
) -> None:
    """Run a test's coroutine with turns; it must not hang."""

    async def bounded() -> None:
        async with asyncio.timeout(10):
            turns = HostLimiter(concurrency=concurrency, spacing=spacing)
            await play(turns, asyncio.Semaphore(seats))

    asyncio.run(bounded())


def leave(turns: HostLimiter, host: str, seats: asyncio.Semaphore) -> None:
    """Give back a turn and its seat."""
    turns.leave(host)
    seats.release()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_host_has_so_many_at_once() -> None:
    """No more than `concurrency` have the turn of one host; other hosts are not held up."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        assert await turns.take("a", [seats])
        third = asyncio.create_task(turns.take("a", [seats]))
        assert await turns.take("b", [seats])
        await settle()
        assert not third.done()
        leave(turns, "a", seats)
        assert await third

    playing(play)


def test_first_come_first_served() -> None:
    """Turns of one host come in the order in which they were asked for."""
    order: list[int] = []

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        async def one(number: int) -> None:
            assert await turns.take("a", [seats])
            order.append(number)
            await asyncio.sleep(0)
            leave(turns, "a", seats)

        await asyncio.gather(*(one(number) for number in range(20)))

    playing(play, concurrency=3)
    assert order == list(range(20))


def test_starts_are_spaced() -> None:
    """Between two starts at one host there are at least `spacing` seconds."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        begun = monotonic()
        for _ in range(3):
            assert await turns.take("a", [seats])
            leave(turns, "a", seats)
        assert monotonic() - begun >= 0.02

    playing(play, spacing=0.01)


def test_a_turn_that_comes_too_late_is_refused_at_once() -> None:
    """If the spacing alone goes beyond `until`, nobody waits for it."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        leave(turns, "a", seats)
        assert not await turns.take("a", [seats], monotonic() + 50)
        assert not await turns.take("a", [seats], monotonic() - 1)
        waiting = asyncio.create_task(turns.take("a", [seats], monotonic() + 150))
        await settle()
        assert not await turns.take("a", [seats], monotonic() + 150)  # it would be the second
        waiting.cancel()

    playing(play, spacing=100)


def test_waiting_ends_at_its_time() -> None:
    """If those that are at it do not leave in time, the turn is refused, and the queue is whole."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        assert not await turns.take("a", [seats], monotonic() + 0.005)
        leave(turns, "a", seats)
        assert await turns.take("a", [seats], monotonic() + 5)

    playing(play, concurrency=1)


def test_whoever_is_cancelled_leaves_the_queue() -> None:
    """A waiter that is cancelled takes neither a turn nor a start from those behind it."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        waiters = [asyncio.create_task(turns.take("a", [seats])) for _ in range(3)]
        await settle()
        waiters[0].cancel()
        waiters[1].cancel()
        await settle()
        leave(turns, "a", seats)
        assert await waiters[2]
        leave(turns, "a", seats)
        assert seats._value == 8
        assert await turns.take("a", [seats])

    playing(play, concurrency=1)


def test_a_turn_waits_for_a_seat() -> None:
    """Where every seat is taken by other hosts, the turn waits, and gives nothing away."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        waiting = asyncio.create_task(turns.take("b", [seats]))
        await settle()
        assert not waiting.done()
        assert not await turns.take("c", [seats], monotonic() + 0.005)
        leave(turns, "a", seats)
        assert await waiting

    playing(play, seats=1)


def test_a_resting_host_gives_no_turn() -> None:
    """A host that wants a pause is asked nothing more, by who waits for it already neither."""

    async def play(turns: HostLimiter, seats: asyncio.Semaphore) -> None:
        assert await turns.take("a", [seats])
        waiting = asyncio.create_task(turns.take("a", [seats]))
        await settle()
        turns.rest("a")
        leave(turns, "a", seats)
        assert not await waiting
        assert not await turns.take("a", [seats])
        assert await turns.take("b", [seats])
        assert seats._value == 7

    playing(play, concurrency=1)
