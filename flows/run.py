"""A whole run, under Prefect or not: folders and feeds polled, the lake merged and published.

The way of data, from a feed that is due to a table that anyone can open:

    due_feeds               polling/plan           which feeds are due, by the lake's index
      -> Fetcher.fetch      connectors/http        the body of an answer, hosts side by side
      -> MicroBatcher       workers/batcher        bodies that wait at one time share a call
           .process
    --------------------- in a worker process: workers/process ---------------------
      -> read_document      connectors/feeds       a body's entries
      -> SeenEntries        articles/model/seen    those that the feed's state does not hold
      -> normalize          articles/fields        their drafts and rejections
    --------------------- in the run again, parts of many polls --------------------
      -> BatchBuffer        polling/batch_buffer   until they make a batch
           .add, .flush
    --------------------- under the writer lock, in one thread: pipeline/store -----
      -> look_up            pipeline/look_up       what the lake knows of a batch's keys
      -> revise             articles/revisions     which article, which revision
      -> decide_batch       pipeline/decide        which copies, which groups
      -> commit             pipeline/commit        all rows in one transaction
    --------------------- once, when all is committed ------------------------------
      -> merge              warehouse/maintenance  many small files become few
      -> publish            warehouse/publish      news.duckdb, swapped in at once

A folder goes the same way: changed_chunks (polling/changed_files) stands where due_feeds and
Fetcher.fetch are, Pool.process (workers/pool) for MicroBatcher.process, and parse_chunk
(connectors/files) for read_document.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from articles.errors import LakeError
from articles.identity.feed_ids import folder_feeds
from articles.identity.source_ids import SourceIds
from articles.model.poll_rows import RunRow
from connectors.feeds.document import VERSION
from flows.outcome import PollSummary, Progress, Report, Tally
from flows.pipeline.commit import CommitContext
from flows.pipeline.regroup import regroup
from flows.pipeline.source_rows import store_settings
from flows.polling.batch_buffer import BatchBuffer
from flows.polling.context import RunContext
from flows.polling.folder_poller import poll_folder
from flows.polling.plan import PollPlan, settled_plan
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
    plan: PollPlan | None = None,
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

    Raises SeedsError for a folder that isn't there, and the errors of the lake; what was committed
    before an error stays, and the next run goes on from there.

    Args:
        lake_root: The lake's folder; a new lake is made where there is none.
        seeds: The folders of files.
        plan: The feeds, and how they are polled; None polls no feed.
        now: The time (aware) that replaces the clock in every stored time and in the bounds of
            dates; None is the clock.
        run_id: The id under which the run is stored.
        command: What started the run, for its row.
        dry_run: Read and decide, store nothing.
        lock_timeout: Seconds to wait for another writer of the lake.
        progress: Follows how far the run is.
        as_task: Runs the polls of a shard of hosts.
        pool: Workers that are left running for further runs; None makes some for this run.
    """
    # Long, for it is the way of data in order: what each step needs is made just before it.
    began = time.monotonic()
    root = Path(os.path.abspath(lake_root))  # noqa: ASYNC240, PTH100 - touches no disk
    folders = folders_of(seeds, lake_root)
    seldom_collect()
    row = RunRow(run_id, now or datetime.now(UTC), now, version("newslake"), command, VERSION)
    until = None if plan is None or plan.seconds is None else began + plan.seconds
    with ExitStack() as stack:
        lake = await _open_lake(stack, lake_root, lock_timeout, dry_run=dry_run)
        known = reads.known_ids(lake)
        sources, feed_rows = reads.settings(lake)
        ids = SourceIds(known, plan.sources if plan else ())
        commits = CommitContext(
            lake, row, dry_run=dry_run, sources=sources, feeds=feed_rows, ids=ids,
            other_readers=reads.last_of_other_readers(lake, VERSION),
        )  # fmt: skip
        if not dry_run:
            await asyncio.to_thread(follow_published, lake)
            stack.enter_context(_published(commits, now))
        workers = stack.enter_context(Pool()) if pool is None else pool
        clock = None if now else await asyncio.to_thread(reads.newest_clock, lake)
        context = RunContext(commits, workers, now, progress, clock)
        # Before the lake is closed: whatever ends this run waits for the commit that is under way.
        stack.callback(context.writer.shutdown)
        await context.in_writer(regroup, commits, context.clock())
        buffer = BatchBuffer(context)
        places = [place_of(folder, lake_root) for folder in folders]
        feeds = folder_feeds(places, plan.folders if plan else (), known, ids)
        for folder, feed in zip(folders, feeds, strict=True):
            await poll_folder(context, buffer, folder, feed)
        summary = PollSummary()
        if plan is not None and plan.listed:
            settled = settled_plan(plan, known, ids)
            summary = await _poll_feeds(context, buffer, settled, as_task, until)
        if commits.batches and not dry_run:
            await asyncio.to_thread(_finish, context, now or datetime.now(UTC))
        articles = reads.article_count(lake)
    return Report(
        run_id,
        _tallies(context),
        context.skipped,
        context.failures,
        root,
        articles,
        batches=0 if dry_run else commits.batches,
        seconds=time.monotonic() - began,
        dry_run=dry_run,
        summary=summary,
        succeeded=len(folders) + context.feeds - context.failed.total(),
        partly=context.partly,
        overtaken=context.overtaken,
        stages=dict(context.stages),
        clock_behind=max(clock - row.started_at, timedelta()) if clock else timedelta(),
    )


async def _open_lake(
    stack: ExitStack, lake_root: Path, lock_timeout: float, *, dry_run: bool
) -> Lake:
    """Open the lake until the stack ends; a dry run without a lake gets one that ends with it."""
    root = lake_root
    if dry_run and not (lake_root / "catalog.sqlite").exists():
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newslake-")))
    opened = await asyncio.to_thread(Lake.open, root, lock_timeout=lock_timeout)
    return stack.enter_context(opened)


async def _poll_feeds(
    context: RunContext, buffer: BatchBuffer, plan: PollPlan, as_task: AsTask, until: float | None
) -> PollSummary:
    """Store the settings of the plan's feeds that changed, and poll those that are due."""
    commits, listed = context.commits, context.commits.ids.listed
    await context.in_writer(store_settings, commits, plan.feeds, context.clock(), listed)
    return await poll_feeds(context, buffer, plan, as_task, until)


@contextmanager
def _published(commits: CommitContext, now: datetime | None) -> Iterator[None]:
    """Publish at once what is not yet, and what was committed before an error or an interrupt.

    That is a new lake, and what a run committed that was killed before it published.
    """
    if not is_published(commits.lake):
        publish(commits.lake, now=now)
    try:
        yield
    except BaseException:
        if commits.batches:
            with suppress(LakeError):  # the first error is the one to tell
                publish(commits.lake, now=now)
        raise


def _finish(context: RunContext, now: datetime) -> None:
    lake = context.commits.lake
    with context.timed("merge"):
        merge(lake)
    with context.timed("publish"):
        publish(lake, now=now)
    with context.timed("sweep"):
        sweep(lake, now)


def _tallies(context: RunContext) -> dict[str, Tally]:
    tallies = {}
    for name, counts in context.commits.tallies.items():
        kept = {key: counts[key] for key in ("new", "changed", "duplicate", "unchanged")}
        quarantined, failed = counts["quarantined"], context.failed[name]
        read = sum(kept.values()) + quarantined
        tallies[name] = Tally(read=read, quarantined=quarantined, failed=failed, **kept)
    return tallies
