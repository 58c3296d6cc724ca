"""Anchors: the terms of a text that are likely to survive rewording, in their order.

Pairs of them are the keys by which copies find each other. Which are taken, and why:

- Everywhere numbers: figures and dates are what a copyist must keep.
- In scripts with capitals (Latin, Cyrillic, Greek, Armenian) capitalized words within a sentence:
  names. After the end of a sentence only those that the text has as a name elsewhere. Where most
  words have capitals (German, headlines) they are no names, and count by their length.
- In Latin, Cyrillic, Greek, Armenian and Georgian words of six letters and more: shorter ones are
  mostly grammar. Katakana writes names and loans, from three characters on. In scripts that leave
  vowels out or write a syllable a character (Arabic, Hebrew, Ethiopic, Indic) four are enough.
- In Han and Hangul each pair of neighbouring characters, as most words are two long; in Thai, Lao,
  Khmer and Burmese, which mark no words, each run of four characters.
"""

import numpy as np

from articles.terms import characters
from articles.terms.words import Words

Array = characters.Array

_WEAK_CAPITALS = 0.25
"""Where a larger share of the words is capitalized, capitals say nothing (German, headlines)."""
_LEAST_CAPITALIZED = 4
"""Letters from which on a capitalized word is an anchor there too, as a word."""
_SYLLABLES, _LEAST_SYLLABLE = 3.8, 4
"""Letters a word, on average, below which words are syllables; and what is then long enough."""


def anchors_among(words: Words) -> tuple[Array, Array]:
    """Return which words are anchors, and which of all words are names."""
    names = np.diff(np.append(0, np.cumsum(words.is_name))[words.starts])
    is_weak = (names > _WEAK_CAPITALS * np.diff(words.starts))[words.texts]
    is_long = _is_long(words)
    is_long |= words.is_name & (words.ends - words.begins >= _LEAST_CAPITALIZED)
    is_name = words.is_name & ~is_weak
    return words.is_number | is_name | is_long, is_name


def _is_long(words: Words) -> Array:
    """Return which words are long enough to carry meaning, by script.

    Where the words of a text are short on average, syllables are printed apart (Vietnamese).
    """
    lengths = words.ends - words.begins
    least = characters.least_lengths(words.firsts)
    sums = np.append(0, np.cumsum(lengths))[words.starts]
    is_short = np.diff(sums) < _SYLLABLES * np.diff(words.starts)
    return lengths >= np.where(is_short[words.texts], np.minimum(least, _LEAST_SYLLABLE), least)
