"""Which entries of one document are different articles, and so which guids and URLs name none.

What a document lists side by side are different articles, unless it is the same entry twice. So a
guid or URL that different entries of it share is a name of none of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from articles.identity.contradictions import differs
from articles.identity.keys import without_keys
from articles.identity.unrelated import LEAST_WORDS, other_figures, text_of, unrelated
from articles.model.drafts import Draft, NamingField
from articles.model.entries import BodyKind, Entry, Rejected
from articles.model.known import Known, Text
from articles.text.normal_form import squash, word_count
from articles.urls.canonical import canonical, is_root

TOLD_WORDS = 20
"""So many words under two titles are one text; fewer may be what a site writes under each."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What of an entry is compared with the others of its document."""

    guid: str | None
    url: str | None
    """The canonical one; None where it could be no key (a home page)."""
    text: Text
    body_kind: BodyKind
    date: str | None
    """When it was published, as delivered."""


def listed(draft: Draft) -> Listed:
    """Return what is compared of a draft."""
    url = draft.canonical_url
    url = None if url is None or is_root(url) else url
    return Listed(draft.entry.guid, url, text_of(draft), draft.body_kind, draft.entry.published)


def is_same_entry(one: Listed, other: Listed) -> bool:
    """Tell whether two entries of one guid or URL are the same entry, listed twice. Symmetric.

    They are if they have one title, or one text begins with the other; two links, or under a link
    two guids or none, ask for related texts too. At one link so are states of one page.
    """
    titles, bodies = (
        [squash(part or "") for part in parts]
        for parts in ((one.text.title, other.text.title), (one.text.body, other.text.body))
    )
    relinked = one.url is not None and other.url is not None and one.url != other.url
    retitled = all(titles) and titles[0] != titles[1]
    apart = unrelated(one.text, other.text, summarized=one.body_kind != other.body_kind)
    if all(titles) and not retitled:
        named_alike = one.guid is not None and one.guid == other.guid
        return not (apart and (relinked or not named_alike))
    shorter, longer = sorted(bodies, key=len)
    if longer.startswith(shorter) and shorter:
        length = word_count(shorter)
        if length >= (TOLD_WORDS if retitled else LEAST_WORDS) and not (retitled and relinked):
            return True
    if apart or one.url is None or one.url != other.url:
        return False
    dated_otherwise = bool(one.date and other.date) and one.date != other.date
    return not (dated_otherwise and other_figures(one.text, other.text))


def told_apart(
    drafts: Sequence[Draft], others: Sequence[Entry], compared: Callable[[Entry], Listed]
) -> list[Draft]:
    """Return the drafts of one document without the keys that name several entries of it.

    The order of the entries changes nothing.

    Args:
        drafts: those of the entries that are new.
        others: the document's other entries.
        compared: what is compared of an entry; asked only for those that share something.
    """
    guids = _shared([draft.entry.guid for draft in drafts], drafts, others, compared, _guid_of)
    urls = _shared(
        [draft.canonical_url if draft.url_is_key else None for draft in drafts],
        drafts, others, compared, _url_of,
    )  # fmt: skip
    datelines = _claimed_twice(drafts, others)
    apart = [
        _without(draft, guid=draft.entry.guid in guids, url=draft.canonical_url in urls)
        if draft.entry.guid in guids or draft.canonical_url in urls
        else draft
        for draft in drafts
    ]
    if datelines:
        apart = [_without_dateline(draft, datelines) for draft in apart]
    return _without_shared_former(apart)


def told_apart_in_blocks(
    parts: Sequence[tuple[int, Sequence[Draft | Rejected]]], known: Known
) -> list[list[Draft | Rejected]]:
    """Return the drafts of long documents, which come in blocks, without guids that name several.

    What stands in one block was told apart there. Of an earlier batch only the title is known.

    Args:
        parts: of each part its poll's `last_seen.poll_hash`, and its drafts.
        known: what the lake knows of them.
    """
    shared: set[int] = set()
    met: dict[tuple[int, int], Draft] = {}
    for poll, drafts in parts:
        for draft in drafts:
            guid = draft.keys.guid if isinstance(draft, Draft) else None
            if guid is None or isinstance(draft, Rejected):
                continue
            first = met.setdefault((poll, guid.key_hash), draft)
            is_apart = first.entry_hash != draft.entry_hash
            is_apart = is_apart and not is_same_entry(listed(first), listed(draft))
            if is_apart or _follows_another(draft, guid.key_hash, poll, known):
                shared.add(guid.key_hash)
    return [[_without_guids(draft, shared) for draft in drafts] for _, drafts in parts]


def _follows_another(draft: Draft, guid_hash: int, poll: int, known: Known) -> bool:
    """Tell whether an earlier part of the poll had another entry under the draft's guid."""
    prior = known.last_seen.get(draft.keys.entry_key_hash)
    if prior is None or prior.poll != poll or prior.entry_hash == draft.entry_hash:
        return False
    article_id = prior.article_id
    if article_id is None or known.keys.get(guid_hash) != article_id:
        return False
    return differs("title", draft, article_id, known)


def _without_guids(draft: Draft | Rejected, shared: set[int]) -> Draft | Rejected:
    if isinstance(draft, Rejected) or draft.keys.guid is None:
        return draft
    return _without(draft, guid=True, url=False) if draft.keys.guid.key_hash in shared else draft


def _guid_of(entry: Entry) -> str | None:
    return entry.guid


def _url_of(entry: Entry) -> str | None:
    return canonical(entry.url)


def _shared(
    values: Sequence[str | None],
    drafts: Sequence[Draft],
    others: Iterable[Entry],
    compared: Callable[[Entry], Listed],
    value_of: Callable[[Entry], str | None],
) -> set[str]:
    """Return those of the drafts' values that different entries have."""
    having: dict[str, list[Draft | Entry]] = {}
    for value, draft in zip(values, drafts, strict=True):
        if value is not None:
            having.setdefault(value, []).append(draft)
    if having:
        for entry in others:
            value = value_of(entry)
            if value is not None and value in having:
                having[value].append(entry)
    return {
        value
        for value, sharing in having.items()
        if len(sharing) > 1
        and _differ([listed(one) if isinstance(one, Draft) else compared(one) for one in sharing])
    }


def _differ(sharing: Sequence[Listed]) -> bool:
    """Tell whether not all are the same entry; each is compared with one, whatever their order."""
    sharing = [one for one in sharing if one.text.title or one.text.body]
    if not sharing:
        return False
    longest = max(sharing, key=lambda one: (len(one.text.body or ""), str(one.text), str(one)))
    return not all(is_same_entry(longest, one) for one in sharing if one is not longest)


def _without(draft: Draft, *, guid: bool, url: bool) -> Draft:
    fields: tuple[tuple[NamingField, bool], ...] = (("guid", guid), ("url", url))
    shared = tuple(field for field, is_shared in fields if is_shared)
    return replace(without_keys(draft, guid=guid, url=url), shared=shared)


def _claimed_twice(drafts: Sequence[Draft], others: Iterable[Entry]) -> set[int]:
    """Return the hashes of datelines that several entries of the document have."""
    met, twice = set[int](), set[int]()
    stated: dict[tuple[object, ...], int] = {}
    for draft in drafts:
        dateline = draft.keys.dateline
        if dateline is not None:
            (twice if dateline.key_hash in met else met).add(dateline.key_hash)
            stated[_stated(draft.entry)] = dateline.key_hash
    if stated:
        twice.update(stated[found] for entry in others if (found := _stated(entry)) in stated)
    return twice


def _stated(entry: Entry) -> tuple[object, ...]:
    return entry.title and entry.title.value, entry.publisher, entry.published


def _without_dateline(draft: Draft, datelines: set[int]) -> Draft:
    dateline = draft.keys.dateline
    if dateline is None or dateline.key_hash not in datelines:
        return draft
    return replace(draft, keys=replace(draft.keys, dateline=None))


def _without_shared_former(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts; a guid that several had before a rule changed finds none of them."""
    former = Counter(draft.entry.former_guid for draft in drafts if draft.entry.former_guid)
    several = {guid for guid, count in former.items() if count > 1}
    if not several:
        return drafts
    return [
        replace(draft, keys=replace(draft.keys, former=()))
        if draft.entry.former_guid in several
        else draft
        for draft in drafts
    ]
