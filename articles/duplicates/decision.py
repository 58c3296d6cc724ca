"""Whether two articles carry the same text, by their fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from articles.duplicates import fingerprint
from articles.duplicates.alignment import align
from articles.duplicates.characters import Array
from articles.duplicates.features import PairFeatures, measure_features
from articles.duplicates.fingerprint import Fingerprint

NEAR_TEXT = "near_text"
"""Copies and cuts: nearly every anchor of the passages that they share is kept."""
REWORDED = "reworded"
"""Copies in other words, which keep names and numbers in their order."""
VERSION = f"reworded-1/{fingerprint.VERSION}"
_COPY_COVERED = 0.6
"""Share of the shorter text that a copy covers, where both begin with what they share."""
_REWORDED_COVERED = 0.7
"""Share of the shorter text that a rewording covers, where both begin with what they share."""
_PART_COVERED = 0.9
"""Share that is covered where either begins otherwise (a live blog): a follow-up repeats less."""
_DOUBT_COVERED = 0.4
"""What two articles on one matter may share: below it they are different."""
_HEAD = 0.15
"""Share of a text that may stand before what both share: a byline, boilerplate."""
_BOTH = 1.1
"""What both covered shares must make together, unless one text holds the other."""
_COPIED = 0.85
"""Strength from which on passages are copied; below it they are reworded."""
_KEPT_NAMED, _KEPT_SPACED, _KEPT_RUNS = 0.35, 0.32, 0.24
"""Share of anchors that a rewording keeps at least: with names, without, in unspaced scripts."""
_FEWEST_COPIED, _FEWEST_REWORDED = 8, 24
"""Anchors below which there is too little to tell."""
_IN_ORDER, _SHUFFLED, _SHUFFLED_KEPT = 6.0, 4.0, 0.7
"""Kept anchors a passage, on average; fewer are enough if nearly everything is kept."""
_LOST_MANY, _LOST_MOST = 0.75, 0.6
"""Names and numbers kept, as a share of what words are kept, below which they differ."""
_LEAST_NAMED = 0.5
"""Names and numbers kept, whatever the words are: machines damage fewer."""
_FEWEST_CHANGED, _MOST_CHANGED = 4, 0.33
"""Names and numbers that others replace in a rewording: so many, and this share, are other news."""
_NOTHING = 1e-9
"""In place of zero below a line."""
_IN_RUNS = 9.0
"""Kept anchors a passage from which on a copy is in question, with sentences told anew between."""
_SHARED_KEYS, _RARE_SHARE = 4, 0.25
"""Keys that two must share for their context to count, and the share that must be rare."""
BATCH = 256
"""Pairs that are compared at once."""
RARE_GROUPS = 6
"""A key that more groups share says nothing: automated news, standing phrases."""


_IN_MANY = "many other articles share what they share"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two fingerprints say about two texts."""

    decision: Literal["same", "different", "unsure"]
    method: str
    score: float
    """Share (0 to 1) of the shorter text that lies in passages that both have."""
    threshold: float
    """The score from which on they are the same, if nothing else keeps them apart."""
    apart: str | None
    """What kept them apart, for a person; None if they are the same."""
    anchors_kept: int
    anchors: int
    changed: int
    """Names and numbers that have made room for others."""
    version: str = VERSION
    """The version of the rule and of the fingerprints."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an index knows of a pair: how many keys both have, and how many of them are rare."""

    shared_keys: int
    rare_keys: int


def judge(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> list[Comparison]:
    """Decide for each pair of fingerprints whether their texts are the same. Symmetric."""
    # More at a time would not stay in the processor's cache.
    batches = (pairs[n : n + BATCH] for n in range(0, len(pairs), BATCH))
    return [comparison for batch in batches for comparison in _decided(batch)]


def _decided(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> list[Comparison]:
    features = measure_features(align(pairs))
    in_runs = features.kept >= _IN_RUNS * features.passages
    whole = np.where(in_runs | _is_copied(features), _COPY_COVERED, _REWORDED_COVERED)
    threshold = np.where(_begin_alike(features), whole, _PART_COVERED)
    reasons = _reasons(features, threshold)
    which = np.select([holds for _, _, holds in reasons], range(len(reasons)), len(reasons))
    said = [(decision, apart) for decision, apart, _ in reasons] + [("same", None)]
    methods = np.where(_is_copied(features), NEAR_TEXT, REWORDED)
    return [
        Comparison(said[n][0], method, score, least, said[n][1], kept, anchors, changed)
        for n, method, score, least, kept, anchors, changed in zip(
            which.tolist(),
            methods.tolist(),
            features.covered.tolist(),
            threshold.tolist(),
            features.kept.astype(int).tolist(),
            features.anchors.tolist(),
            features.changed.astype(int).tolist(),
            strict=True,
        )
    ]


def in_context(comparison: Comparison, context: Context) -> Comparison:
    """Return the comparison, unsure if a rewording shares what many groups of articles share.

    A copy is one in any context: whoever printed the same words before, it has them too.
    """
    keys, rare = context.shared_keys, context.rare_keys
    is_rewording = comparison.decision == "same" and comparison.method == REWORDED
    if is_rewording and keys >= _SHARED_KEYS and rare < _RARE_SHARE * keys:
        return replace(comparison, decision="unsure", apart=_IN_MANY)
    return comparison


def _is_copied(a: PairFeatures) -> Array:
    is_copied: Array = a.strength >= _COPIED
    return is_copied


def _begin_alike(a: PairFeatures) -> Array:
    alike: Array = (a.head <= _HEAD) & (a.other_head <= _HEAD)
    return alike


_Reason = tuple[Literal["different", "unsure"], str, Array]
"""A decision, what kept two texts apart in words, and for which pairs that holds."""


def _reasons(a: PairFeatures, threshold: Array) -> list[_Reason]:
    """Return what can keep two texts apart, the stronger first."""
    nothing: _Reason = ("different", "they share too little", a.covered < _DOUBT_COVERED)
    return [nothing, *_names_apart(a), *_passages_apart(a, threshold), *_too_little(a)]


def _names_apart(a: PairFeatures) -> list[_Reason]:
    """Return how names and numbers keep apart what shares its words.

    A rewording keeps names and numbers rather than words; automated news keeps the words.
    """
    every, every_kept = a.numbers + a.names, a.numbers_kept + a.names_kept
    lost_numbers, lost = a.numbers - a.numbers_kept, every - every_kept
    few_numbers = a.numbers_kept / np.maximum(a.numbers * a.words_kept, _NOTHING)
    few = every_kept / np.maximum(every * a.words_kept, _NOTHING)
    other_numbers = (lost_numbers >= 3) & (few_numbers < _LOST_MANY) & (a.changed >= 2)
    other = (lost >= 4) & ((few < _LOST_MANY) | (every_kept < _LEAST_NAMED * every))
    other &= a.changed >= 3
    replaced = (a.changed >= _FEWEST_CHANGED) & (a.changed > _MOST_CHANGED * every)
    replaced &= ~_is_copied(a)
    says = "in what they share differ"
    return [
        (
            "different",
            f"the numbers {says}",
            other_numbers & (few_numbers < _LOST_MOST),
        ),
        (
            "different",
            f"the names and numbers {says}",
            other & (few < _LOST_MOST),
        ),
        ("unsure", f"many numbers {says}", other_numbers),
        ("unsure", f"many names and numbers {says}", other | replaced),
    ]


def _passages_apart(a: PairFeatures, threshold: Array) -> list[_Reason]:
    """Return how the passages that both share keep two texts apart."""
    run = a.kept / np.maximum(a.passages, 1)
    nearly_all = (a.kept >= _SHUFFLED_KEPT * a.anchors) & (a.covered >= _PART_COVERED)
    in_order = (run >= _IN_ORDER) | ((run >= _SHUFFLED) & nearly_all)
    partly = (a.covered < _PART_COVERED) & (a.covered + a.other_covered < _BOTH)
    is_copied = _is_copied(a)
    own_beginning = "one repeats the other in other words, after a beginning of its own"
    return [
        ("unsure", "a part of them is the same, the rest is not", a.covered < threshold),
        ("unsure", "each has much that the other has not", partly),
        ("unsure", own_beginning, ~_begin_alike(a) & ~is_copied),
        ("unsure", "what they share stands in another order", ~in_order & ~is_copied),
    ]


def _too_little(a: PairFeatures) -> list[_Reason]:
    """Return where there is too little to tell, by script."""
    is_named = (a.names + a.numbers) * 5 >= a.anchors
    spaced = np.where(is_named, _KEPT_NAMED, _KEPT_SPACED)
    least = np.where(a.runs * 2 >= a.anchors, _KEPT_RUNS, spaced) * a.anchors
    fewest = np.where(_is_copied(a), _FEWEST_COPIED, _FEWEST_REWORDED)
    return [
        ("unsure", "too few names, numbers and long words", a.kept < fewest),
        ("unsure", "too few of the words are kept", a.kept < least),
    ]
