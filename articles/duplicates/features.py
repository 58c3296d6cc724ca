"""The features of a pair: what an alignment says about two texts, in figures.

Two reports of one event share names, but in short runs; a follow-up shares whole passages and has
others of its own, first of all its beginning; automated news shares the words, but the numbers
between them differ. That is measured here; decision.py decides.
"""

from dataclasses import dataclass

import numpy as np

from articles.duplicates.alignment import DRIFT, Alignment, SharedAnchors, Side
from articles.duplicates.anchors import NAME, NUMBER, RUN
from articles.duplicates.characters import Array
from articles.duplicates.segments import edges_of, ranges

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
class PairFeatures:
    """Columns with a row a pair. "Shorter" is the text with fewer anchors."""

    anchors: Array
    """Anchors of the shorter text."""
    others: Array
    """Anchors of the longer text."""
    kept: Array
    """Anchors of the shorter text that stand in the longer one with the same neighbours."""
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
    """Passages that the kept anchors fall into: they stand in the same order within each."""
    runs: Array
    """Anchors of scripts that mark no words."""
    words_kept: Array
    """Share (0 to 1) of words and runs in covered passages that are kept."""
    numbers: Array
    """Numbers in covered passages."""
    numbers_kept: Array
    """Numbers in covered passages that are kept."""
    names: Array
    """Names in covered passages."""
    names_kept: Array
    """Names in covered passages that are kept."""
    changed: Array
    """Names and numbers that are not kept where the longer text has others that are not kept."""


def measure_features(alignment: Alignment) -> PairFeatures:
    """Return the measures of each pair of an alignment."""
    short, long, shared = alignment.short, alignment.long, alignment.shared
    partner = alignment.partner
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
    covered |= _bridged(short, shared, partner, covered)
    covered_count = short.total(covered)
    covered_long = around_long >= least[long.pair]
    number, name = short.kinds == NUMBER, short.kinds == NAME
    word = ~(number | name)
    # A column a line.
    return PairFeatures(
        anchors=short.counts,
        others=long.counts,
        kept=kept_count,
        covered=np.where(kept_count > 0, covered_count / count, 0.0),
        other_covered=long.total(covered_long) / np.maximum(long.counts, 1),
        strength=short.total(kept & covered) / np.maximum(covered_count, 1),
        head=_before_first(short, covered),
        other_head=_before_first(long, covered_long),
        passages=_passages(short, partner),
        runs=short.total(short.kinds == RUN),
        words_kept=_mean(short, kept, covered & word),
        numbers=short.total(covered & number),
        numbers_kept=short.total(covered & number & kept),
        names=short.total(covered & name),
        names_kept=short.total(covered & name & kept),
        changed=short.total(_changed(short, long, partner, kept_long)),
    )


def _passages(short: Side, partner: Array) -> Array:
    """Return how many passages have another neighbour in the longer text than in the shorter."""
    at = np.flatnonzero(partner >= 0)
    here, there = np.diff(at), np.diff(partner[at])
    broken = (there <= 0) | (np.abs(there - here) > DRIFT + here // 4)
    same = short.pair[at[1:]] == short.pair[at[:-1]]
    count = np.bincount(short.pair[at[1:][broken & same]], minlength=len(short.counts))
    return count + 1


def _mean(side: Side, values: Array, chosen: Array) -> Array:
    # Not a difference of running sums, which would carry the rounding of other pairs along.
    sums = np.bincount(side.pair, values * chosen, len(side.counts))
    means: Array = sums / np.maximum(side.total(chosen), 1)
    return means


def _share_around(side: Side, kept: Array) -> Array:
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


def _before_first(side: Side, covered: Array) -> Array:
    """Return the share (0 to 1) of each text before its first covered anchor."""
    first = side.counts.copy()
    at = np.flatnonzero(covered)
    at = at[edges_of(side.pair[at])]
    pair = side.pair[at]
    first[pair] = at - side.begins[pair]
    shares: Array = first / np.maximum(side.counts, 1)
    return shares


def _bridged(short: Side, shared: SharedAnchors, partner: Array, covered: Array) -> Array:
    """Return which anchors stand in an uncovered stretch that the longer text has as well.

    That is one between two covered passages, for which the longer text has a stretch of the same
    length, with a few of the same anchors: sentences told anew. A beginning is never bridged: a
    follow-up has another.
    """
    bridged = np.zeros(len(covered), bool)
    at = np.flatnonzero(covered & (partner >= 0))
    left, right = at[:-1], at[1:]
    size, there = right - left - 1, partner[right] - partner[left] - 1
    uncovered = np.concatenate(([0], np.cumsum(~covered)))
    like = (short.pair[left] == short.pair[right]) & (uncovered[right] > uncovered[left])
    like &= (size <= _BRIDGED) & (np.abs(there - size) <= DRIFT + size * _LIKE)
    left, size, there = left[like], size[like], there[like]
    owner, nth = ranges(size)
    gap_of = np.full(len(covered), -1)
    gap_of[left[owner] + 1 + nth] = owner
    own = short.begins[shared.pair] + shared.place
    in_gap = np.flatnonzero(gap_of[own] >= 0)
    gap = gap_of[own[in_gap]]
    distance = shared.other[in_gap] - partner[left[gap]]
    met = own[in_gap][(distance > 0) & (distance <= there[gap])]
    met = met[edges_of(met)]
    enough = np.bincount(gap_of[met], minlength=len(size)) >= np.maximum(2, _BRIDGE * size)
    bridged[gap_of >= 0] = enough[gap_of[gap_of >= 0]]
    return bridged


def _changed(short: Side, long: Side, partner: Array, kept_long: Array) -> Array:
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
