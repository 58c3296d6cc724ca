"""Feeds polled over HTTP from a real server on loopback into a real lake."""

import asyncio
import json
import re
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Asked, FeedServer, Reply
from published import ask, content
from stopping import Killed, stop_before

from articles.identity.readable_ids import source_id_of
from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from connectors.feeds import document
from connectors.http.headers import charset_of
from flows.outcome import Report
from flows.polling import batch_buffer
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
TABLES = ("articles", "revisions", "sightings", "entries", "keys", "matches", "members")
HOUR = timedelta(hours=1)


def rss(*names: str, text: str = "") -> str:
    """Return an RSS document with an entry a name."""
    entries = "".join(
        f"<item><title>{name} in Lindby</title><link>https://lindby.example/{name}</link>"
        f"<guid>{name}</guid><pubDate>Tue, 02 Jul 2024 08:00:00 GMT</pubDate>"
        f"<description>{_words(name)} {text}</description></item>"
        for name in names
    )
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Lindby</title>'
        f"<link>https://lindby.example/</link><description>News</description>{entries}"
        "</channel></rss>"
    )


def atom(*names: str) -> str:
    """Return an Atom document with an entry a name."""
    entries = "".join(
        f"<entry><title>{name}</title><id>urn:{name}</id><updated>2024-07-02T08:00:00Z</updated>"
        f'<link href="https://lindby.example/{name}"/><content>{_words(name)}</content></entry>'
        for name in names
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>L</title>{entries}</feed>'


def jsonfeed(*names: str) -> str:
    """Return a JSON Feed with an entry a name."""
    entries = ",".join(
        f'{{"id": "{name}", "url": "https://lindby.example/{name}", "title": "{name}",'
        f' "content_text": "{_words(name)}", "date_published": "2024-07-02T08:00:00Z"}}'
        for name in names
    )
    return f'{{"version": "https://jsonfeed.org/version/1.1", "title": "L", "items": [{entries}]}}'


def _words(name: str) -> str:
    return f"The {name} of Lindby was the talk of the town when the council met about {name}."


class World:
    """A lake, and the feeds that are polled into it."""

    def __init__(self, root: Path, server: FeedServer, pool: Pool) -> None:
        self.lake, self.seeds, self.server = root / "lake", root / "seeds", server
        self.pool = pool
        self.seeds.mkdir(parents=True)
        self.urls: list[str] = []
        self.off: set[str] = set()
        self.now = NOW
        self.runs = 0

    def feed(self, url: str) -> Feed:
        """Return the feed of a URL, a source of its own."""
        source = Source(source_id_of(url), url)
        return Feed(short_id("feed", url), source, "rss", url, enabled=url not in self.off)

    def ingest(self, *, dry_run: bool = False, **changes: object) -> Report:
        """Run once over the feeds."""
        return asyncio.run(self.running(dry_run=dry_run, **changes))

    async def running(self, *, dry_run: bool = False, **changes: object) -> Report:
        """Run once over the feeds."""
        self.runs += 1
        plan = PollPlan(
            feeds=tuple(map(self.feed, self.urls)), user_agent="newslake-test",
            allow_addresses="127.0.0.1", spacing=0.0,
        )  # fmt: skip
        return await run(
            self.lake, [self.seeds], now=self.now, run_id=f"run-{self.runs}",
            command="test", dry_run=dry_run,
            plan=replace(plan, **changes), pool=self.pool,  # type: ignore[arg-type]
        )  # fmt: skip

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask news.duckdb."""
        return ask(self.lake, query)

    def polls(self) -> list[tuple[object, ...]]:
        """Return how the feeds' polls ended, in their order."""
        return self.sql(
            "SELECT p.status, p.http_status, p.new, p.changed, p.unchanged, p.error"
            " FROM polls p JOIN feeds f USING (feed_id) WHERE f.kind <> 'files'"
            " ORDER BY p.batch_no, f.url"
        )

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the public tables without what chance and the order of feeds decide."""
        return content(self.lake, TABLES)


@pytest.fixture
def world(tmp_path: Path, feeds: FeedServer, pool: Pool, new_lake: Path) -> World:
    """Return a new lake and a feed server."""
    shutil.copytree(new_lake, tmp_path / "lake")
    return World(tmp_path, feeds, pool)


@pytest.mark.parametrize("document", [rss, atom, jsonfeed])
def test_a_feed_becomes_articles(world: World, document: Callable[..., str]) -> None:
    """Each entry of a feed of any format is an article of the feed's source."""
    world.urls = [world.server.serve("/feed", document("storm", "ferry"))]
    report = world.ingest()
    assert (report.summary.due, report.summary.left, report.failures) == (1, 0, [])
    assert report.tallies[world.urls[0]].new == 2
    assert world.sql("SELECT guid, url FROM articles ORDER BY title LIMIT 1")[0][1] == (
        "https://lindby.example/ferry"
    )
    assert world.polls() == [("new", 200, 2, 0, 0, None)]


def test_a_feed_is_not_asked_before_it_is_due(world: World) -> None:
    """The next due time is kept in the lake: a run before it asks nobody and stores no poll."""
    world.urls = [world.server.serve("/feed", rss("storm"), ETag='"1"')]
    world.ingest()
    world.now += HOUR / 2
    report = world.ingest()
    assert (report.summary.due, len(world.server.asked), len(world.polls())) == (0, 1, 1)
    assert report.summary.next_at == NOW + HOUR
    world.now += 24 * HOUR
    assert world.ingest().summary.due == 1


def test_what_is_unchanged_is_asked_for_with_its_validators(world: World) -> None:
    """ETag and Last-Modified go back as they came; a 304 is a poll that ended unchanged."""
    date = "Tue, 02 Jul 2024 08:00:00 GMT"

    def answer(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == 'W/"a b"'
        headers = {"ETag": 'W/"a b"', "Last-Modified": date}
        return Reply(b"", 304, headers) if known else Reply(rss("storm").encode(), 200, headers)

    world.server.replies["/feed"] = answer
    world.urls = [world.server.url("/feed")]
    world.ingest()
    world.ingest(every_feed=True)
    assert [one.headers.get("if-modified-since") for one in world.server.asked] == [None, date]
    assert world.polls() == [("new", 200, 1, 0, 0, None), ("unchanged", 304, 0, 0, 1, None)]
    assert world.sql("SELECT etag, last_modified FROM feeds WHERE kind = 'rss'") == [
        ('W/"a b"', date)
    ]


def test_the_same_etag_is_not_read_again_and_hides_nothing(world: World) -> None:
    """A 200 with the ETag of the last poll is unchanged; with another one, its body is read."""
    world.urls = [world.server.serve("/feed", rss("storm"), ETag='"1"')]
    world.ingest()
    world.server.serve("/feed", rss("ferry"), ETag='"1"')
    world.ingest(every_feed=True)
    world.server.serve("/feed", rss("ferry"), ETag='"2"')
    world.ingest(every_feed=True)
    assert [row[0] for row in world.polls()] == ["new", "unchanged", "new"]
    assert world.sql("SELECT count(*) FROM articles") == [(2,)]


def test_a_dry_run_asks_nobody(world: World) -> None:
    """What a poll hears must not be forgotten: a dry run only says how many feeds are due."""
    world.urls = [world.server.serve("/feed", rss("storm"))]
    report = world.ingest(dry_run=True)
    assert (report.summary.due, world.server.paths()) == (1, [])


def test_a_redirected_host_gets_its_pause(world: World) -> None:
    """Retry-After is kept for the host that answered, though a redirect led there."""
    server = world.server
    there = f"http://localhost:{server.port}"
    server.replies["/a"] = Reply(b"", 302, {"Location": f"{there}/busy"})
    server.replies["/busy"] = Reply(b"", 503, {"Retry-After": "7200"})
    world.urls = [server.url("/a")]
    world.ingest(allow_addresses="127.0.0.1,::1")
    world.urls = [f"{there}/b"]
    server.serve("/b", rss("storm"))
    report = world.ingest(allow_addresses="127.0.0.1,::1")
    assert (server.paths(), report.summary.due) == (["/a", "/busy"], 0)


@pytest.mark.parametrize(
    "header",
    [
        "text/xml; charset*=a; charset*0=b", "text/xml; charset*" + "9" * 5_000 + "=1",
        'text/xml; charset="', "; charset=", "\xff;\xfe", "text/xml; charset=no-such",
    ],
)  # fmt: skip
def test_a_hostile_header_hurts_nobody(world: World, header: str) -> None:
    """Whatever a Content-Type says, the feed is read, and so are its neighbours."""
    world.urls = [
        world.server.serve("/odd", rss("storm"), Content_Type=header),
        world.server.serve("/good", rss("ferry")),
    ]
    assert world.ingest().failures == []
    assert world.sql("SELECT count(*) FROM articles") == [(2,)]


@given(st.text(max_size=200))
def test_any_header_has_a_charset_or_none(text: str) -> None:
    """A charset is a short plain word, whatever a server sends."""
    found = charset_of(f"text/xml; charset={text}")
    assert found is None or re.fullmatch(r"[\w.:-]{1,40}", found, re.ASCII)


def test_two_runs_at_once_store_once(world: World) -> None:
    """Of two runs that polled the same feed, the second to commit drops its poll."""
    world.urls = [world.server.url("/feed")]
    asked = threading.Barrier(2, timeout=120)  # neither may be done before the other has begun

    def answer(_: Asked) -> Reply:
        asked.wait()
        return Reply(rss("storm", "ferry").encode())

    world.server.replies["/feed"] = answer

    async def both() -> list[Report]:
        return list(await asyncio.gather(world.running(), world.running()))

    reports = asyncio.run(both())
    assert sorted(report.overtaken.count(world.urls[0]) for report in reports) == [0, 1]
    assert world.sql("SELECT count(*) FROM sightings") == [(2,)]
    assert world.sql("SELECT count(*) FROM polls WHERE http_status = 200") == [(1,)]


def test_the_same_bytes_are_not_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 200 with the body of the last poll is unchanged, without a parser."""
    world.urls = [world.server.serve("/feed", rss("storm", "ferry"))]
    world.ingest()
    monkeypatch.setattr("flows.workers.pool.Pool.process", None)
    world.ingest(every_feed=True)
    world.ingest(every_feed=True)
    assert world.polls()[2] == ("unchanged", 200, 0, 0, 2, None)


def test_only_what_a_feed_did_not_carry_before_is_stored(world: World) -> None:
    """A repeated entry is counted as unchanged, a new one is new, an edited one is a revision."""
    world.urls = [world.server.serve("/feed", rss("storm", "ferry"))]
    world.ingest()
    world.server.serve("/feed", rss("mayor", "storm", "ferry"))
    world.ingest(every_feed=True)
    edited = rss("mayor", "storm", "ferry").replace("storm in Lindby", "Storm hits Lindby")
    world.server.serve("/feed", edited)
    world.ingest(every_feed=True)
    assert world.polls() == [
        ("new", 200, 2, 0, 0, None), ("new", 200, 1, 0, 2, None), ("new", 200, 0, 1, 2, None),
    ]  # fmt: skip
    assert world.sql("SELECT count(*), max(revision_count) FROM articles") == [(3, 2)]


def _index(world: World) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(world.lake / "index" / "keys.sqlite")) as connection:
        tables = ("keys", "carried", "heads", "feeds", "schedules", "held")
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def test_the_index_made_anew_is_the_one_that_grew(world: World) -> None:
    """What a run knows of its entries spares the index work, and changes nothing in it."""
    world.urls = [world.server.serve("/a", rss("storm", "ferry")), world.server.url("/b")]
    world.server.serve("/b", atom("mayor", "storm"))
    world.ingest()
    world.server.serve("/a", rss("storm", "ferry").replace("storm in", "Storm hits"))
    world.ingest(every_feed=True)
    grown = _index(world)
    (world.lake / "index" / "keys.sqlite").unlink()
    world.ingest()
    assert _index(world) == {**grown, "feeds": _index(world)["feeds"]}


def test_an_entry_that_comes_back_is_known(world: World) -> None:
    """What left a feed and comes back unedited makes no revision and no second entry."""
    world.urls = [world.server.serve("/feed", rss("storm"))]
    world.ingest()
    world.server.serve("/feed", rss("ferry"))
    world.ingest(every_feed=True)
    world.server.serve("/feed", rss("storm", "ferry"))
    world.ingest(every_feed=True)
    assert world.polls()[2] == ("unchanged", 200, 0, 0, 2, None)
    assert world.sql("SELECT count(*) FROM entries") == [(2,)]


def test_every_failure_is_a_poll_with_its_kind(world: World) -> None:
    """A failed poll has its kind, a sentence and a hint, and its neighbours lose nothing."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/feed"
        server = world.server
        server.replies["/broken"] = Reply(b"x", 500)
        world.urls = [
            server.serve("/good", rss("storm")),
            server.serve("/page", "<!DOCTYPE html><html><body>Hello</body></html>"),
            server.url("/missing"),
            server.url("/broken"),
            server.serve("/empty", ""),
            nobody,
            "http://10.1.2.3/feed",
        ]
        report = world.ingest()
    found = world.sql(
        "SELECT f.url, p.error, p.detail FROM polls p JOIN feeds f USING (feed_id)"
        " WHERE p.status = 'failed'"
    )
    kinds = {str(url): error for url, error, _ in found}
    assert kinds == {
        server.url("/page"): "not_a_feed", server.url("/missing"): "http_404",
        server.url("/broken"): "http_5xx", server.url("/empty"): "empty", nobody: "connect",
        "http://10.1.2.3/feed": "blocked_address",
    }  # fmt: skip
    assert all(detail for _, _, detail in found)
    assert len(report.failures) == 6
    assert any("NEWSLAKE_ALLOW_ADDRESSES" in line for line in report.failures)
    assert world.sql("SELECT guid FROM articles") == [("storm",)]
    assert world.sql("SELECT sum(failures) FROM feeds") == [(6,)]


def test_a_broken_feed_gives_its_entries_and_says_why(world: World) -> None:
    """What can be read of a document that is not well-formed is stored; the poll has the reason."""
    world.urls = [world.server.serve("/feed", rss("storm", "ferry")[:-20])]
    world.ingest()
    assert world.polls() == [("new", 200, 2, 0, 0, None)]
    [(detail,)] = world.sql("SELECT detail FROM polls WHERE new = 2")
    assert detail


def test_a_host_that_wants_a_pause_gets_it(world: World) -> None:
    """Retry-After counts for the whole host, in this run and in the next, --all-feeds or not."""
    server = world.server
    server.replies["/a"] = Reply(b"", 429, {"Retry-After": "7200"})
    world.urls = [server.url("/a")]
    world.ingest()
    world.urls.append(server.serve("/b", rss("storm")))
    world.now += HOUR
    report = world.ingest(every_feed=True)
    assert server.paths() == ["/a"]
    assert (report.summary.due, report.summary.next_at) == (0, NOW + 2 * HOUR)
    world.now += 2 * HOUR
    world.ingest(every_feed=True)
    assert sorted(server.paths()) == ["/a", "/a", "/b"]


def test_a_feed_that_is_gone_twice_is_left_alone(world: World) -> None:
    """After a 410 no poll for 24 hours; a second one is the last."""
    world.server.replies["/feed"] = Reply(b"", 410)
    world.urls = [world.server.url("/feed")]
    for _ in range(4):
        world.ingest(every_feed=True)
        world.now += 25 * HOUR
    assert world.server.paths() == ["/feed", "/feed"]


def test_a_feed_that_is_turned_off_is_not_asked(world: World) -> None:
    """Turning a feed off, or taking it away, is in the view `feeds`, and nobody is asked."""
    world.urls = [world.server.serve(f"/{name}", rss(name)) for name in ("a", "b", "c")]
    world.off = {world.urls[1]}
    world.ingest()
    world.off = {world.urls[0], world.urls[1]}
    world.urls.pop()
    world.ingest(every_feed=True)
    assert sorted(world.server.paths()) == ["/a", "/c"]
    assert world.sql("SELECT url, enabled FROM feeds WHERE kind = 'rss' ORDER BY url") == [
        (world.server.url("/a"), False), (world.server.url("/c"), False),
    ]  # fmt: skip


def test_a_long_feed_is_stored_in_parts(world: World) -> None:
    """A document of more entries than a batch may have ends as one poll in several batches."""
    names = [f"n{number}" for number in range(1_300)]
    world.urls = [world.server.serve("/feed", rss(*names))]
    world.ingest()
    assert world.polls() == [("new", 200, 1_300, 0, 0, None)]
    world.ingest(every_feed=True)
    assert world.polls()[1] == ("unchanged", 200, 0, 0, 1_300, None)


def test_many_polls_share_a_batch(world: World) -> None:
    """Twenty small feeds are not twenty commits."""
    world.urls = [world.server.serve(f"/{n}", rss(f"n{n}")) for n in range(20)]
    report = world.ingest()
    assert report.tallies[world.urls[7]].new == 1
    assert report.batches <= 8


def test_another_parser_reads_the_document_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer parser asks without validators, and reads the same bytes again."""
    world.urls = [world.server.serve("/feed", rss("storm"), ETag='"1"')]
    world.ingest()
    for room in ("feed_poller", "fetched_feed"):
        monkeypatch.setattr(f"flows.polling.{room}.VERSION", document.VERSION + "+")
    world.ingest(every_feed=True)
    assert [one.headers.get("if-none-match") for one in world.server.asked] == [None, None]
    assert world.polls()[1] == ("unchanged", 200, 0, 0, 1, None)


def test_a_run_that_stops_leaves_the_rest_due(world: World) -> None:
    """Feeds of a host whose turn does not come in time stay due for the next run."""
    world.urls = [world.server.serve(f"/{n}", rss(f"n{n}")) for n in range(4)]
    report = world.ingest(spacing=3600.0, seconds=60.0)
    assert (report.summary.due, report.summary.left) == (4, 3)
    assert len(world.polls()) == 1
    assert world.ingest().summary.due == 3


@pytest.mark.parametrize("kind", ["rss", "atom", "jsonfeed", "files"])
def test_killed_at_any_batch_and_run_again_is_the_same_lake(
    tmp_path: Path,
    feeds: FeedServer,
    pool: Pool,
    new_lake: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever a run ends, the next one completes it: nothing lost, nothing twice.

    benchmarks/killfeeds.py and benchmarks/kill.py do the same with kill -9, within a batch too.
    """
    monkeypatch.setattr("flows.polling.batch_buffer.BATCH_ENTRIES", 10)
    monkeypatch.setattr("flows.polling.feed_poller.BATCH_ENTRIES", 10)
    monkeypatch.setattr("flows.polling.folder_poller.BATCH_ENTRIES", 10)

    def world(name: str) -> World:
        shutil.copytree(new_lake, tmp_path / name / "lake")
        made = World(tmp_path / name, feeds, pool)
        for number in range(2):
            names = [f"{number}-{entry}" for entry in range(15)]
            if kind == "files":
                rows = [json.dumps({"id": one, "text": _words(one)}) for one in names]
                (made.seeds / f"{number}.jsonl").write_text("\n".join(rows) + "\n")
            else:
                document = {"rss": rss, "atom": atom, "jsonfeed": jsonfeed}[kind]
                made.urls.append(feeds.serve(f"/{number}", document(*names)))
        return made

    whole = world("whole")
    storing = _counted(monkeypatch)
    whole.ingest(concurrency=1)
    expected, batches = whole.content(), len(storing)
    assert batches >= 3
    for batch in range(1, batches + 1):
        stopped = world(str(batch))
        with pytest.MonkeyPatch.context() as patch:
            stop_before(batch, patch)
            with pytest.raises(Killed):
                stopped.ingest(concurrency=1)
        again = stopped.ingest(concurrency=1)
        assert (again.failures, again.summary.left, again.overtaken) == ([], 0, [])
        assert stopped.content() == expected


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every batch that is stored."""
    batches: list[object] = []

    def store(*given: object) -> None:
        stored(*given)
        batches.append(given)

    stored: Any = batch_buffer.store  # type: ignore[attr-defined]
    monkeypatch.setattr(batch_buffer, "store", store)
    return batches
