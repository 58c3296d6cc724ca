"""`newslake status`: what is in the lake, its last runs, how its feeds are, what was set aside."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from articles.model.reasons import ERRORS, REASONS
from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level
from flows.terminal.text import folder, plural, printable
from warehouse.queries import status as warehouse
from warehouse.queries.status import Failing, QuarantineFacts, RunFacts, Status


def status(*, lake: Lake = None, config: Config = None, log_level: Level = None) -> None:
    """Show what is in the lake."""
    logs.start(level_of(log_level, config))
    found = warehouse.status(lake_folder(lake, config), datetime.now(UTC))
    sys.stdout.write("".join(f"{line}\n" for line in lines(found)))


def lines(found: Status) -> list[str]:
    """Return the status as lines for a person."""
    return [
        f"lake        {folder(found.root)} ({_bytes(found.size)})",
        f"published   {_time(found.published_at)}, {plural(found.batch_no, 'batch', 'batches')}",
        f"articles    {found.articles:,} in {plural(found.revisions, 'revision')}",
        f"sources     {found.sources:,}, by {plural(found.feeds, 'feed')}",
        f"feeds       {found.enabled:,} enabled, {found.due:,} due now, {found.stopped:,} stopped",
        f"duplicates  {found.duplicates:,} in {plural(found.groups, 'group')}",
        *(_last_run(found.runs[0]) if found.runs else ["last run    none"]),
        *_earlier(found.runs[1:]),
        *_failing(found.failing),
        *_quarantine(found.quarantine),
    ]


def _last_run(run: RunFacts) -> list[str]:
    counts = (
        f"{run.new:,} new, {run.changed:,} changed, {run.duplicate:,} duplicate,"
        f" {run.unchanged:,} unchanged, {run.quarantined:,} quarantined"
    )
    polls = f"{plural(run.polls, 'poll')}, {run.failed_polls:,} failed"
    skipped = f", {plural(run.skipped, 'file')} skipped" if run.skipped else ""
    return [
        f"last run    {_run(run)} {run.version}",
        f"            {counts}",
        f"            {polls}{skipped}",
    ]


def _earlier(runs: Sequence[RunFacts]) -> list[str]:
    return [
        f"{'before it' if number == 0 else '':<12}{_run(run)}: {plural(run.polls, 'poll')},"
        f" {run.new:,} new, {run.changed:,} changed, {run.failed_polls:,} failed"
        for number, run in enumerate(runs)
    ]


def _run(run: RunFacts) -> str:
    present = f" (--now {_time(run.now)})" if run.now else ""
    return f"{_time(run.started_at)}{present}, {printable(run.command)}"


def _failing(failing: Sequence[Failing]) -> list[str]:
    if not failing:
        return ["failing     no feed"]
    width = max(len(kind.error) for kind in failing)
    said = [
        f"  {kind.feeds:>8,}  {printable(kind.error):<{width}}  {ERRORS.get(kind.error, '')}"
        f" Such as {printable(kind.example)[:80]}"
        for kind in failing
    ]
    return [f"failing     {plural(sum(kind.feeds for kind in failing), 'feed')}:", *said]


def _quarantine(quarantine: Sequence[QuarantineFacts]) -> list[str]:
    if not quarantine:
        return ["quarantine  empty"]
    width = max(len(aside.reason) for aside in quarantine)
    total = sum(aside.entries for aside in quarantine)
    said = (_aside(aside, width) for aside in quarantine)
    return [f"quarantine  {total:,} set aside:", *said]


def _aside(aside: QuarantineFacts, width: int) -> str:
    meaning = REASONS.get(aside.reason, "")
    return (
        f"  {aside.entries:>8,}  {aside.reason:<{width}}  {meaning},"
        f" such as {printable(aside.example)[:80]}"
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _bytes(size: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}"
        size //= 1000
    return f"{size:,.0f} GB"
