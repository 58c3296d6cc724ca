"""Alignment: how the terms of two texts run side by side, for many pairs at once.

A rewording keeps names, numbers and some of the other words in their order, sentence for sentence.
So a term counts as *kept* if it stands in both texts with other shared terms around it, at the same
distances. measures.py says what that tells of two texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.duplicates.fingerprint import (
    HASH_BITS,
    HASH_SHIFT,
    KIND_SHIFT,
    RARITY_SHIFT,
    Fingerprint,
    in_order,
    sampled,
)
from articles.terms.characters import Array
from articles.terms.rarity import WEIGHTS
from articles.terms.segments import edges_of, ranges

_REACH = 16
"""Terms on either side among which a term finds neighbours."""
DRIFT = 3
"""Terms that may have come or gone between a term and its neighbours."""
_LEAST_NEIGHBOURS = 4
"""Neighbours that make a term kept; a name with its title has three, in any text."""
_BESIDE = 3
"""A neighbour this close, with nothing come or gone, counts twice: sentences may be short."""
LOOK_AHEAD = 12
"""Shared terms that are looked at on either side."""
_PLACES = 4
"""Places in the other text at which a term is looked for."""
_WEIGHTS = np.array([*WEIGHTS, 0, 0])


@dataclass(frozen=True, slots=True)
class Side:
    """The terms of one text of each pair, one after the other; a row a term."""

    hashes: Array
    """uint64: the number of the pair above the hash."""
    kinds: Array
    rarities: Array
    weights: Array
    sentence: Array
    """The number of the sentence that each is in, counted through all pairs."""
    pair: Array
    """The number of the pair that each is of."""
    begins: Array
    """Where the terms of each pair begin."""
    counts: Array
    """How many terms each pair has."""
    order: Array
    """The rows in the order of their hashes."""

    def total(self, values: Array) -> Array:
        """Add up values, one a term, by pair."""
        if not self.counts.all():  # a sample may have left nothing of a text
            return np.bincount(self.pair, values, len(self.counts))
        totals: Array = np.add.reduceat(values, self.begins, dtype=np.float64)
        return totals

    def sentences(self) -> int:
        """Return how many sentences there are in all pairs."""
        return int(self.sentence[-1]) + 1 if len(self.sentence) else 0


@dataclass(frozen=True, slots=True)
class SharedTerms:
    """Equal terms of both texts of a pair, in the order of the shorter text; rows of both sides."""

    own: Array
    other: Array


@dataclass(frozen=True, slots=True)
class Alignment:
    """The terms of the two texts of many pairs, and which stand for which."""

    short: Side
    """The text of each pair with fewer terms."""
    long: Side
    """The other text of each pair."""
    found: Array
    """For each term of the short side, how often the longer text has it."""
    first: Array
    """And where in the order of the long side's hashes the first of them is."""
    shared: SharedTerms
    partner: Array
    """For each term of the short side, the row of that which it is kept as; -1 if not kept."""


def align(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> Alignment:
    """Return how the terms of each pair run side by side; the order within a pair is nothing."""
    ordered = [in_order(*pair) for pair in pairs]
    thinned = [max(a.thinned, b.thinned) for a, b in ordered]
    short = _side([a for a, _ in ordered], thinned)
    long = _side([b for _, b in ordered], thinned)
    theirs, ours = long.hashes[long.order], short.hashes[short.order]
    first, found = np.empty(len(ours), np.int64), np.empty(len(ours), np.int64)
    low = np.searchsorted(theirs, ours)
    first[short.order] = low
    found[short.order] = np.searchsorted(theirs, ours, "right") - low
    shared = _shared_terms(short, long, first, found)
    return Alignment(short, long, found, first, shared, _partners(short, long, shared))


def _side(fingerprints: Sequence[Fingerprint], thinned: Sequence[int]) -> Side:
    kept = [sampled(one, to) for one, to in zip(fingerprints, thinned, strict=True)]
    counts = np.array([len(terms) for terms, _ in kept], np.int64)
    begins = np.cumsum(counts) - counts
    terms = np.concatenate([np.zeros(0, np.uint32), *(terms for terms, _ in kept)])
    pair = np.repeat(np.arange(len(counts)), counts)
    order = np.concatenate([np.zeros(0, np.uint16), *(order for _, order in kept)])
    rarities = (terms >> np.uint32(RARITY_SHIFT)) & np.uint32(7)
    is_first = np.ones(len(terms), bool)
    bit = terms & np.uint32(1)
    is_first[1:] = (bit[1:] != bit[:-1]) | (pair[1:] != pair[:-1])
    return Side(
        pair.astype(np.uint64) << np.uint64(HASH_BITS) | terms >> np.uint32(HASH_SHIFT),
        (terms >> np.uint32(KIND_SHIFT)) & np.uint32(3),
        rarities,
        _WEIGHTS[rarities],
        np.cumsum(is_first) - 1,
        pair,
        begins,
        counts,
        order + np.repeat(begins, counts),
    )


def _shared_terms(short: Side, long: Side, first: Array, found: Array) -> SharedTerms:
    """Return at most _PLACES places in the longer text for each term of the shorter.

    A word that stands often in both is looked for where its nth place comes nth, from the start
    and from the end, and one before and after.
    """
    own, nth = ranges(np.minimum(found, _PLACES))
    if len(own) and found.max() > _PLACES:
        place = np.empty(len(first), np.int64)  # of equal terms of the shorter text, which it is
        ours = short.hashes[short.order]
        edges = edges_of(ours)
        sizes = np.diff(np.append(edges, len(ours)))
        place[short.order] = ranges(sizes)[1]
        times = np.empty(len(first), np.int64)
        times[short.order] = np.repeat(sizes, sizes)
        often = np.flatnonzero(found[own] > _PLACES)
        rows = own[often]
        of_nth = np.stack(np.broadcast_arrays(0, 1, -1, found[rows] - times[rows]))
        shift = of_nth[nth[often], np.arange(len(often))]
        nth = nth.astype(np.int64)
        nth[often] = np.clip(place[rows] + shift, 0, found[rows] - 1)
    return SharedTerms(own, long.order[first[own] + nth])


def _neighbours(short: Side, shared: SharedTerms) -> Array:
    """Count around each shared term those that are at the same distance in both texts."""
    count = np.zeros(len(shared.own), np.int32)
    own = shared.own.astype(np.int32)
    other = shared.other.astype(np.int32)
    pair = short.pair[shared.own].astype(np.int32)
    for step in range(1, min(LOOK_AHEAD, len(count) - 1) + 1):
        here = own[step:] - own[:-step]
        there = other[step:] - other[:-step]
        drift = np.abs(there - here)
        together = (pair[step:] == pair[:-step]) & (here > 0) & (here <= _REACH)
        together &= (there > 0) & (drift <= DRIFT)
        value = together * np.where((here <= _BESIDE) & (drift == 0), 2, 1)
        count[step:] += value
        count[:-step] += value
    return count


def _partners(short: Side, long: Side, shared: SharedTerms) -> Array:
    """Return for each term the row of the longer text that it is kept as; -1 for the others."""
    partner = np.full(len(short.hashes), -1)
    if len(shared.own):
        edges = edges_of(shared.own)
        most = len(long.hashes)
        # Of two places with as many neighbours the first.
        rank = _neighbours(short, shared).astype(np.int64) * (most + 1)
        best = np.maximum.reduceat(rank + most - shared.other, edges)
        kept = best >= _LEAST_NEIGHBOURS * (most + 1)
        partner[shared.own[edges[kept]]] = most - best[kept] % (most + 1)
    return partner
