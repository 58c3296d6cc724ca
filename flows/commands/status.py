"""`newslake status`: what is in the lake, its last runs, how its feeds are, what was rejected."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from articles.errors import SeedsError
from articles.model.reasons import ERRORS, REASONS
from connectors.http.politeness import is_due, waiting_hosts
from connectors.http.urls import host_of
from flows import logs
from flows.polling.changed_files import skipped_files
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level
from flows.terminal.text import folder, plural, printable, write_lines
from warehouse.queries import status as queries
from warehouse.queries.folders import ReadFolder, read_folders
from warehouse.queries.status import Failing, PolledFeed, QuarantineFacts, RunFacts, Status


def status(
    *,
    skipped: Annotated[
        bool,
        Parameter(
            name="--skipped", negative=(), help="Name the files that are not read instead, and why."
        ),
    ] = False,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Show the lake, its last runs, feeds that are due or failing, and what was rejected.

    Examples:
        newslake status
        newslake status --skipped
        newslake status --lake /data/lake
    """
    logs.start(level_of(log_level, config))
    if skipped:
        write_lines(skipped_lines(read_folders(lake_folder(lake, config))))
        return
    write_lines(lines(queries.status(lake_folder(lake, config)), datetime.now(UTC)))


def lines(status: Status, now: datetime) -> list[str]:
    """Return the status as lines for a person; `now` says which feeds are due."""
    due = count_due(status.polled_feeds, now)
    polled = f"{status.enabled:,} enabled, {due:,} due now, {status.stopped:,} stopped"
    return [
        f"lake        {folder(status.root)} ({_bytes(status.size)})",
        f"published   {_time(status.published_at)}, {plural(status.batch_no, 'batch', 'batches')}",
        f"articles    {status.articles:,} in {plural(status.revisions, 'revision')}",
        f"sources     {status.sources:,}, by {plural(status.feeds, 'feed')}",
        f"feeds       {polled}",
        f"duplicates  {status.duplicates:,} in {plural(status.groups, 'group')}",
        *(_last_run(status.runs[0]) if status.runs else ["last run    none"]),
        *_earlier(status.runs[1:]),
        *_failing(status.failing),
        *_quarantine(status.quarantine),
    ]


def skipped_lines(folders: Sequence[ReadFolder]) -> Iterator[str]:
    """Yield a line for each file that the next run will not read, and why, folder by folder."""
    if not folders:
        yield "no folder was read"
    for read in folders:
        try:
            paths = dict(skipped_files(read.root))
        except SeedsError as error:
            yield f"{printable(str(error))}"
            continue
        paths |= {path: why for path, why in read.set_aside if (read.root / path).is_file()}
        yield f"{folder(read.root)}: {plural(len(paths), 'path')} not read"
        width = min(60, max(map(len, paths), default=0))
        for path, why in sorted(paths.items()):
            yield f"  {printable(path):<{width}}  {printable(why.removeprefix('it is '))}"


def count_due(feeds: Sequence[PolledFeed], now: datetime) -> int:
    """Return how many enabled feeds may be polled now; none of a host that wants no request yet."""
    waiting = waiting_hosts((feed.times for feed in feeds if feed.times), now)
    return sum(
        host_of(feed.url) not in waiting and is_due(feed.times, now)
        for feed in feeds
        if feed.enabled
    )


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
    kinds = [
        f"  {kind.feeds:>8,}  {printable(kind.error):<{width}}  {ERRORS.get(kind.error, '')}"
        f" Such as {printable(kind.example)[:80]}"
        for kind in failing
    ]
    return [f"failing     {plural(sum(kind.feeds for kind in failing), 'feed')}:", *kinds]


def _quarantine(quarantine: Sequence[QuarantineFacts]) -> list[str]:
    if not quarantine:
        return ["quarantine  empty"]
    width = max(len(kind.reason) for kind in quarantine)
    kinds = [
        f"  {kind.entries:>8,}  {kind.reason:<{width}}  {REASONS.get(kind.reason, '')},"
        f" such as {printable(kind.example)[:80]}"
        for kind in quarantine
    ]
    return [f"quarantine  {sum(kind.entries for kind in quarantine):,} rejected:", *kinds]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _bytes(size: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}"
        size //= 1000
    return f"{size:,.0f} GB"
