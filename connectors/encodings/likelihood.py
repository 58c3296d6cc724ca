"""How likely bytes are a text in an encoding, by the letters that its languages use most."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from connectors.encodings.letter_tables import ALPHABETS, FREQUENT

UNKNOWN = -6.0
"""Of a character that no text in the encoding is expected to hold; all are logarithms to ten."""
_CAPITAL = -0.4
_JUMPED = -1.5
"""Of a capital behind a small letter, as KOI8 has them where it is read as another encoding."""
_JUMP = re.compile("[α-ώа-ѿ][Α-ΩА-Я]")
_HIGH = bytes(range(0x80, 0x100))
_SIGN = -2.5
_COMMON, _RARE = -3.8, -4.7
_SIGNS = "«»„“”‘’–—…№§©®™°·×\xa0€"
# Where the commoner half of a double-byte set stands: JIS X 0208, GB 2312, KS X 1001, Big5.
_COMMON_LEADS: dict[str, Sequence[int]] = {
    "gb18030": range(0xB0, 0xD8),
    "big5": range(0xA4, 0xC7),
    "cp932": range(0x88, 0x98),
    "euc_jp": range(0xB0, 0xD0),
    "cp949": range(0xB0, 0xC9),
}
# Rows of punctuation, full-width letters and kana.
_SIGN_LEADS: dict[str, Sequence[int]] = {
    "gb18030": range(0xA1, 0xA4),
    "big5": range(0xA1, 0xA4),
    "cp932": range(0x81, 0x84),
    "euc_jp": range(0xA1, 0xA6),
    "cp949": range(0xA1, 0xA4),
}
_RARE_LEADS: dict[str, Sequence[int]] = {
    "gb18030": range(0xD8, 0xF8),
    "big5": range(0xC9, 0xFA),
    "cp932": (*range(0x98, 0xA0), *range(0xE0, 0xEB)),
    "euc_jp": range(0xD0, 0xF5),
    "cp949": range(0xCA, 0xFE),
}
DOUBLE_BYTE = frozenset(_COMMON_LEADS)
"""The codecs of two bytes a character (some have more)."""


def likelihood(data: bytes, codec: str) -> float:
    """Return the mean logarithm of the probability per byte beyond ASCII; 0 where there is none."""
    high = len(data) - len(data.translate(None, _HIGH))
    if not high:
        return 0.0
    text = data.decode(codec, "replace")
    beyond = [char for char in text if char > "\x7f"]
    jumps = len(_JUMP.findall(text)) if codec not in DOUBLE_BYTE else 0
    weights = [sum(table.get(char, UNKNOWN) for char in beyond) for table in tables(codec)]
    return (max(weights, default=UNKNOWN * high) + _JUMPED * jumps) / high


def ranked(data: bytes) -> list[tuple[float, str]]:
    """Return the codecs with a script of their own and their likelihoods, the likeliest first."""
    scores = [(likelihood(data, codec), codec) for codec in _codecs()]
    return sorted(scores, key=lambda scored: -scored[0])


@cache
def _codecs() -> tuple[str, ...]:
    return tuple(dict.fromkeys(codec for codecs, _ in (*ALPHABETS, *FREQUENT) for codec in codecs))


@cache
def tables(codec: str) -> tuple[dict[str, float], ...]:
    """Return, for each language of the codec, its characters' logarithms of probability."""
    return tuple(
        [_alphabet(letters) for codecs, letters in ALPHABETS if codec in codecs]
        + [_characters(codec, letters) for codecs, letters in FREQUENT if codec in codecs]
    )


def _alphabet(letters: str) -> dict[str, float]:
    """Return the probabilities of letters, which fall from some ten per cent to some 0.1."""
    step = 2.0 / len(letters)
    table = dict.fromkeys(_SIGNS, _SIGN)
    for place, letter in enumerate(letters):
        table[letter.upper()] = -1.0 - step * place + _CAPITAL
    table |= {letter: -1.0 - step * place for place, letter in enumerate(letters)}
    return table


def _characters(codec: str, letters: str) -> dict[str, float]:
    """Return the probabilities of the characters of a double-byte set, by where they stand."""
    table: dict[str, float] = {}
    for leads, probability in (
        (_RARE_LEADS[codec], _RARE),
        (_COMMON_LEADS[codec], _COMMON),
        (_SIGN_LEADS[codec], _SIGN - 0.5),
    ):
        table |= dict.fromkeys(_of_leads(codec, leads), probability)
    for sign in "、。，．：「」（）？！ー・":
        table[sign] = -1.8
    span = 1.6 / len(letters)
    return table | {letter: -1.7 - span * place for place, letter in enumerate(letters)}


def _of_leads(codec: str, leads: Sequence[int]) -> Iterator[str]:
    for lead in leads:
        for trail in range(0x40, 0x100):
            char = bytes((lead, trail)).decode(codec, "ignore")
            if len(char) == 1 and char > "\x7f":
                yield char
