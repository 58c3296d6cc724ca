"""Of two runs that poll one feed at once: the second to commit keeps what the first one heard."""

from collections.abc import Sequence
from dataclasses import replace

from articles.model.poll_rows import Schedule
from connectors.http.overlap import together
from flows.pipeline.polls import PollPart
from warehouse.lake.writer import Writer


def with_latest_schedules(writer: Writer, parts: Sequence[PollPart]) -> list[PollPart]:
    """Return the parts, their schedules joined with those that came in between.

    Only for the holder of the writer lock. Raises LakeError.
    """
    ids = [part.open_poll.feed.feed_id for part in parts if part.schedules]
    latest = writer.schedules(ids) if ids else {}
    return [_joined(part, latest.get(part.open_poll.feed.feed_id)) for part in parts]


def _joined(part: PollPart, theirs: Schedule | None) -> PollPart:
    open_poll = part.open_poll
    if theirs is None or theirs == open_poll.planned or not part.schedules:
        return part
    [ours] = part.schedules
    poll, was_read = open_poll.poll, open_poll.poll.status != "failed"
    joined = together(ours, theirs, open_poll.planned, poll.started_at, was_read=was_read)
    return replace(part, schedules=(joined,))
