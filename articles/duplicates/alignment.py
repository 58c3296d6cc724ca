"""Alignment: how the anchors of two texts run side by side, for many pairs at once.

A rewording keeps names, numbers and some of the other words in their order, sentence for sentence.
So an anchor counts as *kept* if it stands in both texts with other shared anchors around it, at
the same distances. features.py measures what that says of two texts, decision.py decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.duplicates.characters import Array
from articles.duplicates.fingerprint import ANCHORS, HASH_BITS, KIND_BITS, Fingerprint, is_kept
from articles.duplicates.segments import edges_of, ranges

_REACH = 16
"""Anchors on either side among which an anchor finds neighbours."""
DRIFT = 3
"""Anchors that may have come or gone between an anchor and its neighbours."""
_LEAST_NEIGHBOURS = 4
"""Neighbours that make an anchor kept; a name with its title has three, in any text."""
_BESIDE = 3
"""A neighbour this close, with nothing come or gone, counts twice: sentences may be short."""
LOOK_AHEAD = 12
"""Shared anchors that are looked at on either side."""
_PLACES = 4
"""Places in the other text at which an anchor is looked for."""

# To sort the anchors of many pairs at once, each is packed into 64 bits: its pair, its hash, its
# side (0 for the shorter text) and its place in its text.
PLACE_BITS = (ANCHORS - 1).bit_length()
PAIR_BITS = 64 - HASH_BITS - 1 - PLACE_BITS
_PLACE_SHIFT = np.uint64(PLACE_BITS)
_PLACE = np.uint64((1 << PLACE_BITS) - 1)
_HASH_SHIFT = np.uint64(PLACE_BITS + 1)
_PAIR_SHIFT = np.uint64(PLACE_BITS + 1 + HASH_BITS)
_KIND = np.uint32((1 << KIND_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Side:
    """The anchors of one text of each pair, one after the other."""

    anchors: Array
    pair: Array
    """The number of the pair that each anchor is of."""
    begins: Array
    """Where the anchors of each pair begin."""
    counts: Array
    """How many anchors each pair has."""
    kinds: Array
    """The kind of each anchor (anchors.py)."""

    def total(self, flags: Array) -> Array:
        """Count the true flags among the anchors of each pair."""
        sums: Array = np.concatenate(([0], np.cumsum(flags)))
        totals: Array = sums[self.begins + self.counts] - sums[self.begins]
        return totals


@dataclass(frozen=True, slots=True)
class SharedAnchors:
    """Equal anchors of both texts of a pair, sorted; places are counted within each text."""

    pair: Array
    place: Array
    """Where each stands in the shorter text."""
    other: Array
    """Where it stands in the longer text."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The anchors of the two texts of many pairs, and which stand for which."""

    short: Side
    """The text of each pair with fewer anchors."""
    long: Side
    """The other text of each pair."""
    shared: SharedAnchors
    partner: Array
    """int32, for each anchor of the short side its place in the longer text; -1 if not kept."""


def align(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> Alignment:
    """Return how the anchors of each pair run side by side; the order within a pair is nothing."""
    ordered = [pair if _is_shorter(*pair) else pair[::-1] for pair in pairs]
    thinned = np.array([max(a.thinned, b.thinned) for a, b in ordered], np.uint32)
    short = _side([a for a, _ in ordered], thinned)
    long = _side([b for _, b in ordered], thinned)
    shared = _shared_anchors(short, long)
    return Alignment(short, long, shared, _partners(short, shared))


def _is_shorter(first: Fingerprint, other: Fingerprint) -> bool:
    sizes = len(first.anchors) << first.thinned, len(other.anchors) << other.thinned
    if sizes[0] != sizes[1]:
        return sizes[0] < sizes[1]
    return (first.words, first.anchors.tobytes()) <= (other.words, other.anchors.tobytes())


def _side(fingerprints: Sequence[Fingerprint], thinned: Array) -> Side:
    counts = np.array([len(side.anchors) for side in fingerprints], np.int32)
    anchors = np.concatenate([np.zeros(0, np.uint32), *(side.anchors for side in fingerprints)])
    pair = np.repeat(np.arange(len(fingerprints), dtype=np.int32), counts)
    if thinned.any():
        keep = is_kept(anchors, thinned[pair])
        anchors, pair = anchors[keep], pair[keep]
        counts = np.bincount(pair, minlength=len(fingerprints)).astype(np.int32)
    begins = (np.cumsum(counts) - counts).astype(np.int32)
    return Side(anchors, pair, begins, counts, anchors & _KIND)


def _sortable(side: Side, *, is_long: bool) -> Array:
    """Return one number an anchor: pair, hash, side and place, from the high bits down."""
    place = np.arange(len(side.pair), dtype=np.int32) - side.begins[side.pair]
    value = side.pair.astype(np.uint64) << _PAIR_SHIFT
    value |= (side.anchors >> np.uint32(KIND_BITS)).astype(np.uint64) << _HASH_SHIFT
    return value | np.uint64(is_long << PLACE_BITS) | place.astype(np.uint64)


def _shared_anchors(short: Side, long: Side) -> SharedAnchors:
    """Sort both sides together, so that equal anchors come to stand beside each other."""
    # Long, as it is one pass whose columns mean nothing apart.
    both = np.concatenate((_sortable(short, is_long=False), _sortable(long, is_long=True)))
    both.sort()
    edges = edges_of(both >> _HASH_SHIFT)
    sizes = np.diff(np.append(edges, len(both)))
    of_long = ((both >> _PLACE_SHIFT) & np.uint64(1)).astype(np.int32)
    sums = np.concatenate(([0], np.cumsum(of_long)))
    longs = sums[edges + sizes] - sums[edges]
    met = np.flatnonzero((longs > 0) & (longs < sizes))
    first, longs, shorts = (
        edges[met],
        longs[met].astype(np.int32),
        (sizes - longs)[met].astype(np.int32),
    )
    places = np.minimum(longs, _PLACES)
    run, nth = ranges(shorts * places)
    nth_short = nth // places[run]
    nth_long = nth - nth_short * places[run]
    # A word that stands often in both is looked for where its nth place comes nth, from the start
    # and from the end, and one before and after.
    often = np.flatnonzero(longs[run] > _PLACES)
    in_run = run[often]
    shift = np.choose(nth_long[often], (0, 1, -1, longs[in_run] - shorts[in_run]))
    nth_long[often] = np.clip(nth_short[often] + shift, 0, longs[in_run] - 1)
    of_short = both[first[run] + nth_short]
    value = of_short >> _PAIR_SHIFT << _PLACE_SHIFT | of_short & _PLACE
    value <<= _PLACE_SHIFT
    value |= both[(first + shorts)[run] + nth_long] & _PLACE
    value.sort()
    value = value[edges_of(value)]
    pair = value >> np.uint64(2 * PLACE_BITS)
    place, other = value >> _PLACE_SHIFT & _PLACE, value & _PLACE
    return SharedAnchors(pair.astype(np.int32), place.astype(np.int32), other.astype(np.int32))


def _neighbours(shared: SharedAnchors) -> Array:
    """Count around each shared anchor those that are at the same distance in both texts."""
    count = np.zeros(len(shared.pair), np.int32)
    for step in range(1, min(LOOK_AHEAD, len(count) - 1) + 1):
        here = shared.place[step:] - shared.place[:-step]
        there = shared.other[step:] - shared.other[:-step]
        drift = np.abs(there - here)
        together = (shared.pair[step:] == shared.pair[:-step]) & (here > 0) & (here <= _REACH)
        together &= (there > 0) & (drift <= DRIFT)
        value = together * np.where((here <= _BESIDE) & (drift == 0), 2, 1)
        count[step:] += value
        count[:-step] += value
    return count


def _partners(short: Side, shared: SharedAnchors) -> Array:
    """Return the place in the longer text of each kept anchor; -1 for the others."""
    partner = np.full(len(short.anchors), -1, np.int32)
    if len(shared.pair):
        own = short.begins[shared.pair] + shared.place
        edges = edges_of(own)
        from_end = int(_PLACE) - shared.other  # of two places with as many neighbours the first
        best = np.maximum.reduceat((_neighbours(shared) << PLACE_BITS) + from_end, edges)
        kept = best >= _LEAST_NEIGHBOURS << PLACE_BITS
        partner[own[edges[kept]]] = int(_PLACE) - (best[kept] & int(_PLACE))
    return partner
