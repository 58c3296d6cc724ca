"""Plays one history against the product and against the model, and says where the two part."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import compare
from compare import Difference, Names
from delivered import Entry, Feed
from lakehouse import Lakehouse
from loopback import FeedServer
from model import Model, Reading
from observed import Batch, Event, Tables
from serving import Site
from steps import FOLDER, Disaster, History, Run, World

from articles.errors import LakeError
from flows.workers.pool import Pool
from warehouse.database.tables import TABLES
from warehouse.index.keys import TABLES as INDEXED
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing


@dataclass(slots=True)
class Known:
    """What the model and the comparison know; kept and put back with a lake."""

    model: Model = field(default_factory=Model)
    names: Names = field(default_factory=Names)
    batch_no: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """How a history ended."""

    seed: int
    steps: int
    articles: int
    revisions: int
    sightings: int
    seconds: float
    difference: str = ""
    """Empty if there is none."""


@dataclass(slots=True)
class Player:
    """A history under way."""

    history: History
    house: Lakehouse
    known: Known = field(default_factory=Known)
    kept: Known | None = None
    met: dict[str, tuple[Run, World]] = field(default_factory=dict)
    """By run: what it met."""
    readings: dict[str, Reading] = field(default_factory=dict)
    """By poll_id: those under way, and those that have ended since the last comparison."""
    under_way: dict[str, str] = field(default_factory=dict)
    """By feed: the poll that stored a part of it last and has not ended."""
    overtaken: set[str] = field(default_factory=set)
    """Polls after whose first parts another poll of their feed stored some."""

    last: Run = field(default_factory=lambda: Run(World({}, {}), 0))
    """The last run that came to its end."""

    def step(self, step: Run | Disaster) -> None:
        """Take one step in both worlds. Raises Difference."""
        if isinstance(step, Run):
            self._run(step)
        elif step.startswith("catalog"):
            self._refused(step)
        elif not (step == "lake_kept" and self.met) and (self.house.lake / "news.duckdb").exists():
            # After a kill the model knows of no batch until the next run has published it.
            if step == "lake_back":
                if self.kept is None:
                    return
                self.known, self.under_way = deepcopy(self.kept), {}
                self.met, self.readings = {}, {}
            getattr(self.house, step)()
            if step == "lake_kept":
                self.kept = deepcopy(self.known)

    def _run(self, step: Run) -> None:
        done = self.house.run(step)
        self.met |= {run_id: (step, world) for run_id, world, _ in done}
        if not all(ended for _, _, ended in done):
            return
        with Tables(self.house.lake) as tables:
            self._follow(tables)
            self._every_poll(tables, [run_id for run_id, _, _ in done], step)
            compare.of_tables(tables, self.known.model, self.known.names)
        self.last = replace(step, kill=None, beside=None)
        self.met, self.readings, self.under_way = {}, {}, {}

    def _follow(self, tables: Tables) -> None:
        """Let the model take the batches that the product stored, in their order."""
        for batch in tables.batches(self.known.batch_no):
            if batch.batch_no != self.known.batch_no + 1:
                raise Difference(f"batch {batch.batch_no} follows {self.known.batch_no}")
            self.known.batch_no = batch.batch_no
            if batch.run_id not in self.met:
                raise Difference(f"batch {batch.batch_no} is of the run {batch.run_id}")
            self._take(batch)

    def _take(self, batch: Batch) -> None:
        for event in batch.events:
            reading = self._reading(batch.run_id, event.poll_id, event.feed)
            self._not_overtaken(event)
            row = self.known.model.store(reading, _place(reading, event))
            compare.of_event(event, row, self.known.names)
        for ended in batch.ended:
            _, world = self.met[batch.run_id]
            if world.documents.get(ended.feed, ()) is None:
                if ended.status != "failed":
                    raise Difference(f"the poll of {ended.feed} should have failed: {ended}")
                continue
            reading = self._reading(batch.run_id, ended.poll_id, ended.feed)
            compare.of_poll(ended, reading)
            self.known.model.finish(reading)
            self.under_way.pop(ended.feed, None)

    def _not_overtaken(self, event: Event) -> None:
        """Of two runs at once, a poll that was overtaken between its parts stores no more."""
        if event.poll_id in self.overtaken:
            raise Difference(f"{event.feed}: a poll that was overtaken goes on with {event}")
        before = self.under_way.setdefault(event.feed, event.poll_id)
        if before != event.poll_id:
            self.overtaken.add(before)
            self.under_way[event.feed] = event.poll_id

    def _reading(self, run_id: str, poll_id: str, feed: str) -> Reading:
        if poll_id not in self.readings:
            step, world = self.met[run_id]
            told, documents = self._document(world, feed)
            self.readings[poll_id] = self.known.model.begin(told, documents, step.now)
        return self.readings[poll_id]

    def _document(self, world: World, feed: str) -> tuple[Feed, Sequence[Sequence[Entry]]]:
        if feed == FOLDER.name:
            return FOLDER, list(world.files.values())
        document = world.documents[feed]
        if document is None:
            raise Difference(f"{feed} failed, and yet a row of it was stored")
        return next(one for one in self.history.feeds if one.name == feed), [document]

    def _every_poll(self, tables: Tables, run_ids: list[str], step: Run) -> None:
        """Check that each feed was polled by each run; of two at once one may be dropped."""
        rows = tables.rows("SELECT run_id, feed_id, status FROM polls")
        found = [(tables.feeds[feed], status) for run, feed, status in rows if run in run_ids]
        worlds = [world for world in (step.world, step.beside) if world is not None]
        for feed in (FOLDER.name, *(one.name for one in self.history.feeds)):
            ends = [status for name, status in found if name == feed]
            if not 1 <= len(ends) <= len(run_ids):
                raise Difference(f"{feed} has {len(ends)} polls of {len(run_ids)} runs")
            read = any(world.documents.get(feed, ()) is not None for world in worlds)
            if read and set(ends) == {"failed"}:
                raise Difference(f"the run that could read {feed} was dropped for one that failed")

    def _refused(self, disaster: Disaster) -> None:
        """A catalog that is gone, empty or older: the run is refused, and nothing is touched."""
        catalog = self.house.lake / "catalog.sqlite"
        older = self.house.kept / "lake" / "catalog.sqlite"
        kept_no = None if self.kept is None else self.kept.batch_no
        if self.met or self.known.batch_no == 0:  # its batches are not known, or there are none
            return
        if disaster == "catalog_older" and kept_no in {None, self.known.batch_no}:
            return
        right = catalog.read_bytes()
        catalog.unlink()
        if disaster != "catalog_gone":
            catalog.write_bytes(older.read_bytes() if disaster == "catalog_older" else b"")
        before = self.house.files()
        try:
            self.house.run(self.last)
        except LakeError:
            if self.house.files() != before:
                raise Difference(f"{disaster}: the lake was touched") from None
        else:
            raise Difference(f"{disaster}: the run was not refused")
        catalog.write_bytes(right)

    def end(self) -> None:
        """Check that a new index is the one that grew, and that news.duckdb is the lake."""
        grown = _index(self.house.lake)
        self.house.index_lost()
        with Lake.open(self.house.lake) as lake:
            with writing(lake):
                lake.index.watermark()
            made = _index(self.house.lake)
            for table in INDEXED:
                if grown[table] != made[table]:
                    raise Difference(f"the index: {table} made anew differs from the one that grew")
            with Tables(self.house.lake) as tables:
                for table in (*TABLES, "batches", "articles", "news"):
                    own = lake.connection.execute(f"SELECT * FROM lake.{table}").fetchall()
                    if _sorted(own) != _sorted(tables.rows(f"SELECT * FROM {table}")):
                        raise Difference(f"news.duckdb: {table} is not the lake's")


def _place(reading: Reading, event: Event) -> int:
    """Return which of a reading's fresh entries left this row: the first, for files any."""
    for place, (entry, _) in enumerate(reading.fresh):
        if entry.rejected and event.article_id is None:
            if entry.path == event.path:
                return place
        elif (entry.guid, entry.link, entry.path) == (event.guid, event.url, event.path):
            return place
        if not reading.feed.files:
            break
    expected = [entry for entry, _ in reading.fresh]
    raise Difference(f"the lake has a row that is not expected: {event}\n  expected: {expected}")


def _sorted(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=repr)


def _index(lake: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(lake / "index" / "keys.sqlite")) as connection:
        return {
            table: _sorted(connection.execute(f"SELECT * FROM {table}").fetchall())
            for table in INDEXED
        }


def play(history: History, root: Path, server: FeedServer, pool: Pool) -> Played:
    """Play a history in a new folder; a difference is told in the result."""
    began = time.monotonic()
    site = Site(server, f"s{history.seed}", [feed.name for feed in history.feeds])
    player = Player(history, Lakehouse(root, site, history.feeds, pool))
    difference, number = "", 0
    try:
        for step in history.steps:
            number += 1
            player.step(step)
        player.end()
    except Difference as found:
        told = history.told[number - 1] if number else ""
        difference = f"step {number} of {len(history.steps)} ({told}):\n{found}"
    finally:
        site.close()
    model = player.known.model
    return Played(
        history.seed, number, len(model.articles),
        sum(len(article.revisions) for article in model.articles), len(model.rows),
        time.monotonic() - began, difference,
    )  # fmt: skip
