"""Alignment: how the anchors of two texts run side by side, for many pairs of sketches at once.

A rewording keeps names, numbers and some of the other words in their order, sentence for sentence.
So an anchor counts as *kept* if it stands in both texts with other shared anchors around it, at
the same distances. agreement.py measures what that says of two texts, duplicates.py decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.duplicates.characters import Array
from articles.duplicates.fingerprint import Fingerprint, is_kept
from articles.duplicates.segments import edges_of, ranges

_REACH = 16
"""Anchors on either side among which an anchor finds company."""
DRIFT = 3
"""Anchors that may have come or gone between it and its company."""
_COMPANY = 4
"""What makes an anchor kept; a name with its title is company of three, in any text."""
_BESIDE = 3
"""Company this close, with nothing come or gone, counts twice: sentences may be short."""
_LOOK_AHEAD = 12
"""Shared anchors that are looked at on either side."""
_PLACES = 4
"""Places in the other text at which an anchor is looked for."""


@dataclass(frozen=True, slots=True)
class Side:
    """The anchors of one text of each pair, one after the other."""

    anchors: Array
    pair: Array
    begins: Array
    counts: Array
    kinds: Array

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
    other: Array


@dataclass(frozen=True, slots=True)
class Alignment:
    """The anchors of the two texts of many pairs, and which stand for which."""

    short: Side
    """The texts with fewer anchors, one of each pair."""
    long: Side
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


def _is_shorter(one: Fingerprint, other: Fingerprint) -> bool:
    sizes = len(one.anchors) << one.thinned, len(other.anchors) << other.thinned
    if sizes[0] != sizes[1]:
        return sizes[0] < sizes[1]
    return (one.words, one.anchors.tobytes()) <= (other.words, other.anchors.tobytes())


def _side(sketches: Sequence[Fingerprint], thinned: Array) -> Side:
    counts = np.array([len(one.anchors) for one in sketches], np.int32)
    anchors = np.concatenate([np.zeros(0, np.uint32), *(one.anchors for one in sketches)])
    pair = np.repeat(np.arange(len(sketches), dtype=np.int32), counts)
    if thinned.any():
        keep = is_kept(anchors, thinned[pair])
        anchors, pair = anchors[keep], pair[keep]
        counts = np.bincount(pair, minlength=len(sketches)).astype(np.int32)
    begins = (np.cumsum(counts) - counts).astype(np.int32)
    return Side(anchors, pair, begins, counts, anchors & np.uint32(3))


_PLACE = np.uint64(0x1FF)


def _sortable(side: Side, *, is_long: bool) -> Array:
    """Pack pair (24 bits), hash (30), side (1) and place (9) into one number each."""
    place = np.arange(len(side.pair), dtype=np.int32) - side.begins[side.pair]
    value = side.pair.astype(np.uint64) << np.uint64(40)
    value |= (side.anchors >> np.uint32(2)).astype(np.uint64) << np.uint64(10)
    return value | np.uint64(is_long << 9) | place.astype(np.uint64)


def _shared_anchors(short: Side, long: Side) -> SharedAnchors:
    """Sort both sides together, so that equal anchors come to stand beside each other."""
    both = np.concatenate((_sortable(short, is_long=False), _sortable(long, is_long=True)))
    both.sort()
    edges = edges_of(both >> np.uint64(10))
    sizes = np.diff(np.append(edges, len(both)))
    of_long = ((both >> np.uint64(9)) & np.uint64(1)).astype(np.int32)
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
    value = (of_short >> np.uint64(40) << np.uint64(20)) | (of_short & _PLACE) << np.uint64(10)
    value |= both[(first + shorts)[run] + nth_long] & _PLACE
    value.sort()
    value = value[edges_of(value)]
    pair, place, other = value >> np.uint64(20), value >> np.uint64(10) & _PLACE, value & _PLACE
    return SharedAnchors(pair.astype(np.int32), place.astype(np.int32), other.astype(np.int32))


def _company(shared: SharedAnchors) -> Array:
    """Return the company of each shared anchor: those around it at the same distance in both."""
    company = np.zeros(len(shared.pair), np.int32)
    for step in range(1, min(_LOOK_AHEAD, len(company) - 1) + 1):
        here = shared.place[step:] - shared.place[:-step]
        there = shared.other[step:] - shared.other[:-step]
        drift = np.abs(there - here)
        together = (shared.pair[step:] == shared.pair[:-step]) & (here > 0) & (here <= _REACH)
        together &= (there > 0) & (drift <= DRIFT)
        value = together * np.where((here <= _BESIDE) & (drift == 0), 2, 1)
        company[step:] += value
        company[:-step] += value
    return company


def _partners(short: Side, shared: SharedAnchors) -> Array:
    """Return the place in the longer text of each kept anchor; -1 for the others."""
    partner = np.full(len(short.anchors), -1, np.int32)
    if len(shared.pair):
        own = short.begins[shared.pair] + shared.place
        edges = edges_of(own)
        best = np.maximum.reduceat(_company(shared) * 1024 + (1023 - shared.other), edges)
        kept = best >= _COMPANY * 1024
        partner[own[edges[kept]]] = 1023 - best[kept] % 1024
    return partner
