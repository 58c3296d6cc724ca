"""How rare a term is, from a static table of word frequencies; else from its length and kind.

The table (rarity.npz, made by scripts/rarity-table) holds the commoner terms of some forty
languages, in classes of how often they stand in a billion words. A term that is common in any
language counts as common. Where a text's language is not among them, shorter words are the
commoner ones. It is never the lake that says what is rare: so a comparison of two texts depends on
these two alone.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from articles.terms.characters import Array

ZIPFS = (5.5, 5.0, 4.5, 4.0, 3.5)
"""Zipf frequencies (the logarithm of occurrences in a billion words; van Heuven et al. 2014) at
and above which a term is of class 0, 1, 2, ...; those below the last are of class RAREST."""
RAREST = len(ZIPFS)
WEIGHTS = (1.0, 2.25, 2.75, 3.25, 3.75, 4.75)
"""What a term of each class says, in powers of ten: how much rarer it is than a word of grammar."""
OF_NUMBERS, OF_RUNS = 4, 3
"""Classes of numbers, and of runs that are not in the table: most are parts of two words."""
_SLOT_BITS = 20
_MAYBE_BITS = 16
_CHECK = np.uint32(0xFFF)
_LEAST_KNOWN = 0.3
"""Share of the words of a text that are in the table's commonest classes, in languages it has."""
_BY_LENGTH = np.array([0, 0, 0, 0, 1, 2, 3, 4, 4, 5], np.uint8)


class _Table(NamedTuple):
    slots: Array
    """uint16 in two places for the first 32 bits of a hash: their last 12, and 1 + the class."""
    numerals: Array
    """uint64, sorted: hashes of words that are numbers."""
    digits: Array
    """uint64: the hashes of their digits."""
    is_maybe_numeral: Array
    """For the first 16 bits of a hash, whether a number has them: most words need no search."""


def classes(
    stems: Array, is_number: Array, is_run: Array, lengths: Array, texts: Array, count: int
) -> Array:
    """Return the class of each term of `count` texts: 0 for words of grammar to RAREST (uint8).

    Args:
        stems: the hash of each, as in the table.
        is_number: whether it is a number.
        is_run: whether it is a run of characters of a script that marks no words.
        lengths: its characters.
        texts: the number of its text.
        count: how many texts there are.
    """
    found = _look_up(stems)
    found[is_number] = OF_NUMBERS
    found[is_run & (found == RAREST)] = OF_RUNS
    is_word = ~(is_number | is_run)
    common = np.bincount(texts, is_word & (found <= 1), count)
    is_known = common >= _LEAST_KNOWN * np.bincount(texts, is_word, count)
    unknown = is_word & ~is_known[texts]
    if unknown.any():
        found[unknown] = _BY_LENGTH[np.minimum(lengths[unknown], len(_BY_LENGTH) - 1)]
    return found


def numbers_told(hashes: Array) -> tuple[Array, Array]:
    """Return for each word the hash of the digits that it stands for, and whether it does."""
    table = _table()
    told, is_told = np.zeros(len(hashes), np.uint64), np.zeros(len(hashes), bool)
    maybe = np.flatnonzero(table.is_maybe_numeral[hashes >> np.uint64(64 - _MAYBE_BITS)])
    at = np.searchsorted(table.numerals, hashes[maybe])
    is_told[maybe] = table.numerals.take(at, mode="clip") == hashes[maybe]
    told[maybe] = table.digits.take(at, mode="clip")
    return told, is_told


def _look_up(stems: Array) -> Array:
    """Return the class of each term by the table alone."""
    slots = _table().slots
    first = (stems >> np.uint64(32)).astype(np.uint32)
    check = (first & _CHECK) << np.uint32(4)
    classes_ = np.full(len(stems), RAREST, np.uint8)
    for places in _places(first):
        slot = slots[places]
        is_it = (slot & ~np.uint16(15)) == check
        is_it &= slot != 0
        classes_[is_it] = (slot[is_it] & 15) - 1
    return classes_


def _places(first: Array) -> tuple[Array, Array]:
    """Return the two slots in which a hash may stand (cuckoo hashing, Pagh and Rodler 2004)."""
    other = first * np.uint32(0x9E3779B1)
    return first >> np.uint32(32 - _SLOT_BITS), other >> np.uint32(32 - _SLOT_BITS)


@cache
def _table() -> _Table:
    packed = files("articles.terms").joinpath("rarity.npz")
    with packed.open("rb") as file, np.load(file) as read:
        first = np.cumsum(read["gaps"], dtype=np.uint64).astype(np.uint32)
        kinds, numerals, digits = read["classes"], read["numerals"], read["digits"]
    slots = np.zeros(1 << _SLOT_BITS, np.uint16)
    left = np.argsort(kinds, kind="stable")  # the commoner first: they find room
    for n in (0, 1):
        places = _places(first[left])[n]
        _, firsts = np.unique(places, return_index=True)
        firsts = firsts[slots[places[firsts]] == 0]
        of_slot = (first[left] & _CHECK).astype(np.uint16) << np.uint16(4)
        slots[places[firsts]] = of_slot[firsts] | (kinds[left][firsts] + 1)
        left = np.delete(left, firsts)
    is_maybe = np.zeros(1 << _MAYBE_BITS, bool)
    is_maybe[numerals >> np.uint64(64 - _MAYBE_BITS)] = True
    return _Table(slots, numerals, digits, is_maybe)
