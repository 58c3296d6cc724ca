"""How often a rejected entry is tried again: at each reading, until it is given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from articles.model.drafts import Draft
from articles.model.entries import Rejected
from articles.model.seen import SeenPairs

MOST_TRIES = 3
"""Readings that what is retryable gets in all: of an entry, a block of rows, a document, a path.

What passes by itself (a busy machine, a file still being written) is mostly over by the second; a
trap costs a worker's whole time limit at each.
"""
ENDS = frozenset({"half_written", "bad_gzip"})
"""Reasons that are about the end of a file: to read on from there is to try again."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was read of a feed at one time, its failures counted."""

    drafts: list[Draft | Rejected]
    """What is retryable says how often it was tried, and whether it is given up."""
    pairs: list[tuple[int, int]]
    """hash64 of the key, and the pair's hash, of each that need not be read again."""
    tries: str | None
    """What is to be read again, as in `FeedState.tries`."""


def tried(
    drafts: Sequence[Draft | Rejected],
    pairs: Sequence[tuple[int, int]],
    before: Mapping[int, int],
    seen: SeenPairs,
) -> Tried:
    """Count what failed once more.

    Args:
        drafts: What was read, in its order.
        pairs: Those of the drafts, in their order: hash64 of the key, and the pair's hash.
        before: What the feed's state says of earlier tries, by pair hash.
        seen: The entries that it holds; what failed and is among them was given up before.
    """
    failed = [pair for draft, (_, pair) in zip(drafts, pairs, strict=True) if _may_pass(draft)]
    if not failed:
        return Tried([*drafts], [*pairs], None)
    known = set(failed) & seen.pair_hashes()
    counted: list[Draft | Rejected] = []
    again: dict[int, int] = {}
    for draft, (_, pair) in zip(drafts, pairs, strict=True):
        if not isinstance(draft, Rejected) or not draft.retryable:
            counted.append(draft)
            continue
        number = MOST_TRIES if pair in known else min(abs(before.get(pair, 0)) + 1, MOST_TRIES)
        counted.append(replace(draft, tries=number, given_up=number == MOST_TRIES))
        if number < MOST_TRIES:
            again[pair] = -number if draft.reason in ENDS else number
    settled = [(key, pair) for key, pair in pairs if pair not in again]
    return Tried(counted, settled, _written(again))


def tries_of(tries: str | None) -> dict[int, int]:
    """Return how often each pair was tried that a FeedState.tries holds; negative for an end."""
    parts = (part.split(":") for part in (tries or "").split())
    return {int(pair): int(number) for pair, number in parts}


def _may_pass(draft: Draft | Rejected) -> bool:
    return isinstance(draft, Rejected) and draft.retryable


def _written(again: Mapping[int, int]) -> str | None:
    return " ".join(f"{pair}:{number}" for pair, number in again.items()) or None
