"""Whole runs over folders of real files into a real lake."""

import asyncio
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from published import ask, content

from articles.errors import SeedsError
from flows.outcome import Report
from flows.run import run
from flows.workers.pool import Pool

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
TABLES = (
    "articles", "revisions", "sightings", "entries", "keys", "matches", "members", "quarantine",
    "feed_state", "sources", "feeds",
)  # fmt: skip

STORM = (
    "A storm flooded the harbour of Lindby on Tuesday and cut the town off for nine hours. "
    "The mayor, Ada Berg, thanked the crews who pumped the main street dry before dawn."
)
FERRY = (
    "Ferry traffic between the islands starts again on Friday after a month of repairs. "
    "The company promises two departures a day and cheaper tickets for schoolchildren."
)


class Place:
    """A folder of seeds and a lake beside it."""

    def __init__(self, root: Path, pool: Pool | None) -> None:
        self.seeds, self.lake, self.pool = root / "seeds", root / "lake", pool
        self.seeds.mkdir(parents=True)
        self.runs = 0

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the folder, long enough ago for its time to prove something."""
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.runs += 1
        os.utime(path, (1_700_000_000 + self.runs, 1_700_000_000 + self.runs))
        return path

    def ingest(self, *folders: Path, **options: object) -> Report:
        """Run once over the folder (or over these)."""
        self.runs += 1
        work = run(
            self.lake, folders or [self.seeds], now=NOW, run_id=f"run-{self.runs}",
            command="test", pool=self.pool, **options,  # type: ignore[arg-type]
        )  # fmt: skip
        return asyncio.run(work)

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Ask news.duckdb."""
        return ask(self.lake, query)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the public tables without what chance decides."""
        return content(self.lake, TABLES)


@pytest.fixture
def place(tmp_path: Path, pool: Pool, new_lake: Path) -> Place:
    """Return a new folder and an empty lake, read by workers that are there already."""
    shutil.copytree(new_lake, tmp_path / "lake")
    return Place(tmp_path, pool)


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """Return a new folder alone: a run makes the lake, and starts and ends its own workers."""
    return Place(tmp_path, None)


def _only(report: Report) -> dict[str, int]:
    tally = report.tallies["seeds"]
    names = ("read", "new", "changed", "duplicate", "unchanged", "quarantined")
    return {name: getattr(tally, name) for name in names if getattr(tally, name)}


def test_running_again_writes_a_poll_and_nothing_else(bare: Place) -> None:
    """Unchanged files are counted, not read; all tables but polls, batches and runs stay."""
    bare.write("a.txt", STORM)
    bare.write(
        "b.jsonl", "".join(json.dumps({"id": n, "text": FERRY + str(n)}) + "\n" for n in "12")
    )
    assert _only(bare.ingest()) == {"read": 3, "new": 3}
    before = bare.tables()
    assert _only(bare.ingest()) == {"read": 3, "unchanged": 3}
    assert bare.tables() == before
    assert bare.sql("SELECT count(*), max(batch_no) FROM polls") == [(2, 2)]
    assert bare.sql("SELECT new, unchanged, status FROM polls ORDER BY batch_no") == [
        (3, 0, "new"), (0, 3, "unchanged"),
    ]  # fmt: skip


def test_edit_in_place_is_a_revision(place: Place) -> None:
    """The article keeps its id, its second revision says what changed, the first stays."""
    place.write("a.txt", STORM)
    place.ingest()
    place.write("a.txt", STORM + " Two people were hurt by falling tiles.")
    assert _only(place.ingest()) == {"read": 1, "changed": 1}
    assert place.sql("SELECT revision_no, changed_fields FROM revisions ORDER BY 1") == [
        (1, []), (2, ["text"]),
    ]  # fmt: skip
    assert place.sql("SELECT revision_no, revision_count FROM articles") == [(2, 2)]


def test_a_to_b_to_a_moves_back(place: Place) -> None:
    """The third reading makes revision 1 current again and no third revision."""
    for text in (STORM, FERRY, STORM):
        place.write("a.txt", text)
        place.ingest()
    assert place.sql("SELECT revision_no, revision_count FROM articles") == [(1, 2)]
    assert place.sql("SELECT revision_no, moves FROM sightings ORDER BY batch_no") == [
        (1, True), (2, True), (1, True),
    ]  # fmt: skip


def test_same_text_under_another_name_is_another_sighting(place: Place) -> None:
    """One article, two sightings; deleting a file changes nothing."""
    first = place.write("a.txt", STORM)
    place.ingest()
    place.write("copy/b.txt", STORM.replace(" ", "\r\n", 1))
    first.unlink()
    assert _only(place.ingest())["duplicate"] == 1
    assert place.sql("SELECT count(*) FROM articles") == [(1,)]
    assert place.sql("SELECT path, moves FROM sightings ORDER BY path") == [
        ("a.txt", True), ("copy/b.txt", False),
    ]  # fmt: skip


def test_same_text_from_two_folders_is_a_group(place: Place) -> None:
    """Two sources, two articles, a same_text match; the first stored is canonical."""
    place.write("a.txt", STORM)
    other = Place(place.lake.parent / "other", place.pool)
    other.write("b.txt", STORM)
    report = place.ingest(place.seeds, other.seeds)
    assert [tally.new for tally in report.tallies.values()] == [1, 0]
    assert [tally.duplicate for tally in report.tallies.values()] == [0, 1]
    assert place.sql("SELECT method, decision FROM matches") == [("same_text", "same")]
    assert place.sql(
        "SELECT s.name, a.is_canonical FROM articles a JOIN sources s USING (source_id)"
        " ORDER BY 2 DESC"
    ) == [("seeds", True), ("other/seeds", False)]
    assert place.sql("SELECT copies, source_id FROM news") == [(1, "seeds")]


def test_row_that_names_its_publisher_belongs_to_it(place: Place) -> None:
    """The publisher is the source; the report counts it there."""
    row = {
        "headline": "Storm",
        "body": STORM,
        "publisher": "Lindby Post",
        "link": "https://l.example/s",
    }
    place.write("a.json", json.dumps(row))
    report = place.ingest()
    assert report.tallies["Lindby Post"].new == 1
    assert place.sql("SELECT source_id, title, url FROM articles") == [
        ("lindby-post", "Storm", "https://l.example/s")
    ]


def test_appended_rows_alone_are_read(place: Place) -> None:
    """A .jsonl that grew goes on where the last run stopped."""
    lines = [
        json.dumps({"id": n, "title": f"T{n}", "text": f"{STORM} {n}"}) + "\n" for n in range(5)
    ]
    place.write("a.jsonl", "".join(lines[:3]))
    place.ingest()
    place.write("a.jsonl", "".join(lines))
    assert _only(place.ingest()) == {"read": 5, "new": 2, "unchanged": 3}
    assert place.sql("SELECT bytes FROM polls ORDER BY batch_no DESC LIMIT 1") == [
        (len("".join(lines[3:])),)
    ]
    assert _only(place.ingest()) == {"read": 5, "unchanged": 5}


def test_rows_edited_inside_a_file_are_told_apart(place: Place) -> None:
    """Of a changed file only the changed row is taken; the others are unchanged."""
    rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {n}"} for n in range(1_200)]
    place.write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert _only(place.ingest()) == {"read": 1_200, "new": 1_200}
    rows[7]["title"] = "Another title"
    place.write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert _only(place.ingest()) == {"read": 1_200, "changed": 1, "unchanged": 1_199}
    assert place.sql("SELECT changed_fields FROM revisions WHERE revision_no = 2") == [(["title"],)]


def test_half_written_line_is_read_when_it_is_whole(place: Place) -> None:
    """It is set aside once, and its row becomes an article when the file grows."""
    whole = json.dumps({"id": 1, "text": STORM}) + "\n"
    later = json.dumps({"id": 2, "text": FERRY}) + "\n"
    place.write("a.jsonl", whole + later[:40])
    assert _only(place.ingest()) == {"read": 2, "new": 1, "quarantined": 1}
    assert place.sql("SELECT reason, retryable FROM quarantine") == [("half_written", True)]
    place.ingest()
    assert place.sql("SELECT count(*) FROM quarantine") == [(1,)]
    place.write("a.jsonl", whole + later)
    assert place.ingest().tallies["seeds"].new == 1
    assert place.sql("SELECT count(*) FROM articles") == [(2,)]


def test_skipped_files_are_named(place: Place) -> None:
    """Hidden names, other kinds and other formats are named with a reason; what is read is not."""
    from flows.commands.status import skipped_lines
    from warehouse.queries.folders import read_folders

    place.write("good.txt", STORM)
    place.write("picture.jpg", "not read")
    place.write(".hidden.txt", "not read")
    place.write("README", "not read")
    place.write("style.txt", "body {\n  color: red;\n}\na {\n  margin: 0;\n}\n")
    place.write("feed", "<rss><channel><item><title>Storm</title></item></channel></rss>")
    assert place.ingest().skipped == 3
    assert place.sql("SELECT count(*) FROM articles") == [(2,)]
    first, *named = skipped_lines(read_folders(place.lake))
    assert first.endswith(": 4 paths not read")
    assert [line.split(maxsplit=1) for line in named] == [
        [".hidden.txt", "hidden"],
        ["README", "of a kind that newslake does not read"],
        ["picture.jpg", "of a kind that newslake does not read"],
        ["style.txt", "a style sheet (CSS)"],
    ]


def test_what_cannot_be_read_is_set_aside_once(place: Place, tmp_path: Path) -> None:
    """FIFO, link out of the folder, folder x.txt, empty, binary, broken JSON: a reason each."""
    place.write("good.txt", STORM)
    place.write("empty.txt", "  \n")
    place.write("binary.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    place.write("broken.json", '{"title": "half')
    place.write("picture.jpg", "not read")
    (place.seeds / "x.txt").mkdir()
    os.mkfifo(place.seeds / "fifo.txt")
    (tmp_path / "secret.txt").write_text(FERRY)
    (place.seeds / "out.txt").symlink_to(tmp_path / "secret.txt")
    report = place.ingest()
    assert report.skipped == 1
    reasons = {str(row[0]): row[1] for row in place.sql("SELECT path, reason FROM quarantine")}
    assert reasons == {
        "empty.txt": "empty", "binary.txt": "binary", "broken.json": "bad_json",
        "x.txt": "not_a_file", "fifo.txt": "not_a_file", "out.txt": "symlink",
    }  # fmt: skip
    assert place.sql("SELECT count(*) FROM articles") == [(1,)]
    before = place.tables()
    assert place.ingest().tallies["seeds"].quarantined == 0
    assert place.tables() == before


def test_list_larger_than_a_batch_is_committed_in_parts(place: Place) -> None:
    """2,300 entries take three batches; the poll's row comes once, with the last."""
    rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {n}"} for n in range(2_300)]
    place.write("list.json", json.dumps(rows))
    assert place.ingest().batches == 3
    assert place.sql("SELECT count(*), max(new), max(batch_no) FROM polls") == [(1, 2_300, 3)]
    assert place.sql("SELECT count(*) FROM articles") == [(2_300,)]


def test_dry_run_tells_the_same_and_stores_nothing(bare: Place) -> None:
    """The table is that of a real run, across batches too; no lake is made."""
    rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {n % 1_400}"} for n in range(1_500)]
    bare.write("list.json", json.dumps(rows))
    imagined = bare.ingest(dry_run=True)
    assert not bare.lake.exists()
    assert imagined.tallies == bare.ingest().tallies
    bare.write("new.txt", FERRY)
    before = bare.tables()
    assert bare.ingest(dry_run=True).tallies["seeds"].new == 1
    assert bare.tables() == before


class StopError(Exception):
    """Ends a run in its middle."""


def _fill(place: Place) -> None:
    """Write what takes a run several batches of each kind."""
    rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {n}"} for n in range(3_000)]
    place.write("b.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    place.write("c.json", json.dumps(rows[:1_500]))
    for n in range(40):
        place.write(f"{n:02}.txt", f"{FERRY} {n % 30}")


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, pool: Pool
) -> dict[str, list[tuple[object, ...]]]:
    """Return the tables that one run leaves of all that."""
    whole = Place(tmp_path_factory.mktemp("whole"), pool)
    _fill(whole)
    whole.ingest()
    return whole.tables()


@pytest.mark.parametrize("after", [1, 3, 5])
def test_interrupted_anywhere_the_next_run_completes_it(
    place: Place, undisturbed: dict[str, list[tuple[object, ...]]], after: int
) -> None:
    """Stopped in its middle and run again, a run leaves the same tables as an undisturbed one."""
    _fill(place)
    calls = 0

    def stop(_progress: object) -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            raise StopError

    with pytest.raises(StopError):
        place.ingest(progress=stop)
    place.ingest()
    assert place.tables() == undisturbed


def test_missing_folder_is_an_error_before_anything_is_written(bare: Place) -> None:
    """A typo in --seeds is told at once and makes no lake."""
    with pytest.raises(SeedsError, match="does not exist"):
        bare.ingest(bare.seeds, bare.seeds.parent / "typo")
    assert not bare.lake.exists()


def test_time_of_a_run_is_recorded(place: Place) -> None:
    """`now` stands in the run and in everything the run stored."""
    place.write("a.txt", STORM)
    place.ingest()
    assert place.sql("SELECT now FROM runs") == [(NOW,)]
    assert place.sql("SELECT first_seen_at, last_sighted_at FROM articles") == [(NOW, NOW)]


def test_future_dates_are_unknown(place: Place) -> None:
    """A date more than 48 h after the run's time is no publication date."""
    rows = [
        {"id": 1, "text": STORM, "date": "2024-07-04T11:00:00Z"},
        {"id": 2, "text": FERRY, "date": "2024-07-05T12:00:00Z"},
    ]
    place.write("a.json", json.dumps(rows))
    place.ingest()
    found = place.sql("SELECT guid, published_from FROM articles ORDER BY guid")
    assert found == [("a.json#1", "file"), ("a.json#2", "none")]


def test_file_rewritten_after_an_interrupted_reading_loses_no_edit(place: Place) -> None:
    """A to B stopped half-way, back to A, then B again: every row ends at B."""

    def write(word: str) -> None:
        rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {word} {n}"} for n in range(2_200)]
        place.write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    calls = 0

    def stop(_progress: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StopError

    write("first")
    place.ingest()
    write("second")
    with pytest.raises(StopError):
        place.ingest(progress=stop)
    write("first")
    place.ingest()
    write("second")
    place.ingest()
    found = place.sql("SELECT count(*) FROM articles WHERE body LIKE '% second %'")
    assert found == [(2_200,)]


def _feed(*entries: tuple[str | None, str, str]) -> str:
    made = "".join(
        f"<item>{f'<guid>{guid}</guid>' if guid else ''}<link>https://a.example{link}</link>"
        f"<title>T</title><description>{text}</description></item>"
        for guid, link, text in entries
    )
    return f'<rss version="2.0"><channel><title>C</title>{made}</channel></rss>'


def test_url_bound_within_the_batch_is_judged_as_between_batches(
    tmp_path: Path, pool: Pool
) -> None:
    """An entry that meets a URL bound just before it is refused like one that comes a run later."""
    counts = []
    for together in (True, False):
        place = Place(tmp_path / str(together), pool)
        place.write("a.xml", _feed(("g1", "", STORM)).replace("<link>https://a.example</link>", ""))
        place.ingest()
        place.write("a.xml", _feed(("g1", "/live", STORM)))
        if not together:
            place.ingest()
        place.write("b.xml", _feed(("g2", "/live", FERRY)))
        place.ingest()
        counts.append(place.sql("SELECT count(*) FROM articles"))
    assert counts == [[(2,)], [(2,)]]


def test_url_shared_with_an_entry_that_is_known_already_is_no_key(place: Place) -> None:
    """Without guids, a new entry on the URL of an old and unrelated one is another article."""
    place.write("a.xml", _feed((None, "/live", STORM)))
    place.ingest()
    place.write("a.xml", _feed((None, "/live", FERRY), (None, "/live", STORM)))
    place.ingest()
    assert place.sql("SELECT count(*), max(revision_count) FROM articles") == [(2, 1)]


def test_guid_that_alternates_between_articles_never_mints_an_id_twice(place: Place) -> None:
    """Every (article, revision number) is stored once, however often a guid changes its mind."""
    days = [
        ("/live", STORM),
        ("/ferry", FERRY),
        ("/live", STORM[:90]),
        ("/ferry", FERRY + " More."),
    ]
    for link, text in [*days, *days, ("/live", "Snow fell on the hills of Aire all night long.")]:
        place.write("a.xml", _feed(("g", link, text)))
        place.ingest()
    doubled = (
        "SELECT article_id FROM revisions GROUP BY article_id, revision_no HAVING count(*) > 1"
    )
    assert place.sql(doubled) == []


def test_lake_by_a_link_names_its_folders_alike(place: Place, tmp_path: Path) -> None:
    """The same lake and folder by another spelling are the same feed: nothing is read twice."""
    place.write("a.txt", STORM)
    place.ingest()
    (tmp_path / "other").symlink_to(tmp_path)
    place.lake = tmp_path / "other" / "lake"
    assert _only(place.ingest(tmp_path / "other" / "seeds")) == {"read": 1, "unchanged": 1}


def test_lake_is_published_even_if_the_run_ends_early(bare: Place) -> None:
    """What was committed before an interrupt can be queried at once."""
    rows = [{"id": n, "title": f"T{n}", "text": f"{STORM} {n}"} for n in range(2_300)]
    bare.write("list.json", json.dumps(rows))
    calls = 0

    def stop(_progress: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StopError

    with pytest.raises(StopError):
        bare.ingest(progress=stop)
    [(count,)] = bare.sql("SELECT count(*) FROM articles")
    assert isinstance(count, int)
    assert count >= 1_000


def test_lake_inside_the_folder_is_not_read(place: Place) -> None:
    """A folder of seeds that holds the lake, or an export, does not take it for news."""
    place.write("a.txt", STORM)
    place.lake = place.seeds / "lake"
    place.ingest()
    again = place.ingest().tallies["."]
    assert (again.read, again.unchanged) == (1, 1)
