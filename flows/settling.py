"""Of two runs that poll one feed at once: the second to commit keeps what the first one heard."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from articles.rows import Schedule
from connectors.overlap import together
from warehouse.commit import Writer

if TYPE_CHECKING:
    from flows.pipeline import Part


def settled(writer: Writer, parts: Sequence["Part"]) -> list["Part"]:
    """Return the parts, their schedules joined with those that came in between.

    Only for the holder of the writer lock. Raises LakeError.
    """
    ids = [part.reading.feed.feed_id for part in parts if part.schedules]
    latest = writer.schedules(ids) if ids else {}
    return [_settled(part, latest.get(part.reading.feed.feed_id)) for part in parts]


def _settled(part: "Part", theirs: Schedule | None) -> "Part":
    reading = part.reading
    if theirs is None or theirs == reading.planned or not part.schedules:
        return part
    [ours] = part.schedules
    was_read = reading.poll.status != "failed"
    joined = together(ours, theirs, reading.planned, reading.poll.started_at, was_read=was_read)
    return replace(part, schedules=(joined,))
