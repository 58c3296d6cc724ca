"""Numbers of batches that are given up, so that none is ever published twice with other rows."""

from datetime import UTC, datetime
from importlib.metadata import version
from uuid import uuid4

from articles.model.batch import Batch
from articles.model.ids import short_id
from articles.model.poll_rows import RunRow
from warehouse.lake import mark as marks
from warehouse.lake import ownership
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

RESTORED = "restored from a backup"
"""The command of the run that stands for what `follow_published` finds."""


def commit_gap(lake: Lake, above: int, command: str, now: datetime) -> int:
    """Let numbers go on above `above`; the numbers between are a row of the ledger. Return its own.

    Committed as a batch, with a run that says what brought the gap (`command`); index and mark
    follow in the same step. Takes the writer lock. Raises LakeLocked, DiskFull, LakeError.
    """
    with writing(lake) as writer:
        run = RunRow(uuid4().hex, now, None, version("newslake"), command)
        batch = Batch(short_id("gap", lake.id, run.run_id), run.run_id, runs=(run,))
        return writer.leave_gap(above, batch, now)


def highest_published(lake: Lake) -> int:
    """Return the highest number that this lake's ledger, its mark or its news.duckdb names."""
    numbers = [lake.batch_no()]
    mark = marks.read(lake.data)
    if mark is not None and mark.lake_id == lake.id:
        numbers.append(mark.batch_no)
    shown = ownership.published(lake.root)
    if shown is not None and shown[0] == lake.id:
        numbers.append(shown[1])
    return max(numbers)


def follow_published(lake: Lake) -> None:
    """Leave a gap where news.duckdb names a higher batch than a catalog that fits its data.

    Both were put back from a backup then: the numbers between were read by somebody.
    """
    shown = ownership.published(lake.root)
    if shown is not None and shown[0] == lake.id and shown[1] > lake.batch_no():
        commit_gap(lake, shown[1], RESTORED, datetime.now(UTC))
