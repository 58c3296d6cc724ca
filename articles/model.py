"""The nouns: what is read, what it becomes, and what is already known of it."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
C = TypeVar("C", bound=type)


def _carried_lightly(cls: C) -> C:
    """Pickle a dataclass as a call with its fields: a fifth of what slots cost otherwise.

    Every entry crosses from a worker to the writer as a dozen of these.
    """
    names = [one.name for one in fields(cls)]
    values = attrgetter(*names)

    def reduce(self: object) -> tuple[C, tuple[object, ...]]:
        return cls, values(self)

    cls.__reduce__ = reduce  # type: ignore[assignment]
    return cls


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


@_carried_lightly
@dataclass(frozen=True, slots=True)
class Markup:
    """A text as delivered, with its media type: `text/plain` or `text/html`."""

    value: str
    media_type: str = "text/plain"


@_carried_lightly
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
"""Among an entry's repairs: its key is no name of its own (carrying.py)."""


@_carried_lightly
@dataclass(frozen=True, slots=True)
class Evidence(Generic[T]):
    """A value, where it came from, and how sure that is (0 to 1)."""

    value: T
    origin: Origin
    confidence: float


KeyKind = Literal["guid", "url", "text", "content"]


@_carried_lightly
@dataclass(frozen=True, slots=True)
class KeyName:
    """A name under which an article may be found: kind, scope and value, and their hash."""

    kind: KeyKind
    scope: str
    value: str
    key_hash: int
    minted_id: str
    """The article id that is minted from this key."""


@_carried_lightly
@dataclass(frozen=True, slots=True)
class Names:
    """Everything that a draft is looked up by, hashed once (identity.py says what each is for)."""

    guid: KeyName | None
    urls: tuple[KeyName, ...]
    """In the order of look-up; the first is the one to bind."""
    text: KeyName | None
    content: KeyName
    carried: int
    """`identity.carried_hash` of its feed and entry key."""
    url_hash: int | None
    """hash64 of the canonical URL."""
    last_resort: str
    """The article id where those minted from its keys are taken."""

    @property
    def keys(self) -> tuple[KeyName, ...]:
        """The keys that may find its article, the strongest first."""
        first = () if self.guid is None else (self.guid,)
        last = () if self.text is None else (self.text,)
        return (*first, *self.urls, *last)


@_carried_lightly
@dataclass(frozen=True, slots=True)
class Draft:
    """A readable entry after normalization; in memory only."""

    entry: Entry
    """Without its texts as delivered: they would cross from worker to writer beside `entry.raw`."""
    entry_hash: int
    """64-bit hash over the fields of the entry that normalize reads."""
    feed_id: str
    source: Source
    """The source that the entry belongs to: the publisher that it names, else its feed's."""
    title: Evidence[str | None]
    body: str | None
    """Clean text, paragraphs separated by a blank line; None for an entry with a title only."""
    body_kind: BodyKind
    summary: str | None
    authors: Evidence[tuple[str, ...]]
    published_at: Evidence[datetime | None]
    language: Evidence[str | None]
    """ISO 639-1 code, lower case (639-3 where there is none)."""
    url: Evidence[str | None]
    canonical_url: str | None
    """The key form of `url`; never stored over it."""
    url_is_key: bool
    """False for a site's root and for a URL that unrelated entries of its document share."""
    owned: bool
    """Whether the source owns the URL's domain, or the entry is of the operator's own files."""
    polled: bool
    """Whether a polled feed delivered it, not a file."""
    word_count: int
    content_hash: str
    """128-bit hash of the normalized text (of the title where there is none)."""
    fields: tuple[int, ...]
    """A 64-bit hash of each of `revisions.CONTENT_FIELDS`, in that order."""
    state_hash: str
    """128-bit hash of the content state."""
    names: Names
    repairs: tuple[str, ...] = ()

    @property
    def shares_key(self) -> bool:
        """Whether the entry's key names other entries of its feed too."""
        return SHARED_KEY in self.repairs


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an article, without its text: where its history stands."""

    article_id: str
    revision_no: int
    """Of the current revision."""
    states: tuple[int, ...]
    """64-bit form of each revision's state hash; revision 1 first."""
    contents: tuple[int, ...]
    """64-bit form of each revision's content hash; revision 1 first."""
    fields: tuple[int, ...]
    """The current revision's, as in Draft."""
    body_kind: BodyKind
    canonical_url: int | None
    """hash64 of the canonical URL of the current revision's entry."""
    newest_date: datetime | None
    """The newest published_at of any revision, those from `updated` aside."""
    undated: int
    """Revisions since (and with) the one that brought `newest_date`."""
    polled: bool
    """Whether a polled feed has carried it."""
    batch_no: int
    """Of the batch that stored the current revision; 0 if it is not stored yet."""
    group_id: str | None = None
    canonical_article_id: str | None = None
    words: tuple[int, ...] = ()
    """Word count of each revision; revision 1 first."""
    orders: tuple[int, ...] = ()
    """When each stored revision was stored: batch_no * 2^32 + position in the batch."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What an entry key carried last in its feed."""

    entry_id: str
    entry_hash: int
    article_id: str | None
    """None if every entry of this key was rejected so far."""
    revision_no: int | None
    poll: int = 0
    """`carrying.poll_hash` of the poll that delivered it."""
    is_shared: bool = False
    """Whether several entries of one document had this key, now or earlier."""
    rejected: bool = False
    """It was set aside: the same content, once it can be read, is not known yet."""
    retryable: bool = False
    """It was set aside, and reading the same again may succeed."""
    given_up: bool = False
    """It was set aside for good."""


@dataclass(frozen=True, slots=True)
class Text:
    """The words of an article's current revision, for the rule `unrelated`."""

    title: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake knows that a batch has to know; `revise` adds to a copy what it decides."""

    keys: dict[int, str] = field(default_factory=dict)
    """Key hash (identity.py) -> article_id."""
    heads: dict[str, Head] = field(default_factory=dict)
    """By article_id: every article that `keys` or `carried` names, and every minted id taken."""
    carried: dict[int, Carried] = field(default_factory=dict)
    """hash64("entry", feed_id, entry key) -> what that key carried last."""
    texts: dict[str, Text] = field(default_factory=dict)
    """By article_id, only where `identity.texts_needed` asked."""
    feed_batches: dict[str, int] = field(default_factory=dict)
    """feed_id -> the last batch in which a part of it was read; a failed poll reads nothing."""
    carried_before: set[tuple[int, int]] = field(default_factory=set)
    """(key of `carried`, entry hash): of those asked for, what a key carried before the last."""
