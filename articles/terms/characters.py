"""Character tables: what a character is to the anchors of a text, as one number each.

The number holds, from the low bits up: its plain form (small, without accents, digits as
0 to 9), flags, and the group by which runs of characters are cut into words.
"""

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NONE, LETTER, DIGIT, PAIRED, SOUTH_EAST = range(5)
"""Groups: what cuts words; letters; digits; Han and Hangul; the unspaced scripts of that region."""

PLAIN = np.uint32(0x3FFFF)
UPPER = np.uint32(1 << 18)
ENDS = np.uint32(1 << 19)
"""After this character a sentence begins, and so a capital says nothing."""
DROPPED = np.uint32(1 << 20)
"""The press writes a word with or without it: vowel points, stretched Arabic letters."""
JOINT = np.uint32(1 << 21)
"""Between two digits this character says nothing: it is written in some countries only."""
STOPS = np.uint32(1 << 25)
"""After this character, of those that END, a sentence begins in any case."""
_LEAST = 22
_GROUP = GROUP_BITS = 28
"""Bits below the group."""

_PLANES = 0x20000
"""Beyond the first two planes there are only Han, and characters that are no letters."""
_LAST_HAN = 0x3FFFF

_SENTENCE_ENDS = "\0\n.!?:;…。！？؟۔։።।"
_SENTENCE_STOPS = "\0\n.!?…。！？؟۔։።।"
_DIGIT_JOINTS = ".,'’٫٬"
_STRETCH = "\u0640"
# Words of grammar: cutting there keeps them out of the pairs, which would else be everywhere.
_HAN_OF_GRAMMAR = set(
    "的了在是和也就都而及与與或个個不这這那之其以为為于於对對从從被把让讓向到着著地得"
)
_SAME_LETTERS = {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ß": "s"}
# By the first word of a character's name.
_GROUPS = {
    "CJK": PAIRED,
    "HANGUL": PAIRED,
    "HIRAGANA": NONE,  # the grammar of Japanese
    "THAI": SOUTH_EAST,
    "LAO": SOUTH_EAST,
    "KHMER": SOUTH_EAST,
    "MYANMAR": SOUTH_EAST,
}
_ACCENTED = {"LATIN", "GREEK", "CYRILLIC", "ARABIC"}
_POINTED = {"ARABIC", "HEBREW", "COMBINING"}
_LEASTS = {
    **dict.fromkeys(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"), 6),
    **dict.fromkeys(("KATAKANA", "KATAKANA-HIRAGANA"), 3),
}
_LEAST_ELSEWHERE = 4
# Blocks of one kind: asking for the name of each character would take most of the time.
_BLOCKS = (
    (0x3400, 0x4DC0, PAIRED << _GROUP),
    (0x4E00, 0xA000, PAIRED << _GROUP),
    (0xAC00, 0xD7A4, PAIRED << _GROUP),
    (0x17000, 0x187F8, LETTER << _GROUP | _LEAST_ELSEWHERE << _LEAST),  # Tangut
)


DECIMAL_SIGN = np.uint32(ord(".") | DIGIT << GROUP_BITS)
"""What stands for a point or a comma in a number."""


def look_up(code_points: Array) -> Array:
    """Return the numbers of code points (uint32, as they are)."""
    if not len(code_points) or code_points.max() < _PLANES:
        return _table().take(code_points)
    is_far = code_points >= _PLANES
    numbers = _table().take(np.where(is_far, 1, code_points))
    is_han = is_far & (code_points <= _LAST_HAN)
    numbers[is_han] = code_points[is_han] | np.uint32(PAIRED << _GROUP)
    return numbers


def groups(numbers: Array) -> Array:
    """Return the group of each."""
    return numbers >> np.uint32(_GROUP)


def is_edge(numbers: Array) -> Array:
    """Return whether a run of one group ends before each but the first."""
    return (numbers[1:] ^ numbers[:-1]) >= np.uint32(1 << _GROUP)


def least_lengths(numbers: Array) -> Array:
    """Return how many letters a word that begins so has, if it is likely to carry meaning."""
    return (numbers >> np.uint32(_LEAST)) & np.uint32(7)


@cache
def _table() -> Array:
    """Return the numbers (uint32, 512 KB) of the characters of the first two planes."""
    table = np.zeros(_PLANES, np.uint32)
    for begin, end, flags in _BLOCKS:
        table[begin:end] = np.arange(begin, end) | flags
    for code in _letters_and_digits():
        table[code] = _number(chr(code))
    for character in _HAN_OF_GRAMMAR:
        table[ord(character)] = 0
    for marked, flag in (
        (_SENTENCE_ENDS, ENDS),
        (_SENTENCE_STOPS, STOPS),
        (_DIGIT_JOINTS, JOINT),
        (_STRETCH, DROPPED),
    ):
        table[[ord(character) for character in marked]] |= flag
    return table


def _letters_and_digits() -> list[int]:
    begins = [0, *(end for _, end, _ in _BLOCKS)]
    ends = [*(begin for begin, _, _ in _BLOCKS), _PLANES]
    category = unicodedata.category
    wanted = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"}
    return [
        code
        for begin, end in zip(begins, ends, strict=True)
        for code in range(begin, end)
        if category(chr(code)) in wanted
    ]


def _number(character: str) -> int:
    category = unicodedata.category(character)
    if category == "Nd":
        return ord("0") + unicodedata.digit(character) | DIGIT << _GROUP
    script = unicodedata.name(character, "").partition(" ")[0]
    plain = unicodedata.normalize("NFD", character)[0] if script in _ACCENTED else character
    lower = plain.lower()[0]
    number = ord(_SAME_LETTERS.get(lower, lower))
    number |= _GROUPS.get(script, LETTER) << _GROUP
    number |= _LEASTS.get(script, _LEAST_ELSEWHERE) << _LEAST
    if category in {"Lu", "Lt"}:
        number |= int(UPPER)
    if category == "Mn" and script in _POINTED:
        number |= int(DROPPED)
    return number
