"""The matcher: every duplicate in a set of texts, in memory.

Candidates come from shared keys, comparisons from fingerprints, groups from comparisons.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np

from articles.duplicates.decision import Comparison, judge
from articles.duplicates.equal import SAME_TEXT, SAME_TEXT_VERSION, SAME_TEXT_WORDS
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.terms.characters import Array
from articles.terms.segments import edges_of, ranges
from articles.text.normal_form import squash, word_count

RARE_GROUPS = 6
"""A key that more groups share says nothing: automated news, standing phrases."""
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
    run = _Run(fingerprint([normal[article_id] for article_id in ids]), np.arange(len(ids)))
    for start in range(0, len(ids), _BATCH):
        run.add(range(start, min(start + _BATCH, len(ids))))
    canonical_of = {
        ids[member]: ids[canonical]
        for canonical, members in run.groups.items()
        for member in members
    }
    compared = [Compared(ids[a], ids[b], comparison) for (a, b), comparison in run.compared.items()]
    number_of = {article_id: n for n, article_id in enumerate(ids)} if same else {}
    arrival = {article_id: n for n, article_id in enumerate(texts)}
    for article_id, first in same.items():
        canonical = canonical_of[article_id] = canonical_of.setdefault(first, first)
        compared.append(Compared(article_id, first, _EQUAL))
        if canonical != first:  # what is said of a text holds for its equal
            later, earlier = sorted((article_id, canonical), key=arrival.__getitem__, reverse=True)
            pair = sorted((number_of[first], number_of[canonical]), reverse=True)
            compared.append(Compared(later, earlier, run.compared[pair[0], pair[1]]))
    return Matched(canonical_of, compared)


_EQUAL = Comparison("same", SAME_TEXT, 1.0, 1.0, 1.0, 1.0, SAME_TEXT_VERSION)
"""Equal texts need no fingerprints."""


@dataclass(slots=True)
class _Run:
    """What is known after some articles, by their numbers in the order of arrival."""

    fingerprints: Sequence[Fingerprint | None]
    canonical_of: Array
    """int64: the canonical article of each, its own number where it stands alone."""
    keys: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    """The keys of all articles that have come, sorted."""
    carriers: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    """The article of each key; of equal keys the first one first."""
    compared: dict[tuple[int, int], Comparison] = field(default_factory=dict)
    """(later, earlier) -> their comparison."""
    same: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Article -> the earlier ones that are the same as it."""
    groups: dict[int, set[int]] = field(default_factory=dict)
    """Canonical article -> members."""

    def add(self, batch: range) -> None:
        """Compare a batch with what came before and with itself, then group it."""
        self._compare(self._candidates(*self._indexed(batch)))
        for number in batch:
            self._group(number)

    def _indexed(self, batch: range) -> tuple[Array, Array]:
        """Put the keys of a batch into the index; return them, and the article of each."""
        own = [one.keys for n in batch if (one := self.fingerprints[n]) is not None]
        sizes = [
            0 if one is None else len(one.keys)
            for one in self.fingerprints[batch.start : batch.stop]
        ]
        keys = np.concatenate([np.zeros(0, np.uint64), *own])
        numbers = np.repeat(np.arange(batch.start, batch.stop), sizes)
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(self.keys, keys[order], "right")
        self.keys = np.insert(self.keys, at, keys[order])
        self.carriers = np.insert(self.carriers, at, numbers[order])
        return keys, numbers

    def _candidates(self, keys: Array, numbers: Array) -> list[tuple[int, int]]:
        """Return each article with those before it that share most of its rare keys.

        With those stand the canonical articles of their groups.
        """
        low = np.searchsorted(self.keys, keys)
        count = np.searchsorted(self.keys, keys, "right") - low
        owner, nth = ranges(np.minimum(count, _CARRIERS))
        others = self.carriers[low[owner] + nth]
        # A key is rare by the groups that have it; those not grouped yet may all be one.
        groups = np.where(others < numbers[0] if len(numbers) else 0, self.canonical_of[others], -1)
        code = np.sort(owner.astype(np.int64) * (len(self.canonical_of) + 1) + groups + 1)
        spread = np.bincount(
            code[edges_of(code)] // (len(self.canonical_of) + 1), minlength=len(keys)
        )
        chosen = (spread[owner] <= RARE_GROUPS) & (others < numbers[owner])
        number, other = numbers[owner[chosen]], others[chosen]
        pairs, shared = np.unique(np.stack((number, other), axis=1), axis=0, return_counts=True)
        order = np.lexsort((pairs[:, 1], -shared, pairs[:, 0]))
        pairs = pairs[order]
        firsts = edges_of(pairs[:, 0])
        rank = np.arange(len(pairs)) - np.repeat(firsts, np.diff(np.append(firsts, len(pairs))))
        best = pairs[rank < _CANDIDATES]
        with_canonical = np.concatenate(
            (best, np.stack((best[:, 0], self.canonical_of[best[:, 1]]), axis=1))
        )
        return list(dict.fromkeys(map(tuple, with_canonical.tolist())))

    def _group_of(self, number: int) -> AbstractSet[int]:
        return self.groups.get(int(self.canonical_of[number]), {number})

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
            if comparison.decision == "same":
                self.same[pair[0]].append(pair[1])

    def _group(self, number: int) -> None:
        """Let an article join those that it matches, in groups whose canonical matches all."""
        same = self.same.get(number)
        if not same:
            return
        canonical = dict.fromkeys(self.canonical_of[same].tolist())
        members = {number}.union(*map(self._group_of, same))
        first = next(
            (candidate for candidate in canonical if self._is_same(number, candidate)), None
        )
        if first is not None and (len(canonical) == 1 or len(members) > _REGROUPED):
            self.groups.setdefault(first, {first}).add(number)
            self.canonical_of[number] = first
        elif len(members) <= _REGROUPED:
            self._regroup(members)

    def _regroup(self, members: set[int]) -> None:
        """Put members into stars, the largest first (star clustering, Aslam et al. 2004)."""
        order = sorted(members)
        self._compare(
            [(a, b) for b in order for a in order if a > b and (a, b) not in self.compared]
        )
        matching = {
            member: {other for other in order if member == other or self._is_same(member, other)}
            for member in order
        }
        before = {n for n in order if n in self.groups}
        for canonical in before:
            del self.groups[canonical]
        self.canonical_of[order] = order
        while order:
            canonical = max(order, key=lambda n: (len(matching[n] & members), n in before, -n))
            star = matching[canonical] & members
            if len(star) > 1:
                self.groups[canonical] = star
                self.canonical_of[sorted(star)] = canonical
            members = members - star
            order = sorted(members)

    def _is_same(self, number: int, other: int) -> bool:
        comparison = self.compared.get((max(number, other), min(number, other)))
        return comparison is not None and comparison.decision == "same"
