"""A draft: a readable entry after normalization, each field with its evidence, and its keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from articles.model.entries import SHARED_KEY, BodyKind, Entry, Origin, Source
from articles.model.pickling import fast_pickle

T = TypeVar("T")


@fast_pickle
@dataclass(frozen=True, slots=True)
class Evidence(Generic[T]):
    """A value, where it came from, and how sure that is (0 to 1)."""

    value: T
    origin: Origin
    confidence: float


CONTENT_FIELDS = ("title", "text", "authors", "published_at", "language")
"""What makes a content state, in the order of `Draft.fields`."""
KeyKind = Literal["guid", "url", "dateline", "title", "text", "content"]
NamingField = Literal["guid", "url"]
"""The fields of an entry that name it by themselves, as long as no other entry has the same."""


@fast_pickle
@dataclass(frozen=True, slots=True)
class ArticleKey:
    """A name under which an article may be found: kind, scope and value, and their hash."""

    kind: KeyKind
    scope: str
    value: str
    key_hash: int
    minted_id: str
    """The article id that is minted from this key."""


@fast_pickle
@dataclass(frozen=True, slots=True)
class ArticleKeys:
    """Everything that a draft is looked up by, hashed once."""

    guid: ArticleKey | None
    urls: tuple[ArticleKey, ...]
    """Those of its URL in the order of look-up; the first is the one to bind."""
    text: ArticleKey | None
    content: ArticleKey
    entry_key_hash: int
    """`keys.entry_key_hash` of its feed and entry key."""
    url_hash: int | None
    """hash64 of the canonical URL; None where there is none."""
    last_resort: str
    """The article id where those minted from its keys are taken."""
    title: ArticleKey | None = None
    """Only of an entry that neither a guid nor a URL names, though it has one."""
    dateline: ArticleKey | None = None
    """Its title, publisher and exact instant together, as far as its document has them once."""
    former: tuple[ArticleKey, ...] = ()
    """Guids under which the builds before stored it: asked for, never bound."""
    withdrawn: tuple[ArticleKey, ...] = ()
    """Those of a guid or URL that other entries of its feed share."""
    scope: str = ""
    """The id of the source within which its URL and its text are keys."""

    @property
    def strongest_first(self) -> tuple[ArticleKey, ...]:
        """The keys from which its article's id may be made, the strongest first."""
        first = () if self.guid is None else (self.guid,)
        last = tuple(key for key in (self.title, self.text) if key is not None)
        return (*first, *self.urls, *last)

    @property
    def look_ups(self) -> tuple[ArticleKey, ...]:
        """All keys that may find its article."""
        dateline = () if self.dateline is None else (self.dateline,)
        return (*self.strongest_first, *dateline, *self.former, *self.withdrawn)


@fast_pickle
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
    """A 64-bit hash of each of `CONTENT_FIELDS`, in that order."""
    state_hash: str
    """128-bit hash of the content state."""
    keys: ArticleKeys
    repairs: tuple[str, ...] = ()
    guid_is_key: bool = True
    """False for a guid that different entries of its feed share."""
    shared: tuple[NamingField, ...] = ()
    """What its document shows to be shared by different entries of it."""

    @property
    def shares_key(self) -> bool:
        """Whether the entry's key names other entries of its feed too."""
        return SHARED_KEY in self.repairs


def stated_title(title: str | None, origin: str) -> str | None:
    """Return a title for comparing: None where it was derived from the text that it stands over."""
    return None if origin == "text" else title
