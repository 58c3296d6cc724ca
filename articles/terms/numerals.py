"""Numerals in Han or Hangul signs, written out in digits: 三千五百 is 3500, 4.7万 is 47000."""

import re
from collections.abc import Iterator

import numpy as np

from articles.terms import characters

Array = characters.Array

_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_SMALL = {"十": 10, "百": 100, "千": 1_000, "백": 100, "천": 1_000}
_LARGE = {
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "亿": 10**8,
    "億": 10**8,
    "억": 10**8,
    "조": 10**12,
}
_SIGNS = "".join((*_DIGITS, *_SMALL, *_LARGE))
_COUNTED = (
    "年月日号號人名岁歲歳期次届屆家所艘辆輛间間条條项項页頁座台层層米吨噸元个個回件時时分秒周週"
)
"""What stands behind one sign alone if it is a number."""
_FIGURE = r"\d[\d,]*+(?:\.\d++)?"
# Possessive, and from the first digit of a run on: no text is read twice over.
_HAN_NUMERAL = re.compile(
    rf"(?<![\d,.]){_FIGURE}(?:[{''.join((*_SMALL, *_LARGE))}]++(?:{_FIGURE})?)++"
    rf"|(?<![{_SIGNS}])[十{''.join(_DIGITS)}][{_SIGNS}]++"
    rf"|(?<![{_SIGNS}第])[二三四五六七八九十两兩](?=[{_COUNTED}])"
)
_HAS_SIGN = re.compile(f"[{_SIGNS}]")
_RUN = re.compile(rf"[\d{_SIGNS}][\d,.{_SIGNS}]*+")
"""What may hold numerals: a look at each character costs less than one for each kind of them."""
_PART = re.compile(rf"{_FIGURE}|[{_SIGNS}]")
_LONGEST = 40
"""Signs of a numeral; what is longer is no number of the news."""
_MOST = 10**17
"""Beyond it a run of signs is no number of the news."""


def written_out(text: str, numbers: Array, origins: Array) -> tuple[Array, Array]:
    """Return characters with such numerals as digits; each digit has a place of its numeral.

    Args:
        text: the text.
        numbers: what each of its characters that count is (characters.py).
        origins: the place of each in the text, rising.
    """
    if text.isascii() or not _HAS_SIGN.search(text):
        return numbers, origins
    pieces: list[tuple[Array, Array]] = []
    done = 0
    for found in _numerals(text):
        value = _value(found[0]) if len(found[0]) <= _LONGEST else None
        if value is None:
            continue
        begin, end = np.searchsorted(origins, found.span()).tolist()
        digits = np.frombuffer(str(value).encode(), np.uint8).astype(np.uint32)
        places = np.linspace(found.start(), found.end() - 1, len(digits)).astype(origins.dtype)
        pieces.append((numbers[done:begin], origins[done:begin]))
        pieces.append((digits | np.uint32(characters.DIGIT << characters.GROUP_BITS), places))
        done = end
    if not pieces:
        return numbers, origins
    pieces.append((numbers[done:], origins[done:]))
    return np.concatenate([n for n, _ in pieces]), np.concatenate([o for _, o in pieces])


def _numerals(text: str) -> Iterator[re.Match[str]]:
    for run in _RUN.finditer(text):
        if not run[0].isascii():
            # One character more, as what is counted may follow.
            yield from _HAN_NUMERAL.finditer(text, run.start(), run.end() + 1)


def _value(numeral: str) -> int | None:
    """Return the value of a numeral, None if it is none (a word such as 千万, a broken form)."""
    total = section = 0.0
    digit: float | None = None
    read = ""
    for part in _PART.findall(numeral):
        if part in _DIGITS and digit is not None and not section and not total:
            read = (read or f"{digit:.0f}") + str(_DIGITS[part])  # 二〇二四: digit by digit
            digit = float(read)
        elif part in _DIGITS:
            digit = float(_DIGITS[part])
        elif part in _SMALL:
            section += (1 if digit is None else digit) * _SMALL[part]
            digit = None
        elif part in _LARGE:
            total += (section + (digit or 0)) * _LARGE[part]
            section, digit = 0, None
        else:
            digit = float(part.replace(",", ""))
    value = total + section + (digit or 0)
    return round(value) if 0 < value < _MOST and value == round(value) else None
