"""Whether two articles carry the same text, by their fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from articles.duplicates import fingerprint
from articles.duplicates.alignment import align
from articles.duplicates.equal import SAME_TEXT
from articles.duplicates.fingerprint import Fingerprint
from articles.duplicates.first_look import is_worth
from articles.duplicates.measures import NAMES, measure
from articles.duplicates.model import shipped
from articles.duplicates.wording import sentence

NEAR_TEXT = "near_text"
"""Copies and cuts: most of what they share stands side by side in both."""
REWORDED = "reworded"
"""Copies in other words."""
SAME_FROM, SHORT_SAME_FROM = 0.75, 0.85
"""The probability from which on two texts are the same, and if one has fewer than SHORT words:
among short texts the next issues of notices are many, and each is a false merge."""
SHORT = 130
UNSURE_FROM = 0.25
"""The probability from which on a person may want to look."""
_COPIED = 0.8
"""Share of the shared terms whose neighbour is the same in both, from which on it is a copy."""
_FEWEST = 8
"""Of a text with fewer nothing is the same, it may be unsure: a headline."""
_HEADLINE = 0.5
"""The probability that nothing so short goes beyond."""
_OTHER_NUMBERS, _NUMBERS_KEPT = 4, 0.4
"""Numbers that each has and the other has not, and the share kept of both, from which on it is
automated news, however many of its words are the same: a copyist keeps the numbers."""
_EQUAL = 0.99
"""The probability, at least, where nothing tells two texts apart."""
_LEAST_RUN, _MOST_OF_IT = 20, 0.6
"""Terms of a run that is a copy by itself, and its share of the shorter text."""
_UNLIKELY = 0.5
"""The probability, at most, of automated news, and of texts that share words and no two of them in
the same place: who makes a text from another keeps something where it stood."""
BATCH = 128
"""Pairs that are compared at once: more would not stay in the processor's cache."""
_OF_NUMBERS = tuple(
    map(NAMES.index, ("numbers_lost", "numbers_lost_long", "numbers_kept", "numbers_kept_long"))
)
_OF_RUNS = tuple(
    map(NAMES.index, ("log_terms", "kept_short", "runs", "numbers_lost", "numbers_lost_long"))
)
_KEPT = NAMES.index("kept_short")
_SHOWN = tuple(map(NAMES.index, ("cover_short", "cover_long", "kept_short", "runs")))

Decision = Literal["same", "different", "unsure"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two fingerprints say about two texts."""

    decision: Decision
    method: str
    score: float
    """The probability (0 to 1) that one text was made from the other, or both from a third."""
    threshold: float
    """The probability from which on they are the same."""
    covered: float
    """Share (0 to 1) of the shorter text that the other has, rare words counting more; 0 where the
    first look was enough."""
    other_covered: float
    """The same share of the longer text."""
    version: str
    measures: tuple[float, ...] | None = None
    """The measures of the pair (measures.NAMES); None where a look was enough."""

    @property
    def evidence(self) -> str:
        """Return what decided, in a sentence."""
        if self.method == SAME_TEXT:
            return "The texts are equal."
        if self.measures is None:
            return "They share too little."
        _, (added,) = shipped().sums(np.array([self.measures]))
        return sentence(self.measures, added.tolist(), is_same=self.decision == "same")


def version() -> str:
    """Return the version of the rule and of the fingerprints."""
    return f"weighed-{shipped().version}/{fingerprint.VERSION}"


def judge(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> list[Comparison]:
    """Decide for each pair of fingerprints whether their texts are the same. Symmetric."""
    current = version()
    little = Comparison("different", REWORDED, 0.0, SAME_FROM, 0.0, 0.0, current)
    said = [little] * len(pairs)
    worth: list[int] = []
    for begin in range(0, len(pairs), BATCH):
        worth += (begin + np.flatnonzero(is_worth(pairs[begin : begin + BATCH]))).tolist()
    for begin in range(0, len(worth), BATCH):
        chosen = worth[begin : begin + BATCH]
        measured = measure(align([pairs[n] for n in chosen]))
        likely = shipped().probabilities(measured).tolist()
        for n, row, score in zip(chosen, measured.tolist(), likely, strict=True):
            is_short = min(one.words for one in pairs[n]) < SHORT
            threshold = SHORT_SAME_FROM if is_short else SAME_FROM
            said[n] = _comparison(row, _bounded(score, row, *pairs[n]), threshold, current)
    return said


def _bounded(
    score: float, measures: Sequence[float], one: Fingerprint, other: Fingerprint
) -> float:
    """Return the probability within what is right in principle, whatever the model says."""
    if min(len(one.terms), len(other.terms)) < _FEWEST:
        return min(score, _HEADLINE)
    if np.array_equal(one.terms, other.terms) or _is_one_run(measures):
        return max(score, _EQUAL)
    if _is_automated(measures) or not measures[_KEPT]:
        return min(score, _UNLIKELY)
    return score


def _is_one_run(measures: Sequence[float]) -> bool:
    """Return whether both have one long run of the same terms, and own lines only around it.

    No term is another within it, and no number around it: so the next issue of a notice is none.
    """
    log_terms, kept, runs, lost, lost_long = (measures[column] for column in _OF_RUNS)
    terms = round(float(np.expm1(log_terms)))
    number = round(kept * terms)
    is_long = number >= _LEAST_RUN and kept >= _MOST_OF_IT
    return is_long and not lost and not lost_long and round(runs * (terms - 1)) == number - 1


def _is_automated(measures: Sequence[float]) -> bool:
    """Return whether most numbers of both texts are others."""
    lost, lost_long, kept, kept_long = (measures[column] for column in _OF_NUMBERS)
    return min(lost, lost_long) >= _OTHER_NUMBERS and max(kept, kept_long) <= _NUMBERS_KEPT


def _comparison(
    measures: Sequence[float], score: float, threshold: float, current: str
) -> Comparison:
    decision: Decision = (
        "same" if score >= threshold else "unsure" if score >= UNSURE_FROM else "different"
    )
    short, long, kept, runs = (measures[column] for column in _SHOWN)
    method = NEAR_TEXT if runs >= _COPIED * kept > 0 else REWORDED
    return Comparison(decision, method, score, threshold, short, long, current, tuple(measures))
