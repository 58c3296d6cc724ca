"""Numbers of batches that are given up, so that none is ever published twice with other rows."""

from datetime import UTC, datetime
from importlib.metadata import version
from uuid import uuid4

from articles.model.batch import Batch
from articles.model.ids import short_id
from articles.model.poll_rows import RunRow
from warehouse.database import data_files
from warehouse.lake import lake_mark, ownership, repair_note
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

RESTORED = "restored from a backup"
"""The command of the run that stands for what `follow_published` finds."""


def commit_gap(lake: Lake, above: int, command: str, now: datetime) -> int:
    """Let numbers go on above a number; those between are a row of the ledger. Return its own.

    It is committed as a batch with a run of its own; index and mark follow in the same step. Takes
    the writer lock. Raises LakeLocked, DiskFull, LakeError.

    Args:
        lake: The lake.
        above: The last number that is given up.
        command: The command that brought the gap, for the run.
        now: When that is.
    """
    with writing(lake) as writer:
        run = RunRow(uuid4().hex, now, None, version("newslake"), command)
        batch = Batch(short_id("gap", lake.id, run.run_id), run.run_id, runs=(run,))
        return writer.leave_gap(above, batch, now)


def highest_published(lake: Lake) -> int:
    """Return the highest number that was ever published, as far as anything of this lake knows.

    That is its catalog, its mark, its news.duckdb and the note of a repair that was cut off. Of the
    tables nothing is read: they may be damaged.
    """
    numbers = [0, *(file.high or 0 for file in data_files.live(lake.connection))]
    mark = lake_mark.read(lake.data)
    if mark is not None and lake.id in (mark.lake_id, ""):  # empty: what named it is damaged
        numbers.append(mark.batch_no)
    published = ownership.published_batch(lake.root)
    if published is not None and lake.id in (published[0], ""):
        numbers.append(published[1])
    note = repair_note.read(lake.data)
    if note is not None:
        numbers.append(note.above)
    return max(numbers)


def follow_published(lake: Lake) -> None:
    """Leave a gap where news.duckdb names a higher batch than a catalog that fits its data.

    Both were put back from a backup then: the numbers between were read by somebody.
    """
    published = ownership.published_batch(lake.root)
    if published is not None and published[0] == lake.id and published[1] > lake.batch_no():
        commit_gap(lake, published[1], RESTORED, datetime.now(UTC))
