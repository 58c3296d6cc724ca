"""Seen entries: what is packed comes back, is counted, and is looked up by key and by pair."""

import pickle
from array import array

from hypothesis import given
from hypothesis import strategies as st

from articles.model.poll_rows import FeedState
from articles.model.seen import NONE_SEEN, SeenEntries, SeenPairs, pair_hash

NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS))


def state(reading: int, *pairs: tuple[int, int]) -> FeedState:
    """Return the state that a part of a reading left."""
    hashes = SeenEntries.pack(pairs).packed
    return FeedState("feed", "a.jsonl", reading, 0, 0, "", 0, complete=False, hashes=hashes)


@given(PAIRS)
def test_what_is_packed_comes_back(pairs: list[tuple[int, int]]) -> None:
    """In its order, counted, and unharmed by the way to a worker."""
    seen = SeenEntries.pack(pairs)
    assert list(seen.unpack()) == pairs
    assert len(seen) == len(pairs)
    assert seen.key_hashes() == {key for key, _ in pairs}
    assert seen.pair_hashes() == {pair for _, pair in pairs}
    assert pickle.loads(pickle.dumps(seen)) == seen  # noqa: S301 - ours


def test_the_bytes_are_those_of_every_lake_so_far() -> None:
    """`feed_state.hashes` is stored: key hash and pair hash in turn, native int64."""
    assert SeenEntries.pack([(1, -2), (3, 4)]).packed == array("q", [1, -2, 3, 4]).tobytes()
    assert pair_hash("guid", 7) == 570185528976932571


def test_a_worker_gets_pair_hashes_alone() -> None:
    """Eight bytes an entry go with each call, and tell the same of an entry."""
    seen = SeenEntries.pack([(1, 10), (2, 20)])
    assert seen.without_keys() == SeenPairs(array("q", [10, 20]).tobytes())
    assert seen.without_keys().pair_hashes() == seen.pair_hashes()


def test_nothing_is_seen_without_a_state() -> None:
    """A feed that was never read holds no entry."""
    assert SeenEntries.latest([]).without_keys() == NONE_SEEN
    assert len(SeenEntries.latest([])) == 0
    assert NONE_SEEN.pair_hashes() == set()


def test_parts_of_one_reading_add_up() -> None:
    """A key that two parts of one reading held counts with both its contents."""
    parts = [state(1, (1, 10), (2, 20)), state(1, (1, 11))]
    assert SeenEntries.latest(parts).pair_hashes() == {10, 11, 20}
    assert SeenEntries.of_reading(parts, 1).pair_hashes() == {10, 11, 20}


def test_a_later_reading_wins_key_by_key() -> None:
    """What a reading that was cut off reached replaces the older one's; the rest stays."""
    parts = [state(1, (1, 10), (2, 20)), state(1, (1, 11)), state(2, (1, 12)), state(2, (1, 13))]
    assert SeenEntries.latest(parts).pair_hashes() == {12, 13, 20}
    assert SeenEntries.latest(parts).key_hashes() == {1, 2}
    assert SeenEntries.of_reading(parts, 2).pair_hashes() == {12, 13}


@given(st.lists(PAIRS, max_size=4))
def test_one_reading_is_read_as_several_are(parts: list[list[tuple[int, int]]]) -> None:
    """The short way for parts of one reading comes to what the long way comes to."""
    one = SeenEntries.latest([state(1, *pairs) for pairs in parts])
    several = SeenEntries.latest([state(0), *(state(1, *pairs) for pairs in parts)])
    assert one.pair_hashes() == several.pair_hashes()
    assert one.key_hashes() == several.key_hashes()
