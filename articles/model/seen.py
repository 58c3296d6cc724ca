"""The entries that a feed's state holds: packed into bytes, counted, looked up."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

from articles.model.entries import Rejected
from articles.model.ids import hash64
from articles.model.poll_rows import FeedState

_PAIR_BYTES = 16
"""What an entry takes: two numbers of 64 bits."""


@dataclass(frozen=True, slots=True)
class SeenPairs:
    """What a worker is told of seen entries: their pair hashes alone, half of the bytes."""

    packed: bytes = b""
    """Native int64."""

    def pair_hashes(self) -> set[int]:
        """Return the hashes of the pairs, to look entries up in by key and content."""
        return set(array("q", self.packed))


@dataclass(frozen=True, slots=True)
class SeenEntries:
    """Entries that were read of a feed: of each the hash of its key and its `pair_hash`."""

    packed: bytes = b""
    """As `FeedState.hashes`: native int64, an entry's key hash (hash64) and pair hash in turn."""

    @classmethod
    def pack(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """Return the entries of these pairs: the key's hash, and the pair's."""
        return cls(array("q", chain.from_iterable(pairs)).tobytes())

    @classmethod
    def of_reading(cls, states: Sequence[FeedState], reading: int) -> Self:
        """Return the entries of those states that one reading left."""
        return cls(b"".join(state.hashes for state in states if state.reading == reading))

    @classmethod
    def latest(cls, states: Sequence[FeedState]) -> Self:
        """Return the entries of the last document that held each key.

        `states` are the latest complete reading of a file and all of any later one, oldest first;
        a later reading wins key by key.
        """
        if len({state.reading for state in states}) <= 1:
            return cls(b"".join(state.hashes for state in states))
        newest: dict[int, int] = {}
        pairs: dict[int, set[int]] = {}
        for state in states:
            for key, pair in cls(state.hashes).unpack():
                if newest.get(key) != state.reading:
                    newest[key] = state.reading
                    pairs[key] = set()
                pairs[key].add(pair)
        return cls.pack((key, pair) for key, of_key in pairs.items() for pair in of_key)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.packed) // _PAIR_BYTES

    def unpack(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs in their order."""
        numbers = array("q", self.packed)
        return zip(numbers[::2], numbers[1::2], strict=True)

    def key_hashes(self) -> set[int]:
        """Return the hashes of the keys, to look keys up in."""
        return set(array("q", self.packed)[::2])

    def pair_hashes(self) -> set[int]:
        """Return the hashes of the pairs, to look entries up in by key and content."""
        return set(array("q", self.packed)[1::2])

    def without_keys(self) -> SeenPairs:
        """Return the pair hashes alone, as they go to a worker with each call."""
        return SeenPairs(array("q", self.packed)[1::2].tobytes())


NONE_SEEN = SeenPairs()


def pair_hash(key: str, entry_hash: int) -> int:
    """Return the hash under which a feed's state holds an entry: its key and content together."""
    return hash64(key, str(entry_hash))


def rejected_hash(rejected: Rejected) -> int:
    """Return the hash of what was rejected, as `entry_hash` is an entry's."""
    return rejected.entry_hash or hash64(
        rejected.key, rejected.reason, rejected.raw.decode("latin-1")
    )
