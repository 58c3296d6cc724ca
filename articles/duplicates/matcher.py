"""Matching: every duplicate in a set of texts, in memory.

Candidates come from shared keys, comparisons from sketches, groups from comparisons.
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
    """What was found in a set of texts."""

    canonical: Mapping[str, str]
    """The canonical article of each article in a group of two or more, itself included."""
    compared: Sequence[Compared]


def match_all(texts: Mapping[str, str]) -> Matched:
    """Return the duplicate groups among clean texts, by article id, in the order of arrival."""
    normal = {name: squash(text) for name, text in texts.items()}
    firsts: dict[str, str] = {}
    same = {}
    for name, text in normal.items():
        first = firsts.setdefault(text, name)
        if first != name and word_count(text) >= SAME_TEXT_WORDS:
            same[name] = first
    names = [name for name in texts if name not in same]
    run = _Run(fingerprint([normal[name] for name in names]))
    for start in range(0, len(names), _BATCH):
        run.add(range(start, min(start + _BATCH, len(names))))
    canonical = {names[member]: names[hub] for member, hub in run.hubs.items()}
    compared = [Compared(names[a], names[b], one) for (a, b), one in run.compared.items()]
    of_pair = {
        frozenset((one.article_id, one.other_article_id)): one.comparison for one in compared
    }
    arrival = {name: n for n, name in enumerate(texts)}
    for name, first in same.items():
        hub = canonical[name] = canonical.setdefault(first, first)
        compared.append(Compared(name, first, _EQUAL))
        if hub != first:  # what is said of a text holds for its equal
            later, earlier = sorted((name, hub), key=arrival.__getitem__, reverse=True)
            compared.append(Compared(later, earlier, of_pair[frozenset((first, hub))]))
    return Matched(canonical, compared)


_EQUAL = Comparison("same", SAME_TEXT, 1.0, 1.0, None, 0, 0, 0, SAME_TEXT_VERSION)
"""Equal texts need no sketch."""


@dataclass(slots=True)
class _Run:
    """What is known after some articles, by their numbers in the order of arrival."""

    sketches: Sequence[Fingerprint | None]
    carriers: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Key -> the articles that have it, the first ones."""
    compared: dict[tuple[int, int], Comparison] = field(default_factory=dict)
    """(later, earlier) -> their comparison."""
    near: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Article -> the earlier ones that it was compared with."""
    hubs: dict[int, int] = field(default_factory=dict)
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
        one = self.sketches[number]
        shared: dict[int, int] = defaultdict(int)
        for key in () if one is None else one.keys.tolist():
            carriers = self.carriers[key]
            if self._spread(key) <= RARE_GROUPS:
                for other in carriers:
                    shared[other] += 1
            if len(carriers) < _CARRIERS:
                carriers.append(number)
        best = sorted(shared, key=lambda other: (-shared[other], other))[:_CANDIDATES]
        return list(dict.fromkeys([*best, *(self.hubs.get(other, other) for other in best)]))

    def _group_of(self, number: int) -> AbstractSet[int]:
        return self.groups.get(self.hubs.get(number, number), {number})

    def _spread(self, key: int) -> int:
        """Return how many groups have a key; those not grouped yet may all be one."""
        hubs = (self.hubs.get(n, n if n < self.grouped else -1) for n in self.carriers[key])
        return len(set(hubs))

    def _compare(self, pairs: Sequence[tuple[int, int]]) -> None:
        held = [
            (pair, (one, other))
            for pair in pairs
            if (one := self.sketches[pair[0]]) is not None
            and (other := self.sketches[pair[1]]) is not None
        ]
        decided = judge([sketches for _, sketches in held])
        for (pair, _), comparison in zip(held, decided, strict=True):
            self.compared[pair] = comparison
            self.near[pair[0]].append(pair[1])

    def _context(self, number: int, other: int) -> Context:
        one, another = self.sketches[number], self.sketches[other]
        if one is None or another is None:
            return Context(0, 0)
        keys = set(one.keys.tolist()) & set(another.keys.tolist())
        return Context(len(keys), sum(self._spread(key) <= RARE_GROUPS for key in keys))

    def _group(self, number: int) -> None:
        """Let an article join those that it matches, in groups whose canonical matches all."""
        others = self.near[number]
        self._see_in_context([(number, other) for other in others])
        same = [other for other in others if self._is_same(number, other)]
        hubs = dict.fromkeys(self.hubs.get(other, other) for other in same)
        members = {number}.union(*map(self._group_of, same))
        first = next((hub for hub in hubs if self._is_same(number, hub)), None)
        if first is not None and (len(hubs) == 1 or len(members) > _REGROUPED):
            self.groups.setdefault(first, {first}).add(number)
            self.hubs |= {first: first, number: first}
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
            one: {other for other in order if one == other or self._is_same(one, other)}
            for one in order
        }
        before = {self.hubs.pop(one) for one in order if one in self.hubs}
        for hub in before:
            self.groups.pop(hub, None)
        while order:
            hub = max(order, key=lambda one: (len(matching[one] & members), one in before, -one))
            star = matching[hub] & members
            if len(star) > 1:
                self.groups[hub] = star
                self.hubs |= dict.fromkeys(star, hub)
            members = members - star
            order = sorted(members)

    def _is_same(self, one: int, other: int) -> bool:
        comparison = self.compared.get((max(one, other), min(one, other)))
        return comparison is not None and comparison.decision == "same"
