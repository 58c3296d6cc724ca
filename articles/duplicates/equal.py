"""Who carries which text: the circles of equal texts that a batch changes, and their matches."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from articles.duplicates.groups import Carrier, Circle
from articles.model.article_rows import Revision, Sighting
from articles.model.duplicate_rows import Match
from articles.model.ids import short_hash
from articles.model.known import Head

SAME_TEXT = "same_text"
SAME_TEXT_VERSION = "same_text-1"
SAME_TEXT_WORDS = 20
"""Shorter equal texts prove nothing: two papers print "No comment." without copying."""
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

    What counts is where the batch leaves an article: a text that it had in between is nobody's.
    Those whom the batch does not touch are to be added (`groups.completed`).

    Args:
        revisions: the new revisions of the batch, in their order.
        heads: the heads of the batch's articles after it, by article_id.
        before: their heads before it.
    """
    orders: dict[tuple[str, int], int] = {}
    for order, revision in enumerate(revisions, UNSTORED):
        text = text_key(short_hash(revision.content_hash), revision.word_count)
        orders.setdefault((revision.article_id, text), order)
    arriving: dict[int, list[Carrier]] = {}
    leaving: dict[int, list[Carrier]] = {}
    staying: dict[int, list[Carrier]] = {}
    for article_id, after in heads.items():
        head = before.get(article_id)
        old = None if head is None else _text(head)
        new = _text(after)
        target = staying if old == new else arriving
        target.setdefault(new, []).append(_carrier(after, head, new, orders))
        if head is not None and old is not None and old != new:
            leaving.setdefault(old, []).append(_carrier(head, head, old, orders))
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
    now: Head, before: Head | None, text: int, orders: Mapping[tuple[str, int], int]
) -> Carrier:
    order = None
    if before is not None:
        stored = zip(texts_of(before), before.orders, strict=False)
        order = next((order for known, order in stored if known == text), None)
    if order is None:
        order = orders.get((now.article_id, text), UNSTORED)
    group = (None, None) if before is None else (before.group_id, before.canonical_article_id)
    return Carrier(now.article_id, now.revision_no, order, *group)


def matches_of(
    circles: Mapping[int, Circle], sightings: Iterable[Sighting], heads: Mapping[str, Head]
) -> list[Match]:
    """Return the matches by which the batch's articles came into their circles.

    One an article is enough: with the one that stands for the text, or, if that came too, of this
    one with the first that was there. `circles` are complete.
    """
    seen = {sighting.article_id: sighting.seen_at for sighting in sightings if sighting.moves}
    matches = []
    for text, circle in circles.items():
        canonical = circle.canonical
        for carrier in circle.arriving:
            other = next(iter(circle.staying), None) if carrier == canonical else canonical
            if other is not None:
                words = heads[carrier.article_id].words[carrier.revision_no - 1]
                seen_at = seen[carrier.article_id]
                matches.append(_match(carrier, other, words, seen_at, same=merges(text)))
    return matches


def _match(
    carrier: Carrier, other: Carrier, words: int, decided_at: datetime, *, same: bool
) -> Match:
    return Match(
        article_id=carrier.article_id,
        other_article_id=other.article_id,
        method=SAME_TEXT,
        score=1.0,
        threshold=1.0,
        version=SAME_TEXT_VERSION,
        decision="same" if same else "unsure",
        evidence=json.dumps({"words": words, "words_needed": SAME_TEXT_WORDS}),
        decided_at=decided_at,
        revision_no=carrier.revision_no,
        other_revision_no=other.revision_no,
    )
