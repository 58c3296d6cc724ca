"""Which validators go along with a request, and when none do: the document has to be read again."""

from articles.model.poll_rows import Schedule
from articles.model.retries import MOST_TRIES


def validators(schedule: Schedule | None, parser: str) -> tuple[str | None, str | None, str | None]:
    """Return ETag, Last-Modified and the only URL to send them to; three times None for none.

    None either if the document has to be read again: another version of the parsers read it, or
    it was read in vain.
    """
    if schedule is None or schedule.parser != parser or not has_validators(schedule):
        return None, None, None
    if is_tried_again(schedule):
        return None, None, None
    return schedule.etag, schedule.last_modified, schedule.validated_url


def is_tried_again(schedule: Schedule) -> bool:
    """Tell whether the last document, or a part of it, was read in vain and is not given up."""
    # Without a hash: it was noted before tries were counted.
    return schedule.body_hash is None or 0 < (schedule.tries or 0) < MOST_TRIES


def has_validators(schedule: Schedule) -> bool:
    """Tell whether the feed's last answer could be asked for by ETag or Last-Modified."""
    return bool(schedule.validated_url and (schedule.etag or schedule.last_modified))
