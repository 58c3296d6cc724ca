"""Which article an entry belongs to: its keys, their scopes, and the rules that refuse a key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from articles.identity import weaker_keys
from articles.identity.contradictions import may_be_reused, reads_otherwise
from articles.identity.keys import has_guid_hash
from articles.model.drafts import ArticleKey, Draft
from articles.model.ids import short_hash
from articles.model.known import Known


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article it is, whether it is new, and the keys to bind to it from now on."""

    article_id: str
    is_new: bool
    bind: tuple[ArticleKey, ...]
    minted_from: ArticleKey | None
    """The key whose id it got; None for a known article."""
    echoes: bool = False
    """Whether neither its guid nor its URL was known: a state that its article had is no news."""


def _has_other_guid(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether an article has another guid than a draft's, in its feed.

    Of an entry of a saved feed it is taken to: the folder's other feeds have guids of their own.
    """
    guid = draft.keys.guid
    if guid is None or known.keys.get(guid.key_hash) == article_id:
        return False
    if draft.entry.listed_in is not None:
        return True
    return known.keys.get(has_guid_hash(guid.scope, article_id)) == article_id


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
    return {
        has_guid_hash(guid.scope, rival)
        for draft, rival in _rivals(drafts, known)
        if (guid := draft.keys.guid) is not None
    }


def texts_needed(drafts: Sequence[Draft], known: Known) -> set[str]:
    """Return the articles whose text the refusal of a guid or URL may have to be judged by."""
    rivals = _rivals(drafts, known)
    needed = {rival for draft, rival in rivals if rival != _guid_article(draft, known)}
    for draft in drafts:
        by_guid = _guid_article(draft, known)
        if by_guid is not None and may_be_reused(draft, by_guid, known):
            needed.add(by_guid)
        needed.update(weaker_keys.texts_needed(draft, known))
    return needed


def identify(draft: Draft, known: Known) -> Identity:
    """Decide which article a draft belongs to.

    `known` holds what the lake and the drafts before this one say. The keys are tried from the
    strongest to the weakest; docs/how-it-works.md has the rules in words.
    """
    guid, urls, text = draft.keys.guid, draft.keys.urls, draft.keys.text
    last = [key for key in (draft.keys.title, text, draft.keys.dateline) if key is not None]
    by_guid = None if guid is None else known.keys.get(guid.key_hash)
    if by_guid is not None and not (
        may_be_reused(draft, by_guid, known) and reads_otherwise(draft, by_guid, known)
    ):
        return _known_article(by_guid, [*urls[:1], *last], known)
    by_url = _url_article(draft, known)
    if by_url is not None:
        if not (_has_other_guid(draft, by_url, known) and reads_otherwise(draft, by_url, known)):
            bind = [key for key in (guid, *urls[:1], *last) if key is not None]
            return _known_article(by_url, bind, known, taking=guid)
        urls = ()
    own = [key for key in (guid, *urls[:1], *last) if key is not None]
    weaker = weaker_keys.article_of(draft, known)
    if weaker is not None:
        return replace(_known_article(weaker, own, known, taking=guid), echoes=True)
    by_text = None if text is None else known.keys.get(text.key_hash)
    if by_text is not None and not weaker_keys.is_another_title(draft, by_text, known):
        # Its path is not bound: the next edit of this file is another article.
        title = [] if draft.keys.title is None else [draft.keys.title]
        return _known_article(by_text, title, known)
    first = _first_article(draft, known)
    if first is not None:
        return _known_article(first, own, known, taking=guid)
    return _new_article(draft, own, known)


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
    bind = tuple(key for key in own if key.kind != "title" or key.key_hash not in known.keys)
    for key in own:
        if key.kind != "dateline" and key.minted_id not in known.heads:
            return Identity(key.minted_id, is_new=True, bind=bind, minted_from=key)
    # All are taken: by the article that this key and this content were once before.
    last_resort = draft.keys.last_resort
    is_new = last_resort not in known.heads
    return Identity(last_resort, is_new, bind, own[0] if is_new else None)
