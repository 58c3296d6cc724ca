"""Two runs poll one feed at once: nothing that was read is lost, no pause is forgotten."""

import asyncio
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import Asked, FeedServer, Reply
from published import ask

from articles.model.entries import Feed, Source
from flows.outcome import Report
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECONDS = 120.0
"""For which a held answer waits at most."""


class World:
    """A lake and a feed whose first answer of a round can be held back."""

    def __init__(self, root: Path, server: FeedServer, pool: Pool) -> None:
        self.lake, self.server, self.pool = root / "lake", server, pool
        self.now = NOW
        self.runs = 0

    async def running(self) -> Report:
        """Run once over the feed, due or not."""
        self.runs += 1
        feed = Feed("feed", Source("press", "press"), "rss", self.server.url("/feed"))
        plan = PollPlan(
            (feed,), "newslake-test", allow_addresses="127.0.0.1", spacing=0.0, every_feed=True
        )
        return await run(
            self.lake, [], plan=plan, now=self.now, run_id=f"run-{self.runs}", command="test",
            pool=self.pool,
        )  # fmt: skip

    def answer(self, *replies: Reply) -> None:
        """Answer the next requests with these."""
        waiting = iter(replies)
        self.server.replies["/feed"] = lambda _: next(waiting)

    def both(self, first: Reply, second: Reply) -> list[Report]:
        """Let a run ask, and get its answer only when another one has asked and committed."""
        return asyncio.run(self._both(first, second))

    async def _both(self, first: Reply, second: Reply) -> list[Report]:
        asked, release = threading.Event(), threading.Event()

        def answer(_: Asked) -> Reply:
            if asked.is_set():
                return second
            asked.set()
            assert release.wait(SECONDS)
            return first

        self.server.replies["/feed"] = answer
        slow = asyncio.create_task(self.running())
        try:
            assert await asyncio.to_thread(asked.wait, SECONDS)
            quick = await self.running()
        finally:
            release.set()
        return [await slow, quick]

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask news.duckdb."""
        return ask(self.lake, query)

    def guids(self) -> list[str]:
        """Return the guids of all articles."""
        return [str(guid) for (guid,) in self.sql("SELECT guid FROM articles ORDER BY guid")]

    def polls(self) -> list[object]:
        """Return how the polls ended."""
        return [error or status for status, error in self.sql(
            "SELECT status, error FROM polls ORDER BY batch_no"
        )]  # fmt: skip

    def schedule(self) -> tuple[object, ...]:
        """Return the latest: failures, answers 410, when it is due, until when its host rests."""
        [row] = self.sql(
            "SELECT failures, gone, next_poll_at, host_until, etag FROM schedules"
            " ORDER BY batch_no DESC LIMIT 1"
        )
        return row


@pytest.fixture
def world(tmp_path: Path, feeds: FeedServer, pool: Pool, new_lake: Path) -> World:
    """Return a lake that holds one entry of the feed."""
    shutil.copytree(new_lake, tmp_path / "lake")
    made = World(tmp_path, feeds, pool)
    made.answer(document("storm"))
    asyncio.run(made.running())
    made.now += 2 * HOUR
    return made


def document(*names: str) -> Reply:
    """Return an RSS document with an entry a name, and its ETag."""
    entries = "".join(
        f"<item><title>{name} in Lindby</title><guid>{name}</guid></item>" for name in names
    )
    body = f'<rss version="2.0"><channel><title>L</title>{entries}</channel></rss>'
    return Reply(body.encode(), 200, {"ETag": f'"{len(names)}"'})


def test_what_was_read_is_stored_though_the_other_run_failed(world: World) -> None:
    """A failed poll that committed first takes nothing from the one that read a new entry."""
    slow, quick = world.both(document("ferry", "storm"), Reply(b"", 500))
    assert (slow.overtaken, quick.overtaken) == ([], [])
    assert world.guids() == ["ferry", "storm"]
    assert world.polls() == ["new", "http_5xx", "new"]
    assert world.schedule() == (0.0, 0, world.now + HOUR, None, '"2"')


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_the_other_run_was_told_is_kept(world: World, status: int) -> None:
    """Retry-After counts, whichever of both polls commits first, and so does what was read."""
    busy = Reply(b"", status, {"Retry-After": "10800"})
    until = world.now + 3 * HOUR
    world.both(document("ferry", "storm"), busy)
    assert (world.guids(), world.schedule()) == (
        ["ferry", "storm"], (0.0, 0, until, until, '"2"'),
    )  # fmt: skip
    world.now += 4 * HOUR
    until = world.now + 3 * HOUR
    slow, _ = world.both(busy, document("mayor", "ferry", "storm"))
    assert (slow.overtaken, world.polls()[-1]) == ([], "http_429" if status == 429 else "http_5xx")
    assert (world.guids(), world.schedule()) == (
        ["ferry", "mayor", "storm"], (0.0, 0, until, until, '"3"'),
    )  # fmt: skip


def test_that_a_feed_is_gone_is_not_forgotten(world: World) -> None:
    """After a 410 it is left alone for a day, though the other run could read it meanwhile."""
    world.both(document("ferry", "storm"), Reply(b"", 410))
    assert world.schedule() == (0.0, 1, world.now + 24 * HOUR, None, '"2"')
    assert world.guids() == ["ferry", "storm"]


def test_two_answers_410_at_once_are_one(world: World) -> None:
    """A feed is not given up for good because two runs asked in the same moment."""
    world.both(Reply(b"", 410), Reply(b"", 410))
    assert world.schedule()[:3] == (1.0, 1, world.now + 24 * HOUR)
    assert world.polls() == ["new", "http_410", "http_410"]


def test_an_unchanged_feed_overtakes(world: World) -> None:
    """Who was told that nothing changed has read the feed: the other poll is dropped."""
    slow, quick = world.both(document("ferry", "storm"), Reply(b"", 304, {"ETag": '"1"'}))
    assert (slow.overtaken, quick.overtaken) == (["press"], [])
    assert (world.guids(), world.polls()) == (["storm"], ["new", "unchanged"])
    world.answer(document("ferry", "storm"))
    asyncio.run(world.running())
    assert world.guids() == ["ferry", "storm"]
