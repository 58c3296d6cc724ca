"""Adopts an older catalog knowingly: numbers go on above, files that it lacks go to orphans/."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from articles.errors import LakeError
from warehouse.database import data_files, migrate
from warehouse.lake import lake_mark, ownership, repair_note
from warehouse.lake.gaps import commit_gap, highest_published
from warehouse.lake.lake import Lake
from warehouse.maintenance import orphans
from warehouse.publish.publish import publish


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of a lake whose catalog was adopted."""

    last_kept: int
    """The last batch that the catalog holds."""
    gap_to: int
    """The last of the numbers given up; `last_kept` if none was."""
    set_aside: int
    """How many files were moved to `data/orphans/`."""


def adopt(lake: Lake, now: datetime) -> Adopted:
    """Make a catalog that is older than its data (`Lake.open(unchecked=True)`) the one that counts.

    Numbers go on above the highest ever published, and index, news.duckdb and mark follow at once.
    Doing so twice is harmless. Raises LakeError for another lake's catalog, and where files that
    the catalog lists are gone; LakeLocked, DiskFull.
    """
    try:
        ownership.refuse_foreign(lake)
        ownership.refuse_missing(lake)
        _refuse_half_repaired(lake)
        with lake.lock():
            migrate.run(lake.connection, lake.location, lake.lock_timeout)
        kept, above = lake.batch_no(), highest_published(lake)
        if not ownership.fits(lake):
            above = max(above, kept + 1)  # its last number went another way
        number = commit_gap(lake, above, "newslake lake adopt", now) if above > kept else kept
        lake.marked = ownership.present_mark(lake)
        lake_mark.write(lake.data, lake.marked)
        repair_note.remove(lake.data)  # it was about the catalog before
        publish(lake, now=now)
        with lake.lock():
            set_aside = orphans.set_aside(lake)
    except (OSError, duckdb.Error) as error:
        raise lake.error(error, "adopting the catalog") from error
    return Adopted(kept, number, set_aside)


def _refuse_half_repaired(lake: Lake) -> None:
    """Raise LakeError where a repair was cut off after it had begun to change this catalog."""
    if data_files.count_with_deletes(lake.connection):
        message = "a repair of this catalog was cut off half way"
        raise LakeError(message, "Run `newslake repair` again: it goes on where it was.")
