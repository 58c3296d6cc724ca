"""A whole run, under Prefect or not: folders polled, small files merged, the lake published."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from articles.errors import LakeError, SeedsError
from articles.ids import short_id, source_id_of
from articles.model import Feed, Source
from articles.rows import RunRow
from flows.pipeline import Keeper
from flows.polling import Intake, poll_folder
from flows.workers import Pool, seldom_collect
from warehouse.lake import Lake
from warehouse.publish import publish
from warehouse.upkeep import merge, sweep


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    entries: int
    files: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What came in from one source, in entries; `read` is the sum of the five after it."""

    read: int = 0
    new: int = 0
    changed: int = 0
    duplicate: int = 0
    """Carried an article or a text that was there already."""
    unchanged: int = 0
    quarantined: int = 0
    failed: int = 0
    """Polls that failed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, for the table at its end."""

    run_id: str
    tallies: dict[str, Tally]
    """By source name, in reading order."""
    skipped: int
    failures: list[str]
    lake: Path
    articles: int
    batches: int
    seconds: float
    dry_run: bool = False
    overtaken: list[str] = field(default_factory=list)
    """Sources that another run read meanwhile; what this one had read of them is dropped."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, for benchmarks; stages overlap."""


async def run(
    lake_root: Path,
    seeds: Sequence[Path],
    *,
    now: datetime | None = None,
    run_id: str,
    command: str,
    dry_run: bool = False,
    lock_timeout: float = 60.0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Poll each folder once, commit what it brings, merge small files and publish `news.duckdb`.

    `now` (aware) replaces the clock in every stored time and in the bounds of dates; None is the
    clock. Raises SeedsError for a folder that isn't there, and the errors of the lake; what was
    committed before an error stays, and the next run goes on from there.
    """
    began = time.monotonic()
    root_path = Path(os.path.abspath(lake_root))  # noqa: ASYNC240, PTH100 - touches no disk
    folders = folders_of(seeds)
    seldom_collect()
    row = RunRow(run_id, now or datetime.now(UTC), now, version("newslake"), command)
    with ExitStack() as stack:
        root = lake_root
        if dry_run and not (lake_root / "catalog.sqlite").exists():
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newslake-")))
        lake = stack.enter_context(
            await asyncio.to_thread(Lake.open, root, lock_timeout=lock_timeout)
        )
        sources, feeds = lake.announced()
        keeper = Keeper(lake, row, dry_run=dry_run, sources=sources, feeds=feeds)
        if not dry_run:
            stack.enter_context(_published(keeper, now))
        pool = stack.enter_context(Pool())
        intake = Intake(keeper, pool, now, lambda e, f: progress(Progress(e, f)))
        # Before the lake is closed: whatever ends this run waits for the commit that is under way.
        stack.callback(intake.writer.shutdown)
        for folder in folders:
            await poll_folder(intake, folder, feed_of(folder, lake_root))
        if not dry_run:
            await asyncio.to_thread(_finish, intake, now or datetime.now(UTC))
        articles = lake.article_count()
    return Report(
        run_id=run_id,
        tallies=_tallies(keeper, intake),
        skipped=intake.skipped,
        failures=intake.failures,
        lake=root_path,
        articles=articles,
        batches=0 if dry_run else keeper.batches,
        seconds=time.monotonic() - began,
        dry_run=dry_run,
        overtaken=intake.overtaken,
        stages=dict(intake.stages),
    )


@contextmanager
def _published(keeper: Keeper, now: datetime | None) -> Iterator[None]:
    """Publish a new lake at once, and what was committed before an error or an interrupt."""
    if not (keeper.lake.root / "news.duckdb").exists():
        publish(keeper.lake, now=now)
    try:
        yield
    except BaseException:
        if keeper.batches:
            with suppress(LakeError):  # the first error is the one to tell
                publish(keeper.lake, now=now)
        raise


def _finish(intake: Intake, now: datetime) -> None:
    lake = intake.keeper.lake
    with intake.timed("merge"):
        merge(lake)
    with intake.timed("publish"):
        publish(lake, now=now)
    with intake.timed("sweep"):
        sweep(lake, now)


def folders_of(seeds: Sequence[Path]) -> list[Path]:
    """Return the folders, each once. Raises SeedsError for one that isn't there."""
    folders: dict[Path, Path] = {}
    for seed in seeds:
        if not seed.is_dir():
            kind = "is not a folder" if seed.exists() else "does not exist"
            msg = f"The folder of seeds {seed} {kind}."
            raise SeedsError(msg, "Name an existing folder with --seeds DIR.")
        folders.setdefault(seed.resolve(), seed)
    return list(folders.values())


def feed_of(folder: Path, lake_root: Path) -> Feed:
    """Return a folder's feed and source, named by its path relative to the lake's parent.

    So the ids are the same on every machine, and stay when lake and folder move together.
    """
    name = os.path.relpath(folder.resolve(), lake_root.absolute().parent.resolve()).replace(
        os.sep, "/"
    )
    return Feed(short_id("feed", name), Source(source_id_of(name), name), "files", name)


def _tallies(keeper: Keeper, intake: Intake) -> dict[str, Tally]:
    tallies = {}
    for name, counts in keeper.tallies.items():
        parts = {key: counts[key] for key in ("new", "changed", "duplicate", "unchanged")}
        quarantined, failed = counts["quarantined"], intake.failed[name]
        read = sum(parts.values()) + quarantined
        tallies[name] = Tally(read=read, quarantined=quarantined, failed=failed, **parts)
    return tallies
