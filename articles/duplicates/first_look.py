"""A first look at many pairs: which share enough for the full measure to be worth its time.

Most candidates share a key or two by chance. A fingerprint's bits say which terms it has, as a
Bloom filter with one hash (Bloom 1970). How many bits two have in common, beyond what chance
brings, tells well enough how much of the shorter text stands in the other.
"""

from collections.abc import Sequence

import numpy as np

from articles.duplicates.fingerprint import BITS, KEY_BITS, Fingerprint, bits_of, sampled
from articles.terms.characters import Array

_LEAST, _LEAST_BY_KEYS, _KEYS = 0.3, 0.1, 4
"""Share of the shorter text's terms that a pair has in common, at least, to be worth the full
measure; and with so many keys in common. Of pairs that are the same one in 200 has less, of texts
that share a key by chance nine in ten."""


def is_worth(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> Array:
    """Return which pairs deserve the full measure. Symmetric."""
    shares = _shared_terms(pairs)
    worth: Array = shares >= _LEAST
    maybe = np.flatnonzero(~worth & (shares >= _LEAST_BY_KEYS))
    if len(maybe):
        worth[maybe] = _shared_keys([pairs[n] for n in maybe.tolist()]) >= _KEYS
    return worth


def _shared_keys(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> Array:
    """Return how many keys both fingerprints of each pair have."""
    ours, theirs = (_keys([pair[n].keys for pair in pairs]) for n in (0, 1))
    at = np.searchsorted(theirs, ours)
    is_shared = theirs.take(at, mode="clip") == ours if len(theirs) else np.zeros(len(ours), bool)
    found = (ours[is_shared] >> np.uint64(KEY_BITS)).astype(np.intp)
    counts: Array = np.bincount(found, minlength=len(pairs))
    return counts


def _keys(of_pairs: Sequence[Array]) -> Array:
    """Return the keys one after the other, each below the number of its pair: they stay sorted."""
    pair = np.repeat(np.arange(len(of_pairs), dtype=np.uint64), [len(keys) for keys in of_pairs])
    keys: Array = np.concatenate(of_pairs) | pair << np.uint64(KEY_BITS)
    return keys


def _shared_terms(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> Array:
    """Return the share (0 to 1) of the shorter text's terms that the other seems to have."""
    ours = np.array([_alike(one, other) for one, other in pairs], np.uint64)
    theirs = np.array([_alike(other, one) for one, other in pairs], np.uint64)
    counts, other_counts = _count(ours), _count(theirs)
    by_chance = counts * other_counts / BITS
    least = np.minimum(counts, other_counts) - by_chance
    shares: Array = (_count(ours & theirs) - by_chance) / np.maximum(least, 1)
    return np.clip(shares, 0, 1)


def _alike(one: Fingerprint, other: Fingerprint) -> Array:
    """Return the bits of a fingerprint, of the sample that the other is."""
    return one.bits if one.thinned >= other.thinned else bits_of(sampled(one, other.thinned)[0])


def _count(bits: Array) -> Array:
    counts: Array = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return counts
