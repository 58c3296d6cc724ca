"""Whether two texts can be states of one article: how much of one stands in the other, in order.

Texts of one language share the words and word pairs that its grammar makes, and two reports of
one newsroom share turns of phrase, all of them in any order. An edit leaves what it keeps in its
order, as a diff shows it. So only that counts, in every language: the longest sequence of words,
and of neighbouring pairs of words, that both texts have.
"""

from collections.abc import Sequence
from itertools import pairwise

from articles.model.drafts import Draft, stated_title
from articles.model.known import Text
from articles.text.normal_form import SOUTH_EAST_CHARACTER, words

PAIRS_BELOW, WORDS_BELOW = 0.15, 0.45
"""Texts are unrelated if less of the shorter one's word pairs or words stands in the other.

An edit that replaces a share of the words leaves the rest, and of the pairs what is left after
twice that share: with 40 % replaced 0.6 of the words and at least 0.2 of the pairs. Two reports
share 0.1 to 0.4 of the words and 0.02 to 0.1 of the pairs.
"""
RETITLED_PAIRS_BELOW, RETITLED_WORDS_BELOW = 0.5, 0.65
"""The same where the titles differ too. Who changes title and link keeps the text: a fifth of it
replaced leaves 0.8 and 0.6. A follow-up repeats at most half of what was reported before."""
TITLES_BELOW = 0.5
"""Less of the shorter title's words, where a text is missing."""
FIGURES_BELOW = 1 / 3
"""Automated news of two days: the same words, but less of the figures stands in both. An edit
corrects some; of two days' weather, markets or scores 0.1 to 0.3 are equal by chance."""
LEAST_FIGURES = 6
LEAST_WORDS = 4
"""A shorter text tells nothing: its titles decide."""
MOST_UNITS = 5_000
"""Words of the shorter text that are compared; more cost time and tell no more."""


def unrelated(text: Text, other: Text, *, summarized: bool = False) -> bool:
    """Tell whether two texts have so little in common that no edit leads from one to the other.

    Symmetric. `summarized`: either is a summary, which may say it in words of its own.
    Where a text is missing titles decide; what can't be compared is not unrelated.
    """
    titles, bodies = (
        [_units(part) for part in parts]
        for parts in ((text.title, other.title), (text.body, other.body))
    )
    retitled = all(titles) and titles[0] != titles[1]
    if min(map(len, bodies)) < LEAST_WORDS:
        return retitled and kept(*titles) < TITLES_BELOW
    if summarized and all(titles) and not retitled:
        return False
    pairs, single = PAIRS_BELOW, WORDS_BELOW
    if retitled and not summarized:
        pairs, single = RETITLED_PAIRS_BELOW, RETITLED_WORDS_BELOW
    return kept(*map(_pairs, bodies)) < pairs or kept(*bodies) < single


def other_figures(text: Text, other: Text) -> bool:
    """Tell whether two texts that may have the same words tell of other figures. Symmetric."""
    figures, others = _figures(text.body), _figures(other.body)
    if min(len(figures), len(others)) < LEAST_FIGURES:
        return False
    return kept(figures, others) < FIGURES_BELOW


def kept(units: list[str], others: list[str]) -> float:
    """Return the share of the shorter sequence that the longer one has too, in the same order.

    The longest common subsequence, one bit a place (Hyyrö 2004): what stands in one of them only
    costs a look-up, the rest some operations on an integer.
    """
    shorter, longer = sorted((units, others), key=lambda sequence: (len(sequence), sequence))
    shorter = shorter[:MOST_UNITS]
    if not shorter:
        return 1.0
    positions: dict[str, int] = {}
    for number, unit in enumerate(shorter):
        positions[unit] = positions.get(unit, 0) | 1 << number
    free = whole = (1 << len(shorter)) - 1
    for unit in longer:
        if here := free & positions.get(unit, 0):
            free = (free + here | free - here) & whole
    return 1 - free.bit_count() / len(shorter)


def _units(text: str | None) -> list[str]:
    """Return the words; in South-East Asian scripts pairs of characters: a word is some four."""
    units = words(text or "")
    if not text or not SOUTH_EAST_CHARACTER.search(text):
        return units
    is_unspaced = SOUTH_EAST_CHARACTER.match
    return [
        unit + after if is_unspaced(unit) and is_unspaced(after) else unit
        for unit, after in pairwise([*units, ""])
    ]


def _pairs(units: Sequence[str]) -> list[str]:
    return [f"{unit} {after}" for unit, after in pairwise(units)]


def _figures(text: str | None) -> list[str]:
    return [word for word in words(text or "") if word[0].isdigit()]


def text_of(draft: Draft) -> Text:
    """Return what `unrelated` compares of a draft."""
    return Text(stated_title(draft.title.value, draft.title.origin), draft.body)
