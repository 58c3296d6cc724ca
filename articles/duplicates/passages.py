"""What two texts have in common, for a person to see: passages, names and numbers, corrections.

Everything starts from equal anchors (anchors.py). Passages are found by greedy tiling (Wise 1993):
the longest equal stretch first, then what it leaves, in whatever order. Names and numbers count
along the longest sequence that both texts have. Names are told by capitals: where a script has
none, or capitals say nothing (German), there are numbers only.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from articles.terms import characters
from articles.terms.characters import Array
from articles.terms.find import NAME, NUMBER, find_terms
from articles.terms.segments import ranges

MOST_ANCHORS = 2000
"""What stands after the last of them in a text is not looked at."""
MOST_SPANS, MOST_IN_SEQUENCE, MOST_CHANGED = 50, 100, 20
LEAST_WEIGHT = 12
"""The weight of a span, at least: a word weighs 3, a character of a script without spaces 1."""
_PLACES = 6
"""Places in the other text at which an anchor is looked for."""
_LOOK = 16
"""Signs on either side that are compared first, for all pairs of anchors at once."""
_NEAR = 6
"""Anchors between two kept ones, at most, if what differs there stands in each other's place."""
# Where scripts without spaces begin and end: Thai and Lao, Burmese, Khmer, kana, Han.
_UNSPACED = [
    0xE00, 0xF00, 0x1000, 0x10A0, 0x1780, 0x1800, 0x3040, 0x3100, 0x3400, 0xA000, 0xF900, 0xFB00,
    0xFF66, 0xFFA0, 0x20000, 0x40000,
]  # fmt: skip
# Where their marks begin and end, which stay with the character before them.
_MARKS = [
    0xE31, 0xE32, 0xE34, 0xE3B, 0xE47, 0xE4F, 0xEB1, 0xEB2, 0xEB4, 0xEBD, 0xEC8, 0xECF,
    0x102B, 0x103F, 0x17B6, 0x17D4,
]  # fmt: skip

_Row = tuple[int, ...]
"""Numbers of anchors, one a text."""
_Chain = tuple[_Row, "_Chain | None"]


class Span(NamedTuple):
    """A stretch in which both texts are equal but for case, as code point offsets."""

    begin: int
    end: int
    other_begin: int
    other_end: int


@dataclass(frozen=True, slots=True)
class CommonPassages:
    """What two texts share. Swapping the texts swaps the columns."""

    spans: tuple[Span, ...]
    """Whole words that overlap in neither text, in order of begin; the longest MOST_SPANS."""
    sequence: tuple[str, ...]
    """Names and numbers that both have in the same order, as printed in the first text."""
    changed: tuple[tuple[str, str], ...]
    """Names and numbers in each other's place: what stands in the first and in the other."""
    is_whole: bool
    """False if a text has more than MOST_ANCHORS, so that only its beginning was looked at."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two texts, cut after MOST_ANCHORS."""

    text: str
    folded: str
    """The text without case, character for character."""
    hashes: Array
    kinds: list[int]
    begins: list[int]
    ends: list[int]
    is_bound: Array
    """One a character and one more: whether no word goes on across the place before it."""
    weight: Array
    """One a character and one more: of all that stands before it."""

    def goes_on(self, number: int, following: int) -> bool:
        """Return whether two anchors are parts of one name."""
        is_beside = following == number + 1 and self.begins[following] - self.ends[number] == 1
        return is_beside and NUMBER not in self.kinds[number : following + 1]


def common_passages(text: str, other: str) -> CommonPassages:
    """Return what two texts in normal form (`squash`) share."""
    is_swapped = (len(other), other) < (len(text), text)
    first, second, is_whole = _sides((other, text) if is_swapped else (text, other))
    firsts, seconds = _pairs(first.hashes, second.hashes)
    spans = _spans(first, second, _runs(first, second, firsts, seconds))
    kept = _in_order(firsts, seconds)
    # A name that begins a sentence in one text is told by the other.
    told = [(m, n) for m, n in kept if max(first.kinds[m], second.kinds[n]) in {NAME, NUMBER}]
    sequence = [printed[is_swapped] for printed in _printed((first, second), told)]
    changed = list(_changed(first, second, kept))[:MOST_CHANGED]
    if is_swapped:
        spans = [Span(*span[2:], *span[:2]) for span in spans]
        changed = [(own, other_own) for other_own, own in changed]
    names = tuple(sequence[:MOST_IN_SEQUENCE])
    return CommonPassages(tuple(sorted(spans)), names, tuple(changed), is_whole)


def _sides(texts: tuple[str, str]) -> tuple[_Side, _Side, bool]:
    """Return both texts, and whether they are whole."""
    terms = find_terms(texts)
    sides = []
    is_whole = True
    for text, start, stop in zip(texts, terms.starts[:-1], terms.starts[1:], strict=True):
        rows = start + np.flatnonzero(terms.is_anchor[start:stop])
        is_whole &= len(rows) <= MOST_ANCHORS
        cut = text if len(rows) <= MOST_ANCHORS else text[: terms.ends[rows[MOST_ANCHORS - 1]]]
        rows = rows[:MOST_ANCHORS]
        kinds, begins, ends = (c[rows].tolist() for c in (terms.kinds, terms.begins, terms.ends))
        # İ is the only character whose small form is two; sigma alone has two small forms.
        folded = cut.replace("İ", "i").lower().replace("ς", "σ")
        hashes = terms.hashes[rows]
        sides.append(_Side(cut, folded, hashes, kinds, begins, ends, *_measures(folded)))
    return sides[0], sides[1], is_whole


def _code_points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _measures(text: str) -> tuple[Array, Array]:
    """Return where words may end, and the weight of what stands before each place."""
    code_points = _code_points(text)
    numbers = characters.look_up(code_points)
    is_unspaced = np.searchsorted(_UNSPACED, code_points, "right") % 2 == 1
    is_word = np.zeros(len(code_points) + 2, bool)  # with a character that is none on either side
    is_word[1:-1] = (characters.groups(numbers) != characters.NONE) & ~is_unspaced
    # 1,250 and U.S are one word each.
    is_word[1:-1] |= (numbers & characters.JOINT != 0) & is_word[:-2] & is_word[2:]
    is_bound = ~(is_word[:-1] & is_word[1:])
    is_bound[:-1] &= np.searchsorted(_MARKS, code_points, "right") % 2 == 0
    begins = is_word[1:-1] & ~is_word[:-2]
    return is_bound, np.append(0, np.cumsum(3 * begins + is_unspaced))


def _pairs(first: Array, second: Array) -> tuple[Array, Array]:
    """Return the numbers of equal anchors, at most _PLACES in the second for each in the first.

    One that stands often in the second text is looked for where its nth place comes nth, counted
    from the start and from the end, and around these.
    """
    order, others = np.argsort(first, kind="stable"), np.argsort(second, kind="stable")
    first, second = first[order], second[others]
    begin, low = np.searchsorted(first, first), np.searchsorted(second, first)
    count = np.searchsorted(second, first, "right") - low
    surplus = count - (np.searchsorted(first, first, "right") - begin)
    sizes = np.minimum(count, _PLACES)
    owner, nth = ranges(sizes)
    half = _PLACES // 2
    like = owner - begin[owner] + nth % half - 1 + surplus[owner] * (nth >= half)
    nth = np.where(count[owner] > _PLACES, np.clip(like, 0, count[owner] - 1), nth)
    return order[owner], others[low[owner] + nth]


def _in_order(firsts: Array, seconds: Array) -> list[_Row]:
    """Return the longest sequence of anchors that both texts have (Hunt and Szymanski 1977)."""
    order = np.lexsort((-seconds, firsts))
    # Of the sequences of each length, the one that ends first in the second text.
    tails: list[int] = []
    chains: list[_Chain] = []
    for row in zip(firsts[order].tolist(), seconds[order].tolist(), strict=True):
        at = bisect_left(tails, row[1])
        tails[at : at + 1] = [row[1]]
        chains[at : at + 1] = [(row, chains[at - 1] if at else None)]
    kept = []
    chain = chains[-1] if chains else None
    while chain:
        kept.append(chain[0])
        chain = chain[1]
    return kept[::-1]


def _printed(sides: Sequence[_Side], rows: Iterable[_Row]) -> list[tuple[str, ...]]:
    """Return what stands at rows of anchors in each text; the parts of a name together."""
    runs: list[tuple[_Row, _Row]] = []
    for row in rows:
        if runs and all(map(_Side.goes_on, sides, runs[-1][1], row)):
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return [
        tuple(s.text[s.begins[m] : s.ends[n]] for s, m, n in zip(sides, *run, strict=True))
        for run in runs
    ]


def _changed(first: _Side, second: _Side, kept: Sequence[_Row]) -> Iterator[tuple[str, str]]:
    """Yield names and numbers in each other's place between kept anchors.

    What is not kept in either text but stands in both has moved.
    """
    if not kept:
        return
    columns = zip((first, second), zip(*kept, strict=True), strict=True)
    moved = set.intersection(*(set(np.delete(s.hashes, n).tolist()) for s, n in columns))
    bounds = [(-1, -1), *kept, (len(first.hashes), len(second.hashes))]
    for (begin, other_begin), (end, other_end) in pairwise(bounds):
        gap, other_gap = range(begin + 1, end), range(other_begin + 1, other_end)
        if not gap or not other_gap or max(len(gap), len(other_gap)) > _NEAR:
            continue
        for kind in (NUMBER, NAME):
            ours, theirs = _loose(first, gap, kind, moved), _loose(second, other_gap, kind, moved)
            if len(ours) == len(theirs):
                yield from zip(ours, theirs, strict=True)
            elif ours and theirs:
                yield ", ".join(ours), ", ".join(theirs)


def _loose(side: _Side, gap: range, kind: int, moved: set[int]) -> list[str]:
    """Return the anchors of one kind in a gap as printed, without those that have moved."""
    rows = [(n,) for n in gap if side.kinds[n] == kind and int(side.hashes[n]) not in moved]
    return [text for (text,) in _printed((side,), rows)]


def _spans(first: _Side, second: _Side, runs: Iterable[Span]) -> list[Span]:
    """Return the longest of equal stretches, in whole words, that overlap in neither text."""
    taken, other_taken = np.zeros(len(first.text), bool), np.zeros(len(second.text), bool)
    spans = []
    for run in sorted(runs, key=_longest_first):
        free = ~(taken[run.begin : run.end] | other_taken[run.other_begin : run.other_end])
        edges = np.flatnonzero(np.diff(free, prepend=False, append=False)).reshape(-1, 2)
        if len(edges):
            begin, end = edges[np.argmax(edges[:, 1] - edges[:, 0])].tolist()
            span = _whole_words(first, second, _part(run, begin, end))
            if first.weight[span.end] - first.weight[span.begin] >= LEAST_WEIGHT:
                taken[span.begin : span.end] = other_taken[span.other_begin : span.other_end] = True
                spans.append(span)
    return sorted(spans, key=_longest_first)[:MOST_SPANS]


def _longest_first(span: Span) -> tuple[int, int, int]:
    return span.begin - span.end, span.begin + span.other_begin, span.begin


def _part(span: Span, begin: int, end: int) -> Span:
    at, other_at = span.begin, span.other_begin
    return Span(at + begin, at + end, other_at + begin, other_at + end)


def _whole_words(first: _Side, second: _Side, run: Span) -> Span:
    """Return a run without the parts of words, and without the spaces, at its ends."""
    is_bound = first.is_bound[run.begin : run.end + 1]
    bounds = np.flatnonzero(is_bound & second.is_bound[run.other_begin : run.other_end + 1])
    begin, end = (int(bounds[0]), int(bounds[-1])) if len(bounds) else (0, 0)
    words = first.text[run.begin + begin : run.begin + end]
    return _part(run, begin + len(words) - len(words.lstrip()), begin + len(words.rstrip()))


def _runs(first: _Side, second: _Side, firsts: Array, seconds: Array) -> Iterator[Span]:
    """Yield the stretches of equal characters around equal anchors and at the start, each once."""
    places = np.append(np.array(first.begins, int)[firsts], 0)
    others = np.append(np.array(second.begins, int)[seconds], 0)
    chosen = np.flatnonzero(_is_hopeful(first, second, places, others))
    order = chosen[np.lexsort((places[chosen], (others - places)[chosen]))]
    text, other_text = first.folded, second.folded
    back, other_back = text[::-1], other_text[::-1]
    last = Span(0, -1, 0, -1)
    for place, other in zip(places[order].tolist(), others[order].tolist(), strict=True):
        if other - place != last.other_begin - last.begin or place > last.end:
            ahead = _equal(text, other_text, place, other)
            behind = _equal(back, other_back, len(text) - place, len(other_text) - other)
            last = Span(place - behind, place + ahead, other - behind, other + ahead)
            yield last


def _is_hopeful(first: _Side, second: _Side, places: Array, others: Array) -> Array:
    """Return at which pairs of places a span may stand, by the characters around them."""
    windows, other_windows = (
        sliding_window_view(np.pad(_code_points(s.folded), _LOOK, constant_values=n), 2 * _LOOK)
        for s, n in ((first, 1 << 30), (second, 1 << 31))  # beyond its ends a text equals nothing
    )
    is_equal = windows[places] == other_windows[others]
    ahead = np.logical_and.accumulate(is_equal[:, _LOOK:], axis=1).sum(axis=1)
    behind = np.logical_and.accumulate(is_equal[:, _LOOK - 1 :: -1], axis=1).sum(axis=1)
    weight = first.weight[places + ahead] - first.weight[places - behind]
    hopeful: Array = (weight >= LEAST_WEIGHT) | (ahead == _LOOK) | (behind == _LOOK)
    return hopeful


def _equal(text: str, other_text: str, at: int, other_at: int) -> int:
    """Return how many characters are equal from these places on."""
    lengths = range(1, min(len(text) - at, len(other_text) - other_at) + 1)
    return bisect_left(
        lengths, True, key=lambda n: not text.startswith(other_text[other_at : other_at + n], at)
    )
