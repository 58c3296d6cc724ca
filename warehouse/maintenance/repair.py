"""Repairs a lake: what can be is brought back, else it is rolled back to its last whole batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from articles.errors import LakeError, LakeLocked
from warehouse.database import data_files, migrate
from warehouse.database.attach import attach, connect
from warehouse.database.data_files import DataFile
from warehouse.database.decoding import decoder
from warehouse.lake import mark, ownership, repair_note
from warehouse.lake.gaps import commit_gap
from warehouse.lake.lake import Lake
from warehouse.maintenance import remake, rollback
from warehouse.maintenance.losses import Losses, losses
from warehouse.maintenance.orphans import set_aside
from warehouse.maintenance.remake import Remedy
from warehouse.maintenance.verify import Verification, verify
from warehouse.publish.publish import NAME, publish


@dataclass(frozen=True, slots=True)
class Plan:
    """What a repair does."""

    verdict: Verification
    remedies: Sequence[Remedy]
    """Files that come back as they were."""
    lost: Sequence[DataFile]
    """Files that do not."""
    target: int | None
    """The last batch that stays; None: no batch goes."""
    above: int
    """The highest batch_no ever published: numbers go on above it."""
    going: Losses

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        verdict = self.verdict
        return bool(verdict.faults or verdict.published or verdict.cut_off)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did."""

    batch_no: int
    """Of the row of the ledger that tells the gap, 0 where no batch went."""
    aside: int
    """Files that were moved to `orphans/`."""


def plan(lake: Lake, tell: Callable[[str], None] = lambda _: None) -> Plan:
    """Verify a lake that was opened unchecked and say what would mend it; changes nothing.

    Raises LakeError, also for a lake that can't be mended.
    """
    verdict = verify(lake, tell)
    data = Path(lake.place.data)
    remedies, lost = [], []
    with lake.reading("planning the repair"), decoder() as own:
        files = data_files.live(lake.connection)
        for fault in verdict.faults:
            found = remake.remedy(own, lake, fault)
            if found:
                remedies.append(found)
            else:
                lost.append(fault.file)
        target, above = _target(lake, files, lost)
        going = Losses(0, 0, [])
        if target is not None:
            going = losses(own, lake.root, data, files, verdict.faults, target)
    return Plan(verdict, remedies, lost, target, above, going)


def _target(
    lake: Lake, files: Sequence[DataFile], lost: Sequence[DataFile]
) -> tuple[int | None, int]:
    """Return the last batch that stays, None for all, and the highest ever published."""
    data = Path(lake.place.data)
    noted = repair_note.read(data)
    marked = mark.read(data)
    shown = ownership.published(lake.root)
    above = max(
        shown[1] if shown and shown[0] == lake.id else 0,
        marked.batch_no if marked else 0,
        noted.above if noted else 0,
        *(file.high or 0 for file in files),
    )
    targets = [noted.target] if noted and noted.target is not None else []
    for file in lost:
        if file.low is None:
            message = f"{file.path} is damaged, and nothing says what it held"
            raise LakeError(message, "Put a backup of the whole lake in its place.")
        targets.append(file.low - 1)
    return (min(targets) if targets else None), above


def repair(lake: Lake, planned: Plan, now: datetime) -> Repaired:
    """Do what was planned; cut off at any point, a further repair goes on.

    `lake` was opened unchecked. Raises LakeLocked (also if the lake was written since the plan was
    made), DiskFull, LakeError.
    """
    data = Path(lake.place.data)
    with lake.reading("repairing the lake"):
        with lake.lock():
            if lake.snapshot() != planned.verdict.snapshot:
                message = "the lake was written while it was looked at"
                raise LakeLocked(message, "Run `newslake repair` again, when no run goes on.")
            repair_note.write(data, repair_note.Note(planned.target, planned.above))
            _mend(lake, planned)
        number = 0
        if planned.target is not None:
            number = commit_gap(lake, planned.above, "newslake repair", now)
        with lake.lock():
            lake.marked = ownership.newest(lake)
            mark.write(data, lake.marked)
            _publish(lake, now)
            aside = set_aside(lake)
            repair_note.remove(data)
    return Repaired(number, aside)


def _mend(lake: Lake, planned: Plan) -> None:
    for one in planned.remedies:
        remake.apply(lake, one)
    rollback.unlist(lake, planned.lost)
    # What a connection once read of the catalog it does not read again.
    _reattach(lake)
    if planned.target is not None:
        rollback.roll_back(lake, planned.target)
        # Where every row was lost nothing is deleted, and no new snapshot tells the index.
        lake.index.remake()
    migrate.run(lake.connection, lake.place, lake.lock_timeout)


def _publish(lake: Lake, now: datetime) -> None:
    """Publish anew; the old file may be what is damaged, and is no help then."""
    (lake.root / NAME).unlink(missing_ok=True)
    publish(lake, now=now)


def _reattach(lake: Lake) -> None:
    lake.connection.close()
    lake.connection = connect(lake.place)
    attach(lake.connection, lake.place, create=False, read_only=False)
