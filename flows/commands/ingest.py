"""`newslake ingest`: one run, under Prefect or without it, with progress and a table at its end."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from flows import logs
from flows.outcome import Report
from flows.polling.plan import PollPlan, plan_polls
from flows.polling.seed_folders import folders_of
from flows.run import run
from flows.service import environment, supervise
from flows.settings import Settings, load
from flows.terminal.options import (
    AllFeeds,
    Config,
    Direct,
    DryRun,
    Lake,
    Level,
    LockTimeout,
    Now,
    Seeds,
    Sources,
)
from flows.terminal.progress import Reporter
from flows.terminal.report import show


def ingest(
    *,
    lake: Lake = None,
    seeds: Seeds = None,
    sources: Sources = None,
    all_feeds: AllFeeds = None,
    now: Now = None,
    direct: Direct = None,
    dry_run: DryRun = None,
    lock_timeout: LockTimeout = None,
    config: Config = None,
    log_level: Level = None,
) -> int:
    """Read folders of seed files and poll the feeds that are due.

    Examples:
        newslake ingest
        newslake ingest --seeds press/ --seeds archive/ --lake /data/lake
        newslake ingest --sources feeds.toml --all-feeds
        newslake ingest --dry-run
        newslake ingest --direct --now 2026-11-24T10:00:00Z
    """
    options = {
        "lake": lake,
        "seeds": seeds,
        "sources": sources,
        "all_feeds": all_feeds,
        "now": now,
        "direct": direct,
        "dry_run": dry_run,
        "lock_timeout": lock_timeout,
        "log_level": log_level,
    }
    settings = load(options, config)
    folders_of(settings.seeds, settings.lake)  # a typo should not cost Prefect's start
    plan = plan_polls(settings)
    logs.start(settings.log_level)
    return 1 if nothing_worked(_followed(settings, plan)) else 0


def _followed(settings: Settings, plan: PollPlan) -> Report:
    """Run with progress, and print the table as soon as the data are stored."""
    reports: list[Report] = []
    with Reporter() as reporter:

        def ended(report: Report) -> None:
            reporter.close()
            reports.append(report)
            show(report)

        if settings.direct:
            ended(asyncio.run(_direct(settings, plan, reporter)))
        else:
            _under_prefect(settings, reporter, ended)
    return reports[0]


def nothing_worked(report: Report) -> bool:
    """Return whether every folder and feed failed: a run with one that worked did its work."""
    return bool(report.failures) and report.succeeded <= 0


async def _direct(settings: Settings, plan: PollPlan, reporter: Reporter) -> Report:
    return await run(
        settings.lake,
        settings.seeds,
        plan=plan,
        now=settings.now,
        run_id=str(uuid4()),
        command="newslake ingest --direct",
        dry_run=settings.dry_run,
        lock_timeout=settings.lock_timeout,
        progress=reporter,
    )


def _under_prefect(settings: Settings, reporter: Reporter, ended: Callable[[Report], None]) -> None:
    environment.prepare(settings.log_level)
    reporter.say("starting Prefect")
    supervised = supervise.SupervisedFlow()  # importing Prefect is a part of what may take too long
    from flows.ingest import LISTENER, Listener
    from flows.ingest import ingest as flow

    def stored(report: Report) -> None:
        ended(report)
        supervised.stored()

    LISTENER.set(Listener(supervised.began, reporter, stored))
    supervised.run(
        lambda: flow(
            lake=settings.lake,
            seeds=list(settings.seeds),
            sources=settings.sources,
            all_feeds=settings.all_feeds,
            now=settings.now,
            dry_run=settings.dry_run,
            lock_timeout=settings.lock_timeout,
        )
    )
