"""The words and numbers of many texts, read in one pass over their code points, with numpy.

A word is a run of letters, a number a run of digits. A look-up in Python for every word costs ten
times as much. Numbers are read by their value: digits of all scripts are the same, a sign between
two digits parts thousands if exactly three follow (1,250, 1.250 and 1250), else it is a decimal
sign (3.5 and 3,5; 3.5 is not 35). Han and Korean numerals are written out (numerals.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from articles.terms import characters
from articles.terms.numerals import written_out
from articles.terms.rolling_hash import mix, prefix_sums, run_hashes
from articles.terms.segments import is_among

Array = characters.Array
"""A column of a table, with a row a word, an anchor, a term or a text."""

_ABBREVIATION = 3
"""A capitalized word of so many letters may end in a full stop that ends no sentence (Dr.)."""
_ORDINAL = 2
"""Digits of a number that may end in a full stop as an ordinal."""
BATCH_TEXTS = 64
"""Texts that are read at once, at most."""
_BATCH_CHARACTERS = 1 << 16
_PART_CHARACTERS = 1 << 19
"""Characters of a text that are read at once; a longer one is cut."""
_THOUSAND = 3
"""Digits between two signs that part thousands."""


class Characters(NamedTuple):
    """The characters of many texts that count, one text after the other, a seam before each."""

    numbers: Array
    """What each is (characters.py)."""
    origins: Array
    """The place of each in the texts as given, seams included."""
    bounds: Array
    """Where the characters of each text begin, with its seam; one more than texts."""
    sums: Array
    """For the hashes of runs (rolling_hash.py)."""


class Words(NamedTuple):
    """The runs of letters or of digits of many texts, in their order."""

    begins: Array
    ends: Array
    firsts: Array
    """The numbers of their first characters (characters.py)."""
    starts: Array
    """One a text and one more: where the words of each text begin."""
    texts: Array
    """The number of the text that each is in."""
    is_number: Array
    is_name: Array
    """Whether it has a capital that says something."""
    is_first: Array
    """Whether it begins a sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text that is read at once."""

    text: int
    """The number of the text."""
    begin: int
    end: int


def parts_of(texts: Sequence[str]) -> list[Part]:
    """Return the parts in which texts are read: one each, unless they are very long."""
    return [Part(n, begin, end) for n, text in enumerate(texts) for begin, end in _cuts(text)]


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


def read(texts: Sequence[str]) -> Characters:
    """Return the characters of texts that count, with numbers by their value."""
    seams = np.cumsum([0, *(len(text) + 1 for text in texts)])
    if any("\0" in text for text in texts):
        texts = [text.replace("\0", " ") for text in texts]
    joined = "\0".join(("", *texts, ""))
    code_points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    numbers = characters.look_up(code_points)
    maybe = np.flatnonzero(numbers & (characters.DROPPED | characters.JOINT))
    numbers, gone = _signs_read(numbers, maybe)
    if len(gone):
        kept = np.ones(len(numbers), bool)
        kept[gone] = False
        origins = np.flatnonzero(kept)
        numbers = numbers[origins]
    else:
        origins = np.arange(len(numbers))
    if characters.groups(numbers).max() >= characters.PAIRED:
        numbers, origins = written_out(joined, numbers, origins)
    return Characters(numbers, origins, np.searchsorted(origins, seams), prefix_sums(numbers))


def _signs_read(numbers: Array, maybe: Array) -> tuple[Array, Array]:
    """Return the characters with decimal signs among the digits, and the places that go.

    Those are signs that say nothing: points of vowels, and signs before exactly three digits, which
    part thousands. Any other sign inside of a number is a decimal sign, if it is the only one of
    its number; else the digits are a date, a version, a score.

    Args:
        numbers: all characters.
        maybe: the places of those that are DROPPED or a JOINT.
    """
    is_digit = characters.groups(numbers[maybe + 1]) == characters.DIGIT
    is_digit &= characters.groups(numbers[maybe - 1]) == characters.DIGIT
    dropped = maybe[numbers[maybe] & characters.DROPPED != 0]
    signs = maybe[is_digit & (numbers[maybe] & characters.JOINT != 0)]
    if not len(signs):
        return numbers, dropped
    # How many digits follow, four at most.
    ahead = numbers[np.minimum(signs[:, None] + np.arange(1, 5), len(numbers) - 1)]
    following = np.cumprod(characters.groups(ahead) == characters.DIGIT, axis=1).sum(axis=1)
    is_thousand = following == _THOUSAND
    # Signs of one number stand one behind the other, with only digits between.
    is_next = np.append(signs[:-1] + following[:-1] + 1 == signs[1:], [False])
    chain = np.cumsum(np.append([True], ~is_next[:-1])) - 1
    decimals = np.bincount(chain, ~is_thousand)[chain]
    ends_so = np.bincount(chain, ~is_thousand & ~is_next)[chain] > 0
    is_dropped = is_thousand & ((decimals == 0) | ((decimals == 1) & ends_so))
    numbers = numbers.copy()
    numbers[signs[~is_thousand & ~is_next & (decimals == 1)]] = characters.DECIMAL_SIGN
    return numbers, np.sort(np.concatenate((dropped, signs[is_dropped])))


def words_of(chars: Characters) -> Words:
    """Return the words of texts; seams at both ends see to it that every run has two edges."""
    numbers = chars.numbers
    edges = np.flatnonzero(characters.is_edge(numbers)) + 1
    firsts = numbers[edges]
    group = characters.groups(firsts)
    at = np.flatnonzero((group == characters.LETTER) | (group == characters.DIGIT))
    begins, ends, firsts = edges[at], edges[at + 1], firsts[at]
    starts = np.searchsorted(begins, chars.bounds)
    texts = np.repeat(np.arange(len(chars.bounds) - 1), np.diff(starts))
    is_number = group[at] == characters.DIGIT
    is_capital: Array = (firsts & characters.UPPER) != 0
    sizes = ends - begins
    is_first = _firsts(begins, starts, _may_be_short(is_capital, is_number, sizes), numbers)
    is_name = is_capital & (sizes >= 2)
    if is_name.any():
        hashes = run_hashes(chars.sums, begins, ends) ^ _salts(len(starts))[texts]
        sure, maybe = np.flatnonzero(is_name & ~is_first), np.flatnonzero(is_name & is_first)
        # At the start of a sentence only those that the text has as a name elsewhere.
        is_name[maybe] = is_among(hashes[maybe], hashes[sure])
    return Words(begins, ends, firsts, starts, texts, is_number, is_name, is_first)


def _firsts(begins: Array, starts: Array, is_short: Array, numbers: Array) -> Array:
    """Return which words begin a sentence; after an abbreviation (Dr.) none does."""
    count = len(begins)
    is_first = np.zeros(count + 1, bool)  # one more for the end of the last text
    is_first[np.searchsorted(begins, np.flatnonzero(numbers & characters.ENDS))] = True
    is_first[1:count] &= ~is_short[:-1]
    is_first[starts] = True
    return is_first[:count]


def _may_be_short(is_capital: Array, is_number: Array, sizes: Array) -> Array:
    """Return which words may have a full stop that ends no sentence: Dr., 3. (an ordinal)."""
    short: Array = (is_capital & (sizes <= _ABBREVIATION)) | (is_number & (sizes <= _ORDINAL))
    return short


def _salts(count: int) -> Array:
    """Return a number a text, by which hashes differ from text to text."""
    return mix(np.arange(1, count, dtype=np.uint64))
