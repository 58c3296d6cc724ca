"""A whole document that kills its worker: how often it is tried, and what its polls say of it."""

from articles.model.poll_rows import Schedule
from articles.model.retries import MOST_TRIES
from connectors.feeds.document import VERSION


def tries_of_document(before: Schedule | None, body_hash: str) -> int:
    """Return how often a document was tried that just killed its worker, this time too.

    `before` is the feed's schedule before. Other bytes, or another parser, count from one.
    """
    if before is None or before.unread is None:
        return 1
    same = before.body_hash == body_hash and before.parser == VERSION
    return min((before.tries or 0) + 1, MOST_TRIES) if same else 1


def why(detail: str, tries: int) -> str:
    """Return the sentence for the poll that tried it."""
    if tries >= MOST_TRIES:
        return f"{detail} {given_up()}"
    return f"{detail} The next poll tries it again ({tries} of {MOST_TRIES})."


def given_up() -> str:
    """Return what the polls say of a document that is not tried any more."""
    return f"It was tried {MOST_TRIES} times, and is read when it has changed."
