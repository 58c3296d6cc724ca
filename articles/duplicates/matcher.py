"""The matcher: every duplicate in a set of texts, in memory.

Candidates come from shared keys, comparisons from fingerprints, groups from comparisons.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from articles.duplicates.decision import (
    RARE_GROUPS,
    REWORDED,
    Comparison,
    Context,
    in_context,
    judge,
)
from articles.duplicates.equal import SAME_TEXT, SAME_TEXT_VERSION, SAME_TEXT_WORDS
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.text.normal_form import squash, word_count

_BATCH = 256
_CANDIDATES = 24
"""Articles, of those that share most rare keys, that one is compared with."""
_REGROUPED = 64
"""Articles that are compared each with each to find groups anew, at most."""
_CARRIERS = 64
"""Articles that are remembered for a key: one that more have is not rare for long."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two articles with their comparison; the one that came later first."""

    article_id: str
    other_article_id: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Matched:
    """The groups of a set of texts, and the comparisons that they come from."""

    canonical: Mapping[str, str]
    """The canonical article of each article in a group of two or more, itself included."""
    compared: Sequence[Compared]
    """Every comparison that was made."""


def match_all(texts: Mapping[str, str]) -> Matched:
    """Return the duplicate groups among clean texts, by article id, in the order of arrival."""
    normal = {article_id: squash(text) for article_id, text in texts.items()}
    firsts: dict[str, str] = {}
    same = {}
    for article_id, text in normal.items():
        first = firsts.setdefault(text, article_id)
        if first != article_id and word_count(text) >= SAME_TEXT_WORDS:
            same[article_id] = first
    ids = [article_id for article_id in texts if article_id not in same]
    run = _Run(fingerprint([normal[article_id] for article_id in ids]))
    for start in range(0, len(ids), _BATCH):
        run.add(range(start, min(start + _BATCH, len(ids))))
    canonical_of = {ids[member]: ids[number] for member, number in run.canonical_of.items()}
    compared = [Compared(ids[a], ids[b], comparison) for (a, b), comparison in run.compared.items()]
    of_pair = {
        frozenset((pair.article_id, pair.other_article_id)): pair.comparison for pair in compared
    }
    arrival = {article_id: n for n, article_id in enumerate(texts)}
    for article_id, first in same.items():
        canonical = canonical_of[article_id] = canonical_of.setdefault(first, first)
        compared.append(Compared(article_id, first, _EQUAL))
        if canonical != first:  # what is said of a text holds for its equal
            later, earlier = sorted((article_id, canonical), key=arrival.__getitem__, reverse=True)
            compared.append(Compared(later, earlier, of_pair[frozenset((first, canonical))]))
    return Matched(canonical_of, compared)


_EQUAL = Comparison("same", SAME_TEXT, 1.0, 1.0, None, 0, 0, 0, SAME_TEXT_VERSION)
"""Equal texts need no fingerprints."""


@dataclass(slots=True)
class _Run:
    """What is known after some articles, by their numbers in the order of arrival."""

    fingerprints: Sequence[Fingerprint | None]
    carriers: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Key -> the articles that have it, the first ones."""
    compared: dict[tuple[int, int], Comparison] = field(default_factory=dict)
    """(later, earlier) -> their comparison."""
    near: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Article -> the earlier ones that it was compared with."""
    canonical_of: dict[int, int] = field(default_factory=dict)
    """Member -> canonical article."""
    groups: dict[int, set[int]] = field(default_factory=dict)
    """Canonical article -> members."""
    grouped: int = 0
    """How many articles have found their groups."""

    def add(self, batch: range) -> None:
        """Compare a batch with what came before and with itself, then group it."""
        self._compare([(number, other) for number in batch for other in self._candidates(number)])
        for number in batch:
            self._group(number)
            self.grouped = number + 1

    def _candidates(self, number: int) -> Sequence[int]:
        """Return those that share most rare keys, and the canonical articles of their groups."""
        own = self.fingerprints[number]
        shared: dict[int, int] = defaultdict(int)
        for key in () if own is None else own.keys.tolist():
            carriers = self.carriers[key]
            if self._spread(key) <= RARE_GROUPS:
                for other in carriers:
                    shared[other] += 1
            if len(carriers) < _CARRIERS:
                carriers.append(number)
        best = sorted(shared, key=lambda other: (-shared[other], other))[:_CANDIDATES]
        return list(
            dict.fromkeys([*best, *(self.canonical_of.get(other, other) for other in best)])
        )

    def _group_of(self, number: int) -> AbstractSet[int]:
        return self.groups.get(self.canonical_of.get(number, number), {number})

    def _spread(self, key: int) -> int:
        """Return how many groups have a key; those not grouped yet may all be one."""
        canonical = (
            self.canonical_of.get(n, n if n < self.grouped else -1) for n in self.carriers[key]
        )
        return len(set(canonical))

    def _compare(self, pairs: Sequence[tuple[int, int]]) -> None:
        known = [
            (pair, (own, other))
            for pair in pairs
            if (own := self.fingerprints[pair[0]]) is not None
            and (other := self.fingerprints[pair[1]]) is not None
        ]
        decided = judge([prints for _, prints in known])
        for (pair, _), comparison in zip(known, decided, strict=True):
            self.compared[pair] = comparison
            self.near[pair[0]].append(pair[1])

    def _context(self, number: int, other: int) -> Context:
        own, its = self.fingerprints[number], self.fingerprints[other]
        if own is None or its is None:
            return Context(0, 0)
        keys = set(own.keys.tolist()) & set(its.keys.tolist())
        return Context(len(keys), sum(self._spread(key) <= RARE_GROUPS for key in keys))

    def _group(self, number: int) -> None:
        """Let an article join those that it matches, in groups whose canonical matches all."""
        others = self.near[number]
        self._see_in_context([(number, other) for other in others])
        same = [other for other in others if self._is_same(number, other)]
        canonical = dict.fromkeys(self.canonical_of.get(other, other) for other in same)
        members = {number}.union(*map(self._group_of, same))
        first = next(
            (candidate for candidate in canonical if self._is_same(number, candidate)), None
        )
        if first is not None and (len(canonical) == 1 or len(members) > _REGROUPED):
            self.groups.setdefault(first, {first}).add(number)
            self.canonical_of |= {first: first, number: first}
        elif same and len(members) <= _REGROUPED:
            self._regroup(members)

    def _see_in_context(self, pairs: Sequence[tuple[int, int]]) -> None:
        for pair in pairs:
            if self._is_same(*pair) and self.compared[pair].method == REWORDED:
                self.compared[pair] = in_context(self.compared[pair], self._context(*pair))

    def _regroup(self, members: set[int]) -> None:
        """Put members into stars, the largest first (star clustering, Aslam et al. 2004)."""
        order = sorted(members)
        new = [(a, b) for b in order for a in order if a > b and (a, b) not in self.compared]
        self._compare(new)
        self._see_in_context(new)
        matching = {
            member: {other for other in order if member == other or self._is_same(member, other)}
            for member in order
        }
        before = {self.canonical_of.pop(n) for n in order if n in self.canonical_of}
        for canonical in before:
            self.groups.pop(canonical, None)
        while order:
            canonical = max(order, key=lambda n: (len(matching[n] & members), n in before, -n))
            star = matching[canonical] & members
            if len(star) > 1:
                self.groups[canonical] = star
                self.canonical_of |= dict.fromkeys(star, canonical)
            members = members - star
            order = sorted(members)

    def _is_same(self, number: int, other: int) -> bool:
        comparison = self.compared.get((max(number, other), min(number, other)))
        return comparison is not None and comparison.decision == "same"
