"""A lake of the build before shared keys were noted: read again it gains nothing, and goes on.

`schema7.tar.xz` was made by commit 1298e11: a folder of two saved feeds with the same guids, one
and two files of rows with shared ids, and two polled feeds, of which one says "N/A" for each guid.
"""

import asyncio
import re
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback import FeedServer
from published import ask

from articles.model.entries import Feed, Source
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool

NOW = datetime(2026, 11, 26, 13, tzinfo=UTC)
LAKE = Path(__file__).parents[2] / "warehouse" / "lakes" / "schema7.tar.xz"
COUNTS = ("articles", "revisions", "sightings", "entries")


class Older:
    """The lake, its folder, and its feeds on a server."""

    def __init__(self, root: Path, server: FeedServer, pool: Pool) -> None:
        with tarfile.open(LAKE) as archive:
            archive.extractall(root, filter="data")
        self.root, self.server, self.pool = root, server, pool
        self.bodies = {path.stem: path.read_text() for path in (root / "polled").iterdir()}
        self.runs = 0

    def ingest(self) -> dict[str, int]:
        """Run over folder and feeds; return how many rows there are."""
        self.runs += 1
        for name, body in self.bodies.items():
            self.server.serve(f"/{name}", body)
        feeds = tuple(
            Feed(name, Source(name, name), "rss", self.server.url(f"/{name}"), recorded=True)
            for name in self.bodies
        )
        plan = PollPlan(
            feeds=feeds, user_agent="newslake-test", allow_addresses="127.0.0.1", spacing=0.0,
            every_feed=True,
        )  # fmt: skip
        asyncio.run(
            run(
                self.root / "lake", [self.root / "press"], now=NOW, run_id=f"again {self.runs}",
                command="test", plan=plan, pool=self.pool,
            )
        )  # fmt: skip
        return self.counts()

    def counts(self) -> dict[str, int]:
        """Return how many rows the tables have."""
        found = {name: ask(self.root / "lake", f"SELECT count(*) FROM {name}") for name in COUNTS}
        return {name: int(str(rows[0][0])) for name, rows in found.items()}


@pytest.fixture
def older(tmp_path: Path, feeds: FeedServer, pool: Pool) -> Older:
    """Return the lake as the build before left it, without its index."""
    return Older(tmp_path, feeds, pool)


def reversed_items(body: str) -> str:
    """Return a document with its entries the other way round."""
    listed = re.findall("<item>.*?</item>", body)
    return body[: body.index("<item>")] + "".join(listed[::-1]) + "</channel></rss>"


def test_everything_read_again_is_known(older: Older) -> None:
    """All files touched, all documents in another order: no article, no sighting, no entry."""
    for path in (older.root / "press").iterdir():
        path.write_bytes(path.read_bytes() + b"\n")
    older.bodies = {name: reversed_items(body) for name, body in older.bodies.items()}
    again = older.ingest()
    assert again == {"articles": 16, "revisions": 18, "sightings": 18, "entries": 18}


def test_its_articles_are_found_by_the_keys_of_before(older: Older) -> None:
    """Edits in another snapshot of a saved feed, and under a shared guid, are revisions."""
    older.bodies["na"] = older.bodies["na"].replace(
        "polled324", "polled324 and more"
    )  # fmt: skip
    saved = (older.root / "press" / "south.xml").read_text()
    later = older.root / "press" / "south-later.xml"
    later.write_text(saved.replace("south124", "south124 and more"))
    again = older.ingest()
    assert again == {"articles": 16, "revisions": 20, "sightings": 20, "entries": 20}
    shutil.rmtree(older.root / "lake" / "index")
    older.bodies["na"] = reversed_items(older.bodies["na"])
    later.write_text(later.read_text() + "\n")
    assert older.ingest() == again
