"""What a batch comes to once it is revised: circles, matches, groups and outcomes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from articles import groups
from articles.carriers import circles_of, matches_of, merges
from articles.groups import Carrier, Circle
from articles.model import Known
from articles.revise import Outcome, Revised
from articles.rows import Match, Member
from warehouse.commit import Writer


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
    circles, used = writer.around(circles_of(revised, known.heads), revised.heads)
    if imagined:
        touched = revised.heads.keys()
        others = {
            text: [one for one in imagined.get(text, ()) if one.article_id not in touched]
            for text in circles
        }
        circles = groups.completed(circles, others)
    return circles, used


def decide(
    revised: Revised, circles: Mapping[int, Circle], used: Collection[str], batch_id: str
) -> Decided:
    """Compare and group; `revised.known` holds afterwards what is known after the batch."""
    matches = matches_of(circles, revised)
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
