"""`newslake ingest`: one run, under Prefect or without it, with progress and a table at its end."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from flows import logs, server
from flows.commands.options import Config, Lake, Level
from flows.commands.progress import Reporter
from flows.report import show
from flows.run import Report, run
from flows.settings import Settings, load


def ingest(
    *,
    lake: Lake = None,
    seeds: Annotated[
        list[Path] | None,
        Parameter(
            name="--seeds",
            negative=(),
            help="A folder to read, a source of its own; may repeat "
            "(NEWSLAKE_SEEDS, separated as in PATH; default: seeds).",
        ),
    ] = None,
    now: Annotated[
        str | None,
        Parameter(
            name="--now",
            help="The time to take for the present, such as 2026-11-24T10:00:00Z "
            "(NEWSLAKE_NOW; default: the clock's).",
        ),
    ] = None,
    direct: Annotated[
        bool | None,
        Parameter(
            name="--direct",
            help="Run the same functions without Prefect (NEWSLAKE_DIRECT).",
        ),
    ] = None,
    dry_run: Annotated[
        bool | None,
        Parameter(
            name="--dry-run",
            help="Read, decide and print the table; store nothing (NEWSLAKE_DRY_RUN).",
        ),
    ] = None,
    lock_timeout: Annotated[
        float | None,
        Parameter(
            name="--lock-timeout",
            help="Seconds to wait for another writer of the lake "
            "(NEWSLAKE_LOCK_TIMEOUT; default: 60).",
        ),
    ] = None,
    config: Config = None,
    log_level: Level = None,
) -> int:
    """Take a folder of seed files in."""
    options = {
        "lake": lake,
        "seeds": seeds,
        "now": now,
        "direct": direct,
        "dry_run": dry_run,
        "lock_timeout": lock_timeout,
        "log_level": log_level,
    }
    settings = load(options, config)
    logs.start(settings.log_level)
    reports: list[Report] = []
    with Reporter() as reporter:

        def ended(report: Report) -> None:
            reporter.close()
            reports.append(report)
            show(report)

        if settings.direct:
            ended(asyncio.run(_direct(settings, reporter)))
        else:
            _under_prefect(settings, reporter, ended)
    return 1 if nothing_worked(reports[0]) else 0


def nothing_worked(report: Report) -> bool:
    """Return whether every folder failed: a run with one that worked did its work."""
    return bool(report.failures) and all(tally.failed for tally in report.tallies.values())


async def _direct(settings: Settings, reporter: Reporter) -> Report:
    return await run(
        settings.lake,
        settings.seeds,
        now=settings.now,
        run_id=str(uuid4()),
        command="newslake ingest --direct",
        dry_run=settings.dry_run,
        lock_timeout=settings.lock_timeout,
        progress=reporter,
    )


def _under_prefect(settings: Settings, reporter: Reporter, ended: Callable[[Report], None]) -> None:
    server.prepare(settings.log_level)
    reporter.say("starting Prefect")
    watched = server.Watched()  # importing Prefect is a part of what may take too long
    from flows.ingest import LISTENER, Listener
    from flows.ingest import ingest as flow

    def stored(report: Report) -> None:
        ended(report)
        watched.stored()

    LISTENER.set(Listener(watched.began, reporter, stored))
    watched.run(
        lambda: flow(
            lake=settings.lake,
            seeds=list(settings.seeds),
            now=settings.now,
            dry_run=settings.dry_run,
            lock_timeout=settings.lock_timeout,
        )
    )
