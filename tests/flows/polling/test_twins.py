"""Entries that share a key, and an index of another timeline: nothing twice, nothing skipped."""

import asyncio
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback import FeedServer
from published import ask, content
from stopping import Killed, stop_before

from articles.identity.readable_ids import source_id_of
from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from flows.outcome import Report
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool
from warehouse.lake.lake import Lake

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
TABLES = ("articles", "revisions", "sightings", "entries", "keys", "quarantine")
NAMES = ("storm", "ferry", "mayor", "match", "market", "school")
HOME = "https://lindby.example/"
LAKES = Path(__file__).parents[2] / "warehouse" / "lakes"
KINDS = ("home page", "shared guid", "shared guid and links", "shared link")


class World:
    """A lake with polled feeds and a folder."""

    def __init__(self, root: Path, server: FeedServer, pool: Pool, lake: str = "lake") -> None:
        self.lake, self.seeds = root / lake, root / "seeds"
        self.server, self.pool = server, pool
        self.seeds.mkdir(parents=True, exist_ok=True)
        self.paths: list[str] = []
        self.runs = 0

    def serve(self, entries: Sequence[str], path: str = "/feed") -> None:
        """Let a feed carry these entries."""
        body = '<?xml version="1.0"?><rss version="2.0"><channel><title>L</title>'
        self.server.serve(path, f"{body}{''.join(entries)}</channel></rss>")
        self.paths += [] if path in self.paths else [path]

    def feed(self, path: str) -> Feed:
        """Return the feed of a path, a source of its own."""
        url = self.server.url(path)
        return Feed(short_id("feed", url), Source(source_id_of(url), url), "rss", url)

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder, long enough ago for its time to prove something."""
        self.runs += 1
        (self.seeds / name).write_text(text)
        os.utime(self.seeds / name, (1_700_000_000 + self.runs,) * 2)

    def ingest(self) -> Report:
        """Run once over the feeds and the folder."""
        self.runs += 1
        plan = PollPlan(
            feeds=tuple(map(self.feed, self.paths)), user_agent="newslake-test",
            allow_addresses="127.0.0.1", spacing=0.0, every_feed=True,
        )  # fmt: skip
        work = run(
            self.lake, [self.seeds], now=NOW, run_id=f"run-{self.runs}", command="test",
            plan=plan, pool=self.pool,
        )  # fmt: skip
        return asyncio.run(work)

    def poll(self, *entries: str) -> None:
        """Let the feed carry these entries, and run once."""
        self.serve(entries)
        self.ingest()

    def sightings(self) -> dict[str, int]:
        """Return how many sightings each feed has, by its path."""
        rows = self.sql("SELECT feed_id, count(*) FROM sightings GROUP BY feed_id")
        found = {str(feed_id): int(str(count)) for feed_id, count in rows}
        return {path: found[self.feed(path).feed_id] for path in self.paths}

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask news.duckdb."""
        return ask(self.lake, query)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        [(found,)] = self.sql(f"SELECT count(*) FROM {table}")
        return int(str(found))

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the public tables without what chance decides."""
        return content(self.lake, TABLES)

    def forget_marks(self) -> None:
        """Leave the lake as the build before made it: no entry says that its key is shared."""
        with Lake.open(self.lake) as lake:
            lake.connection.execute("UPDATE lake.entries SET repairs = []")


@pytest.fixture
def world(tmp_path: Path, feeds: FeedServer, pool: Pool, new_lake: Path) -> World:
    """Return a new lake, a feed server and a folder."""
    shutil.copytree(new_lake, tmp_path / "lake")
    return World(tmp_path, feeds, pool)


def item(name: str, *, guid: str | None = None, link: str | None = None, text: str = "") -> str:
    """Return an entry of an RSS document."""
    named = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    linked = f"<link>{link}</link>" if link else ""
    return (
        f"<item><title>{name} in Lindby</title>{linked}{named}"
        f"<description>{_words(name)} {text}</description></item>"
    )


def twin(kind: str, name: str) -> str:
    """Return an entry whose key others have too."""
    guid = "same" if "guid" in kind else None
    links = {"home page": HOME, "shared guid": None, "shared link": f"{HOME}live"}
    return item(name, guid=guid, link=links.get(kind, f"{HOME}{name}"))


def _words(name: str) -> str:
    told = " ".join(f"{name}{number}" for number in range(30))
    return f"The {name} of Lindby was the talk of the town: {told}."


def rotate(world: World, size: int, step: int, turn: int) -> None:
    """Let feeds of each kind of twins carry so many of six entries, others each turn."""
    shown = [NAMES[(turn * step + place) % len(NAMES)] for place in range(size)]
    for kind in KINDS:
        path = f"/{kind}/{size}/{step}".replace(" ", "-")
        world.serve([twin(kind, name) for name in shown], path)


def test_entries_that_share_a_key_rotate_and_are_stored_once(world: World) -> None:
    """Six entries under one key, of which a feed shows some at a time, are six sightings."""
    for turn in range(8):
        for size, step in ((2, 2), (2, 1), (3, 3), (3, 2), (3, 1)):
            rotate(world, size, step, turn)
        # A home page is no key, even if one entry at a time links to it.
        world.serve([twin("home page", NAMES[turn % 6])], "/alone")
        world.ingest()
    assert world.sightings() == dict.fromkeys(world.paths, len(NAMES))
    assert {
        row[0] for row in world.sql("SELECT status FROM polls ORDER BY batch_no DESC")[:20]
    } == {"unchanged"}


def test_an_honest_key_goes_back(world: World) -> None:
    """A to B to A of a key that one entry a document has moves its article back, and again."""
    link = f"{HOME}storm"
    states = [item("storm", guid="g", link=link), item("Storm", guid="g", link=link, text="More.")]
    for turn in range(4):
        world.poll(item("ferry", guid="f", link=f"{HOME}ferry"), states[turn % 2])
        if turn == 1:
            shutil.rmtree(world.lake / "index")
        found = world.sql("SELECT revision_no, revision_count FROM articles WHERE guid = 'g'")
        assert found == [(turn % 2 + 1, min(turn + 1, 2))]
    assert world.count("sightings") == 5


def test_a_lake_of_the_build_before_stores_nothing_again(world: World) -> None:
    """Rows without the mark of shared keys say enough where a poll stored two together."""
    for turn in range(3):
        rotate(world, 2, 2, turn)
        world.ingest()
    world.forget_marks()
    for turn in range(3):
        rotate(world, 2, 2, turn)
        for path in world.paths:  # the other of the pair alone
            world.serve([twin(path[1:].split("/")[0].replace("-", " "), NAMES[turn * 2])], path)
        world.ingest()
    assert world.sightings() == dict.fromkeys(world.paths, len(NAMES))


def test_a_kept_lake_is_read_again_without_a_row(tmp_path: Path, pool: Pool) -> None:
    """A lake of the build before, without its index and its files written again, gains none."""
    with tarfile.open(LAKES / "schema3.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    shutil.rmtree(tmp_path / "lake" / "index", ignore_errors=True)
    for file in (tmp_path / "press").rglob("*.*"):
        end = b"\n" if file.suffix == ".jsonl" else b""
        file.write_bytes(file.read_bytes() + end)
    with Lake.open(tmp_path / "lake") as lake:
        before = lake.connection.execute("SELECT count(*) FROM lake.sightings").fetchone()
    asyncio.run(
        run(
            tmp_path / "lake", [tmp_path / "press"], now=NOW, run_id="again", command="test",
            pool=pool,
        )
    )  # fmt: skip
    with Lake.open(tmp_path / "lake") as lake:
        after = lake.connection.execute("SELECT count(*) FROM lake.sightings").fetchone()
    assert before == after != (0,)


def _twins_in_a_feed(world: World) -> None:
    entries = [item(f"n{number}", guid=f"n{number}") for number in range(26)]
    entries[2] = item("storm", guid="same")
    entries[14] = item("ferry", guid="same")
    world.serve(entries)


def _twins_in_rows(world: World) -> None:
    rows = [{"id": f"n{number}", "text": _words(f"n{number}")} for number in range(26)]
    rows[2] = {"id": "same", "text": _words("storm")}
    rows[14] = {"id": "same", "text": _words("ferry")}
    world.write("list.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.mark.parametrize("made", [_twins_in_a_feed, _twins_in_rows])
def test_killed_between_its_parts_a_document_with_twins_is_stored_once(
    tmp_path: Path,
    feeds: FeedServer,
    pool: Pool,
    new_lake: Path,
    made: Callable[[World], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever the run ends, the next one leaves the lake that an undisturbed run makes."""
    for room in ("batch_buffer", "feed_poller", "folder_poller"):
        monkeypatch.setattr(f"flows.polling.{room}.BATCH_ENTRIES", 10)
    for name in ("whole", "2", "3"):
        shutil.copytree(new_lake, tmp_path / name / "lake")
    whole = World(tmp_path / "whole", feeds, pool)
    made(whole)
    whole.ingest()
    expected = whole.content()
    assert len(expected["sightings"]) == 26
    for batch in (2, 3):  # after the first twin, and after both
        stopped = World(tmp_path / str(batch), feeds, pool)
        made(stopped)
        with pytest.MonkeyPatch.context() as patch:
            stop_before(batch, patch)
            with pytest.raises(Killed):
                stopped.ingest()
        stopped.ingest()
        assert stopped.content() == expected
        if made is _twins_in_rows:
            stopped.write("list.jsonl", json.dumps({"id": "other", "text": _words("mayor")}))
        else:
            stopped.serve([item("mayor", guid="other")])
        stopped.ingest()
        made(stopped)
        stopped.ingest()
        assert len(stopped.content()["sightings"]) == len(expected["sightings"]) + 1


def test_rows_that_share_a_key_rotate_and_are_stored_once(world: World) -> None:
    """A file that is rewritten with other rows under the same id, or home page, gains none."""
    for turn in range(7):
        shown = [NAMES[(turn + place) % 5] for place in range(2)]
        for file, own in (("ids.jsonl", {"id": "same"}), ("links.jsonl", {"url": HOME})):
            rows = [{**own, "title": name, "text": _words(name)} for name in shown]
            world.write(file, "".join(f"{json.dumps(row)}\n" for row in rows))
        world.ingest()
    assert world.sql("SELECT path, count(*) FROM sightings GROUP BY path ORDER BY path") == [
        ("ids.jsonl", 5), ("links.jsonl", 5),
    ]  # fmt: skip


def test_two_files_of_one_text_are_seen_once_each(world: World) -> None:
    """Paths are keys of their own: each file is a sighting, and going back is one more."""
    for name in ("a.txt", "b.txt"):
        world.write(name, _words("storm"))
    world.ingest()
    for name in ("a.txt", "b.txt"):
        world.write(name, _words("storm"))
    world.ingest()
    assert (world.count("articles"), world.count("sightings")) == (1, 2)
    for text in ("ferry", "storm"):
        world.write("a.txt", _words(text))
        world.ingest()
    assert world.sql("SELECT revision_no, moves FROM sightings WHERE path = 'a.txt'") == [
        (1, True), (2, True), (1, True),
    ]  # fmt: skip


def test_an_index_of_another_timeline_is_not_believed(
    tmp_path: Path, feeds: FeedServer, pool: Pool
) -> None:
    """Two copies of a lake that went on apart: one's index in the other skips nothing."""
    ours = World(tmp_path, feeds, pool)
    ours.poll(item("storm", guid="storm"))
    shutil.copytree(ours.lake, tmp_path / "other")
    theirs = World(tmp_path, feeds, pool, lake="other")
    ours.poll(item("mayor", guid="mayor"))
    theirs.poll(item("ferry", guid="ferry"))
    with Lake.open(ours.lake) as one, Lake.open(theirs.lake) as other:
        assert one.snapshot() == other.snapshot()
    shutil.rmtree(ours.lake / "index")
    shutil.copytree(theirs.lake / "index", ours.lake / "index")
    ours.poll(item("ferry", guid="ferry"))
    assert ours.sql("SELECT guid FROM articles ORDER BY 1") == [("ferry",), ("mayor",), ("storm",)]
    ours.poll(item("mayor", guid="mayor"), item("storm", guid="storm"))
    assert ours.count("sightings") == 3
    [(count, distinct)] = ours.sql("SELECT count(entry_id), count(DISTINCT entry_id) FROM entries")
    assert count == distinct


def test_rows_of_one_id_far_apart_are_told_apart(world: World) -> None:
    """Where an id stands in distant blocks of a file it names neither row, now and ever after."""
    rows = [{"id": f"n{n}", "title": f"T{n}", "text": _words(f"n{n}")} for n in range(1_200)]
    for number, name in ((0, "storm"), (700, "ferry"), (1_100, "mayor")):
        rows[number] = {"id": "1.23E+15", "title": name, "text": _words(name)}
    world.write("list.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    world.ingest()
    counted = "SELECT count(*), max(revision_count) FROM articles"
    assert world.sql(counted) == [(1_200, 1)]
    rows[1_100]["text"] += " And then it rained."
    world.write("list.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows[::-1]))
    world.ingest()
    assert world.sql(counted) == [(1_200, 2)]
