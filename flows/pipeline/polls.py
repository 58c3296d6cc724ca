"""A poll under way, and its parts, each of which is committed whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected
from articles.model.poll_rows import FeedState, Poll, Schedule


@dataclass(slots=True)
class OpenPoll:
    """A poll under way: one attempt to read one feed, which commits part by part."""

    poll: Poll
    """Its row so far; counts are added as parts are decided."""
    feed: Feed
    seen_batch: int
    """The last batch in which a part of this feed was read, as far as this poll knows."""
    planned: Schedule | None = None
    """The feed's schedule when the poll began."""
    rereads: bool = False
    """Whether its document is the last one, byte for byte, and another reading read that."""
    overtaken: bool = False
    """Another run read the same feed meanwhile: what is left of this poll is dropped."""


@dataclass(frozen=True, slots=True)
class PollPart:
    """A share of a poll, read and normalized, that is committed as one."""

    open_poll: OpenPoll
    part_no: int
    """From 1 within its poll; with the poll's id it names the batch."""
    drafts: Sequence[Draft | Rejected]
    states: tuple[FeedState, ...]
    """What the feed's state holds of it from now on: a row a part of a document or file."""
    unchanged: int
    """How many entries it had that the feed's state held already."""
    last: bool
    """Whether the poll ends with it."""
    schedules: tuple[Schedule, ...] = ()
    """What the last part of a feed polled over HTTP leaves for the next poll."""
