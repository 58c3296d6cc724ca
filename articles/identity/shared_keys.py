"""Guids and URLs that name nothing in a feed ever after: how that is noted, and what it takes away.

The note is a row of `keys` of kind `shared`, in the scope of the guid or of the feed, without an
article. Its hash follows from the key's, so that it is found in the same read.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from articles.identity.keys import without_keys
from articles.model.article_rows import Key
from articles.model.drafts import Draft
from articles.model.entries import Rejected
from articles.model.ids import hash64
from articles.model.known import Known

NO_ARTICLE = ""
"""What a shared key names."""


@lru_cache(maxsize=1_024)
def _of_feed(feed_id: str) -> int:
    return hash64("shared url", feed_id)


def note_hashes(draft: Draft) -> Iterator[int]:
    """Yield the hashes under which is known whether the draft's guid or URL is a shared one."""
    if draft.shared:  # its own document says so: asked for, lest it is noted twice
        yield from (note.key_hash for note in notes(draft))
    if draft.keys.guid is not None:
        yield ~draft.keys.guid.key_hash
    if draft.url_is_key and draft.keys.url_hash is not None:
        yield _of_feed(draft.feed_id) ^ draft.keys.url_hash


def notes(draft: Draft) -> Iterator[Key]:
    """Yield the rows that say what the draft's document showed to be shared."""
    for key in draft.keys.withdrawn:
        if key.kind == "guid" and "guid" in draft.shared:
            yield Key(~key.key_hash, "shared", key.scope, key.value, NO_ARTICLE, minted=False)
    if "url" in draft.shared and draft.keys.url_hash is not None:
        key_hash = _of_feed(draft.feed_id) ^ draft.keys.url_hash
        url = draft.canonical_url or ""
        yield Key(key_hash, "shared", draft.feed_id, url, NO_ARTICLE, minted=False)


def shared_hashes(drafts: Iterable[Draft | Rejected], known: Known) -> set[int]:
    """Return what is noted as shared: what `known` says, and what these drafts' documents show."""
    shared = {key for key, article_id in known.keys.items() if article_id == NO_ARTICLE}
    for draft in drafts:
        if isinstance(draft, Draft) and draft.shared:
            shared.update(note.key_hash for note in notes(draft))
    return shared


def without_shared_keys(
    drafts: Sequence[Draft | Rejected], shared: set[int]
) -> Sequence[Draft | Rejected]:
    """Return a feed's drafts in their order, without the keys that are shared in it.

    `shared` are `shared_hashes`.
    """
    return [_without(draft, shared) if isinstance(draft, Draft) else draft for draft in drafts]


def _without(draft: Draft, shared: set[int]) -> Draft:
    guid, url_hash = draft.keys.guid, draft.keys.url_hash
    by_guid = guid is not None and ~guid.key_hash in shared
    by_url = url_hash is not None and _of_feed(draft.feed_id) ^ url_hash in shared
    by_url = by_url and draft.url_is_key
    return without_keys(draft, guid=by_guid, url=by_url) if by_guid or by_url else draft
