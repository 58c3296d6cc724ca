"""Two polls of one feed at once: which schedule holds afterwards; pure, no clock.

Both were made from the same schedule, and which poll began first can't be told by two machines'
clocks. So what was read comes from the poll that read it, and it is that one's failures that count
(none); but a pause that the other one was told to keep (Retry-After, 410) is kept.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from articles.model.poll_rows import Schedule
from connectors.limits import MOST_SECONDS


def together(
    ours: Schedule, theirs: Schedule, before: Schedule | None, now: datetime, *, was_read: bool
) -> Schedule:
    """Return what two polls of one feed leave, of which not both succeeded.

    Args:
        ours: the schedule of the poll that is to be committed.
        theirs: the schedule of the other poll, which was committed first.
        before: the schedule that both began with.
        now: when ours began.
        was_read: whether ours did not fail.

    """
    if not was_read and theirs.failures > 0:
        return _both_failed(ours, theirs)
    read, failed = (ours, theirs) if was_read else (theirs, ours)
    is_gone = failed.gone > (before.gone if before else 0)
    due = read.next_poll_at
    if is_gone or failed.host_until is not None:
        due = _later(due, failed.next_poll_at or now + timedelta(seconds=MOST_SECONDS))
    # No answer 410 is the second in a row if there was another one beside it.
    joined = replace(read, next_poll_at=due, gone=1 if is_gone else read.gone)
    return _blocking_longer(joined, failed)


def _both_failed(ours: Schedule, theirs: Schedule) -> Schedule:
    """Two failures of one moment count once: the graver one."""
    first, second = (theirs, ours) if (theirs.tries or 0) > (ours.tries or 0) else (ours, theirs)
    stopped = ours.next_poll_at is None or theirs.next_poll_at is None
    joined = replace(
        first,
        next_poll_at=None if stopped else _later(first.next_poll_at, second.next_poll_at),
        failures=max(ours.failures, theirs.failures),
        gone=max(ours.gone, theirs.gone),
    )
    return _blocking_longer(joined, second)


def _blocking_longer(joined: Schedule, other: Schedule) -> Schedule:
    """Return the schedule with the longer of both rests of the host."""
    if other.host_until is None or _later(joined.host_until, other.host_until) != other.host_until:
        return joined
    return replace(joined, host_until=other.host_until, resting_host=other.resting_host)


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((moment for moment in (first, second) if moment is not None), default=None)
