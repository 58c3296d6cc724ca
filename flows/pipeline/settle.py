"""Of two runs that poll one feed at once: the second to commit keeps what the first one heard."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from articles.model.poll_rows import Schedule
from connectors.http.overlap import together
from warehouse.lake.writer import Writer

if TYPE_CHECKING:
    from flows.pipeline.polls import PollPart


def settled(writer: Writer, parts: Sequence["PollPart"]) -> list["PollPart"]:
    """Return the parts, their schedules joined with those that came in between.

    Only for the holder of the writer lock. Raises LakeError.
    """
    ids = [part.reading.feed.feed_id for part in parts if part.schedules]
    latest = writer.schedules(ids) if ids else {}
    return [_settled(part, latest.get(part.reading.feed.feed_id)) for part in parts]


def _settled(part: "PollPart", theirs: Schedule | None) -> "PollPart":
    reading = part.reading
    if theirs is None or theirs == reading.planned or not part.schedules:
        return part
    [ours] = part.schedules
    was_read = reading.poll.status != "failed"
    joined = together(ours, theirs, reading.planned, reading.poll.started_at, was_read=was_read)
    return replace(part, schedules=(joined,))
