"""A whole run, under Prefect or not: folders and feeds polled, the lake merged and published."""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from articles.errors import LakeError, SeedsError
from articles.feedids import folder_feeds, resolved
from articles.knownids import KnownIds, Listing
from articles.rows import RunRow
from articles.sourceids import SourceIds
from flows.digesting import seldom_collect
from flows.folderpolls import poll_folder
from flows.intake import Gatherer, Intake, Progress
from flows.pipeline import Keeper, announce
from flows.places import place_of
from flows.regroup import regroup
from flows.rounds import AsTask, Round, Turnout, poll_feeds
from flows.workers import Pool
from warehouse.gaps import follow_published
from warehouse.lake import Lake
from warehouse.publish import is_published, publish
from warehouse.upkeep import merge, sweep


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
    turnout: Turnout = field(default_factory=Turnout)
    """Of the feeds."""
    succeeded: int = 0
    """Polls that did not fail, of folders and feeds."""
    partly: list[str] = field(default_factory=list)
    """Feeds that were read although they are broken, or not to their end."""
    overtaken: list[str] = field(default_factory=list)
    """Sources that another run read meanwhile; what this one had read of them is dropped."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, for benchmarks; stages overlap."""
    clock_behind: timedelta = timedelta()
    """How far this machine's clock was behind the lake's last run, at the run's beginning."""


async def _plainly(_name: str, work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def run(
    lake_root: Path,
    seeds: Sequence[Path],
    *,
    feeds: Round | None = None,
    now: datetime | None = None,
    run_id: str,
    command: str,
    dry_run: bool = False,
    lock_timeout: float = 60.0,
    progress: Callable[[Progress], None] = lambda _: None,
    as_task: AsTask = _plainly,
    pool: Pool | None = None,
) -> Report:
    """Poll each folder once and the feeds that are due, commit what that brings, and publish it.

    `now` (aware) replaces the clock in every stored time and in the bounds of dates; None is the
    clock. Raises SeedsError for a folder that isn't there, and the errors of the lake; what was
    committed before an error stays, and the next run goes on from there. A `pool` given is left
    running for further runs.
    """
    began = time.monotonic()
    root_path = Path(os.path.abspath(lake_root))  # noqa: ASYNC240, PTH100 - touches no disk
    folders = folders_of(seeds, lake_root)
    seldom_collect()
    row = RunRow(run_id, now or datetime.now(UTC), now, version("newslake"), command)
    with ExitStack() as stack:
        root = lake_root
        if dry_run and not (lake_root / "catalog.sqlite").exists():
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newslake-")))
        lake = stack.enter_context(
            await asyncio.to_thread(Lake.open, root, lock_timeout=lock_timeout)
        )
        sources, known = lake.settings()
        ids, there = _ids(lake, feeds)
        keeper = Keeper(lake, row, dry_run=dry_run, sources=sources, feeds=known, ids=ids)
        if not dry_run:
            await asyncio.to_thread(follow_published, lake)
            stack.enter_context(_published(keeper, now))
        workers = stack.enter_context(Pool()) if pool is None else pool
        clock = None if now else await asyncio.to_thread(lake.newest_clock)
        intake = Intake(keeper, workers, now, progress, clock)
        # Before the lake is closed: whatever ends this run waits for the commit that is under way.
        stack.callback(intake.writer.shutdown)
        gatherer = Gatherer(intake)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(intake.writer, regroup, keeper, intake.clock())
        places = [place_of(folder, lake_root) for folder in folders]
        recorded = feeds.folders if feeds else ()
        for folder, feed in zip(folders, folder_feeds(places, recorded, there, ids), strict=True):
            await poll_folder(intake, gatherer, folder, feed)
        turnout = Turnout()
        if feeds is not None and feeds.listed:
            feeds = settled_round(feeds, there, ids)
            await loop.run_in_executor(
                intake.writer, announce, keeper, feeds.feeds, intake.clock(), ids.listed
            )
            until = None if feeds.seconds is None else began + feeds.seconds
            turnout = await poll_feeds(intake, gatherer, feeds, as_task, until)
        if keeper.batches and not dry_run:
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
        turnout=turnout,
        succeeded=len(folders) + intake.feeds - intake.failed.total(),
        partly=intake.partly,
        overtaken=intake.overtaken,
        stages=dict(intake.stages),
        clock_behind=max(clock - row.started_at, timedelta()) if clock else timedelta(),
    )


@contextmanager
def _published(keeper: Keeper, now: datetime | None) -> Iterator[None]:
    """Publish at once what is not yet, and what was committed before an error or an interrupt.

    That is a new lake, and what a run committed that was killed before it published.
    """
    if not is_published(keeper.lake):
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


def folders_of(seeds: Sequence[Path], lake_root: Path) -> list[Path]:
    """Return the folders, each once. Raises SeedsError for one that isn't there, or is the lake."""
    folders: dict[Path, Path] = {}
    for seed in seeds:
        if not seed.is_dir():
            kind = "is not a folder" if seed.exists() else "does not exist"
            msg = f"The folder of seeds {seed} {kind}."
            raise SeedsError(msg, "Name an existing folder with --seeds DIR.")
        if seed.resolve() == lake_root.resolve():
            msg = f"The folder of seeds {seed} is the lake itself."
            raise SeedsError(msg, "Name another folder for the lake with --lake DIR.")
        folders.setdefault(seed.resolve(), seed)
    return list(folders.values())


def _ids(lake: Lake, asked: Round | None) -> tuple[SourceIds, KnownIds]:
    known = lake.known_ids()
    return SourceIds(known, asked.sources if asked else ()), known


def settled_round(asked: Round, known: KnownIds, ids: SourceIds) -> Round:
    """Return the round with its feeds' ids and sources as the lake has them."""
    feeds = resolved(Listing(asked.sources, asked.feeds), known, ids).feeds
    return replace(asked, feeds=feeds)


def _tallies(keeper: Keeper, intake: Intake) -> dict[str, Tally]:
    tallies = {}
    for name, counts in keeper.tallies.items():
        parts = {key: counts[key] for key in ("new", "changed", "duplicate", "unchanged")}
        quarantined, failed = counts["quarantined"], intake.failed[name]
        read = sum(parts.values()) + quarantined
        tallies[name] = Tally(read=read, quarantined=quarantined, failed=failed, **parts)
    return tallies
