"""The nouns: what is read, what it becomes, and what is already known of it."""

from dataclasses import dataclass
from typing import Literal

from articles.model.pickling import fast_pickle

FeedKind = Literal["files", "rss", "jsonfeed", "sitemap"]
BodyKind = Literal["full", "summary"]
Origin = Literal["feed", "updated", "url", "text", "file", "page", "none"]


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
    """The operator wrote its id down."""


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
    """Of a folder of files: its absolute path."""
    former: tuple[str, ...] = ()
    """URLs (of a folder: absolute paths) that it had before, as the operator lists them."""
    recorded: bool = False
    """The operator wrote its id down."""


@fast_pickle
@dataclass(frozen=True, slots=True)
class Markup:
    """A text as delivered, with its media type: `text/plain` or `text/html`."""

    value: str
    media_type: str = "text/plain"


@fast_pickle
@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a poll delivered it; its fields are kept as delivered, HTML untouched."""

    key: str
    """Within its feed: guid, else link, else hash of title and text (a file's guid is its path)."""
    guid: str | None = None
    """Opaque; a one-article file's is its path, a row's `path#id`, a feed entry's its own."""
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
    """The authors are the feed's, not the entry's own (RFC 4287 4.2.1)."""
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    """As declared by the entry, else by its document."""
    origin: Literal["feed", "file", "page"] = "feed"
    """Where its fields come from: a feed document, a row or plain text of a file, an HTML page."""
    publisher: str | None = None
    """The source that the entry itself names."""
    raw: str = "{}"
    """JSON of the fields as delivered."""
    repairs: tuple[str, ...] = ()
    """What had to be repaired to read it, such as `encoding:windows-1251`."""

    @property
    def has_own_guid(self) -> bool:
        """Whether the guid is the entry's own: a path alone is not."""
        return self.guid is not None and self.guid != self.path


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry or a path that could not become a draft, with its reason."""

    key: str
    """As an entry's; a path where the whole file is meant."""
    reason: str
    """One of kinds.REASONS."""
    detail: str = ""
    """One sentence for a person: what exactly is wrong."""
    path: str | None = None
    raw: bytes = b""
    """What was read, cut to RAW_LIMIT bytes."""
    entry_hash: int = 0
    """As a draft's; for what never became an entry, a hash of key, reason and raw bytes."""
    retryable: bool = False
    """Whether reading the same again could succeed (a worker was killed, a file is growing)."""
    tries: int = 0
    """Of what is retryable: how often it was read in vain (retries.py)."""
    given_up: bool = False
    """It was tried for the last time."""
    shares_key: bool = False
    """Whether its key stands on another entry of its document too."""


RAW_LIMIT = 64 * 1024
SHARED_KEY = "shared_key"
"""Among an entry's repairs: its key is no name of its own (last_seen.py)."""
