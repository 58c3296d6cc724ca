"""A dataclass for each table of the lake: its fields are the columns, in their order.

Every table also has `batch_no`, which the commit adds. `docs/tables.md` explains the columns.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from articles.model.entries import BodyKind


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Table `entries`: an entry as delivered that became a draft."""

    entry_id: str
    feed_id: str
    poll_id: str
    received_at: datetime
    entry_key: str
    entry_hash: int
    guid: str | None
    url: str | None
    path: str | None
    media_type: str
    raw: str
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """Table `revisions`: one distinct content state of one article, numbered from 1."""

    article_id: str
    revision_no: int
    entry_id: str
    source_id: str
    feed_id: str
    guid: str | None
    url: str | None
    url_from: str
    url_confidence: float
    title: str | None
    title_from: str
    title_confidence: float
    body: str | None
    body_kind: BodyKind
    summary: str | None
    authors: tuple[str, ...]
    authors_from: str
    authors_confidence: float
    published_at: datetime | None
    published_from: str
    published_confidence: float
    language: str | None
    language_from: str
    language_confidence: float
    word_count: int
    content_hash: str
    state_hash: str
    changed_fields: tuple[str, ...]
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """Table `sightings`: an entry carrying a revision of an article."""

    entry_id: str
    article_id: str
    revision_no: int
    feed_id: str
    poll_id: str
    url: str | None
    guid: str | None
    path: str | None
    body_kind: BodyKind
    moves: bool
    flapping: bool
    """Whether its state was not kept, as the article had changed too often without a newer date."""
    seen_at: datetime
    position: int
    """Where it stands in its batch, from 0, counted together with what was rejected."""


@dataclass(frozen=True, slots=True)
class Key:
    """Table `keys`: what an article is found by (identity/keys.py); the latest batch wins."""

    key_hash: int
    kind: Literal["guid", "url", "dateline", "title", "text", "content", "shared"]
    scope: str
    value: str
    article_id: str
    """Empty for `shared`: in its feed such a guid or URL names none (identity/shared_keys.py)."""
    minted: bool
    """Whether the article's id was minted from this key."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Table `quarantine`: a rejected entry, or a path that could not be read."""

    entry_id: str
    feed_id: str
    poll_id: str
    entry_key: str
    entry_hash: int
    path: str | None
    reason: str
    detail: str
    raw: bytes
    retryable: bool
    received_at: datetime
    position: int
    """Where it stands in its batch, from 0, counted together with the sightings."""
    tries: int | None = None
    """How often it had been read in vain by then; None where it is not retryable."""
    given_up: bool | None = None
    """Whether that was the last try; None in rows of a schema before 5."""
