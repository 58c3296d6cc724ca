"""What a batch comes to when all that it depends on is known: matches, groups, outcomes; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from articles.duplicates import groups
from articles.duplicates.equal import matches_of, merges
from articles.duplicates.groups import Circle
from articles.model.duplicate_rows import Match, Member
from articles.revisions.revise import Outcome, Revised


@dataclass(frozen=True, slots=True)
class Decided:
    """What a batch comes to: rows, and an outcome for each draft in its order."""

    revised: Revised
    matches: list[Match]
    members: list[Member]
    outcomes: list[Outcome]
    """As `Revised.outcomes`, but a new article whose text was there already is a `duplicate`."""


def decide_batch(
    revised: Revised, circles: Mapping[int, Circle], used: Collection[str], batch_id: str
) -> Decided:
    """Compare and group; `revised.known` holds afterwards what is known after the batch.

    Args:
        revised: What the batch's entries came to.
        circles: By text, all who carry it or did so until now.
        used: The group ids that are in use.
        batch_id: What the ids of new groups are made from where a plain one is in use.
    """
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
