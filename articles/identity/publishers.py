"""Publishers that rows name: a worker gives each a new one's id; here it gets the lake's."""

from collections.abc import Sequence
from dataclasses import replace

from articles.identity.keys import keys_of
from articles.identity.source_ids import SourceIds
from articles.model.drafts import Draft, stated_title
from articles.model.entries import Feed, Rejected, Source
from articles.urls.ownership import is_owned


def with_known_publishers(
    drafts: Sequence[Draft | Rejected], feed: Feed, ids: SourceIds
) -> Sequence[Draft | Rejected]:
    """Return the drafts of a feed with their sources as the lake knows them, in their order.

    A draft changes only if its publisher has another id or name than a new one would get: it was
    renamed, or the lake has had it for longer than the rule.
    """
    if not any(isinstance(draft, Draft) and draft.entry.publisher for draft in drafts):
        return drafts
    return [
        _with_known_publisher(draft, feed, ids) if isinstance(draft, Draft) else draft
        for draft in drafts
    ]


def _with_known_publisher(draft: Draft, feed: Feed, ids: SourceIds) -> Draft:
    name = " ".join((draft.entry.publisher or "").split())
    if not name:
        return draft
    source_id = ids.id_of(name)
    own = source_id == feed.source.source_id
    source = feed.source if own else Source(source_id, ids.name_of(source_id))
    if source == draft.source:
        return draft
    if draft.entry.origin == "feed" or source_id == draft.source.source_id:
        return replace(draft, source=source)  # its keys are its feed's, or stay as they are
    canonical = draft.canonical_url
    owned = is_owned(feed, canonical)
    before = draft.keys
    keys = keys_of(
        draft.feed_id, draft.entry, source_id, canonical, draft.content_hash,
        url_is_key=draft.url_is_key, owned=owned, guid_is_key=draft.guid_is_key,
        title=stated_title(draft.title.value, draft.title.origin),
    )  # fmt: skip
    keys = replace(keys, withdrawn=before.withdrawn)
    return replace(draft, source=source, owned=owned, keys=keys)
