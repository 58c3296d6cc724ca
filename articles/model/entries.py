"""What is read: sources and their feeds, the entries that these deliver, and what is rejected."""

from dataclasses import dataclass
from typing import Literal

from articles.model.pickling import fast_pickle

FeedKind = Literal["files", "rss", "jsonfeed", "sitemap"]
BodyKind = Literal["full", "summary"]
Origin = Literal["feed", "updated", "url", "text", "file", "page", "none"]

RAW_LIMIT = 64 * 1024
"""Bytes of what was rejected that are kept, at most."""
SHARED_KEY = "shared_key"
"""Among an entry's repairs: its key is no name of its own (identity/last_seen.py)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes or supplies: a newsroom, or a folder of files."""

    source_id: str
    name: str
    domains: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    licence: str | None = None
    contact: str | None = None
    former: tuple[str, ...] = ()
    """Names that it had before, as the operator lists them."""
    recorded: bool = False
    """Whether the operator wrote its id down."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A place of a source that is read again and again; a folder of files is one feed."""

    feed_id: str
    source: Source
    kind: FeedKind
    url: str
    """As given: an absolute URL, or a folder's path relative to the lake's parent."""
    enabled: bool = True
    interval_seconds: int | None = None
    """The shortest interval that the operator allows between polls; None: the rule's own."""
    folder: str | None = None
    """The absolute path of a folder of files; None for a feed of any other kind."""
    former: tuple[str, ...] = ()
    """URLs (of a folder: absolute paths) that it had before, as the operator lists them."""
    recorded: bool = False
    """Whether the operator wrote its id down."""
    customer_hosts: tuple[tuple[str, ...], ...] = ()
    """Further hosts on which customers publish alone, as the operator lists them: their places."""


@fast_pickle
@dataclass(frozen=True, slots=True)
class Markup:
    """A text as delivered, with its media type: `text/plain` or `text/html`."""

    value: str
    media_type: str = "text/plain"


@fast_pickle
@dataclass(frozen=True, slots=True)
class Entry:
    """What a poll delivered as one article: its fields as delivered, HTML untouched."""

    key: str
    """Its name within its feed: guid, else link, else hash of title and text."""
    guid: str | None = None
    """Opaque; of a one-article file it is its path, of a row `path#id`, of a feed entry its own."""
    url: str | None = None
    """The link made absolute, otherwise as delivered."""
    path: str | None = None
    """The file that held it, relative to its folder with `/`; None for a polled feed."""
    title: Markup | None = None
    content: Markup | None = None
    """The longest content."""
    summary: Markup | None = None
    authors: tuple[str, ...] = ()
    """Bylines as delivered, in their order."""
    authors_inherited: bool = False
    """Whether the authors are the feed's, not the entry's own (RFC 4287 4.2.1)."""
    published: str | None = None
    published_confidence: float = 1.0
    """How sure it is that `published` is a date of publication (0 to 1); not hashed."""
    updated: str | None = None
    language: str | None = None
    """The language that the entry declares, else its document."""
    origin: Literal["feed", "file", "page"] = "feed"
    """Where its fields come from: a feed document, a row or plain text of a file, an HTML page."""
    publisher: str | None = None
    """The source that the entry itself names."""
    raw: str = "{}"
    """JSON of the fields as delivered."""
    repairs: tuple[str, ...] = ()
    """What had to be repaired to read it, such as `encoding:windows-1251`."""
    former_guid: str | None = None
    """The guid that was read of it before a rule changed; it still finds its article."""
    listed_in: str | None = None
    """The feed that its saved document names (its own link, its channel's, else the file's path):
    the scope of its guid. None for a polled feed, a row, and a file of one article."""

    @property
    def has_own_guid(self) -> bool:
        """Whether the guid is the entry's own: a path alone is not."""
        return self.guid is not None and self.guid != self.path


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry or a path that could not become a draft, with its reason."""

    key: str
    """The entry's key; a path where the whole file is meant."""
    reason: str
    """One of `reasons.REASONS`."""
    detail: str = ""
    """One sentence for a person: what exactly is wrong."""
    path: str | None = None
    raw: bytes = b""
    """What was read, cut to RAW_LIMIT bytes."""
    entry_hash: int = 0
    """As in `Draft`; of what never became an entry it is a hash of key, reason and raw bytes."""
    retryable: bool = False
    """Whether reading the same again could succeed (a worker was killed, a file is growing)."""
    tries: int = 0
    """How often what is retryable was read in vain (retries.py)."""
    given_up: bool = False
    """Whether it was tried for the last time."""
    shares_key: bool = False
    """Whether its key stands on another entry of its document too."""
