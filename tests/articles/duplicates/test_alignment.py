"""Alignment: what is packed into numbers of a fixed width fits them."""

import numpy as np
import pytest

from articles.duplicates.alignment import LOOK_AHEAD, PAIR_BITS, PLACE_BITS, align
from articles.duplicates.anchors import BATCH_TEXTS, NAME, NUMBER, RUN, WORD
from articles.duplicates.decision import BATCH
from articles.duplicates.fingerprint import (
    ANCHOR_BITS,
    ANCHORS,
    HASH_BITS,
    KEY_BITS,
    KIND_BITS,
    Fingerprint,
)


def test_kind_and_hash_fill_an_anchor() -> None:
    """The kind takes the last bits of an anchor, the hash those before."""
    assert max(WORD, NAME, NUMBER, RUN) < 1 << KIND_BITS
    assert HASH_BITS + KIND_BITS == ANCHOR_BITS == np.iinfo(np.uint32).bits


def test_pair_hash_side_and_place_fit_a_number() -> None:
    """Every place in a fingerprint, and every pair of a batch, has a number of its own."""
    assert ANCHORS <= 1 << PLACE_BITS
    assert BATCH <= 1 << PAIR_BITS
    assert np.iinfo(np.uint64).bits == PAIR_BITS + HASH_BITS + 1 + PLACE_BITS
    assert np.iinfo(np.uint64).bits >= PAIR_BITS + 2 * PLACE_BITS


def test_the_neighbours_of_an_anchor_fit_a_number_with_its_place() -> None:
    """Each neighbour on either side counts twice at most."""
    most_neighbours = 2 * 2 * LOOK_AHEAD
    assert (most_neighbours + 1) << PLACE_BITS <= np.iinfo(np.int32).max


def test_the_number_of_a_text_fits_above_a_key() -> None:
    """So the keys of all texts that are read at once are sorted together."""
    assert 1 << np.iinfo(np.uint64).bits - KEY_BITS >= BATCH_TEXTS


@pytest.mark.parametrize("pairs", [1, BATCH])
def test_the_longest_texts_stand_beside_themselves(pairs: int) -> None:
    """With as many anchors as a fingerprint may have each finds its own place, in every pair."""
    rng = np.random.default_rng(1)
    anchors = np.unique(rng.integers(0, 1 << ANCHOR_BITS, 2 * ANCHORS, np.uint32))[:ANCHORS]
    longest = Fingerprint(np.zeros(0, np.uint64), rng.permutation(anchors), 0, ANCHORS)
    alignment = align([(longest, longest)] * pairs)
    assert alignment.partner.tolist() == [*range(ANCHORS)] * pairs
