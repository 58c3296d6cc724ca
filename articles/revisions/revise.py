"""What a batch's entries come to: their articles and revisions, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from articles.identity import identify, keys, last_seen, shared_keys, unrelated
from articles.model.article_rows import EntryRow, Key, Quarantined, Revision, Sighting
from articles.model.batch import IndexHint
from articles.model.drafts import Draft
from articles.model.entries import SHARED_KEY, Rejected
from articles.model.ids import short_id
from articles.model.known import Head, Known, LastSeen
from articles.revisions.readings import READING, is_delivered_alike
from articles.revisions.states import (
    RevisionDecision,
    advance,
    changed_fields,
    decide_revision,
    is_state_of,
)

Outcome = Literal["new", "changed", "duplicate", "unchanged", "quarantined"]


@dataclass(frozen=True, slots=True)
class ReceivedEntry:
    """A draft or rejection with the poll that delivered it."""

    draft: Draft | Rejected
    feed_id: str
    poll_id: str
    received_at: datetime
    """When it was received (UTC); becomes received_at, first_seen_at and seen_at."""
    reread: bool = False
    """Whether its document is the last one, byte for byte, and only read otherwise."""


@dataclass(frozen=True, slots=True)
class Revised:
    """What a batch's entries come to: rows, and an outcome for each entry in its order."""

    entries: list[EntryRow] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    keys: dict[tuple[int, str], Key] = field(default_factory=dict)
    """(key hash, article_id) -> its row: a guid may go from one article to another within a batch.
    The later row of a key wins."""
    quarantine: list[Quarantined] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    """article_id -> its head after the batch, for each article of the batch."""
    hints: dict[str, IndexHint] = field(default_factory=dict)
    """entry_id -> what the index would have to work out again."""
    known: Known = field(default_factory=Known)
    """What is known after the batch: what was known before, and what it decided."""


def revise(entries: Sequence[ReceivedEntry], known: Known) -> Revised:
    """Decide for each entry, in its order, its article and revision, and make the rows.

    Pure: `known` is not changed. An entry that its key carried last already makes no row.
    """
    revised = Revised(known=copy_of(known))
    for received in entries:
        if isinstance(received.draft, Rejected):
            outcome = _reject(received, received.draft, revised.known, revised)
        else:
            outcome = _accept(received, received.draft, revised.known, revised)
        revised.outcomes.append(outcome)
    return revised


def copy_of(known: Known) -> Known:
    """Return a copy that may be added to."""
    return Known(
        dict(known.keys),
        dict(known.heads),
        dict(known.last_seen),
        dict(known.texts),
        dict(known.feed_batches),
        set(known.seen_before),
        known.raws,
    )


def _entry_id(received: ReceivedEntry, key: str, entry_hash: int, prior: LastSeen | None) -> str:
    # Chained to what its key carried before: A, B and A again are three entries.
    before = "" if prior is None else prior.entry_id
    return short_id("entry", received.feed_id, key, str(entry_hash), before)


def _reject(received: ReceivedEntry, rejected: Rejected, known: Known, revised: Revised) -> Outcome:
    if rejected.retryable and rejected.tries > 1 and not rejected.given_up:
        return "unchanged"  # between its first failure and giving up: the feed's state counts
    key_hash = keys.entry_key_hash(received.feed_id, rejected.key)
    prior = known.last_seen.get(key_hash)
    pair = key_hash, rejected.entry_hash
    if last_seen.is_known(known, pair, shares_key=rejected.shares_key):
        last_try = rejected.given_up and prior is not None and prior.rejected and not prior.given_up
        if not last_try:
            return "unchanged"
    entry_id = _entry_id(received, rejected.key, rejected.entry_hash, prior)
    row = Quarantined(
        entry_id, received.feed_id, received.poll_id, rejected.key, rejected.entry_hash,
        rejected.path, rejected.reason, rejected.detail, rejected.raw, rejected.retryable,
        received.received_at, _position(revised), rejected.tries or None, rejected.given_up,
    )  # fmt: skip
    revised.quarantine.append(row)
    last_seen.update(known, key_hash, LastSeen(
        entry_id, rejected.entry_hash,
        None if prior is None else prior.article_id, None if prior is None else prior.revision_no,
        last_seen.poll_hash(received.poll_id), rejected.shares_key, rejected=True,
        retryable=rejected.retryable and not rejected.given_up, given_up=rejected.given_up,
    ))  # fmt: skip
    return "quarantined"


def _accept(received: ReceivedEntry, draft: Draft, known: Known, revised: Revised) -> Outcome:
    key_hash = draft.keys.entry_key_hash
    prior = known.last_seen.get(key_hash)
    pair = key_hash, draft.entry_hash
    if draft.shared:
        _note_shared(draft, known, revised)
    if last_seen.is_unchanged(known, pair, shares_key=draft.shares_key):
        return "unchanged"
    identity = identify.identify(draft, known)
    head = known.heads.get(identity.article_id)
    if identity.echoes and prior is None and is_state_of(draft, head):
        return "unchanged"
    if draft.entry.listed_in and prior and prior.article_id not in {None, identity.article_id}:
        # Two saved feeds of a folder have entries of one guid.
        draft = replace(draft, repairs=tuple(dict.fromkeys((*draft.repairs, SHARED_KEY))))
    decision = decide_revision(draft, head, prior)
    reread = prior is not None and (received.reread or _is_reread(draft, prior, known))
    if reread and prior and prior.article_id == identity.article_id and not decision.is_new:
        _bind(identity, known, revised)
        return "unchanged"
    entry_id = _entry_id(received, draft.entry.key, draft.entry_hash, prior)
    revised.entries.append(_entry_row(received, draft, entry_id))
    revised.hints[entry_id] = IndexHint(draft.fields, draft.keys.url_hash)
    if decision.is_new:
        changed = () if head is None else changed_fields(draft.fields, head.fields)
        if changed and reread:
            changed = (*changed, READING)
        revised.revisions.append(
            _revision(received, draft, entry_id, identity.article_id, decision.revision_no, changed)
        )
    revised.sightings.append(
        _sighting(received, draft, entry_id, identity.article_id, decision, _position(revised))
    )
    after = advance(draft, identity.article_id, decision, head)
    _remember(draft, identity, after, decision, known, revised)
    last_seen.update(known, key_hash, LastSeen(
        entry_id, draft.entry_hash, identity.article_id, decision.revision_no,
        last_seen.poll_hash(received.poll_id), draft.shares_key,
    ))  # fmt: skip
    if identity.is_new:
        return "new"
    if decision.is_new or decision.moves:
        return "changed"
    return "duplicate" if prior is None else "unchanged"


def _is_reread(draft: Draft, prior: LastSeen, known: Known) -> bool:
    before = known.raws.get(prior.entry_id)
    return before is not None and is_delivered_alike(draft.entry.raw, before)


def _note_shared(draft: Draft, known: Known, revised: Revised) -> None:
    for note in shared_keys.notes(draft):
        if note.key_hash not in known.keys:
            known.keys[note.key_hash] = note.article_id
            revised.keys[note.key_hash, note.article_id] = note


def _position(revised: Revised) -> int:
    return len(revised.sightings) + len(revised.quarantine)


def _remember(
    draft: Draft,
    identity: identify.Identity,
    head: Head,
    decision: RevisionDecision,
    known: Known,
    revised: Revised,
) -> None:
    _bind(identity, known, revised)
    known.heads[identity.article_id] = head
    revised.heads[identity.article_id] = head
    if decision.moves or identity.article_id not in known.texts:
        known.texts[identity.article_id] = unrelated.text_of(draft)


def _bind(identity: identify.Identity, known: Known, revised: Revised) -> None:
    for key in identity.bind:
        known.keys[key.key_hash] = identity.article_id
        minted = key == identity.minted_from
        bound = key.key_hash, identity.article_id
        revised.keys.pop(bound, None)
        revised.keys[bound] = Key(
            key.key_hash, key.kind, key.scope, key.value, identity.article_id, minted
        )
        if key.kind == "guid":
            has_guid = keys.has_guid_hash(key.scope, identity.article_id)
            known.keys[has_guid] = identity.article_id


def _entry_row(received: ReceivedEntry, draft: Draft, entry_id: str) -> EntryRow:
    entry = draft.entry
    media_type = "text/plain" if entry.content is None else entry.content.media_type
    return EntryRow(
        entry_id, received.feed_id, received.poll_id, received.received_at, entry.key,
        draft.entry_hash, entry.guid, entry.url, entry.path, media_type, entry.raw, draft.repairs,
    )  # fmt: skip


def _revision(
    received: ReceivedEntry, draft: Draft, entry_id: str, article_id: str, revision_no: int,
    changed: tuple[str, ...],
) -> Revision:  # fmt: skip
    # A column a line.
    return Revision(
        article_id=article_id,
        revision_no=revision_no,
        entry_id=entry_id,
        source_id=draft.source.source_id,
        feed_id=received.feed_id,
        guid=draft.entry.guid,
        url=draft.url.value,
        url_from=draft.url.origin,
        url_confidence=draft.url.confidence,
        title=draft.title.value,
        title_from=draft.title.origin,
        title_confidence=draft.title.confidence,
        body=draft.body,
        body_kind=draft.body_kind,
        summary=draft.summary,
        authors=draft.authors.value,
        authors_from=draft.authors.origin,
        authors_confidence=draft.authors.confidence,
        published_at=draft.published_at.value,
        published_from=draft.published_at.origin,
        published_confidence=draft.published_at.confidence,
        language=draft.language.value,
        language_from=draft.language.origin,
        language_confidence=draft.language.confidence,
        word_count=draft.word_count,
        content_hash=draft.content_hash,
        state_hash=draft.state_hash,
        changed_fields=changed,
        first_seen_at=received.received_at,
    )


def _sighting(
    received: ReceivedEntry,
    draft: Draft,
    entry_id: str,
    article_id: str,
    decision: RevisionDecision,
    position: int,
) -> Sighting:
    entry = draft.entry
    return Sighting(
        entry_id, article_id, decision.revision_no, received.feed_id, received.poll_id, entry.url,
        entry.guid, entry.path, draft.body_kind, decision.moves, decision.flapping,
        received.received_at, position,
    )  # fmt: skip
