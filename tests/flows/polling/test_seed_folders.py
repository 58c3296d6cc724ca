"""Ids outlast names and places: lakes and folders that move, publishers that change their name."""

import asyncio
import json
import os
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from loopback import FeedServer

from connectors.sources import sources_file
from flows.outcome import Report
from flows.polling.plan import PollPlan
from flows.run import run
from flows.terminal import app
from flows.workers.pool import Pool

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SCHEMA3 = Path(__file__).parents[2] / "warehouse" / "lakes" / "schema3.tar.xz"
KEPT = ("articles", "revisions", "sightings", "entries", "keys", "members", "quarantine", "sources")
WORDS = "The council of Lindby met about the {} on Monday and heard what the town thinks of it."


class Town:
    """A lake and a folder of seeds somewhere, and a sources file."""

    def __init__(self, root: Path, pool: Pool) -> None:
        self.root, self.pool = root, pool
        self.lake, self.seeds, self.sources = root / "lake", root / "seeds", root / "sources.toml"
        self.runs = 0

    def write(self, *rows: dict[str, str]) -> None:
        """Write a text and rows into the folder."""
        self.seeds.mkdir(parents=True, exist_ok=True)
        (self.seeds / "storm.txt").write_text(WORDS.format("storm"))
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (self.seeds / "rows.jsonl").write_text(lines, encoding="utf-8")

    def ingest(self, *folders: Path) -> Report:
        """Run once over the folders (the seeds) and the feeds of the file."""
        self.runs += 1
        found = sources_file.listing(self.sources) if self.sources.exists() else None
        feeds = found.feeds if found else ()
        plan = PollPlan(
            tuple(feed for feed in feeds if feed.kind != "files"), "newslake-test", "127.0.0.1",
            spacing=0.0, every_feed=True, listed=found is not None,
            sources=found.sources if found else (),
            folders=tuple(feed for feed in feeds if feed.kind == "files"),
        )  # fmt: skip
        return asyncio.run(
            run(
                self.lake, folders or [self.seeds], plan=plan, now=NOW,
                run_id=f"{self.root} {self.runs}", command="test", pool=self.pool,
            )
        )  # fmt: skip

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask the published lake."""
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{self.lake / 'news.duckdb'}' AS news (READ_ONLY)")
            connection.execute("USE news")
            connection.execute(f"SET VARIABLE lake = '{self.lake}/'")
            return connection.execute(query).fetchall()

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return what no run may change that reads nothing new."""
        return {name: sorted(self.sql(f"FROM {name}"), key=repr) for name in KEPT}

    def command(self, *arguments: str) -> int:
        """Run `newslake sources` on the file and the lake."""
        return app.run(
            ["sources", *arguments, "--sources", str(self.sources), "--lake", str(self.lake)]
        )


@pytest.fixture
def town(tmp_path: Path, pool: Pool, new_lake: Path) -> Town:
    """Return a lake with a text and two publishers' rows."""
    shutil.copytree(new_lake, tmp_path / "here" / "lake")
    made = Town(tmp_path / "here", pool)
    made.write(
        {"id": "1", "text": WORDS.format("ferry"), "publisher": "Quay Times"},
        {"id": "2", "text": WORDS.format("herring"), "publisher": "港新聞"},
    )
    made.ingest()
    return made


def copied(town: Town, to: Path, *names: str) -> Town:
    """Copy these of the town's folders (with their times) elsewhere; return the town there."""
    for name in names:
        shutil.copytree(town.root / name, to / name)
    return Town(to, town.pool)


def test_new_ids_can_be_read(town: Town) -> None:
    """Sources and folders are called what they are called, in any script."""
    assert town.sql("SELECT source_id FROM sources ORDER BY 1") == [
        ("quay-times",), ("seeds",), ("港新聞",),
    ]  # fmt: skip
    assert town.sql("SELECT feed_id, url FROM feeds") == [("seeds", "seeds")]


def test_lake_copied_elsewhere_with_its_seeds_in_place(town: Town, tmp_path: Path) -> None:
    """The folder is known by where it is: nothing is read twice, nothing is new."""
    before = town.rows()
    there = copied(town, tmp_path / "there", "lake")
    report = there.ingest(town.seeds)
    assert (report.articles, report.tallies["seeds"].unchanged) == (3, 3)
    assert there.rows() == before
    assert town.ingest().tallies["seeds"].unchanged == 3
    assert there.ingest(town.seeds).tallies["seeds"].unchanged == 3


def test_lake_and_seeds_moved_together(town: Town, tmp_path: Path) -> None:
    """The folder is known by its place beside the lake; where it is now is noted once."""
    before = town.rows()
    shutil.move(town.root, tmp_path / "there")
    there = Town(tmp_path / "there", town.pool)
    for _ in range(2):
        assert there.ingest().tallies["seeds"].unchanged == 3
    assert there.rows() == before
    assert there.sql("SELECT folder FROM feed_settings ORDER BY batch_no") == [
        (str(town.seeds),), (str(there.seeds),),
    ]  # fmt: skip


def test_folder_moved_alone_is_recorded(town: Town, tmp_path: Path) -> None:
    """`sources move` writes the folder's id into the file; then it is known where it is now."""
    before = town.rows()
    moved = tmp_path / "elsewhere" / "press"
    moved.parent.mkdir()
    shutil.move(town.seeds, moved)
    shutil.move(town.lake, tmp_path / "deep" / "in" / "lake")
    town.lake = tmp_path / "deep" / "in" / "lake"
    assert town.command("move", str(town.seeds), str(moved)) == 0
    assert town.ingest(moved).tallies["seeds"].unchanged == 3
    assert town.rows() == before
    [record] = sources_file.listing(town.sources).feeds
    assert (record.feed_id, record.kind, record.url) == ("seeds", "files", str(moved))
    assert record.former == (str(town.seeds),)


def test_two_folders_of_one_name(town: Town, tmp_path: Path) -> None:
    """A copied lake beside other seeds: who is where it was keeps the id, the other is new."""
    there = copied(town, tmp_path / "there", "lake", "seeds")
    (there.seeds / "storm.txt").write_text(WORDS.format("snow"))
    there.ingest(there.seeds, town.seeds)
    assert there.sql("SELECT count(*), count(DISTINCT source_id) FROM feeds") == [(2, 2)]
    assert there.sql("SELECT url FROM feeds WHERE feed_id = 'seeds'") == [("../here/seeds",)]


def test_lake_of_before_is_read_anywhere(tmp_path: Path, pool: Pool) -> None:
    """A lake of schema 3 keeps its ids, hashes too, and gains no article and no sighting."""
    with tarfile.open(SCHEMA3) as packed:
        packed.extractall(tmp_path / "any", filter="data")
    old = Town(tmp_path / "any", pool)
    asked = "SELECT entry_id, article_id, revision_no, feed_id FROM sightings ORDER BY ALL"
    seen = old.sql(asked)
    assert old.ingest(old.root / "press").articles == 8
    assert old.sql(asked) == seen
    before = old.rows()
    there = copied(old, tmp_path / "there", "lake")
    assert there.ingest(old.root / "press").articles == 8
    assert there.rows() == before
    assert there.sql("SELECT feed_id FROM feeds WHERE kind = 'files'") == [("980bb85696f8df8f",)]


def test_publisher_in_rows_changes_its_name(town: Town) -> None:
    """Rows under the old name and under the new one are of one source, whose name is the new."""
    assert town.command("rename", "quay times", "Ελευθερία") == 0
    assert town.command("rename", "港新聞", "Harbour News") == 0
    town.write(
        {"id": "3", "text": WORDS.format("gale"), "publisher": "Quay  Times"},
        {"id": "4", "text": WORDS.format("frost"), "publisher": "ΕΛΕΥΘΕΡΊΑ"},
        {"id": "5", "text": WORDS.format("quay"), "publisher": "港新聞"},
    )
    report = town.ingest()
    assert (report.tallies["Ελευθερία"].new, report.tallies["Harbour News"].new) == (2, 1)
    assert town.sql("SELECT source_id, name FROM sources ORDER BY 1") == [
        ("quay-times", "Ελευθερία"), ("seeds", "seeds"), ("港新聞", "Harbour News"),
    ]  # fmt: skip
    town.sources.unlink()  # the lake knows by now
    town.write({"id": "6", "text": WORDS.format("tide"), "publisher": "Quay Times"})
    town.ingest()
    assert town.sql("SELECT count(DISTINCT source_id) FROM articles") == [(3,)]


def _rss(server: FeedServer, *names: str) -> str:
    entries = "".join(
        f"<item><title>{name}</title><link>https://lindby.example/{name}</link>"
        f"<guid>{name}</guid><description>{WORDS.format(name)}</description></item>"
        for name in names
    )
    return f'<rss version="2.0"><channel><title>L</title>{entries}</channel></rss>'


def test_publisher_that_changes_name_and_url(tmp_path: Path, pool: Pool, feeds: FeedServer) -> None:
    """Its articles, guids and ownership stay: an edit behind the new URL is a revision."""
    town = Town(tmp_path, pool)
    town.seeds.mkdir()
    old = feeds.serve("/old.xml", _rss(feeds, "storm", "ferry"))
    town.sources.write_text(
        '[[source]]\nname = "Lindby Post"\ndomains = ["lindby.example"]\n\n'
        f'[[feed]]\nurl = "{old}"\nsource = "Lindby Post"\n'
    )
    town.ingest()
    ids = "SELECT article_id, guid, source_id, feed_id FROM articles ORDER BY 1"
    before = town.sql(ids)
    new = feeds.serve("/new.xml", _rss(feeds, "storm", "ferry").replace("Monday", "Tuesday"))
    assert town.command("rename", "Lindby Post", "The Post") == 0
    assert town.command("move", old, new) == 0
    assert town.ingest().tallies["The Post"].changed == 2
    assert (
        town.sql("SELECT article_id, guid, source_id, feed_id FROM articles ORDER BY 1") == before
    )
    assert town.sql("SELECT name, domains FROM sources WHERE source_id <> 'seeds'") == [
        ("The Post", ["lindby.example"])
    ]
    assert town.sql("SELECT url, enabled FROM feeds WHERE kind = 'rss'") == [(new, True)]
    assert {one.partition("?")[0] for one in feeds.paths()} == {"/old.xml", "/new.xml"}


def test_two_lakes_have_the_same_ids(tmp_path: Path, pool: Pool) -> None:
    """The same input in the same order gets the same ids, wherever the lake is."""
    found = []
    for name in ("one", "other"):
        town = Town(tmp_path / name, pool)
        publishers = ("Harbour Daily", "Harbour-Daily", "!!!", "港新聞", "ＡＢＣ", "abc")
        town.write(
            *(
                {"id": str(number), "text": WORDS.format(number), "publisher": publisher}
                for number, publisher in enumerate(publishers)
            )
        )
        town.ingest()
        found.append(town.sql("SELECT article_id, source_id, feed_id FROM articles ORDER BY 1"))
    assert found[0] == found[1]
    assert len({source for _, source, _ in found[0]}) == 6


def test_ids_do_not_hang_on_the_file(tmp_path: Path, pool: Pool, feeds: FeedServer) -> None:
    """One URL, spelled in two ways in two files, is one feed; a read-only file is only read."""
    town = Town(tmp_path, pool)
    town.seeds.mkdir()
    url = feeds.serve("/feed", _rss(feeds, "storm"))
    town.sources.write_text(f'[[feed]]\nurl = "{url}"\n')
    town.sources.chmod(0o444)
    text = town.sources.read_text()
    town.ingest()
    assert town.sources.read_text() == text
    town.sources = tmp_path / "other.toml"
    town.sources.write_text(f'[[feed]]\nurl = "{url.replace("http", "HTTP")}#here"\n')
    town.ingest()
    assert town.sql("SELECT count(*) FROM feeds WHERE kind = 'rss'") == [(1,)]
    assert town.sql("SELECT count(*) FROM articles") == [(1,)]


@pytest.mark.parametrize("keep_times", [True, False])
def test_copied_files_are_unchanged(town: Town, tmp_path: Path, *, keep_times: bool) -> None:
    """Copies with other times are read, and found to be the same bytes."""
    there = copied(town, tmp_path / "there", "lake", "seeds")
    if not keep_times:
        for path in there.seeds.iterdir():
            os.utime(path, (1_700_000_000, 1_700_000_000))
    before = there.rows()
    assert there.ingest().tallies["seeds"].unchanged == 3
    assert there.rows() == before
