"""Anchors: the words of a text that survive rewording, in their order.

Which are taken, and why:

- Everywhere runs of digits: figures and dates are what a copyist must keep. Digits of all scripts
  are the same, and separators of thousands (1,250, 1.250, 1250) say nothing.
- In scripts with capitals (Latin, Cyrillic, Greek, Armenian) capitalized words within a sentence:
  names. After the end of a sentence only those that the text has as a name elsewhere. Where most
  words have capitals (German, headlines) they are no names, and count by their length.
- In Latin, Cyrillic, Greek, Armenian and Georgian words of six letters and more: shorter ones are
  mostly grammar. Katakana writes names and loans, from three characters on. In scripts that leave
  vowels out or write a syllable a character (Arabic, Hebrew, Ethiopic, Indic) four are enough.
- In Han and Hangul each pair of neighbouring characters, as most words are two long. Characters of
  grammar and Hiragana cut the runs, so that particles pair with nothing.
- In Thai, Lao, Khmer and Burmese, which mark no words, each run of four characters.

Case, accents, vowel points and the forms of an Arabic letter that the press mixes are left out.
Many texts are read in one pass over their code points, with numpy: a look-up in Python for every
word costs ten times as much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from articles.duplicates import characters
from articles.duplicates.rolling_hash import mix, prefix_sums, run_hashes
from articles.duplicates.segments import is_among

Array = characters.Array
"""A column of a table, with a row an anchor, a word or a text."""

WORD, NAME, NUMBER, RUN = range(4)
"""Kinds of anchors: a long word, a capitalized word within a sentence, a number, and a run of
characters where the script marks no words."""

_WEAK_CAPITALS = 0.25
"""Where a larger share of the words is capitalized, capitals say nothing (German, headlines)."""
_LEAST_CAPITALIZED = 4
"""Letters from which on a capitalized word is an anchor there too, as a word."""
_SYLLABLES, _LEAST_SYLLABLE = 3.8, 4
"""Letters a word, on average, below which words are syllables; and what is then long enough."""
_ABBREVIATION = 3
"""A capitalized word of so many letters may end in a full stop that ends no sentence (Dr.)."""
BATCH_TEXTS = 64
"""Texts that are read at once, at most."""
_BATCH_CHARACTERS = 1 << 16
_PART_CHARACTERS = 1 << 19
"""Characters of a text that are read at once; a longer one is cut."""
_UNSPACED = ((characters.PAIRED, 2), (characters.SOUTH_EAST, 4))


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of many texts, one after the other in the order of each text."""

    hashes: Array
    """uint64, one an anchor."""
    kinds: Array
    """uint8: WORD, NAME, NUMBER or RUN."""
    begins: Array
    """int32, the place of its first character in its text, as given."""
    ends: Array
    """int32, the place after its last character."""
    starts: Array
    """int64, one a text and one more: where the anchors of each text begin."""
    words: Array
    """int64, the words of each text (two characters count as one in scripts without spaces)."""


class _Words(NamedTuple):
    """The runs of letters or of digits of many texts."""

    begins: Array
    ends: Array
    firsts: Array
    """The numbers of their first characters (characters.py)."""
    starts: Array
    """One a text and one more: where the words of each text begin."""
    texts: Array
    """The number of the text that each is in."""


def find_anchors(texts: Sequence[str]) -> Anchors:
    """Return the anchors of texts in their normal form (`squash`).

    Very long texts are read in parts; memory is bounded but for the anchors themselves.
    """
    cuts = [(n, begin, end) for n, text in enumerate(texts) for begin, end in _cuts(text)]
    parts = [texts[n][begin:end] for n, begin, end in cuts]
    anchors = [_anchors(batch) for batch in batches(parts)]
    if len(anchors) == 1 and len(parts) == len(texts):
        return anchors[0]
    return _joined(anchors, cuts, len(texts))


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield texts in batches that are quick to read and small in memory."""
    begin = size = 0
    for n, text in enumerate(texts):
        size += len(text)
        if n > begin and (n - begin == BATCH_TEXTS or size > _BATCH_CHARACTERS):
            yield texts[begin:n]
            begin, size = n, len(text)
    yield texts[begin:]


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the bounds of a text's parts, which end between words where that is possible."""
    begin = 0
    while len(text) - begin > _PART_CHARACTERS:
        end = text.rfind(" ", begin + _PART_CHARACTERS // 2, begin + _PART_CHARACTERS) + 1
        end = end or begin + _PART_CHARACTERS
        yield begin, end
        begin = end
    yield begin, len(text)


def _joined(parts: Sequence[Anchors], cuts: Sequence[tuple[int, int, int]], count: int) -> Anchors:
    """Return the anchors of parts as those of `count` texts."""
    texts, offsets, _ = np.array(cuts, np.int64).reshape(-1, 3).T
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    shifts = np.repeat(offsets.astype(np.int32), sizes)
    words = np.concatenate([part.words for part in parts])
    starts = np.zeros(count + 1, np.int64)
    np.add.at(starts[1:], texts, sizes)
    of_texts = np.zeros(count, np.int64)
    np.add.at(of_texts, texts, words)
    return Anchors(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.begins for part in parts]) + shifts,
        np.concatenate([part.ends for part in parts]) + shifts,
        np.cumsum(starts),
        of_texts,
    )


def _anchors(texts: Sequence[str]) -> Anchors:
    """Return the anchors of one batch."""
    # Before each text and after the last there is a seam.
    seams = np.cumsum([0, *(len(text) + 1 for text in texts)])
    numbers, origins = _read(texts)
    bounds = np.searchsorted(origins, seams)
    kinds = np.full(len(numbers), RUN, np.uint8)
    ends = np.zeros(len(numbers), np.int32)  # of the anchor that begins there
    sums = prefix_sums(numbers)
    counts = _mark_words(_words(numbers, bounds), numbers, sums, kinds, ends)
    counts += _mark_unspaced(numbers, bounds, ends)
    begins = np.flatnonzero(ends != 0)
    ends = ends[begins]
    starts = np.searchsorted(begins, bounds)
    starts_of = np.repeat(seams[:-1] + 1, np.diff(starts))
    return Anchors(
        mix(run_hashes(sums, begins, ends)),
        kinds[begins],
        (origins[begins] - starts_of).astype(np.int32),
        (origins[ends - 1] + 1 - starts_of).astype(np.int32),
        starts,
        counts,
    )


def _read(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return the numbers of the characters that count, and the place of each."""
    if any("\0" in text for text in texts):
        texts = [text.replace("\0", " ") for text in texts]
    joined = "\0".join(("", *texts, ""))
    numbers = characters.look_up(
        np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    )
    maybe = np.flatnonzero((numbers & (characters.DROPPED | characters.JOINT)) != 0)
    group = characters.groups(numbers[maybe - 1]), characters.groups(numbers[maybe + 1])
    is_joint = (group[0] == characters.DIGIT) & (group[1] == characters.DIGIT)
    gone = maybe[is_joint | (numbers[maybe] & characters.DROPPED != 0)]
    kept = np.ones(len(numbers), bool)
    kept[gone] = False
    origins = np.flatnonzero(kept)
    return numbers[origins], origins


def _words(numbers: Array, bounds: Array) -> _Words:
    """Return the words of texts; seams at both ends see to it that every run has two edges."""
    edges = np.flatnonzero(characters.is_edge(numbers)) + 1
    firsts = numbers[edges]
    group = characters.groups(firsts)
    at = np.flatnonzero((group == characters.LETTER) | (group == characters.DIGIT))
    begins = edges[at]
    starts = np.searchsorted(begins, bounds)
    texts = np.repeat(np.arange(len(bounds) - 1), np.diff(starts))
    return _Words(begins, edges[at + 1], firsts[at], starts, texts)


def _mark_words(words: _Words, numbers: Array, sums: Array, kinds: Array, ends: Array) -> Array:
    """Mark the anchors among words in `kinds` and `ends`; return the words of each text."""
    is_number = characters.groups(words.firsts) == characters.DIGIT
    is_name = _names(words, numbers, sums)
    names = np.diff(np.append(0, np.cumsum(is_name))[words.starts])
    is_weak = (names > _WEAK_CAPITALS * np.diff(words.starts))[words.texts]
    is_long = _is_long(words) | (is_name & (words.ends - words.begins >= _LEAST_CAPITALIZED))
    is_name &= ~is_weak
    chosen = np.flatnonzero(is_number | is_name | is_long)
    begins = words.begins[chosen]
    ends[begins] = words.ends[chosen]
    kinds[begins] = np.where(is_number, NUMBER, is_name)[chosen]
    return np.diff(words.starts)


def _names(words: _Words, numbers: Array, sums: Array) -> Array:
    """Return which words are names: those with a capital that says something.

    At the start of a sentence it does if the same text has the word as a name elsewhere.
    """
    is_capital: Array = (words.firsts & characters.UPPER) != 0
    if not is_capital.any():
        return is_capital
    is_initial = _initials(words, is_capital, np.flatnonzero((numbers & characters.ENDS) != 0))
    is_capital &= words.ends - words.begins >= 2
    is_name: Array = is_capital & ~is_initial
    maybe = np.flatnonzero(is_capital & is_initial)
    sure = np.flatnonzero(is_name)
    is_name[maybe] = is_among(_salted(words, sums, maybe), _salted(words, sums, sure))
    return is_name


def _initials(words: _Words, is_capital: Array, sentence_ends: Array) -> Array:
    """Return which words begin a sentence; after an abbreviation (Dr.) none does."""
    count = len(is_capital)
    is_initial = np.zeros(count + 1, bool)  # one more for the end of the last text
    is_initial[np.searchsorted(words.begins, sentence_ends)] = True
    is_short = is_capital & (words.ends - words.begins <= _ABBREVIATION)
    is_initial[1:count] &= ~is_short[:-1]
    is_initial[words.starts] = True
    return is_initial[:count]


def _is_long(words: _Words) -> Array:
    """Return which words are long enough to carry meaning, by script.

    Where the words of a text are short on average, syllables are printed apart (Vietnamese).
    """
    lengths = words.ends - words.begins
    least = characters.least_lengths(words.firsts)
    sums = np.append(0, np.cumsum(lengths))[words.starts]
    is_short = np.diff(sums) < _SYLLABLES * np.diff(words.starts)
    return lengths >= np.where(is_short[words.texts], np.minimum(least, _LEAST_SYLLABLE), least)


def _salted(words: _Words, sums: Array, at: Array) -> Array:
    """Return hashes of words that differ from text to text."""
    salts = mix(np.arange(1, len(words.starts), dtype=np.uint64))
    salted: Array = run_hashes(sums, words.begins[at], words.ends[at]) ^ salts[words.texts[at]]
    return salted


def _mark_unspaced(numbers: Array, bounds: Array, ends: Array) -> Array:
    """Mark the anchors of scripts without spaces in `ends`; return the words of each text."""
    words = np.zeros(len(bounds) - 1, np.int64)
    group = characters.groups(numbers)
    if group.max(initial=0) < characters.PAIRED:
        return words
    for wanted, size in _UNSPACED:
        inside = group == wanted
        words += np.add.reduceat(inside, bounds[:-1], dtype=np.int64) // size
        whole = inside[: len(inside) - size + 1].copy()
        for n in range(1, size):
            whole &= inside[n : len(inside) - size + 1 + n]
        begins = np.flatnonzero(whole)
        ends[begins] = begins + size
    return words
