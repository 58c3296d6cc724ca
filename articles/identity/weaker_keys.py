"""Which article a draft belongs to that neither its guid nor its URL names, by what says less.

Those are, in this order: a guid under which an older build stored it; title, publisher and exact
instant together, for aggregators give a story another guid and link at each poll; a guid or URL
that others have too, if the title agrees; its title within its document's feed.
"""

from collections.abc import Iterator

from articles.identity.contradictions import differs, may_be_reused, reads_otherwise
from articles.identity.side_by_side import TOLD_WORDS
from articles.model.drafts import CONTENT_FIELDS, ArticleKey, Draft
from articles.model.ids import short_hash
from articles.model.known import Known

_TITLE, _DATE = CONTENT_FIELDS.index("title"), CONTENT_FIELDS.index("published_at")


def article_of(draft: Draft, known: Known) -> str | None:
    """Return the article that a draft's weaker keys name; None if none of them does."""
    for key, article_id in _named(draft, known):
        if _is_had(draft, article_id, known):
            return article_id
        if _agrees(key, draft, article_id, known):
            return article_id
    return None


def texts_needed(draft: Draft, known: Known) -> Iterator[str]:
    """Yield the articles whose texts `article_of` has to be told."""
    if draft.keys.dateline or draft.keys.former or not draft.guid_is_key or draft.keys.title:
        for _, article_id in _named(draft, known):
            if not _is_had(draft, article_id, known):
                yield article_id


def is_another_title(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether equal texts of two entries are what a site writes under each of its titles."""
    if draft.keys.title is None or draft.word_count >= TOLD_WORDS:
        return False
    return differs("title", draft, article_id, known)


def _named(draft: Draft, known: Known) -> Iterator[tuple[ArticleKey, str]]:
    """Yield the keys that may count, and the articles that they name, the strongest first."""
    keys = draft.keys
    stronger = (*(() if keys.guid is None else (keys.guid,)), *keys.urls)
    is_unknown = not any(key.key_hash in known.keys for key in stronger)
    weaker = (
        *(keys.former if is_unknown else ()),
        *((keys.dateline,) if keys.dateline is not None and is_unknown else ()),
        *keys.withdrawn,
        *(() if keys.title is None else (keys.title,)),
    )
    for key in weaker:
        article_id = known.keys.get(key.key_hash)
        if article_id is not None and article_id in known.heads:
            yield key, article_id


def _is_had(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether an article had the draft's very content once: title, text, authors and date."""
    return short_hash(draft.state_hash) in known.heads[article_id].states


def _agrees(key: ArticleKey, draft: Draft, article_id: str, known: Known) -> bool:
    if key.kind == "dateline":
        return not reads_otherwise(draft, article_id, known)
    if key in draft.keys.former and draft.guid_is_key:
        # Of the folder's scope it may have been another saved feed's guid: the text decides alone.
        reused = draft.entry.listed_in is not None or may_be_reused(draft, article_id, known)
        return not (reused and reads_otherwise(draft, article_id, known))
    # What others have too: the title has to be the same, and if the text is not, the date.
    fields, its = draft.fields, known.heads[article_id].fields
    if not fields[_TITLE] or fields[_TITLE] != its[_TITLE]:
        return False
    if fields[_DATE] and fields[_DATE] == its[_DATE]:
        return True
    return not reads_otherwise(draft, article_id, known)
