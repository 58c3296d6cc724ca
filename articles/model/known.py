"""What the lake knows of the articles and entry keys that a batch touches."""

from dataclasses import dataclass, field
from datetime import datetime

from articles.model.entries import BodyKind


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an article, without its text: where its history stands."""

    article_id: str
    revision_no: int
    """The number of the current revision."""
    states: tuple[int, ...]
    """64-bit form of each revision's state hash; revision 1 first."""
    contents: tuple[int, ...]
    """64-bit form of each revision's content hash; revision 1 first."""
    fields: tuple[int, ...]
    """The hash of each content field of the current revision, as in `Draft.fields`."""
    body_kind: BodyKind
    canonical_url: int | None
    """hash64 of the canonical URL of the current revision's entry."""
    newest_date: datetime | None
    """The newest published_at of any revision; those taken from `updated` do not count."""
    undated: int
    """Revisions since (and with) the one that brought `newest_date`."""
    polled: bool
    """Whether a polled feed has carried it."""
    batch_no: int
    """The batch that stored the current revision; 0 if it is not stored yet."""
    group_id: str | None = None
    canonical_article_id: str | None = None
    words: tuple[int, ...] = ()
    """Word count of each revision; revision 1 first."""
    orders: tuple[int, ...] = ()
    """When each stored revision was stored: batch_no * 2^32 + position in the batch."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What an entry key carried last in its feed."""

    entry_id: str
    entry_hash: int
    article_id: str | None
    """None if every entry of this key was rejected so far."""
    revision_no: int | None
    poll: int = 0
    """`last_seen.poll_hash` of the poll that delivered it."""
    is_shared: bool = False
    """Whether several entries of one document had this key, now or earlier."""
    rejected: bool = False
    """Whether it was rejected: the same content, once it can be read, is not known yet."""
    retryable: bool = False
    """Whether it was rejected, and reading the same again may succeed."""
    given_up: bool = False
    """Whether it was rejected for good."""


@dataclass(frozen=True, slots=True)
class Text:
    """The words of an article's current revision, for the rule `unrelated`."""

    title: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake knows that a batch has to know; `revise` adds to a copy what it decides."""

    keys: dict[int, str] = field(default_factory=dict)
    """Key hash (identity/keys.py) -> article_id."""
    heads: dict[str, Head] = field(default_factory=dict)
    """article_id -> its head: of what `keys` or `last_seen` names, and of every minted id taken."""
    last_seen: dict[int, LastSeen] = field(default_factory=dict)
    """`keys.entry_key_hash` of an entry key -> what that key carried last."""
    texts: dict[str, Text] = field(default_factory=dict)
    """article_id -> its text, only where `identify.texts_needed` asked."""
    feed_batches: dict[str, int] = field(default_factory=dict)
    """feed_id -> the last batch in which a part of it was read; a failed poll reads nothing."""
    seen_before: set[tuple[int, int]] = field(default_factory=set)
    """(key of `last_seen`, entry hash), where asked for: what the key carried before its last."""
    raws: dict[str, str] = field(default_factory=dict)
    """entry_id -> the entry as delivered, only where `last_seen.raws_needed` asked."""
