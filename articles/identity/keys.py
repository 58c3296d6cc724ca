"""The keys by which an article is found (guid, URL, text), made once for each entry."""

from functools import lru_cache

from articles.model.drafts import ArticleKey, ArticleKeys, KeyKind
from articles.model.entries import Entry
from articles.model.ids import hash64, hash_and_id, short_id


def _key(kind: KeyKind, scope: str, value: str) -> ArticleKey:
    key_hash, minted_id = hash_and_id(kind, scope, value)
    return ArticleKey(kind, scope, value, key_hash, minted_id)


def keys_of(
    feed_id: str,
    entry: Entry,
    source_id: str,
    canonical_url: str | None,
    content_hash: str,
    *,
    url_is_key: bool,
    owned: bool,
) -> ArticleKeys:
    """Return what a draft is looked up by; done once, in the worker that makes it.

    Args:
        feed_id: the scope of the guid and of the entry key.
        entry: the entry that the draft is of.
        source_id: the scope of its text, and of its URL.
        canonical_url: the key form of its URL.
        content_hash: 128-bit hash of its text, or of its title where there is none.
        url_is_key: whether the URL names this article alone.
        owned: whether the source owns the URL, which then is a key without a scope too.
    """
    guid = None if entry.guid is None else _key("guid", feed_id, entry.guid)
    urls = _url_keys(source_id, canonical_url, owned=owned) if url_is_key else ()
    # A path is no guid of its own, and a link that is no key (a home page) no link of its own.
    text = None if urls or entry.has_own_guid else _key("text", source_id, content_hash)
    content = content_key(content_hash)
    strongest = next(key for key in (guid, *urls, text, content) if key is not None)
    return ArticleKeys(
        guid=guid,
        urls=urls,
        text=text,
        content=content,
        entry_key_hash=entry_key_hash(feed_id, entry.key),
        url_hash=None if canonical_url is None else hash64(canonical_url),
        last_resort=short_id("article", strongest.minted_id, content_hash),
    )


def _url_keys(source_id: str, canonical_url: str | None, *, owned: bool) -> tuple[ArticleKey, ...]:
    """Return the canonical URL's keys.

    Unscoped where the source owns the URL, so that nobody else can write the next revision of
    its article, and then also within the source, where it may be bound from before it did.
    """
    if canonical_url is None:
        return ()
    scoped = _key("url", source_id, canonical_url)
    return (_key("url", "", canonical_url), scoped) if owned else (scoped,)


def content_key(content_hash: str) -> ArticleKey:
    """Return the unscoped key of a text, bound to the article that stored it first."""
    return _key("content", "", content_hash)


@lru_cache(maxsize=4_096)
def has_guid_hash(feed_id: str, article_id: str) -> int:
    """Return the hash under which is known whether an article has a guid in a feed."""
    return hash64("has_guid", feed_id, article_id)


def entry_key_hash(feed_id: str, entry_key: str) -> int:
    """Return the hash under which is known what an entry key carried last in its feed."""
    return hash64("entry", feed_id, entry_key)
