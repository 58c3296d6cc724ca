"""What a batch comes to: known articles looked up, then circles, matches, groups, outcomes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.duplicates import groups
from articles.duplicates.equal import circles_of, matches_of, merges
from articles.duplicates.groups import Carrier, Circle
from articles.identity import identify, last_seen
from articles.identity.keys import entry_key_hash
from articles.model.drafts import Draft
from articles.model.duplicate_rows import Match, Member
from articles.model.entries import Rejected
from articles.model.known import Known
from articles.revisions.revise import Outcome, Revised
from flows.pipeline.polls import OpenPoll
from warehouse.lake.writer import Writer


@dataclass(frozen=True, slots=True)
class Decided:
    """What a batch comes to: rows, and an outcome for each draft in its order."""

    revised: Revised
    matches: list[Match]
    members: list[Member]
    outcomes: list[Outcome]
    """As `Revised.outcomes`, but a new article whose text was there already is a `duplicate`."""


def look_around(
    writer: Writer,
    revised: Revised,
    known: Known,
    imagined: Mapping[int, Sequence[Carrier]],
) -> tuple[dict[int, Circle], set[str]]:
    """Return the circles that a batch changes, complete, and the group ids that are in use.

    `known` is what was known before it; `imagined`, in a dry run, who would carry a text.
    """
    circles, used = writer.around(
        circles_of(revised.revisions, revised.heads, known.heads), revised.heads
    )
    if imagined:
        touched = revised.heads.keys()
        others = {
            text: [one for one in imagined.get(text, ()) if one.article_id not in touched]
            for text in circles
        }
        circles = groups.completed(circles, others)
    return circles, used


def decide_batch(
    revised: Revised, circles: Mapping[int, Circle], used: Collection[str], batch_id: str
) -> Decided:
    """Compare and group; `revised.known` holds afterwards what is known after the batch."""
    matches = matches_of(circles, revised.sightings, revised.heads)
    merging = [circle for text, circle in circles.items() if merges(text)]
    members = groups.group(merging, used, batch_id)
    heads = revised.known.heads
    for member in members:
        if member.article_id in heads:
            heads[member.article_id] = replace(
                heads[member.article_id],
                group_id=member.group_id,
                canonical_article_id=member.canonical_article_id,
            )
    same = {match.article_id for match in matches if match.decision == "same"}
    born = iter(row.article_id for row in revised.revisions if row.revision_no == 1)
    outcomes: list[Outcome] = [
        "duplicate" if outcome == "new" and next(born) in same else outcome
        for outcome in revised.outcomes
    ]
    return Decided(revised, matches, members, outcomes)


def look_up(
    writer: Writer, drafts: Sequence[Draft | Rejected], readings: Sequence[OpenPoll]
) -> Known:
    """Read, in one go, what the lake knows that the batch's decisions depend on."""
    real = [draft for draft in drafts if isinstance(draft, Draft)]
    keys = {name.key_hash for draft in real for name in draft.keys.strongest_first}
    pairs = {(draft.keys.entry_key_hash, draft.entry_hash) for draft in real}
    pairs |= {
        (entry_key_hash(reading.feed.feed_id, draft.key), draft.entry_hash)
        for reading in readings
        for draft in drafts
        if isinstance(draft, Rejected)
    }
    ids = {article_id for draft in real for article_id in identify.candidate_ids(draft)}
    feeds = {reading.feed.feed_id for reading in readings}
    known = writer.look_up(keys, {key for key, _ in pairs}, ids, feeds)
    known.seen_before.update(writer.seen_before(last_seen.seen_before_needed(pairs, known)))
    return known


def look_closer(writer: Writer, drafts: Sequence[Draft | Rejected], known: Known) -> None:
    """Add to `known` what only the first look tells to ask for."""
    real = [draft for draft in drafts if isinstance(draft, Draft)]
    hashes = identify.has_guid_hashes(real, known) - known.keys.keys()
    if hashes:
        known.keys.update(writer.more_keys(hashes))
    needed = identify.texts_needed(real, known) - known.texts.keys()
    if needed:
        known.texts.update(writer.texts(needed))
