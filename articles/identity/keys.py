"""The keys by which an article is found (guid, URL, title, text), made once for each entry."""

from dataclasses import replace
from functools import lru_cache

from articles.model.drafts import ArticleKey, ArticleKeys, Draft, KeyKind, stated_title
from articles.model.entries import Entry
from articles.model.ids import hash64, hash_and_id, short_id
from articles.text.normal_form import squash


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
    guid_is_key: bool = True,
    title: str | None = None,
    instant: str | None = None,
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
        guid_is_key: whether the guid names this article alone.
        title: the title that it states.
        instant: the exact time at which it says that it was published.
    """
    guid = None
    if entry.guid is not None and guid_is_key:
        guid = _key("guid", _guid_scope(feed_id, entry), entry.guid)
    urls = _url_keys(source_id, canonical_url, owned=owned) if url_is_key else ()
    # A path is no guid of its own, and a link that is no key (a home page) no link of its own.
    own = entry.has_own_guid and guid_is_key
    text = None if urls or own else _key("text", source_id, content_hash)
    content = content_key(content_hash)
    named = guid is not None or bool(urls)
    titled = None
    if title and not named and (entry.guid is not None or entry.url is not None):
        titled = _key("title", _document_scope(feed_id, entry), squash(title))
    strongest = next(key for key in (guid, *urls, titled, text, content) if key is not None)
    return ArticleKeys(
        guid=guid,
        urls=urls,
        text=text,
        content=content,
        entry_key_hash=entry_key_hash(feed_id, entry.key),
        url_hash=None if canonical_url is None else hash64(canonical_url),
        last_resort=short_id("article", strongest.minted_id, content_hash),
        title=titled,
        dateline=_dateline(feed_id, entry, title, instant) if named else None,
        former=_former(feed_id, entry),
        scope=source_id,
    )


def without_keys(draft: Draft, *, guid: bool = False, url: bool = False) -> Draft:
    """Return a draft whose guid or URL names no article; its title and text then may."""
    before, guid_is_key = draft.keys, draft.guid_is_key and not guid
    url_is_key = draft.url_is_key and not url
    keys = keys_of(
        draft.feed_id, draft.entry, before.scope, draft.canonical_url, draft.content_hash,
        url_is_key=url_is_key, owned=draft.owned, guid_is_key=guid_is_key,
        title=stated_title(draft.title.value, draft.title.origin),
    )  # fmt: skip
    withdrawn = before.withdrawn
    if before.guid is not None and not guid_is_key:
        withdrawn += (before.guid,)
    if not url_is_key:
        withdrawn += before.urls
    named = keys.guid is not None or bool(keys.urls)
    keys = replace(keys, dateline=before.dateline if named else None, withdrawn=withdrawn)
    return replace(draft, guid_is_key=guid_is_key, url_is_key=url_is_key, keys=keys)


def _guid_scope(feed_id: str, entry: Entry) -> str:
    return feed_id if entry.listed_in is None else f"{feed_id} {entry.listed_in}"


def _document_scope(feed_id: str, entry: Entry) -> str:
    """Return the scope of what tells the entries of one document apart."""
    if entry.origin == "feed":
        return _guid_scope(feed_id, entry)
    return feed_id if entry.path is None else f"{feed_id} {entry.path}"


def _former(feed_id: str, entry: Entry) -> tuple[ArticleKey, ...]:
    """Return the guids under which the builds before stored such an entry, in the folder's feed."""
    guids = dict.fromkeys((entry.guid if entry.listed_in else None, entry.former_guid))
    return tuple(_key("guid", feed_id, guid) for guid in guids if guid is not None)


def _dateline(
    feed_id: str, entry: Entry, title: str | None, instant: str | None
) -> ArticleKey | None:
    if not title or instant is None:
        return None
    publisher = " ".join((entry.publisher or "").split())
    return _key("dateline", _guid_scope(feed_id, entry), f"{instant} {publisher}: {squash(title)}")


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
