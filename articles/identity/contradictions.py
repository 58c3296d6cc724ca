"""Whether a draft contradicts the article that a key names: another link, title, date and text."""

from functools import lru_cache
from typing import Literal

from articles.identity.unrelated import other_figures, text_of, unrelated
from articles.model.drafts import CONTENT_FIELDS, Draft
from articles.model.ids import hash64
from articles.model.known import Known, Text
from articles.urls.canonical import canonical_host, home_pages

Link = Literal["same", "other", "none"]
"""A draft's link beside an article's; `none` if a side has none that is a key."""


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


def differs(field: str, draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether both state the field, and not the same. Where nobody has a title, texts do."""
    number = CONTENT_FIELDS.index(field)
    here, there = draft.fields[number], known.heads[article_id].fields[number]
    return bool(here and there and here != there) or (field == "title" and not (here or there))


def may_be_reused(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether the article that a draft's guid names may be another one; its text decides."""
    link = _link(draft, article_id, known)
    if link == "none":
        return all(differs(field, draft, article_id, known) for field in ("title", "published_at"))
    return link == "other"


def reads_otherwise(draft: Draft, article_id: str, known: Known) -> bool:
    """Tell whether no edit leads from an article's text to a draft's: it is another report."""
    here, there = text_of(draft), known.texts.get(article_id, Text(None, None))
    summarized = draft.body_kind != known.heads[article_id].body_kind
    if unrelated(here, there, summarized=summarized):
        return True
    return differs("published_at", draft, article_id, known) and other_figures(here, there)
