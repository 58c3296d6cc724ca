"""Alignment: how the anchors of two texts run side by side, for many pairs of sketches at once.

A rewording keeps names, numbers and some of the other words in their order, sentence for sentence.
So an anchor counts as *kept* if it stands in both texts with other shared anchors around it, at
the same distances. Two reports of one event share the names but not the runs; a follow-up shares
whole passages and has others without any; automated news shares the runs, but the numbers between
them differ. These are the things measured here; duplicates.py decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.anchors import NAME, NUMBER, RUN, Array
from articles.fingerprint import Sketch, is_kept

_REACH = 16
"""Anchors on either side among which an anchor finds company."""
_DRIFT = 3
"""Anchors that may have come or gone between it and its company."""
_COMPANY = 4
"""What makes an anchor kept; a name with its title is company of three, in any text."""
_BESIDE = 3
"""Company this close, with nothing come or gone, counts twice: sentences may be short."""
_LOOK_AHEAD = 12
"""Shared anchors that are looked at on either side."""
_PLACES = 4
"""Places in the other text at which an anchor is looked for."""
_WINDOW = 8
"""Anchors on either side over which the share of kept ones is taken."""
_HALF = 0.5
"""An anchor is covered where that share is at least this part of what it is around kept ones."""
_LEAST_SHARE = 0.12
_BRIDGE = 0.12
"""Share of shared anchors that covers a gap between two passages with a gap of like length."""
_LIKE = 0.25
"""Share by which such gaps may differ in length."""
_BRIDGED = 45
"""Anchors of such a gap, at most: about four sentences."""
_NEAR = 6
"""Anchors from a changed one to a kept one, at most."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Columns with a row a pair. "Shorter" is the text with fewer anchors."""

    anchors: Array
    """Anchors of the shorter text."""
    others: Array
    """Anchors of the longer text."""
    kept: Array
    """Anchors of the shorter text that stand in the longer one in the same company."""
    covered: Array
    """Share (0 to 1) of the shorter text that lies in passages with kept anchors."""
    other_covered: Array
    """The same share of the longer text."""
    strength: Array
    """Share of the anchors in these passages that are kept."""
    head: Array
    """Share of the shorter text before its first passage of that kind."""
    other_head: Array
    """Share of the longer text before the first kept anchor."""
    passages: Array
    """Pieces that the kept anchors fall into: they stand in the same order within each."""
    runs: Array
    """Anchors of scripts that mark no words."""
    words_kept: Array
    """Share (0 to 1) of words and runs in covered passages that are kept."""
    numbers: Array
    """Numbers in covered passages."""
    numbers_kept: Array
    names: Array
    """Names in covered passages."""
    names_kept: Array
    changed: Array
    """Names and numbers that are not kept where the longer text has others that are not kept."""


@dataclass(frozen=True, slots=True)
class _Side:
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
class _Shared:
    """Equal anchors of both texts of a pair, sorted; places are counted within each text."""

    pair: Array
    place: Array
    other: Array


def align(pairs: Sequence[tuple[Sketch, Sketch]]) -> Agreement:
    """Return how the two texts of each pair agree, a row a pair; the order within it is nothing."""
    ordered = [pair if _is_shorter(*pair) else pair[::-1] for pair in pairs]
    thinned = np.array([max(a.thinned, b.thinned) for a, b in ordered], np.uint32)
    short = _side([a for a, _ in ordered], thinned)
    long = _side([b for _, b in ordered], thinned)
    shared = _shared(short, long)
    return _measured(short, long, shared, _partners(short, shared))


def _is_shorter(one: Sketch, other: Sketch) -> bool:
    sizes = len(one.anchors) << one.thinned, len(other.anchors) << other.thinned
    if sizes[0] != sizes[1]:
        return sizes[0] < sizes[1]
    return (one.words, one.anchors.tobytes()) <= (other.words, other.anchors.tobytes())


def _side(sketches: Sequence[Sketch], thinned: Array) -> _Side:
    counts = np.array([len(one.anchors) for one in sketches], np.int32)
    anchors = np.concatenate([np.zeros(0, np.uint32), *(one.anchors for one in sketches)])
    pair = np.repeat(np.arange(len(sketches), dtype=np.int32), counts)
    if thinned.any():
        keep = is_kept(anchors, thinned[pair])
        anchors, pair = anchors[keep], pair[keep]
        counts = np.bincount(pair, minlength=len(sketches)).astype(np.int32)
    begins = (np.cumsum(counts) - counts).astype(np.int32)
    return _Side(anchors, pair, begins, counts, anchors & np.uint32(3))


def _ranges(sizes: Array) -> tuple[Array, Array]:
    """Return for 3, 1, 2: (0, 0, 0, 1, 2, 2) and (0, 1, 2, 0, 0, 1)."""
    owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    begins = (np.cumsum(sizes) - sizes).astype(np.int32)
    return owner, np.arange(len(owner), dtype=np.int32) - begins[owner]


_PLACE = np.uint64(0x1FF)


def _sortable(side: _Side, *, is_long: bool) -> Array:
    """Pack pair (24 bits), hash (30), side (1) and place (9) into one number each."""
    place = np.arange(len(side.pair), dtype=np.int32) - side.begins[side.pair]
    value = side.pair.astype(np.uint64) << np.uint64(40)
    value |= (side.anchors >> np.uint32(2)).astype(np.uint64) << np.uint64(10)
    return value | np.uint64(is_long << 9) | place.astype(np.uint64)


def _shared(short: _Side, long: _Side) -> _Shared:
    """Sort both sides together, so that equal anchors come to stand beside each other."""
    both = np.concatenate((_sortable(short, is_long=False), _sortable(long, is_long=True)))
    both.sort()
    edges = _edges(both >> np.uint64(10))
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
    run, nth = _ranges(shorts * places)
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
    value = value[_edges(value)]
    pair, place, other = value >> np.uint64(20), value >> np.uint64(10) & _PLACE, value & _PLACE
    return _Shared(pair.astype(np.int32), place.astype(np.int32), other.astype(np.int32))


def _edges(values: Array) -> Array:
    """Return where a run of equal values begins."""
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))[: len(values)])


def _company(shared: _Shared) -> Array:
    """Return the company of each shared anchor: those around it at the same distance in both."""
    company = np.zeros(len(shared.pair), np.int32)
    for step in range(1, min(_LOOK_AHEAD, len(company) - 1) + 1):
        here = shared.place[step:] - shared.place[:-step]
        there = shared.other[step:] - shared.other[:-step]
        drift = np.abs(there - here)
        together = (shared.pair[step:] == shared.pair[:-step]) & (here > 0) & (here <= _REACH)
        together &= (there > 0) & (drift <= _DRIFT)
        value = together * np.where((here <= _BESIDE) & (drift == 0), 2, 1)
        company[step:] += value
        company[:-step] += value
    return company


def _partners(short: _Side, shared: _Shared) -> Array:
    """Return the place in the longer text of each kept anchor; -1 for the others."""
    partner = np.full(len(short.anchors), -1, np.int32)
    if len(shared.pair):
        own = short.begins[shared.pair] + shared.place
        edges = _edges(own)
        best = np.maximum.reduceat(_company(shared) * 1024 + (1023 - shared.other), edges)
        kept = best >= _COMPANY * 1024
        partner[own[edges[kept]]] = 1023 - best[kept] % 1024
    return partner


def _measured(short: _Side, long: _Side, shared: _Shared, partner: Array) -> Agreement:
    kept = partner >= 0
    kept_long = np.zeros(len(long.anchors), bool)
    kept_long[long.begins[short.pair[kept]] + partner[kept]] = True
    kept_count, count = short.total(kept), np.maximum(short.counts, 1)
    around, around_long = _share_around(short, kept), _share_around(long, kept_long)
    # A passage is as dense in one text as in the other, if it was reworded; a follow-up packs
    # sentences together that stand apart in the story.
    density = np.maximum(_mean(short, around, kept), _mean(long, around_long, kept_long))
    least = np.maximum(_HALF * density, _LEAST_SHARE)
    covered = around >= least[short.pair]
    bare = _before_first(short, covered)
    covered |= _bridged(short, shared, partner, covered)
    head = _before_first(short, covered)
    covered_count = short.total(covered)
    covered_long = around_long >= least[long.pair]
    number, name = short.kinds == NUMBER, short.kinds == NAME
    word = ~(number | name)
    return Agreement(
        anchors=short.counts,
        others=long.counts,
        kept=kept_count,
        covered=np.where(kept_count > 0, covered_count / count, 0.0),
        other_covered=long.total(covered_long) / np.maximum(long.counts, 1),
        strength=short.total(kept & covered) / np.maximum(covered_count, 1),
        head=head,
        other_head=np.where(head < bare, 0.0, _before_first(long, covered_long)),
        passages=_passages(short, partner),
        runs=short.total(short.kinds == RUN),
        words_kept=_mean(short, kept, covered & word),
        numbers=short.total(covered & number),
        numbers_kept=short.total(covered & number & kept),
        names=short.total(covered & name),
        names_kept=short.total(covered & name & kept),
        changed=short.total(_changed(short, long, partner, kept_long)),
    )


def _passages(short: _Side, partner: Array) -> Array:
    """Return how many pieces have another neighbour in the longer text than in the shorter."""
    at = np.flatnonzero(partner >= 0)
    here, there = np.diff(at), np.diff(partner[at])
    broken = (there <= 0) | (np.abs(there - here) > _DRIFT + here // 4)
    same = short.pair[at[1:]] == short.pair[at[:-1]]
    count = np.bincount(short.pair[at[1:][broken & same]], minlength=len(short.counts))
    return count + 1


def _mean(side: _Side, values: Array, chosen: Array) -> Array:
    # Not a difference of running sums, which would carry the rounding of other pairs along.
    sums = np.bincount(side.pair, values * chosen, len(side.counts))
    means: Array = sums / np.maximum(side.total(chosen), 1)
    return means


def _share_around(side: _Side, kept: Array) -> Array:
    """Return the share (0 to 1) of kept anchors in the window around each anchor."""
    sums = np.concatenate(([0], np.cumsum(kept)))
    index = np.arange(len(side.anchors))
    begin = side.begins[side.pair]
    end = begin + side.counts[side.pair]
    # At the ends of a text the window is moved, not cut: a name there is not a passage.
    low = np.maximum(np.minimum(index - _WINDOW, end - 2 * _WINDOW - 1), begin)
    high = np.minimum(low + 2 * _WINDOW + 1, end)
    shares: Array = (sums[high] - sums[low]) / (high - low)
    return shares


def _before_first(side: _Side, covered: Array) -> Array:
    """Return the share (0 to 1) of each text before its first covered anchor."""
    first = side.counts.copy()
    at = np.flatnonzero(covered)
    at = at[_edges(side.pair[at])]
    pair = side.pair[at]
    first[pair] = at - side.begins[pair]
    shares: Array = first / np.maximum(side.counts, 1)
    return shares


def _bridged(short: _Side, shared: _Shared, partner: Array, covered: Array) -> Array:
    """Return which anchors stand in an uncovered stretch that the longer text has as well.

    That is one before the first covered passage or between two, for which the longer text has a
    stretch of the same length in the same place, with a few of the same anchors: told anew.
    """
    bridged = np.zeros(len(covered), bool)
    at = np.flatnonzero(covered & (partner >= 0))
    first = at[_edges(short.pair[at])]
    left = np.concatenate((short.begins[short.pair[first]] - 1, at[:-1]))
    before = np.concatenate((np.full(len(first), -1, np.int32), partner[at[:-1]]))
    right = np.concatenate((first, at[1:]))
    pair = np.concatenate((short.pair[first], short.pair[at[:-1]]))
    size, there = right - left - 1, partner[right] - before - 1
    uncovered = np.concatenate(([0], np.cumsum(~covered)))
    like = (pair == short.pair[right]) & (uncovered[right] > uncovered[left + 1])
    like &= (size <= _BRIDGED) & (np.abs(there - size) <= _DRIFT + size * _LIKE)
    left, size, there, before = left[like], size[like], there[like], before[like]
    owner, nth = _ranges(size)
    gap_of = np.full(len(covered), -1)
    gap_of[left[owner] + 1 + nth] = owner
    own = short.begins[shared.pair] + shared.place
    in_gap = np.flatnonzero(gap_of[own] >= 0)
    gap = gap_of[own[in_gap]]
    distance = shared.other[in_gap] - before[gap]
    found = own[in_gap][(distance > 0) & (distance <= there[gap])]
    found = found[_edges(found)]
    enough = np.bincount(gap_of[found], minlength=len(size)) >= np.maximum(2, _BRIDGE * size)
    bridged[gap_of >= 0] = enough[gap_of[gap_of >= 0]]
    return bridged


def _changed(short: _Side, long: _Side, partner: Array, kept_long: Array) -> Array:
    """Return which names and numbers have made room for another that is not kept either."""
    size = len(short.anchors)
    index = np.arange(size)
    kept = partner >= 0
    before = np.maximum.accumulate(np.where(kept, index, -1))
    after = np.minimum.accumulate(np.where(kept, index, size)[::-1])[::-1]
    left, right = np.maximum(before, 0), np.minimum(after, size - 1)
    has_left = (before >= 0) & (short.pair[left] == short.pair) & (index - before <= _NEAR)
    has_right = (after < size) & (short.pair[right] == short.pair) & (after - index <= _NEAR)
    begin = long.begins[short.pair]
    end = begin + long.counts[short.pair]
    from_left, to_right = begin + partner[left] + 1, begin + partner[right]
    between = has_left & has_right & (to_right >= from_left) & (to_right - from_left < 10)
    low = np.clip(np.where(has_left, from_left, to_right - 3), begin, end)
    high = np.where(between | ~has_left, to_right, from_left + 3)
    high = np.clip(high, low, end)
    replaced = np.zeros(size, bool)
    for kind in (NUMBER, NAME):
        alone = np.concatenate(([0], np.cumsum(~kept_long & (long.kinds == kind))))
        replaced |= (short.kinds == kind) & (alone[high] > alone[low])
    replaced &= ~kept & (has_left | has_right)
    return replaced
