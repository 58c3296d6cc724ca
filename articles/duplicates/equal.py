"""Who carries which text: the circles of equal texts that a batch changes, and their matches."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from articles.duplicates.groups import Carrier, Circle
from articles.model.article_rows import Revision, Sighting
from articles.model.duplicate_rows import Match
from articles.model.ids import short_hash
from articles.model.known import Head

UNSTORED = 1 << 62
"""Added to the place of a revision in its batch: an order after all that are stored."""


def text_key(content: int, words: int) -> int:
    """Return the number of a text: its 64-bit content hash, whose last bit says if it merges."""
    return content | 1 if words >= SAME_TEXT_WORDS else content & ~1


def merges(text: int) -> bool:
    """Tell whether a text is long enough for those who carry it to stand in one group."""
    return bool(text & 1)


def texts_of(head: Head) -> list[int]:
    """Return the text of each revision; revision 1 first."""
    pairs = zip(head.contents, head.words, strict=True)
    return [text_key(content, words) for content, words in pairs]


def circles_of(
    revisions: Iterable[Revision], heads: Mapping[str, Head], before: Mapping[str, Head]
) -> dict[int, Circle]:
    """Return by text the circles that a batch changes, as far as its own articles tell.

    `heads` are those of the batch's articles after it, `before` as they were. What counts is where
    the batch leaves an article: a text that it held in between is nobody's. Those whom the batch
    does not touch are to be added (`groups.completed`).
    """
    places: dict[tuple[str, int], int] = {}
    for place, revision in enumerate(revisions, UNSTORED):
        text = text_key(short_hash(revision.content_hash), revision.word_count)
        places.setdefault((revision.article_id, text), place)
    arriving: dict[int, list[Carrier]] = {}
    leaving: dict[int, list[Carrier]] = {}
    staying: dict[int, list[Carrier]] = {}
    for article_id, after in heads.items():
        head = before.get(article_id)
        old = None if head is None else _text(head)
        new = _text(after)
        target = staying if old == new else arriving
        target.setdefault(new, []).append(_carrier(after, head, new, places))
        if head is not None and old is not None and old != new:
            leaving.setdefault(old, []).append(_carrier(head, head, old, places))
    return {
        text: Circle(
            SAME_TEXT,
            tuple(arriving.get(text, ())),
            tuple(leaving.get(text, ())),
            tuple(staying.get(text, ())),
        )
        for text in dict.fromkeys((*arriving, *leaving))
    }


def _text(head: Head) -> int:
    current = head.revision_no - 1
    return text_key(head.contents[current], head.words[current])


def _carrier(
    now: Head, before: Head | None, text: int, places: Mapping[tuple[str, int], int]
) -> Carrier:
    order = None
    if before is not None:
        stored = zip(texts_of(before), before.orders, strict=False)
        order = next((order for held, order in stored if held == text), None)
    if order is None:
        order = places.get((now.article_id, text), UNSTORED)
    place = (None, None) if before is None else (before.group_id, before.canonical_article_id)
    return Carrier(now.article_id, now.revision_no, order, *place)


def matches_of(
    circles: Mapping[int, Circle], sightings: Iterable[Sighting], heads: Mapping[str, Head]
) -> list[Match]:
    """Return the matches by which the batch's articles came into their circles.

    One an article is enough: with the one that stands for the text, or, if that came too, of this
    one with the first that was there. `circles` are complete.
    """
    seen = {one.article_id: one.seen_at for one in sightings if one.moves}
    found = []
    for text, circle in circles.items():
        canonical = circle.canonical
        for one in circle.arriving:
            other = next(iter(circle.staying), None) if one == canonical else canonical
            if other is not None:
                words = heads[one.article_id].words[one.revision_no - 1]
                found.append(_match(one, other, words, seen[one.article_id], same=merges(text)))
    return found


def _match(one: Carrier, other: Carrier, words: int, moment: datetime, *, same: bool) -> Match:
    return Match(
        article_id=one.article_id,
        other_article_id=other.article_id,
        method=SAME_TEXT,
        score=1.0,
        threshold=1.0,
        version=SAME_TEXT_VERSION,
        decision="same" if same else "unsure",
        evidence=json.dumps({"words": words, "words_needed": SAME_TEXT_WORDS}),
        decided_at=moment,
        revision_no=one.revision_no,
        other_revision_no=other.revision_no,
    )


SAME_TEXT = "same_text"
SAME_TEXT_VERSION = "same_text-1"
SAME_TEXT_WORDS = 20
"""Shorter equal texts prove nothing: two papers print "No comment." without copying."""
