"""`newslake repair`: brings back what can be, else rolls back to the last whole batch."""

import sys
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from flows import logs
from flows.settings import load
from flows.terminal.damage import SHOWN, damage_lines
from flows.terminal.options import Config, Lake, Level, LockTimeout
from flows.terminal.progress import Reporter
from flows.terminal.text import folder, plural, printable, shortened, write_lines
from warehouse.lake.lake import Lake as OpenLake
from warehouse.maintenance import repair as maintenance
from warehouse.maintenance.losses import Loss
from warehouse.maintenance.repair import Plan, Repaired


def repair(
    *,
    yes: Annotated[
        bool, Parameter(name="--yes", negative=(), help="Do it without asking.")
    ] = False,
    lake: Lake = None,
    lock_timeout: LockTimeout = None,
    config: Config = None,
    log_level: Level = None,
) -> int:
    """Mend a damaged lake: bring files back, else roll back to the last whole batch.

    Examples:
        newslake repair
        newslake repair --yes --lake /data/lake
    """
    settings = load({"lake": lake, "lock_timeout": lock_timeout, "log_level": log_level}, config)
    logs.start(settings.log_level)
    waits = settings.lock_timeout
    with OpenLake.open(settings.lake, create=False, unchecked=True, lock_timeout=waits) as opened:
        with Reporter() as reporter:
            plan = maintenance.plan(opened, reporter.say)
        write_lines(lines(plan))
        if not plan.needed:
            return 1 if plan.verification.wrong else 0
        if not yes and not _agreed():
            write_lines(["Nothing was changed. `newslake repair --yes` does it without asking."])
            return 1
        done = maintenance.repair(opened, plan, datetime.now(UTC))
    write_lines(ended(plan, done))
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write("Repair the lake like this? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def lines(plan: Plan) -> list[str]:
    """Return what a repair would do, as lines for a person."""
    verification = plan.verification
    if not plan.needed:
        kept = [f"wrong       {sentence}; this stays as it is" for sentence in verification.wrong]
        return [*kept, f"{folder(verification.root)} has nothing that could be repaired."]
    ways = {"copy": "a whole copy", "inputs": "the files it was merged from", "row": "the catalog"}
    back = [
        f"comes back  {verification.data.name}/{remedy.file.path}, from {ways[remedy.kind]}"
        for remedy in plan.recoveries
    ]
    return [*damage_lines(verification), *shortened(back, SHOWN, "  "), *_going(plan)]


def _going(plan: Plan) -> list[str]:
    if plan.target is None:
        return ["goes        nothing: every batch stays"]
    going, target = plan.losses, plan.target
    entries = plural(sum(loss.entries for loss in going.feeds), "entry", "entries")
    polls = plural(sum(loss.polls for loss in going.feeds), "poll")
    gone = f"{plural(going.batches, 'batch', 'batches')} of {plural(going.runs, 'run')}"
    first = f"batch {target + 1}"
    which = first if plan.above == target + 1 else f"{first} to {plan.above}"
    return [
        f"stays       all up to batch {target}" if target else "stays       no batch",
        f"goes        {which}: {gone}, {polls}, {entries}, as far as they can be read",
        *shortened([_feed(loss) for loss in going.feeds], SHOWN, "  "),
    ]


def _feed(loss: Loss) -> str:
    entries = plural(loss.entries, "entry", "entries")
    line = f"  {printable(loss.url)}: {plural(loss.polls, 'poll')}, {entries}"
    if loss.folder:
        missing = f", {loss.missing:,} of them from files that are gone" if loss.missing else ""
        return f"{line}{missing}; the next run reads the folder again"
    if loss.kind == "files":
        return f"{line}; the folder is not there: what it held does not come back"
    return f"{line}; the next poll asks for all again, but what the feed carries no more is lost"


def ended(plan: Plan, done: Repaired) -> list[str]:
    """Return what a repair did."""
    sentences = [f"{folder(plan.verification.root)} is repaired."]
    if plan.target is not None:
        sentences.append(
            f"It stands at batch {plan.target}; batch {done.batch_no} tells the gap, and numbers go"
            " on above it. Run `newslake ingest`: it reads the rest again."
        )
    if done.set_aside:
        sentences.append(
            f"{plural(done.set_aside, 'file')} set aside in {plan.verification.data.name}/orphans/."
        )
    return sentences
