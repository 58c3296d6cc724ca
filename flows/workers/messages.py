"""What crosses to a worker process and back."""

from dataclasses import dataclass
from datetime import datetime

from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected
from connectors.feeds.body import Body
from connectors.feeds.document import Document
from connectors.parsing.chunk import FileChunk


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What was read of a feed at one time, on its way to a worker."""

    feed: Feed
    now: datetime
    """Bounds dates."""
    read: FileChunk | Body
    held: bytes = b""
    """Pair hashes (sorted, native int64) that the feed's state holds."""


@dataclass(frozen=True, slots=True)
class WorkBatch:
    """What one crossing carries to a worker."""

    parcels: tuple[WorkItem, ...]
    one_by_one: bool = False
    """Normalize entry by entry, marking each, to find the one that kills the worker."""
    skip: tuple[int, ...] = ()
    """Entries (by place) that did kill a worker."""


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one parcel."""

    drafts: list[Draft | Rejected]
    """Of the entries whose hash the state did not hold, in their order."""
    pairs: list[tuple[int, int]]
    """Of those entries: hash64 of the key, and the pair's hash."""
    unchanged_pairs: list[tuple[int, int]]
    """Likewise of the others, each once."""
    document: Document | None = None
    """Of a body: what the document says of itself, without its entries."""
    killed: bool = False
    """Of a body: reading it killed the worker."""
