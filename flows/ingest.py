"""The Prefect flow `ingest`: one run of the pipeline, with its table as an artifact."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.context import FlowRunContext

from flows import settings
from flows.report import markdown
from flows.run import Progress, Report, run

log = logging.getLogger(__name__)

ARTIFACT_SECONDS = 20.0


def _nobody(_news: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who follows a run from within this process; no parameter, for it can't go through an API."""

    began: Callable[[], None] = lambda: None
    progress: Callable[[Progress], None] = _nobody
    ended: Callable[[Report], None] = _nobody


LISTENER: ContextVar[Listener] = ContextVar("LISTENER", default=Listener())  # noqa: B039 frozen


@flow(
    name="ingest",
    description="Take folders of seed files in: articles, revisions, duplicates.",
    persist_result=False,
)
async def ingest(
    lake: Path | None = None,
    seeds: list[Path] | None = None,
    now: datetime | None = None,
    *,
    dry_run: bool | None = None,
    lock_timeout: float | None = None,
) -> Report:
    """Run the pipeline once.

    Args:
        lake: The lake's folder. Where a parameter is empty, the settings of the machine that runs
            the flow count (NEWSLAKE_* variables over newslake.toml).
        seeds: Folders of seed files, each a source.
        now: The time to take for the present (UTC where no zone is given).
        dry_run: Read and decide, store nothing.
        lock_timeout: Seconds to wait for another writer of the lake.
    """
    options = {
        "lake": lake,
        "seeds": seeds,
        "now": now,
        "dry_run": dry_run,
        "lock_timeout": lock_timeout,
    }
    return await _run(options)


async def _run(options: Mapping[str, object]) -> Report:
    listener = LISTENER.get()
    listener.began()
    chosen = settings.load(options)
    context = FlowRunContext.get()
    flow_run = context.flow_run if context else None
    report = await run(
        chosen.lake,
        chosen.seeds,
        now=chosen.now,
        run_id=str(flow_run.id if flow_run else uuid4()),
        command="newslake ingest",
        dry_run=chosen.dry_run,
        lock_timeout=chosen.lock_timeout,
        progress=listener.progress,
    )
    listener.ended(report)
    if flow_run:
        await _publish(report)
    return report


async def _publish(report: Report) -> None:
    """Show the table in Prefect's UI; the data are committed, so a failure here fails nothing."""
    try:
        async with asyncio.timeout(ARTIFACT_SECONDS):
            await acreate_markdown_artifact(
                markdown(report), key="ingest-report", description="What came in, by source."
            )
    except Exception:  # whatever the API's client raises
        log.warning("artifact_failed", exc_info=log.isEnabledFor(logging.DEBUG))
