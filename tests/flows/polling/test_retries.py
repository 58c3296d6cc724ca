"""What is retryable is read again until it is stored or given up: workers die here for real."""

import asyncio
import json
import os
import shutil
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import Asked, FeedServer, Reply
from published import ask

from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from articles.model.retries import MOST_TRIES
from flows.outcome import Report
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool
from warehouse.queries.status import status

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
STORM = "A storm flooded the harbour of Lindby on Tuesday and cut the town off for nine hours."
LITTLE = 280 << 20
"""Memory in which a worker reads honest input, and no trap."""
LINES = "a\n" * 3_900_000
"""A text that takes more than that to be cleaned, and less than a worker may have."""
LISTS = "[" + "[]," * 2_600_000 + "[]]"
"""The same for parsing it as JSON."""
TRIED = "SELECT tries, given_up FROM quarantine ORDER BY batch_no"


class World:
    """A lake, a folder of files and one feed, read with little memory or with enough."""

    def __init__(self, root: Path, server: FeedServer, enough: Pool) -> None:
        self.lake, self.seeds, self.server = root / "lake", root / "seeds", server
        self.enough = enough
        self.seeds.mkdir()
        self.url = server.url("/feed")
        self.runs = 0

    def ingest(self, *memory: str) -> Report:
        """Run once with little memory or with enough for each of these words, a day apart.

        A worker that met the end of its memory lives on with a heap that is half full, and what it
        can read next is a matter of chance: who has little gets new workers for each run.
        """
        for much in memory:
            self.runs += 1
            feed = Feed("feed", Source("press", "press"), "rss", self.url)
            plan = PollPlan(
                (feed,), "newslake-test", allow_addresses="127.0.0.1", spacing=0.0, every_feed=True
            )
            little = Pool(workers=1, memory=LITTLE) if much == "little" else None
            with little or nullcontext(self.enough) as pool:
                work = run(
                    self.lake, [self.seeds], plan=plan, now=NOW + timedelta(days=self.runs),
                    run_id=f"run-{self.runs}", command="test", pool=pool,
                )  # fmt: skip
                report = asyncio.run(work)
        return report

    def serve(self, document: str) -> None:
        """Answer with a document and its ETag; to who sends that back, that nothing changed."""
        etag = f'"{len(document)}"'

        def answer(asked: Asked) -> Reply:
            known = asked.headers.get("if-none-match") == etag
            return Reply(b"" if known else document.encode(), 304 if known else 200, {"ETag": etag})

        self.server.replies["/feed"] = answer

    def write(self, name: str, text: str) -> None:
        """Write a file, long enough ago for its time to prove something."""
        (self.seeds / name).write_text(text)
        os.utime(self.seeds / name, (1_700_000_000, 1_700_000_000 + self.runs))

    def asked(self) -> list[str | None]:
        """Return the ETags that were sent, a request each."""
        return [one.headers.get("if-none-match") for one in self.server.asked]

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask news.duckdb."""
        return ask(self.lake, query)

    def polls(self, url: str = "/feed") -> list[tuple[object, ...]]:
        """Return how the polls of the feed, or of the folder, ended."""
        return self.sql(
            "SELECT p.status, p.new, p.unchanged, p.quarantined, p.error FROM polls p"
            f" JOIN feeds f USING (feed_id) WHERE f.url LIKE '%{url}' ORDER BY p.batch_no"
        )

    def counts(self) -> tuple[object, ...]:
        """Return the numbers of articles, of sightings and of entries."""
        tables = ("articles", "sightings", "entries")
        return tuple(self.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables)

    def open(self) -> list[tuple[str, int]]:
        """Return what `newslake status` says of the quarantine."""
        return [(one.reason, one.entries) for one in status(self.lake).quarantine]


@pytest.fixture
def world(tmp_path: Path, feeds: FeedServer, pool: Pool, new_lake: Path) -> World:
    """Return a new lake, and a feed that brings nothing."""
    shutil.copytree(new_lake, tmp_path / "lake")
    made = World(tmp_path, feeds, pool)
    made.serve(rss())
    return made


def rss(**texts: str) -> str:
    """Return an RSS document with an entry for each text."""
    entries = "".join(
        f"<item><title>{guid}</title><guid>{guid}</guid><description>{text}</description></item>"
        for guid, text in texts.items()
    )
    return f'<rss version="2.0"><channel><title>Lindby</title>{entries}</channel></rss>'


def jsonfeed(extra: str) -> str:
    """Return a JSON Feed of one entry, with something in it that nobody asked for."""
    entry = json.dumps({"id": "storm", "content_text": STORM})
    version = "https://jsonfeed.org/version/1.1"
    return f'{{"version": "{version}", "title": "L", "items": [{entry}], "extra": {extra}}}'


def rows(count: int, trap: int) -> str:
    """Return lines of JSON, of which one is a trap."""
    lines = [json.dumps({"id": n, "title": f"T{n}", "text": f"{STORM} {n}"}) for n in range(count)]
    lines[trap] = f'{lines[trap][:-1]}, "extra": {LISTS}}}'
    return "".join(f"{line}\n" for line in lines)


def test_an_entry_that_killed_its_worker_is_stored_by_the_next_poll(world: World) -> None:
    """The feed is asked without validators, and the entry follows its rejection."""
    world.serve(rss(storm=STORM, trap=LINES))
    world.ingest("little")
    assert (world.counts(), world.open()) == ((1, 1, 1), [("parse_timeout", 1)])
    world.ingest("enough", "enough")
    assert world.asked() == [None, None, f'"{len(rss(storm=STORM, trap=LINES))}"']
    assert world.polls() == [
        ("new", 1, 0, 1, None), ("new", 1, 1, 0, None), ("unchanged", 0, 2, 0, None),
    ]  # fmt: skip
    assert (world.counts(), world.open()) == ((2, 2, 2), [])
    [(aside,)] = world.sql("SELECT entry_id FROM quarantine")
    [(entry, number)] = world.sql("SELECT entry_id, entry_hash FROM entries WHERE guid = 'trap'")
    assert entry == short_id("entry", "feed", "trap", str(number), str(aside))


def test_an_entry_is_given_up_after_the_written_number_of_tries(world: World) -> None:
    """One row at the first failure, one at the last; then validators return. The lake counts."""
    world.serve(rss(storm=STORM, trap=LINES))
    for _ in range(MOST_TRIES):
        world.ingest("little")
        (world.lake / "index" / "keys.sqlite").unlink()
    assert world.sql(TRIED) == [(1, False), (MOST_TRIES, True)]
    world.ingest("enough")
    assert world.asked()[:-1] == [None] * MOST_TRIES
    assert world.asked()[-1] is not None
    assert (world.sql(TRIED)[2:], world.open()) == ([], [("parse_timeout", 1)])
    assert world.polls()[-1] == ("unchanged", 0, 2, 0, None)


def test_a_document_that_kills_its_worker_is_given_up_until_it_changes(world: World) -> None:
    """Each of its polls fails and says why; it is read as often as written, then asked for."""
    world.serve(jsonfeed(LISTS))
    world.ingest(*["little"] * MOST_TRIES, "enough")
    assert [row[4] for row in world.polls()] == ["parse_crash"] * (MOST_TRIES + 1)
    assert [etag is None for etag in world.asked()] == [*[True] * MOST_TRIES, False]
    said = world.sql("SELECT detail FROM polls WHERE error IS NOT NULL ORDER BY batch_no")
    assert [f"({number} of {MOST_TRIES})" in str(said[number - 1]) for number in (1, 2)] == [
        True, True,
    ]  # fmt: skip
    assert all(f"It was tried {MOST_TRIES} times" in str(line) for line in said[MOST_TRIES - 1 :])
    assert world.sql("SELECT tries, unread FROM schedules ORDER BY batch_no DESC LIMIT 1") == [
        (MOST_TRIES, "parse_crash")
    ]
    world.serve(jsonfeed("[]"))
    world.ingest("enough", "enough")
    assert world.polls()[-2:] == [("new", 1, 0, 0, None), ("unchanged", 0, 1, 0, None)]
    assert world.sql("SELECT tries, unread FROM schedules ORDER BY batch_no DESC LIMIT 1") == [
        (None, None)
    ]


def test_a_document_that_killed_its_worker_once_is_read_by_the_next_poll(world: World) -> None:
    """A document that comes without validators is tried again too."""
    world.server.serve("/feed", jsonfeed(LISTS))
    world.ingest("little", "enough", "enough")
    assert world.polls() == [
        ("failed", 0, 0, 0, "parse_crash"), ("new", 1, 0, 0, None), ("unchanged", 0, 1, 0, None),
    ]  # fmt: skip


def test_a_block_in_the_middle_is_read_again(world: World) -> None:
    """What its worker's death cost is stored by the next run, the rest is not stored twice."""
    world.write("a.jsonl", rows(1_500, trap=999))
    world.ingest("little")
    assert (world.counts(), world.open()) == ((1_000,) * 3, [("parse_crash", 1)])
    world.ingest("enough", "enough")
    assert world.polls("seeds")[1:] == [
        ("new", 500, 1_000, 0, None), ("unchanged", 0, 1_500, 0, None),
    ]  # fmt: skip
    assert (world.counts(), world.open()) == ((1_500,) * 3, [])
    assert world.sql(TRIED) == [(1, False)]
    assert world.sql("SELECT count(DISTINCT article_id) FROM sightings") == [(1_500,)]


def test_a_block_is_given_up_and_its_file_is_not_read_any_more(world: World) -> None:
    """Two rows of quarantine, as many readings as written, and what is appended is read."""
    text = rows(1_500, trap=999)
    world.write("a.jsonl", text)
    for _ in range(MOST_TRIES):
        world.ingest("little")
        (world.lake / "index" / "keys.sqlite").unlink()
    assert world.sql(TRIED) == [(1, False), (MOST_TRIES, True)]
    world.ingest("enough")
    read = world.sql("SELECT bytes > 0 FROM polls WHERE http_status IS NULL ORDER BY batch_no")
    assert read == [*[(True,)] * MOST_TRIES, (False,)]
    world.write("a.jsonl", text + json.dumps({"id": "later", "text": STORM}) + "\n")
    world.ingest("enough")
    assert (world.counts(), world.open()) == ((1_001,) * 3, [("parse_crash", 1)])


def test_a_file_that_kills_its_worker_is_given_up_until_it_changes(world: World) -> None:
    """A file of one article is read as often as written, however often it is touched."""
    trap = f'{{"title": "Storm", "text": "{STORM}", "extra": {LISTS}}}'
    world.write("a.json", trap)
    world.ingest(*["little"] * (MOST_TRIES + 1))
    world.write("a.json", trap)
    world.ingest("enough")
    assert (world.sql(TRIED), world.counts()) == ([(1, False), (MOST_TRIES, True)], (0, 0, 0))
    world.write("a.json", trap.replace("Storm", "Storms"))
    world.ingest("enough")
    assert world.counts() == (1, 1, 1)


def test_a_half_written_line_is_given_up_until_the_file_grows(world: World) -> None:
    """It is looked at again at each run, though the file is as it was, and then no more."""
    whole = json.dumps({"id": 1, "text": STORM}) + "\n"
    world.write("a.jsonl", whole + '{"id": 2, "text": "A')
    world.ingest(*["enough"] * (MOST_TRIES + 1))
    assert world.sql(TRIED) == [(1, False), (MOST_TRIES, True)]
    assert world.polls("seeds") == [
        ("new", 1, 0, 1, None), ("unchanged", 0, 2, 0, None), ("new", 0, 1, 1, None),
        ("unchanged", 0, 2, 0, None),
    ]  # fmt: skip
    world.write("a.jsonl", whole + '{"id": 2, "text": "A ferry."}\n')
    world.ingest("enough")
    assert (world.counts(), world.sql(TRIED)[2:]) == ((2, 2, 2), [])


def test_a_growing_file_is_read_from_its_half_written_end(world: World) -> None:
    """Only what is new is read, and what was set aside is settled."""
    lines = [json.dumps({"id": n, "text": f"{STORM} {n}"}) + "\n" for n in range(3)]
    world.write("a.jsonl", lines[0] + lines[1][:20])
    world.ingest("enough")
    world.write("a.jsonl", lines[0] + lines[1] + lines[2][:20])
    world.ingest("enough", "enough")
    read = world.sql("SELECT bytes FROM polls WHERE http_status IS NULL ORDER BY batch_no")
    assert read == [(len(lines[0]),), (len(lines[1]),), (0,)]
    world.write("a.jsonl", "".join(lines))
    world.ingest("enough", "enough")
    assert (world.counts(), world.open()) == ((3, 3, 3), [])
    assert world.sql(TRIED) == [(1, False), (1, False)]


def test_a_path_that_can_not_be_opened_is_given_up_once(world: World) -> None:
    """It is asked for at each run, and has one row at the first failure and one at the last."""
    folder = os.open(world.seeds, os.O_RDONLY)
    for _ in range(18):  # longer than a path may be
        os.mkdir("d" * 240, dir_fd=folder)
        inner = os.open("d" * 240, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    world.ingest(*["enough"] * (MOST_TRIES + 2))
    assert world.sql(TRIED) == [(1, False), (MOST_TRIES, True)]
    assert world.open() == [("unreadable", 1)]
