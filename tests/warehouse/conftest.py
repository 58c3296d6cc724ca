"""What the warehouse's tests share: a fresh lake, rows to store, a PostgreSQL server."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pgserver
import pytest

from articles.identity.keys import content_key
from articles.model.article_rows import EntryRow, Key, Revision, Sighting
from articles.model.batch import Batch
from articles.model.ids import hash64, hash128, short_id
from articles.model.poll_rows import FeedState, Poll, Schedule
from articles.revisions.states import content_fields, state_hash
from warehouse.lake import reads
from warehouse.lake.lake import Lake

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Rows:
    """Makes valid rows: a batch that stores one article for each text."""

    now = NOW
    feed_id = "feed"

    def batch(self, batch_id: str, *texts: str, **changes: Any) -> Batch:
        """Return a batch with a poll, and for each text an article of its own."""
        made = [self.article(text, position) for position, text in enumerate(texts)]
        batch = Batch(
            batch_id,
            "run",
            polls=(self.poll(f"poll-{batch_id}", new=len(texts)),),
            entries=tuple(entry for entry, _, _, _ in made),
            revisions=tuple(revision for _, revision, _, _ in made),
            sightings=tuple(sighting for _, _, sighting, _ in made),
            keys=tuple(key for _, _, _, keys in made for key in keys),
        )
        return dataclasses.replace(batch, **changes)

    def article(
        self, text: str, position: int = 0
    ) -> tuple[EntryRow, Revision, Sighting, tuple[Key, ...]]:
        """Return the rows of a new article whose guid, title and body follow from a text."""
        guid, title, content = f"guid {text}", f"On {text[:20]}", hash128(text)
        fields = content_fields(title, "feed", content, ("Ann Lee",), self.now, "feed", "en")
        article_id = short_id("guid", self.feed_id, guid)
        entry_id = short_id("entry", self.feed_id, guid, text)
        url = f"https://example.org/{article_id}"
        entry = EntryRow(
            entry_id, self.feed_id, "poll", self.now, guid, hash64(text), guid, url, None,
            "text/html", f'{{"title": "{title}"}}', ("mojibake",),
        )  # fmt: skip
        revision = Revision(
            article_id, 1, entry_id, "example.org", self.feed_id, guid, url, "feed", 1.0, title,
            "feed", 1.0, text, "full", None, ("Ann Lee",), "feed", 1.0, self.now, "feed", 1.0, "en",
            "text", 0.9, len(text.split()), content, state_hash(fields), (), self.now,
        )  # fmt: skip
        sighting = Sighting(
            entry_id, article_id, 1, self.feed_id, "poll", url, guid, None, "full", True, False,
            self.now, position,
        )  # fmt: skip
        named = content_key(content)
        keys = (
            Key(hash64("guid", self.feed_id, guid), "guid", self.feed_id, guid, article_id, True),
            Key(named.key_hash, "content", "", named.value, article_id, False),
        )
        return entry, revision, sighting, keys

    def poll(self, poll_id: str, *, new: int = 0) -> Poll:
        """Return a poll of the feed."""
        return Poll(
            poll_id, self.feed_id, "run", self.now, "new", None, 100, 5, new, 0, 0, 0, 0, 0, None,
            None,
        )  # fmt: skip

    def state(self, path: str, reading: int, *, complete: bool, read_to: int = 0) -> FeedState:
        """Return the state of a file after a part of a reading."""
        return FeedState(
            self.feed_id, path, reading, 10, 20, "0" * 32, read_to, complete, b"\0" * 16
        )  # fmt: skip

    def schedule(self, feed_id: str) -> Schedule:
        """Return what a poll over HTTP left for the feed's next one, an hour later."""
        return Schedule(
            feed_id, self.now + timedelta(hours=1), 3600, 0.25, 0, None, '"\xe9tag"',
            "Sun, 01 Nov 2026 10:00:00 GMT", f"https://{feed_id}.example/rss", "parsers-1",
            "0" * 32, 1800, ("0", "23"), ("Sunday",), f"{feed_id}.example",
        )  # fmt: skip

    def polled(self, feed_id: str) -> FeedState:
        """Return the state of a polled feed."""
        return FeedState(feed_id, "", 1, 10, 0, "0" * 32, 0, True, b"\1" * 32)


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Return the maker of valid rows."""
    return Rows()


@pytest.fixture
def lake(tmp_path: Path, new_lake: Path) -> Iterator[Lake]:
    """Yield a fresh lake in a temporary folder."""
    shutil.copytree(new_lake, tmp_path / "lake")
    with Lake.open(tmp_path / "lake", lock_timeout=0.1) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Yield a function that makes a new database in a real PostgreSQL and returns its conninfo."""
    programs = pgserver.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    server = pgserver.Server(programs)
    server.start()
    try:
        yield server.new_database
    finally:
        server.stop()


class Damage:
    """Damages Parquet files of a lake, each in a way of its own."""

    ways = ("empty", "cut", "page", "gone")

    def path(self, lake: Lake, table: str, number: int = -1) -> Path:
        """Return a table's live file by its place in insertion order, the newest unless given."""
        return Path(lake.location.data) / reads.live_files(lake)[table][number]

    def do(self, way: str, path: Path) -> None:
        """Make it empty, cut it in half, overwrite its middle, or take it away."""
        held = path.read_bytes()
        if way == "gone":
            path.unlink()
        elif way == "page":
            start, end = len(held) // 6, len(held) - len(held) // 3
            path.write_bytes(held[:start] + bytes(end - start) + held[end:])
        else:
            path.write_bytes(b"" if way == "empty" else held[: len(held) // 2])


@pytest.fixture
def damage() -> Damage:
    """Return what damages files."""
    return Damage()
