"""What is retryable is tried again at the next reading, and given up after MOST_TRIES."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from articles.model import Draft, Rejected

MOST_TRIES = 3
"""Readings that what is retryable gets in all: of an entry, a block of rows, a document, a path.

What passes by itself (a busy machine, a file still being written) is mostly over by the second; a
trap costs a worker's whole time limit at each.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was read of a feed at one time, its failures counted."""

    drafts: list[Draft | Rejected]
    """What is retryable says how often it was tried, and whether it is given up."""
    pairs: list[tuple[int, int]]
    """Of those that need not be read again: hash64 of the key, and the pair's hash."""
    tries: bytes | None
    """As FeedState.tries."""


def tried(
    drafts: Sequence[Draft | Rejected],
    pairs: Sequence[tuple[int, int]],
    before: Mapping[int, int],
    held: bytes,
) -> Tried:
    """Count what failed once more.

    `pairs` are those of the drafts, in their order; `before` what the feed's state says of earlier
    tries; `held` the pair hashes that it holds (native int64): what failed and is among them was
    given up before.
    """
    failed = [pair for draft, (_, pair) in zip(drafts, pairs, strict=True) if _may_pass(draft)]
    if not failed:
        return Tried([*drafts], [*pairs], None)
    given_up = set(failed) & set(array("q", held))
    numbers = {
        pair: MOST_TRIES if pair in given_up else min(before.get(pair, 0) + 1, MOST_TRIES)
        for pair in failed
    }
    counted = [
        _counted(draft, numbers[pair]) if isinstance(draft, Rejected) and pair in numbers else draft
        for draft, (_, pair) in zip(drafts, pairs, strict=True)
    ]
    again = {pair: number for pair, number in numbers.items() if number < MOST_TRIES}
    return Tried(counted, [one for one in pairs if one[1] not in again], _packed(again))


def tries_of(tries: bytes | None) -> dict[int, int]:
    """Return how often each pair was tried that a FeedState.tries holds."""
    numbers = array("q", tries or b"")
    return dict(zip(numbers[::2], numbers[1::2], strict=True))


def _may_pass(draft: Draft | Rejected) -> bool:
    return isinstance(draft, Rejected) and draft.retryable


def _counted(rejected: Rejected, number: int) -> Rejected:
    return replace(rejected, tries=number, given_up=number >= MOST_TRIES)


def _packed(again: Mapping[int, int]) -> bytes | None:
    return array("q", chain.from_iterable(again.items())).tobytes() if again else None
