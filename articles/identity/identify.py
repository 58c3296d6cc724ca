"""Which article an entry belongs to: its keys, their scopes, and the rules that refuse a key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from articles.identity.keys import has_guid_hash
from articles.identity.unrelated import other_figures, text_of, unrelated
from articles.identity.urls import canonical_host, home_pages
from articles.model.drafts import CONTENT_FIELDS, ArticleKey, Draft
from articles.model.ids import hash64, short_hash
from articles.model.known import Known, Text

Link = Literal["same", "other", "none"]
"""A draft's link beside an article's; `none` if a side has none that is a key."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article it is, whether it is new, and the keys to bind to it from now on."""

    article_id: str
    is_new: bool
    bind: tuple[ArticleKey, ...]
    minted_from: ArticleKey | None
    """The key whose id it got; None for a known article."""


def _link(draft: Draft, article_id: str, known: Known) -> Link:
    """Compare a draft's link with an article's; home pages and shared links count as none."""
    there = known.heads[article_id].canonical_url
    if draft.canonical_url is None or not draft.url_is_key or there is None:
        return "none"
    if any(known.keys.get(key.key_hash) == article_id for key in draft.keys.urls):
        return "same"
    # The article's link is no key of it: unrelated entries shared it, or another article has it.
    if there == draft.keys.url_hash or there in _home_hashes(canonical_host(draft.canonical_url)):
        return "none"
    return "other"


@lru_cache(maxsize=4_096)
def _home_hashes(host: str) -> frozenset[int]:
    return frozenset(hash64(url) for url in home_pages(host))


def _differs(field: str, draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether both state the field, and not the same. Where nobody has a title, texts do."""
    number = CONTENT_FIELDS.index(field)
    here, there = draft.fields[number], known.heads[article_id].fields[number]
    return bool(here and there and here != there) or (field == "title" and not (here or there))


def _may_be_reused(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether the article that a draft's guid names may be another one; its text decides."""
    link = _link(draft, article_id, known)
    if link == "none":
        return all(_differs(field, draft, article_id, known) for field in ("title", "published_at"))
    return link == "other"


def _has_other_guid(draft: Draft, article_id: str, known: Known) -> bool:
    guid = draft.keys.guid
    if guid is None or known.keys.get(guid.key_hash) == article_id:
        return False
    return known.keys.get(has_guid_hash(draft.feed_id, article_id)) == article_id


def _url_article(draft: Draft, known: Known) -> str | None:
    article_ids = (known.keys.get(key.key_hash) for key in draft.keys.urls)
    return next((article_id for article_id in article_ids if article_id is not None), None)


def _guid_article(draft: Draft, known: Known) -> str | None:
    guid = draft.keys.guid
    return None if guid is None else known.keys.get(guid.key_hash)


def _rivals(drafts: Sequence[Draft], known: Known) -> Iterator[tuple[Draft, str]]:
    """Yield each draft that has a guid with every known article that its URL may come to name.

    That is the one that the URL names now, and those of the drafts of this batch with the same
    URL: one of them may bind it first.
    """
    sharing: dict[int, set[str]] = {}
    for draft in drafts:
        article_ids = {_guid_article(draft, known), _url_article(draft, known)} - {None}
        for key in draft.keys.urls:
            sharing.setdefault(key.key_hash, set()).update(filter(None, article_ids))
    for draft in drafts:
        if draft.keys.guid is None:
            continue
        rivals = set[str]().union(*(sharing[key.key_hash] for key in draft.keys.urls))
        yield from ((draft, article_id) for article_id in rivals)


def has_guid_hashes(drafts: Sequence[Draft], known: Known) -> set[int]:
    """Return the hashes that have to be known, beside the keys, to judge the drafts' URLs."""
    return {has_guid_hash(draft.feed_id, rival) for draft, rival in _rivals(drafts, known)}


def texts_needed(drafts: Sequence[Draft], known: Known) -> set[str]:
    """Return the articles whose text the refusal of a guid or URL may have to be judged by."""
    rivals = _rivals(drafts, known)
    needed = {rival for draft, rival in rivals if rival != _guid_article(draft, known)}
    for draft in drafts:
        by_guid = _guid_article(draft, known)
        if by_guid is not None and _may_be_reused(draft, by_guid, known):
            needed.add(by_guid)
    return needed


def identify(draft: Draft, known: Known) -> Identity:
    """Decide which article a draft belongs to.

    `known` holds what the lake and the drafts before this one say. The keys are tried from the
    strongest to the weakest; docs/how-it-works.md has the rules in words.
    """
    guid, urls, text = draft.keys.guid, draft.keys.urls, draft.keys.text
    by_guid = None if guid is None else known.keys.get(guid.key_hash)
    if by_guid is not None and not (
        _may_be_reused(draft, by_guid, known) and _reads_otherwise(draft, by_guid, known)
    ):
        return _known_article(by_guid, [*urls[:1], *([] if text is None else [text])], known)
    by_url = _url_article(draft, known)
    if by_url is not None:
        if not (_has_other_guid(draft, by_url, known) and _reads_otherwise(draft, by_url, known)):
            bind = urls[:1] if guid is None else (guid, *urls[:1])
            return _known_article(by_url, bind, known, taking=guid)
        urls = ()
    by_text = None if text is None else known.keys.get(text.key_hash)
    if by_text is not None:
        # Its path is not bound: the next edit of this file is another article.
        return Identity(by_text, is_new=False, bind=(), minted_from=None)
    own = [key for key in (guid, *urls[:1], text) if key is not None]
    first = _first_article(draft, known)
    if first is not None:
        return _known_article(first, own, known, taking=guid)
    return _new_article(draft, own, known)


def _reads_otherwise(draft: Draft, article_id: str, known: Known) -> bool:
    here, there = text_of(draft), known.texts.get(article_id, Text(None, None))
    summarized = draft.body_kind != known.heads[article_id].body_kind
    if unrelated(here, there, summarized=summarized):
        return True
    return _differs("published_at", draft, article_id, known) and other_figures(here, there)


def _first_article(draft: Draft, known: Known) -> str | None:
    """Return the article that the draft's guid named first, if it ever had this text."""
    first = None if draft.keys.guid is None else draft.keys.guid.minted_id
    head = None if first is None else known.heads.get(first)
    return first if head and short_hash(draft.content_hash) in head.contents else None


def _known_article(
    article_id: str, keys: Iterable[ArticleKey], known: Known, taking: ArticleKey | None = None
) -> Identity:
    """Bind the keys that no article has yet, and `taking` even from another article."""
    bind = tuple(key for key in keys if key == taking or key.key_hash not in known.keys)
    bind = tuple(key for key in bind if known.keys.get(key.key_hash) != article_id)
    return Identity(article_id, is_new=False, bind=bind, minted_from=None)


def candidate_ids(draft: Draft) -> tuple[str, ...]:
    """Return every id that the draft's article could get if it is new."""
    return (*(key.minted_id for key in draft.keys.strongest_first), draft.keys.last_resort)


def _new_article(draft: Draft, own: Sequence[ArticleKey], known: Known) -> Identity:
    for key in own:
        if key.minted_id not in known.heads:
            return Identity(key.minted_id, is_new=True, bind=tuple(own), minted_from=key)
    # All are taken: by the article that this key and this content were once before.
    last_resort = draft.keys.last_resort
    is_new = last_resort not in known.heads
    return Identity(last_resort, is_new, tuple(own), own[0] if is_new else None)
