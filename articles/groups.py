"""Duplicate groups: which articles carry the same text, and which of them stands for the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from articles.model import Head
from articles.rows import Match, Member

FIRST_STORED = "first_stored"
"""Both match each other: the article that stored the text first is canonical."""
MATCHES_ALL = "matches_all"
"""The earlier carrier joined a group whose canonical article alone matches every member."""


@dataclass(frozen=True, slots=True)
class _Place:
    group_id: str
    canonical_article_id: str


def group(matches: Iterable[Match], heads: Mapping[str, Head]) -> list[Member]:
    """Return the members that the matches decided `same` add to groups, new and old.

    A match names the newcomer first and the earlier carrier of the text second. Every member
    matches its group's canonical article directly: where neither article of a match is the
    canonical one, or both stand for groups already, the match stays a match and groups stay as
    they are.
    """
    places = {
        article_id: _Place(head.group_id, head.canonical_article_id)
        for article_id, head in heads.items()
        if head.group_id is not None and head.canonical_article_id is not None
    }
    members: dict[str, Member] = {}
    for match in matches:
        if match.decision != "same":
            continue
        newcomer, earlier = match.article_id, match.other_article_id
        for joins, canonical, rule in (
            (newcomer, earlier, FIRST_STORED),
            (earlier, newcomer, MATCHES_ALL),
        ):
            place = places.get(canonical)
            if joins in places or (place is not None and place.canonical_article_id != canonical):
                continue
            if place is None:
                place = _Place(min(newcomer, earlier), canonical)
                places[canonical] = place
                members[canonical] = _member(canonical, place, rule, "canonical", 1.0)
            places[joins] = place
            members[joins] = _member(joins, place, rule, match.method, match.score)
            break
    return list(members.values())


def _member(article_id: str, place: _Place, rule: str, method: str, score: float) -> Member:
    return Member(article_id, place.group_id, place.canonical_article_id, rule, method, score)
