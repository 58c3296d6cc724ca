"""`newslake status`: what is in the lake, its last run, and what was set aside and why."""

import sys
from datetime import datetime

from articles.model import REASONS
from flows import logs
from flows.commands.options import Config, Lake, Level
from flows.settingsfile import lake_folder
from flows.settingsfile import log_level as level_of
from flows.terminal import folder, plural, printable
from warehouse import status as warehouse
from warehouse.status import LastRun, SetAside, Status


def status(*, lake: Lake = None, config: Config = None, log_level: Level = None) -> None:
    """Show what is in the lake."""
    logs.start(level_of(log_level, config))
    found = warehouse.status(lake_folder(lake, config))
    sys.stdout.write("".join(f"{line}\n" for line in lines(found)))


def lines(found: Status) -> list[str]:
    """Return the status as lines for a person."""
    said = [
        f"lake        {folder(found.root)} ({_bytes(found.size)})",
        f"published   {_time(found.published_at)}, {plural(found.batch_no, 'batch', 'batches')}",
        f"articles    {found.articles:,} in {plural(found.revisions, 'revision')}",
        f"sources     {found.sources:,}, by {plural(found.feeds, 'feed')}",
        f"duplicates  {found.duplicates:,} in {plural(found.groups, 'group')}",
        *(_last_run(found.last_run) if found.last_run else ["last run    none"]),
    ]
    if not found.quarantine:
        return [*said, "quarantine  empty"]
    width = max(len(aside.reason) for aside in found.quarantine)
    said.append(f"quarantine  {sum(aside.entries for aside in found.quarantine):,} set aside:")
    return [*said, *(_aside(aside, width) for aside in found.quarantine)]


def _last_run(run: LastRun) -> list[str]:
    counts = (
        f"{run.new:,} new, {run.changed:,} changed, {run.duplicate:,} duplicate,"
        f" {run.unchanged:,} unchanged, {run.quarantined:,} quarantined"
    )
    polls = f"{plural(run.polls, 'poll')}, {run.failed_polls:,} failed"
    skipped = f", {plural(run.skipped, 'file')} skipped" if run.skipped else ""
    present = f" (--now {_time(run.now)})" if run.now else ""
    return [
        f"last run    {_time(run.started_at)}{present}, {printable(run.command)} {run.version}",
        f"            {counts}",
        f"            {polls}{skipped}",
    ]


def _aside(aside: SetAside, width: int) -> str:
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
