"""The Prefect flow `ingest`: one run of the pipeline, with its table as an artifact."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from prefect import flow, get_client, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import FlowRun
from prefect.context import FlowRunContext

from flows import settings
from flows.outcome import Progress, Report
from flows.polling.plan import plan_polls
from flows.run import run
from flows.terminal.report import markdown, run_name

log = logging.getLogger(__name__)

ARTIFACT_SECONDS = 20.0


def _ignore(_news: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who follows a run from within this process; no parameter, for it can't go through an API."""

    began: Callable[[], None] = lambda: None
    progress: Callable[[Progress], None] = _ignore
    ended: Callable[[Report], None] = _ignore


LISTENER: ContextVar[Listener] = ContextVar("LISTENER", default=Listener())  # noqa: B039 frozen


@flow(
    name="ingest",
    flow_run_name="ingest",  # until it is known what the run did
    description="Poll folders of seed files and the feeds that are due: articles, edits, copies.",
    persist_result=False,
)
async def ingest(
    lake: Path | None = None,
    seeds: list[Path] | None = None,
    sources: Path | None = None,
    now: datetime | None = None,
    *,
    all_feeds: bool | None = None,
    dry_run: bool | None = None,
    within: float | None = None,
    lock_timeout: float | None = None,
) -> Report:
    """Run the pipeline once.

    Args:
        lake: The lake's folder. Where a parameter is empty, the settings of the machine that runs
            the flow count (NEWSLAKE_* variables over newslake.toml).
        seeds: Folders of seed files, each a source.
        sources: The sources file.
        now: The time to take for the present (UTC where no zone is given).
        all_feeds: Poll feeds that are not due too.
        dry_run: Read and decide, store nothing.
        within: Seconds after which no further poll begins; what is still due waits for the next
            run.
        lock_timeout: Seconds to wait for another writer of the lake.
    """
    options = {
        "lake": lake,
        "seeds": seeds,
        "sources": sources,
        "now": now,
        "all_feeds": all_feeds,
        "dry_run": dry_run,
        "lock_timeout": lock_timeout,
    }
    return await _run(options, within)


async def _run(options: Mapping[str, object], within: float | None) -> Report:
    listener = LISTENER.get()
    listener.began()
    chosen = settings.load(options)
    context = FlowRunContext.get()
    flow_run = context.flow_run if context else None
    report = await run(
        chosen.lake,
        chosen.seeds,
        plan=plan_polls(chosen, within),
        now=chosen.now,
        run_id=str(flow_run.id if flow_run else uuid4()),
        command="newslake ingest",
        dry_run=chosen.dry_run,
        lock_timeout=chosen.lock_timeout,
        progress=listener.progress,
        as_task=_as_task,
    )
    listener.ended(report)
    if flow_run:
        await _show_in_ui(report, flow_run)
    return report


async def _as_task(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run the polls of a shard as a Prefect task; its result is in the lake, nowhere else."""

    @task(name="poll feeds", task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    async def polled() -> None:
        await work()

    await polled()


async def _show_in_ui(report: Report, flow_run: FlowRun) -> None:
    """Name the run in Prefect's UI and show its table; a failure here fails nothing.

    The data are committed by now.
    """
    try:
        async with asyncio.timeout(ARTIFACT_SECONDS):
            async with get_client() as client:
                await client.update_flow_run(flow_run.id, name=run_name(report))
            await acreate_markdown_artifact(
                markdown(report), key="ingest-report", description="What came in, by source."
            )
    except Exception:  # whatever the API's client raises
        log.warning("artifact_failed", exc_info=log.isEnabledFor(logging.DEBUG))
