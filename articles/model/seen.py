"""The entries that a feed's last document held, as hashes packed into bytes."""

from array import array
from collections.abc import Sequence
from itertools import chain

from articles.model.entries import Rejected
from articles.model.ids import hash64
from articles.model.poll_rows import FeedState


def pair_hash(key: str, entry_hash: int) -> int:
    """Return the hash under which a feed's state holds an entry: its key and content together."""
    return hash64(key, str(entry_hash))


def rejected_hash(rejected: Rejected) -> int:
    """Return the hash of what was rejected, as `entry_hash` is an entry's."""
    return rejected.entry_hash or hash64(
        rejected.key, rejected.reason, rejected.raw.decode("latin-1")
    )


def packed(pairs: list[tuple[int, int]]) -> bytes:
    """Return pairs as FeedState.hashes."""
    return array("q", chain.from_iterable(pairs)).tobytes()


PAIR_BYTES = 16
"""Of FeedState.hashes, for each entry."""


def held_hashes(parts: Sequence[FeedState]) -> bytes:
    """Return the pair hashes of the last document that held each key, as native int64.

    `parts` are the latest complete reading of a file and all of any later one, oldest first;
    a later reading wins key by key.
    """
    newest: dict[int, int] = {}
    pairs: dict[int, set[int]] = {}
    for part in parts:
        numbers = array("q", part.hashes)
        for key, pair in zip(numbers[::2], numbers[1::2], strict=True):
            if newest.get(key) != part.reading:
                newest[key] = part.reading
                pairs[key] = set()
            pairs[key].add(pair)
    return array("q", (pair for some in pairs.values() for pair in some)).tobytes()
