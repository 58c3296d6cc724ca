"""Texts of histories: those of one kin are edits of each other, those of two share no thread."""

import random
from functools import lru_cache

_FIRST = (  # noqa: SIM905 - a list of words reads best as words
    "over under out fore back down up side land water river harbour market winter summer night day"
    " home work school church bridge road rail ship wind storm snow sun moon fire stone wood iron"
).split()
_SECOND = (  # noqa: SIM905 - likewise
    "land house work side way line field light ground town keeper master walker maker fall rise"
    " yard gate stead craft hand man folk board guard watch post port bank mill"
).split()
WORDS = 36
"""Of a long text; equal texts of 20 words and more make a group."""
SHORT_WORDS = 8
SUMMARY_WORDS = 14
"""Of the beginning, which no edit touches."""


@lru_cache(maxsize=4_096)
def _base(seed: int, kin: int) -> tuple[str, ...]:
    chance = random.Random(f"{seed}/{kin}")  # noqa: S311 - words, no secrets
    pairs = [(first, second) for first in _FIRST for second in _SECOND if first != second]
    return tuple("".join(pair) for pair in chance.sample(pairs, WORDS))


def text(seed: int, kin: int, edit: int = 0, *, short: bool = False) -> str:
    """Return the text of a kin after an edit (0 for none), which replaces its last two words.

    So two edits of one kin share nearly all, and are never near to unrelated.
    """
    words = list(_base(seed, kin)[: SHORT_WORDS if short else WORDS])
    if edit:
        words[-2:] = [f"amended{edit}", f"again{edit}"]
    return f"The {' '.join(words)}."


def is_short(words: str) -> bool:
    """Tell whether a text is too short for a group, because it is short or a summary."""
    return len(words.split()) <= SUMMARY_WORDS


def summary(seed: int, kin: int) -> str:
    """Return the beginning of a kin's long text."""
    return f"The {' '.join(_base(seed, kin)[: SUMMARY_WORDS - 1])}"


def title(seed: int, kin: int) -> str:
    """Return the headline of a kin."""
    return " ".join(reversed(_base(seed, kin)[-6:])).capitalize()


def retitled(headline: str, number: int) -> str:
    """Return a headline with another last word, or (0) as it was at first."""
    return headline.partition(" amended")[0] + (f" amended{number}" if number else "")
