"""What a content state is, which revision an entry carries, and whether that moves its article."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from articles.model.drafts import CONTENT_FIELDS, Draft, stated_title
from articles.model.ids import hash64, hash128, short_hash
from articles.model.known import Head, LastSeen
from articles.text.normal_form import squash

MOST_UNDATED = 24
"""Revisions an article may have without a newer date; a page that prints the time has no end."""

MOST_REDATED = 3
"""Revisions of one text in a row after which a change of the date alone makes none: some publishers
print the time of the request as the date of publication."""


def content_fields(
    title: str | None,
    title_from: str,
    text_hash: str | None,
    authors: tuple[str, ...],
    published_at: datetime | None,
    published_from: str,
    language: str | None,
) -> tuple[int, ...]:
    """Return a 64-bit hash of each of `CONTENT_FIELDS`; 0 for what is absent.

    A derived title and a date taken from `updated` do not count: they follow from other fields
    or change without an edit.
    """
    title = stated_title(title, title_from)
    date = None if published_at is None or published_from == "updated" else published_at
    return (
        0 if title is None else hash64(squash(title)),
        0 if text_hash is None else hash64(text_hash),
        hash64(*authors) if authors else 0,
        0 if date is None else hash64(date.isoformat()),
        0 if language is None else hash64(language),
    )


def state_hash(fields: tuple[int, ...]) -> str:
    """Return the 128-bit hash of a content state from its `content_fields`."""
    return hash128(*(str(value) for value in fields))


@dataclass(frozen=True, slots=True)
class RevisionDecision:
    """Which revision of its article an entry carries, and what that does to the article."""

    revision_no: int
    is_new: bool
    """Whether its state is a revision that the article had not yet."""
    moves: bool
    """Whether the revision becomes the current one."""
    flapping: bool = False
    """Whether its state makes no revision, as the article changes too often."""


def decide_revision(draft: Draft, head: Head | None, prior: LastSeen | None) -> RevisionDecision:
    """Decide which revision of its article a draft carries and whether that moves the article.

    `prior` is what the same key of the same feed carried before. docs/how-it-works.md has
    the rules in words.
    """
    if head is None:
        return RevisionDecision(revision_no=1, is_new=True, moves=True)
    state = short_hash(draft.state_hash)
    if state in head.states:
        revision_no = head.states.index(state) + 1
        changed_here = (
            prior is not None
            and prior.article_id == head.article_id
            and prior.revision_no != revision_no
        )
        moves = changed_here and revision_no != head.revision_no and _may_move(draft, head)
        return RevisionDecision(revision_no, is_new=False, moves=moves)
    is_restless = head.undated >= MOST_UNDATED and not _is_newer(draft, head)
    if is_restless or _is_redated(draft, head):
        return RevisionDecision(head.revision_no, is_new=False, moves=False, flapping=True)
    return RevisionDecision(len(head.states) + 1, is_new=True, moves=_may_move(draft, head))


def _is_redated(draft: Draft, head: Head) -> bool:
    """Tell whether nothing but the date is new of a text that had several revisions already."""
    last = head.contents[-MOST_REDATED:]
    if len(last) < MOST_REDATED or set(last) != {short_hash(draft.content_hash)}:
        return False
    return changed_fields(draft.fields, head.fields) == ("published_at",)


def is_state_of(draft: Draft, head: Head | None) -> bool:
    """Tell whether a draft's state is a revision of the article already."""
    return head is not None and short_hash(draft.state_hash) in head.states


def _may_move(draft: Draft, head: Head) -> bool:
    if draft.body_kind == "summary" and head.body_kind == "full":
        return False
    fuller = draft.body_kind == "full" and head.body_kind == "summary"
    return draft.polled or not head.polled or fuller


def _counted_date(draft: Draft) -> datetime | None:
    return None if draft.published_at.origin == "updated" else draft.published_at.value


def _is_newer(draft: Draft, head: Head) -> bool:
    date = _counted_date(draft)
    return date is not None and (head.newest_date is None or date > head.newest_date)


def advance(draft: Draft, article_id: str, decision: RevisionDecision, head: Head | None) -> Head:
    """Return the article's head after what was decided of a draft."""
    url = draft.keys.url_hash
    states = (short_hash(draft.state_hash),)
    contents = (short_hash(draft.content_hash),)
    if head is None:
        return Head(
            article_id=article_id, revision_no=1, states=states, contents=contents,
            fields=draft.fields, body_kind=draft.body_kind, canonical_url=url,
            newest_date=_counted_date(draft), undated=1, polled=draft.polled, batch_no=0,
            words=(draft.word_count,),
        )  # fmt: skip
    if decision.is_new:
        newer = _is_newer(draft, head)
        head = replace(
            head,
            states=head.states + states,
            contents=head.contents + contents,
            words=(*head.words, draft.word_count),
            newest_date=_counted_date(draft) if newer else head.newest_date,
            undated=1 if newer else head.undated + 1,
        )
    if decision.moves:
        head = replace(
            head,
            revision_no=decision.revision_no,
            fields=draft.fields,
            body_kind=draft.body_kind,
            canonical_url=head.canonical_url if url is None else url,
            batch_no=0,
        )
    return replace(head, polled=True) if draft.polled and not head.polled else head


def changed_fields(fields: Sequence[int], before: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the content fields that differ from the current revision's."""
    pairs = zip(CONTENT_FIELDS, fields, before, strict=True)
    return tuple(name for name, new, old in pairs if new != old)
