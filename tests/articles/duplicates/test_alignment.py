"""Alignment: what is packed into numbers of a fixed width fits them."""

import numpy as np
import pytest

from articles.duplicates.alignment import align
from articles.duplicates.decision import BATCH
from articles.duplicates.fingerprint import (
    HASH_BITS,
    HASH_SHIFT,
    KEY_BITS,
    KIND_SHIFT,
    RARITY_SHIFT,
    TERM_BITS,
    TERMS,
    Fingerprint,
    bits_of,
)
from articles.terms.find import NAME, NUMBER, RUN, WORD
from articles.terms.rarity import RAREST
from articles.terms.words import BATCH_TEXTS


def test_hash_rarity_kind_and_sentence_fill_a_term() -> None:
    """The sentence takes the last bit, kind and rarity those before, the hash the others."""
    assert max(WORD, NAME, NUMBER, RUN) < 1 << RARITY_SHIFT - KIND_SHIFT
    assert RAREST < 1 << HASH_SHIFT - RARITY_SHIFT
    assert KIND_SHIFT == 1
    assert HASH_BITS + HASH_SHIFT == TERM_BITS == np.iinfo(np.uint32).bits


def test_places_fit_their_numbers() -> None:
    """Every place in a fingerprint, and every text and pair that is read at once, has a number."""
    assert np.iinfo(np.uint16).max >= TERMS
    assert max(BATCH, BATCH_TEXTS) <= 1 << np.iinfo(np.uint64).bits - KEY_BITS


@pytest.mark.parametrize("pairs", [1, BATCH])
def test_the_longest_texts_stand_beside_themselves(pairs: int) -> None:
    """With as many terms as a fingerprint may have each finds its own place, in every pair."""
    rng = np.random.default_rng(1)
    hashes = rng.permutation(1 << HASH_BITS - 8)[:TERMS].astype(np.uint32)
    terms = hashes << np.uint32(HASH_SHIFT)
    order = np.argsort(hashes).astype(np.uint16)
    longest = Fingerprint(np.zeros(0, np.uint64), terms, order, bits_of(terms), 0, TERMS)
    alignment = align([(longest, longest)] * pairs)
    assert alignment.partner.tolist() == [*range(TERMS * pairs)]
