"""Terms: the words, numbers and runs of characters of texts, with what is known of each.

A word is known by its first letters, which stay when it is inflected, a number by its value. Where
a script marks no words, each pair (Han, Hangul) or each run of four (Thai, Lao, Khmer, Burmese) of
characters is a term; characters of grammar and Hiragana cut the runs, so that particles pair with
nothing. Case, accents, vowel points and the forms of an Arabic letter that the press mixes are
left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from articles.terms import characters, rarity
from articles.terms.anchors import anchors_among
from articles.terms.rolling_hash import mix, run_hashes
from articles.terms.words import Array, Characters, batches, parts_of, read, words_of

WORD, NAME, NUMBER, RUN = range(4)
"""Kinds of terms: a word, a capitalized word within a sentence, a number, and a run of characters
where the script marks no words."""

STEM = 6
"""Letters by which a word is known."""
_UNSPACED = ((characters.PAIRED, 2), (characters.SOUTH_EAST, 4))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of many texts, one after the other in the order of each text."""

    hashes: Array
    """uint64, one a term, of all of its characters."""
    stems: Array
    """uint64, of its first letters."""
    kinds: Array
    """uint8: WORD, NAME, NUMBER or RUN."""
    rarities: Array
    """uint8: how rare it is, as a class (rarity.py)."""
    is_anchor: Array
    """Whether it is likely to survive rewording (anchors.py)."""
    is_first: Array
    """Whether a sentence begins with it."""
    begins: Array
    """int32, the place of its first character in its text, as given."""
    ends: Array
    """int32, the place after its last character."""
    starts: Array
    """int64, one a text and one more: where the terms of each text begin."""
    words: Array
    """int64, the words of each text (two characters count as one in scripts without spaces)."""


_OF_TERMS = tuple(field.name for field in fields(Terms) if field.name not in {"starts", "words"})


def find_terms(texts: Sequence[str]) -> Terms:
    """Return the terms of texts in their normal form (`squash`).

    Very long texts are read in parts; memory is bounded but for the terms themselves.
    """
    parts = parts_of(texts)
    pieces = [texts[part.text][part.begin : part.end] for part in parts]
    found = [_terms(batch) for batch in batches(pieces)]
    if len(found) == 1 and len(parts) == len(texts):
        return found[0]
    sizes = np.concatenate([np.diff(terms.starts) for terms in found])
    shifts = np.repeat(np.array([part.begin for part in parts], np.int32), sizes)
    columns = {name: np.concatenate([getattr(t, name) for t in found]) for name in _OF_TERMS}
    columns["begins"] += shifts
    columns["ends"] += shifts
    of_parts = [part.text for part in parts]
    # Where a text is cut for reading, no sentence begins.
    begins = np.cumsum(sizes) - sizes
    cut = [n for n, part in enumerate(parts) if part.begin and sizes[n]]
    columns["is_first"][begins[cut]] = False
    starts = np.zeros(len(texts) + 1, np.int64)
    np.add.at(starts[1:], of_parts, sizes)
    words = np.zeros(len(texts), np.int64)
    np.add.at(words, of_parts, np.concatenate([terms.words for terms in found]))
    return Terms(**columns, starts=np.cumsum(starts), words=words)


def stems_of(text: str) -> tuple[Array, Array]:
    """Return the stem of each term of a text, without any table, and where each begins."""
    chars = read([text])
    units = _units(chars)
    return units.stems, chars.origins[units.begins] - 1


def hash_of(word: str) -> int:
    """Return the hash of a word or number."""
    return int(_units(read([word])).hashes[0])


class _Units(NamedTuple):
    """Columns of terms before any table is asked; places are those of characters that count."""

    hashes: Array
    stems: Array
    kinds: Array
    is_anchor: Array
    is_first: Array
    begins: Array
    ends: Array


def _terms(texts: Sequence[str]) -> Terms:
    """Return the terms of one batch."""
    chars = read(texts)
    units, counts = _units(chars), _word_counts(chars)
    told, is_told = rarity.numbers_told(units.hashes)
    kinds = np.where(is_told, np.uint8(NUMBER), units.kinds)
    stems = np.where(is_told, told, units.stems)
    starts = np.searchsorted(units.begins, chars.bounds)
    texts_of = np.repeat(np.arange(len(counts)), np.diff(starts))
    lengths = units.ends - units.begins
    is_run = kinds == RUN
    rarities = rarity.classes(stems, kinds == NUMBER, is_run, lengths, texts_of, len(counts))
    offsets = np.repeat(chars.origins[chars.bounds[:-1]] + 1, np.diff(starts))
    return Terms(
        np.where(is_told, told, units.hashes),
        stems,
        kinds,
        rarities,
        units.is_anchor | is_told,
        units.is_first,
        (chars.origins[units.begins] - offsets).astype(np.int32),
        (chars.origins[units.ends - 1] + 1 - offsets).astype(np.int32),
        starts,
        counts,
    )


def _units(chars: Characters) -> _Units:
    """Return words, numbers and runs in the order of the texts."""
    words = words_of(chars)
    is_anchor, is_name = anchors_among(words)
    stem_ends = np.where(words.is_number, words.ends, np.minimum(words.ends, words.begins + STEM))
    units = _Units(
        mix(run_hashes(chars.sums, words.begins, words.ends)),
        mix(run_hashes(chars.sums, words.begins, stem_ends)),
        np.where(words.is_number, NUMBER, is_name).astype(np.uint8),
        is_anchor,
        words.is_first,
        words.begins,
        words.ends,
    )
    begins, ends = _runs(chars)
    return _with_runs(units, begins, ends, chars) if len(begins) else units


def _word_counts(chars: Characters) -> Array:
    """Return how many words each text has."""
    edges = np.flatnonzero(characters.is_edge(chars.numbers)) + 1
    group = characters.groups(chars.numbers)
    is_word = np.zeros(len(group), bool)
    is_word[edges] = (group[edges] == characters.LETTER) | (group[edges] == characters.DIGIT)
    counts = np.add.reduceat(is_word, chars.bounds[:-1], dtype=np.int64)
    if group.max(initial=0) >= characters.PAIRED:
        for wanted, size in _UNSPACED:
            counts += np.add.reduceat(group == wanted, chars.bounds[:-1], dtype=np.int64) // size
    return counts


def _runs(chars: Characters) -> tuple[Array, Array]:
    """Return where the runs of characters of scripts without spaces begin and end."""
    group = characters.groups(chars.numbers)
    begins, ends = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    if group.max(initial=0) >= characters.PAIRED:
        for wanted, size in _UNSPACED:
            inside = group == wanted
            whole = inside[: len(inside) - size + 1].copy()
            for n in range(1, size):
                whole &= inside[n : len(inside) - size + 1 + n]
            begins.append(np.flatnonzero(whole))
            ends.append(begins[-1] + size)
    return np.concatenate(begins), np.concatenate(ends)


def _with_runs(units: _Units, begins: Array, ends: Array, chars: Characters) -> _Units:
    """Return words and runs together, in the order of the texts."""
    hashes, count = mix(run_hashes(chars.sums, begins, ends)), len(begins)
    of_runs = _Units(
        hashes,
        hashes,
        np.full(count, RUN, np.uint8),
        np.ones(count, bool),
        np.zeros(count, bool),
        begins,
        ends,
    )
    order = np.argsort(np.concatenate((units.begins, begins)), kind="stable")
    merged = _Units(*(np.concatenate(pair)[order] for pair in zip(units, of_runs, strict=True)))
    # A sentence begins with the first one after each stop.
    stops = np.flatnonzero(chars.numbers & characters.STOPS)
    at = np.searchsorted(merged.begins, stops)
    at = at[at < len(order)]
    merged.is_first[at[merged.kinds[at] == RUN]] = True
    return merged
