"""The product as a history meets it: a lake and a folder that runs read into, and disasters."""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from unittest import mock

from delivered import Feed as Told
from faults import Killed, killed_at, small_batches
from serving import Site, copy_over, write_folder
from steps import Run, World

from articles.model.entries import Feed, Source
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool

_PASSING = {"writer.lock", "catalog.sqlite-wal", "catalog.sqlite-shm"}
VICTIM = Path(__file__).with_name("victim.py")
ROOMS = [str(VICTIM.parents[1] / room) for room in ("histories", "servers", "runs")]


class Lakehouse:
    """A lake, its folder of seeds and its feeds; runs are real ones."""

    def __init__(self, root: Path, site: Site, feeds: tuple[Told, ...], pool: Pool) -> None:
        self.root, self.site, self.pool = root, site, pool
        self.kept = root.with_name(f"{root.name}-kept")
        self.home = root / "place0"
        self.lake, self.seeds = self.home / "lake", self.home / "seeds"
        self.seeds.mkdir(parents=True)
        self.feeds = tuple(_feed(feed, site.url(feed.name)) for feed in feeds)
        self.runs = self.moves = 0

    def run(self, step: Run) -> list[tuple[str, World, bool]]:
        """Run; return for each run its id, what it met, and whether it came to its end."""
        worlds = [step.world] if step.beside is None else [step.world, step.beside]
        write_folder(self.seeds, step.world.files, self.runs)
        ids = []
        for world in worlds:
            self.runs += 1
            ids.append(f"run-{self.runs}")
            self.site.documents[ids[-1]] = world.documents
        if step.kill is not None and step.kill.process:
            ended = self._process(ids[0], step)
        else:
            ended = self._here(ids, step)
        return [(run_id, world, ended) for run_id, world in zip(ids, worlds, strict=True)]

    def _here(self, ids: list[str], step: Run) -> bool:
        async def all_of_them() -> None:
            await asyncio.gather(*(self._running(run_id, step, self.pool) for run_id in ids))

        try:
            with small_batches(step.batch_entries), killed_at(step.kill), _no_certificates():
                asyncio.run(all_of_them())
        except Killed:
            return False
        return True

    async def _running(self, run_id: str, step: Run, pool: Pool | None) -> None:
        await running(self.lake, self.seeds, self.feeds, run_id, step, pool)

    def _process(self, run_id: str, step: Run) -> bool:
        assert step.kill is not None
        order = {
            "lake": str(self.lake), "seeds": str(self.seeds), "run_id": run_id,
            "feeds": [asdict(feed) for feed in self.feeds], "hours": step.hours,
            "batch_entries": step.batch_entries, "kill": asdict(step.kill),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(VICTIM), json.dumps(order)], capture_output=True, text=True,
            timeout=120, check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(ROOMS)},
        )  # fmt: skip
        if done.returncode not in {0, -9}:
            raise AssertionError(done.stderr)
        return done.returncode == 0

    def index_lost(self) -> None:
        """Delete the index."""
        shutil.rmtree(self.lake / "index", ignore_errors=True)

    def index_kept(self) -> None:
        """Keep a copy of the index."""
        shutil.rmtree(self.kept / "index", ignore_errors=True)
        if (self.lake / "index").exists():
            shutil.copytree(self.lake / "index", self.kept / "index")

    def index_back(self) -> None:
        """Put the copy back."""
        if (self.kept / "index").exists():
            self.index_lost()
            shutil.copytree(self.kept / "index", self.lake / "index")

    def lake_kept(self) -> None:
        """Keep a copy of the lake, without its index."""
        copy_over(self.lake, self.kept / "lake")

    def lake_back(self) -> None:
        """Put the copy back; the index stays as it is."""
        copy_over(self.kept / "lake", self.lake)

    def moved(self) -> None:
        """Move the lake together with its folder."""
        self.moves += 1
        home = self.root / f"place{self.moves}"
        self.home.rename(home)
        self.home, self.lake = home, home / self.lake.relative_to(self.home)
        self.seeds = home / "seeds"

    def copied(self) -> None:
        """Go on in a copy of the lake elsewhere; the folder stays where it is."""
        self.moves += 1
        lake = self.home / f"elsewhere{self.moves}" / "lake"
        shutil.copytree(self.lake, lake)
        self.lake = lake

    def files(self) -> dict[str, bytes]:
        """Return what the lake's folder holds, locks and cache aside."""
        found = [path for path in self.lake.rglob("*") if path.is_file()]
        return {
            path.relative_to(self.lake).as_posix(): path.read_bytes()
            for path in found
            if path.name not in _PASSING and "index" not in path.relative_to(self.lake).parts
        }


async def running(
    lake: Path, seeds: Path, feeds: tuple[Feed, ...], run_id: str, step: Run, pool: Pool | None
) -> None:
    """Run once over a folder and feeds."""
    plan = PollPlan(
        feeds=feeds, user_agent=run_id, allow_addresses="127.0.0.1", spacing=0.0, every_feed=True,
        concurrency=1,
    )  # fmt: skip
    await run(lake, [seeds], plan=plan, now=step.now, run_id=run_id, command="history", pool=pool)


@contextmanager
def _no_certificates() -> Iterator[None]:
    """Spare a run the machine's certificates, a fifth of its time: all its feeds are http."""
    with mock.patch("connectors.http.fetch._trusted", side_effect=_no_context):
        yield


def _no_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _feed(told: Told, url: str) -> Feed:
    source = Source(f"{told.name}-source", url, (told.owns,) if told.owns else ())
    return Feed(f"{told.name}-feed", source, "rss", url)
