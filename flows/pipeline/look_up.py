"""What a batch's decisions depend on, read from the lake under its writer lock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from articles.duplicates.equal import circles_of
from articles.duplicates.groups import Carrier, Circle, completed
from articles.identity import identify, last_seen, shared_keys, side_by_side
from articles.identity.keys import entry_key_hash
from articles.model.drafts import Draft
from articles.model.entries import Rejected
from articles.model.known import Known
from articles.revisions.revise import Revised
from flows.pipeline.polls import PollPart
from warehouse.lake.writer import Writer


def look_up(writer: Writer, parts: Sequence[PollPart]) -> Known:
    """Read, in one go, what the lake knows that the batch's decisions depend on."""
    drafts = _drafts(parts)
    keys = {key.key_hash for draft in drafts for key in draft.keys.look_ups}
    keys.update(note for draft in drafts for note in shared_keys.note_hashes(draft))
    pairs = {(draft.keys.entry_key_hash, draft.entry_hash) for draft in drafts}
    pairs |= {
        (entry_key_hash(part.open_poll.feed.feed_id, rejected.key), rejected.entry_hash)
        for part in parts
        for rejected in part.drafts
        if isinstance(rejected, Rejected)
    }
    ids = {article_id for draft in drafts for article_id in identify.candidate_ids(draft)}
    feeds = {part.open_poll.feed.feed_id for part in parts}
    known = writer.look_up(keys, {key for key, _ in pairs}, ids, feeds)
    known.seen_before.update(writer.seen_before(last_seen.seen_before_needed(pairs, known)))
    return known


def without_shared_keys(writer: Writer, parts: Sequence[PollPart], known: Known) -> list[PollPart]:
    """Return the parts without the keys that are shared in their feeds.

    What finds their entries then (titles, texts) is looked up, and added to `known`.
    """
    delivered = set(map(id, _drafts(parts)))
    parts = _told_apart(parts, known)
    shared = shared_keys.shared_hashes(_drafts(parts), known)
    if not shared:
        return list(parts)
    apart = [
        replace(part, drafts=shared_keys.without_shared_keys(part.drafts, shared)) for part in parts
    ]
    changed = [draft for draft in _drafts(apart) if id(draft) not in delivered]
    keys = {key.key_hash for draft in changed for key in draft.keys.look_ups} - known.keys.keys()
    ids = {article_id for draft in changed for article_id in identify.candidate_ids(draft)}
    if changed:
        more = writer.look_up(keys, (), ids - known.heads.keys(), ())
        known.keys.update(more.keys)
        known.heads.update(more.heads)
    return apart


def _told_apart(parts: Sequence[PollPart], known: Known) -> Sequence[PollPart]:
    """Return the parts without guids that different entries of a long document have."""
    if all(
        part.part_no == 1 and part.last and part.open_poll.feed.kind != "files" for part in parts
    ):
        return parts  # each document was one block
    polls = [last_seen.poll_hash(part.open_poll.poll.poll_id) for part in parts]
    drafts = zip(polls, (part.drafts for part in parts), strict=True)
    apart = side_by_side.told_apart_in_blocks(list(drafts), known)
    return [replace(part, drafts=of_it) for part, of_it in zip(parts, apart, strict=True)]


def look_closer(
    writer: Writer, parts: Sequence[PollPart], known: Known, other_readers: int
) -> None:
    """Add to `known` what only the first look tells to ask for.

    `other_readers` is the last batch whose entries another version of the reading read.
    """
    drafts = _drafts(parts)
    hashes = identify.has_guid_hashes(drafts, known) - known.keys.keys()
    if hashes:
        known.keys.update(writer.more_keys(hashes))
    needed = identify.texts_needed(drafts, known) - known.texts.keys()
    if needed:
        known.texts.update(writer.texts(needed))
    entry_ids = last_seen.raws_needed(drafts, known, other_readers) if other_readers else set()
    if entry_ids:
        known.raws.update(writer.raws(entry_ids, other_readers))


def look_around(
    writer: Writer,
    revised: Revised,
    known: Known,
    imagined: Mapping[int, Sequence[Carrier]],
) -> tuple[dict[int, Circle], set[str]]:
    """Return the circles that a batch changes, complete, and the group ids that are in use.

    Args:
        writer: Of the lake, whose lock is held.
        revised: What the batch's entries came to.
        known: What was known before the batch.
        imagined: In a dry run, by text, who would carry it after the batches before.
    """
    circles, used = writer.around(
        circles_of(revised.revisions, revised.heads, known.heads), revised.heads
    )
    if imagined:
        touched = revised.heads.keys()
        others = {
            text: [
                carrier for carrier in imagined.get(text, ()) if carrier.article_id not in touched
            ]
            for text in circles
        }
        circles = completed(circles, others)
    return circles, used


def _drafts(parts: Sequence[PollPart]) -> list[Draft]:
    return [draft for part in parts for draft in part.drafts if isinstance(draft, Draft)]
