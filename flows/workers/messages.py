"""What goes to a worker process, and what comes back."""

from dataclasses import dataclass
from datetime import datetime

from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected
from articles.model.seen import NONE_SEEN, SeenPairs
from connectors.feeds.body import Body
from connectors.feeds.document import Document
from connectors.parsing.chunk import FileChunk


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What was read of a feed at one time, on its way to a worker."""

    feed: Feed
    now: datetime
    """What bounds the dates of its entries."""
    read: FileChunk | Body
    seen: SeenPairs = NONE_SEEN
    """The entries that the feed's state holds: they come back as unchanged."""


@dataclass(frozen=True, slots=True)
class WorkBatch:
    """What one call hands to a worker."""

    work_items: tuple[WorkItem, ...]
    one_by_one: bool = False
    """Whether to normalize entry by entry, noting each, to find the one that kills the worker."""
    skip: tuple[int, ...] = ()
    """The numbers of the entries that did kill a worker."""


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one work item."""

    drafts: list[Draft | Rejected]
    """What the entries became that the state did not hold, in their order."""
    pairs: list[tuple[int, int]]
    """For each of `drafts`, in their order: hash64 of its key, and its pair hash."""
    unchanged_pairs: list[tuple[int, int]]
    """The pairs of the entries that the state did hold, each once."""
    document: Document | None = None
    """What a body's document says of itself, without its entries."""
    killed: bool = False
    """Whether reading a body killed the worker."""
