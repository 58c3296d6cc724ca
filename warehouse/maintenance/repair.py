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
from warehouse.lake import lake_mark, ownership, repair_note
from warehouse.lake.gaps import commit_gap, highest_published
from warehouse.lake.lake import Lake
from warehouse.maintenance import orphans, recover, rollback
from warehouse.maintenance.losses import Losses, losses
from warehouse.maintenance.recover import Recovery
from warehouse.maintenance.verify import Verification, verify
from warehouse.publish.publish import publish
from warehouse.queries.published import NAME


@dataclass(frozen=True, slots=True)
class Plan:
    """What a repair does."""

    verification: Verification
    recoveries: Sequence[Recovery]
    """Files that come back as they were."""
    lost: Sequence[DataFile]
    """Files that do not."""
    target: int | None
    """The last batch that stays; None: no batch goes."""
    above: int
    """The highest batch_no ever published: numbers go on above it."""
    losses: Losses
    """What goes with the batches after `target`."""

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        verification = self.verification
        return bool(verification.faults or verification.published or verification.cut_off)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did."""

    batch_no: int
    """The number of the ledger's row that tells the gap, 0 where no batch went."""
    set_aside: int
    """How many files were moved to `orphans/`."""


def plan(lake: Lake, tell: Callable[[str], None] = lambda _: None) -> Plan:
    """Verify a lake that was opened unchecked and say what would mend it; changes nothing.

    Raises LakeError, also for a lake that can't be mended.
    """
    verification = verify(lake, tell)
    data = Path(lake.location.data)
    recoveries, lost = [], []
    with lake.reading("planning the repair"), decoder() as connection:
        files = data_files.live(lake.connection)
        for fault in verification.faults:
            recovery = recover.find_recovery(connection, lake, fault)
            if recovery:
                recoveries.append(recovery)
            else:
                lost.append(fault.file)
        target, above = _target(data, lost), highest_published(lake)
        lost_rows = Losses(0, 0, [])
        if target is not None:
            lost_rows = losses(connection, lake.root, data, files, verification.faults, target)
    return Plan(verification, recoveries, lost, target, above, lost_rows)


def _target(data: Path, lost: Sequence[DataFile]) -> int | None:
    """Return the last batch that stays, None for all: also that of a repair that was cut off."""
    note = repair_note.read(data)
    targets = [note.target] if note and note.target is not None else []
    for file in lost:
        if file.low is None:
            message = f"{file.path} is damaged, and nothing says what it held"
            raise LakeError(message, "Put a backup of the whole lake in its place.")
        targets.append(file.low - 1)
    return min(targets) if targets else None


def repair(lake: Lake, planned: Plan, now: datetime) -> Repaired:
    """Do what was planned; cut off at any point, a further repair goes on.

    `lake` was opened unchecked. Raises LakeLocked (also if the lake was written since the plan was
    made), DiskFull, LakeError.
    """
    data = Path(lake.location.data)
    with lake.reading("repairing the lake"):
        with lake.lock():
            if lake.snapshot() != planned.verification.snapshot:
                message = "the lake was written while it was looked at"
                raise LakeLocked(message, "Run `newslake repair` again, when no run goes on.")
            repair_note.write(data, repair_note.RepairNote(planned.target, planned.above))
            _mend(lake, planned)
        number = 0
        if planned.target is not None:
            number = commit_gap(lake, planned.above, "newslake repair", now)
        with lake.lock():
            lake.marked = ownership.present_mark(lake)
            lake_mark.write(data, lake.marked)
            _publish(lake, now)
            set_aside = orphans.set_aside(lake)
            repair_note.remove(data)
    return Repaired(number, set_aside)


def _mend(lake: Lake, planned: Plan) -> None:
    for recovery in planned.recoveries:
        recover.recover(lake, recovery)
    rollback.remove_from_catalog(lake, planned.lost)
    # What a connection once read of the catalog it does not read again.
    _reattach(lake)
    if planned.target is not None:
        rollback.roll_back(lake, planned.target)
        # Where every row was lost nothing is deleted, and no new snapshot tells the index.
        lake.index.reset()
    migrate.run(lake.connection, lake.location, lake.lock_timeout)


def _publish(lake: Lake, now: datetime) -> None:
    """Publish anew; the old file may be what is damaged, and is no help then."""
    (lake.root / NAME).unlink(missing_ok=True)
    publish(lake, now=now)


def _reattach(lake: Lake) -> None:
    lake.connection.close()
    lake.connection = connect(lake.location)
    attach(lake.connection, lake.location, create=False, read_only=False)
