"""A whole run, under Prefect or not: folders and feeds polled, the lake merged and published."""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from articles.errors import LakeError
from articles.identity.feed_ids import folder_feeds, resolved
from articles.identity.known_ids import KnownIds, Listing
from articles.identity.source_ids import SourceIds
from articles.model.poll_rows import RunRow
from flows.outcome import PollSummary, Progress, Report, Tally
from flows.pipeline.regroup import regroup
from flows.pipeline.store import CommitContext, store_settings
from flows.polling.batch_buffer import BatchBuffer
from flows.polling.context import RunContext
from flows.polling.folder_poller import poll_folder
from flows.polling.plan import PollPlan
from flows.polling.poll_feeds import AsTask, poll_feeds
from flows.polling.seed_folders import folders_of, place_of
from flows.workers.limits import seldom_collect
from flows.workers.pool import Pool
from warehouse.lake import reads
from warehouse.lake.gaps import follow_published
from warehouse.lake.lake import Lake
from warehouse.maintenance.files import merge, sweep
from warehouse.publish.publish import is_published, publish


async def _plainly(_name: str, work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def run(
    lake_root: Path,
    seeds: Sequence[Path],
    *,
    feeds: PollPlan | None = None,
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
        sources, known = reads.settings(lake)
        ids, there = _ids(lake, feeds)
        keeper = CommitContext(lake, row, dry_run=dry_run, sources=sources, feeds=known, ids=ids)
        if not dry_run:
            await asyncio.to_thread(follow_published, lake)
            stack.enter_context(_published(keeper, now))
        workers = stack.enter_context(Pool()) if pool is None else pool
        clock = None if now else await asyncio.to_thread(reads.newest_clock, lake)
        intake = RunContext(keeper, workers, now, progress, clock)
        # Before the lake is closed: whatever ends this run waits for the commit that is under way.
        stack.callback(intake.writer.shutdown)
        gatherer = BatchBuffer(intake)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(intake.writer, regroup, keeper, intake.clock())
        places = [place_of(folder, lake_root) for folder in folders]
        recorded = feeds.folders if feeds else ()
        for folder, feed in zip(folders, folder_feeds(places, recorded, there, ids), strict=True):
            await poll_folder(intake, gatherer, folder, feed)
        turnout = PollSummary()
        if feeds is not None and feeds.listed:
            feeds = settled_plan(feeds, there, ids)
            await loop.run_in_executor(
                intake.writer, store_settings, keeper, feeds.feeds, intake.clock(), ids.listed
            )
            until = None if feeds.seconds is None else began + feeds.seconds
            turnout = await poll_feeds(intake, gatherer, feeds, as_task, until)
        if keeper.batches and not dry_run:
            await asyncio.to_thread(_finish, intake, now or datetime.now(UTC))
        articles = reads.article_count(lake)
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
def _published(keeper: CommitContext, now: datetime | None) -> Iterator[None]:
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


def _finish(intake: RunContext, now: datetime) -> None:
    lake = intake.keeper.lake
    with intake.timed("merge"):
        merge(lake)
    with intake.timed("publish"):
        publish(lake, now=now)
    with intake.timed("sweep"):
        sweep(lake, now)


def _ids(lake: Lake, asked: PollPlan | None) -> tuple[SourceIds, KnownIds]:
    known = reads.known_ids(lake)
    return SourceIds(known, asked.sources if asked else ()), known


def settled_plan(asked: PollPlan, known: KnownIds, ids: SourceIds) -> PollPlan:
    """Return the round with its feeds' ids and sources as the lake has them."""
    feeds = resolved(Listing(asked.sources, asked.feeds), known, ids).feeds
    return replace(asked, feeds=feeds)


def _tallies(keeper: CommitContext, intake: RunContext) -> dict[str, Tally]:
    tallies = {}
    for name, counts in keeper.tallies.items():
        parts = {key: counts[key] for key in ("new", "changed", "duplicate", "unchanged")}
        quarantined, failed = counts["quarantined"], intake.failed[name]
        read = sum(parts.values()) + quarantined
        tallies[name] = Tally(read=read, quarantined=quarantined, failed=failed, **parts)
    return tallies
