"""The characters of a date, folded, and cut into numbers, clocks, offsets and words."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

Kind = Literal[
    "ymd", "ym", "dmy", "clock", "offset", "zone", "number", "word", "open", "close", "mark"
]


class Token(NamedTuple):
    """A piece of a date."""

    kind: Kind
    text: str
    attached: bool
    """Whether nothing stands between it and the piece before."""


_CHARACTERS = {
    **dict.fromkeys(map(ord, "‐‑‒–—−―﹣－ー"), "-"), **dict.fromkeys(map(ord, "’‘ʼ´`′"), "'"),
    ord("ı"): "i", ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ـ"): None, ord("±"): "+",
}  # fmt: skip
"""ー is a dash between figures only; no name of a date in Japanese that we read has it."""
# Accents of Latin, Greek and Cyrillic letters, hamza, and vowel signs of Arabic and Hebrew: some
# write them and some don't, and no two names of one language differ in these alone.
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670]")
_HAN_NUMBER = re.compile("[〇零一二三四五六七八九十]+(?=[年月日号號時时点點分])")
_HAN_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0"
}

_COMPACT = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(?:t|\s)?(\d\d)(\d\d)(?:(\d\d)(?:[.,]?(\d{1,9}))?)?(?![\d:]))?"
    r"(?=$|[^\d:]|(?<=\d)t?\d\d:)(?!\.\d)"
)
_COMPACT_CLOCK = re.compile(r"(?<=\d\d\d\d-\d\d-\d\d)[t ](\d\d)(\d\d)(\d\d)?(?=[.,z+-]|$)")
# 2024-07-02T10:15, 10:15Z, 10:15 pmEST
_ZONE_BEHIND = r"(?=(?:z|ut|utc|gmt|[ecmp][sd]?t)(?!\w))"
_JOINED = re.compile(
    rf"(?<=\d)[t_](?=\d)|(?<=\d)(?=z(?!\w))|(?<=\d[ap]m){_ZONE_BEHIND}|(?<=\d [ap]m){_ZONE_BEHIND}"
)
_SPACED = re.compile(r"(\d{4}) (\d\d) (\d\d)(?!\d)")
_WEEK = re.compile(r"(\d{4})-?w(\d\d)-?([1-7])(?!\d)")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?!\d)")

_PIECES = re.compile(
    r"""
    (?P<zone>[a-z]+(?:/[a-z_]+(?:-[a-z_]+)*){1,2}(?:[+-]\d{1,2})?|[ecmp]st\d[ecmp]dt)
    |(?P<ymd>(?<![/\w])\d{4}(?P<dash>[-/.:])\s?\d{1,2}(?P=dash)\s?\d{1,2}(?!\d))
    |(?P<ym>\d{4}[-/.]\d{2}(?![\d./-]))
    |(?P<clock>\d{1,2}\.\d{2}\.\d{2}[.,]\d{3,9}(?!\d))
    |(?P<dmy>\d{1,3}(?P<stroke>[-/.])\s?\d{1,2}(?P=stroke)\s?(?:\d{4}|\d{2})(?!\d))
    |(?P<clock1>\d{1,2}:(?:\d{1,2}:\d{1,2}(?:[.,:]\d{1,9})?|\d{2})(?!\d))
    |(?P<clock2>\d{1,2}\.\d{2}(?![\d.]))
    |(?P<clock3>\d{1,2}\s?(?:h|uhr|heures?)(?:\s?\d{2}(?!\d))?(?:\s?(?:min|mn|m|')(?!\w))?(?:\s?\d{2}\s?s)?(?!\w))
    |(?P<clock4>\d{1,2}\s?[時时点點시](?!间|間|区|區)(?:\s?半|\s?\d{1,2}\s?[分분](?:\s?\d{1,2}\s?[秒초])?)?)
    |(?P<number>\d++(?:st|nd|rd|th|er|re|ere|eme|o|a|os|η|ης|-?го|-?е|-?й|-?ші|-?ші|eko|ko|an|en|i|-i|-an|-en|-an)?(?![^\W\d_])|\d++)
    |(?P<open>[(\[{（【「])
    |(?P<close>[)\]}）】」])
    |(?P<mark>[-/.,;:|·•‧∙,、،。．_~@'"*&<>!၊။])
    |(?P<word>[^\s\d\-/.,;:()\[\]{}<>|+*'"·•‧∙、،。．_~@&!၊။（）【】「」]+)
    """,
    re.VERBOSE,
)
_OFFSET = re.compile(r"([+-])\s?(\d{1,2})(?::?(\d{2}))?(?::\d{2})?(?![\d/.])")
_SHORT_OFFSET = re.compile(r"[+-]\d{1,2}$")
_GREENWICH = frozenset({"gmt", "utc", "ut"})


def folded(text: str) -> str:
    """Return a text in one spelling: lower case, our digits, no accents, one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = _ACCENT.sub("", text).translate(_CHARACTERS)
        text = unicodedata.normalize("NFC", text)
        text = "".join(
            str(unicodedata.decimal(character, character))
            for character in text
            if unicodedata.category(character) != "Cf"
        )
        text = _HAN_NUMBER.sub(_of_han, text)
        text = text.casefold().translate(_CHARACTERS)
        return " ".join(_ACCENT.sub("", text).split())
    return " ".join(text.lower().split())


def spelled(name: str) -> str:
    """Return a name as it is looked up: folded, its words with one space between."""
    words = (token.text for token in tokens(folded(name)) if token.kind in {"word", "number"})
    return " ".join(words)


def _of_han(match: re.Match[str]) -> str:
    """Write a Chinese number in figures: digit by digit, or tens and ones."""
    text = match[0]
    if "十" not in text:
        return "".join(_HAN_DIGITS[character] for character in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return f"{_HAN_DIGITS.get(tens, '1')}{_HAN_DIGITS.get(ones, '0')}"


def spread(text: str) -> str:
    """Write the forms of ISO 8601 without separators, by week and by day of the year with them."""
    if match := _WEEK.match(text):
        text = _day_of_week(match) + text[match.end() :]
    elif match := _ORDINAL.match(text):
        text = _day_of_year(match) + text[match.end() :]
    elif match := _COMPACT.match(text):
        text = _spread(match) + text[match.end() :]
    elif match := _SPACED.match(text):
        text = "-".join(match.groups()) + text[match.end() :]
    if text[4:5] == "-":
        text = _COMPACT_CLOCK.sub(lambda found: f" {':'.join(filter(None, found.groups()))}", text)
    return _JOINED.sub(" ", text)


def _spread(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, part = match.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    clock = f"{hour}:{minute}:{second or '00'}"
    return f"{year}-{month}-{day} {clock}" + (f".{part}" if part else "")


def _day_of_week(match: re.Match[str]) -> str:
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return match[0]


def _day_of_year(match: re.Match[str]) -> str:
    try:
        first = date(int(match[1]), 1, 1)
        found = first + timedelta(days=int(match[2]) - 1)
    except (ValueError, OverflowError):
        return match[0]
    return found.isoformat() if found.year == first.year and int(match[2]) else match[0]


def tokens(text: str) -> Iterator[Token]:
    """Cut a folded text; ends at a character that is in no date, with a word that means nothing."""
    position, last = 0, Token("mark", "", attached=False)
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        attached = position > 0 and text[position - 1] != " "
        token = _offset(text, position, last, attached=attached)
        if token is None:
            match = _PIECES.match(text, position)
            if match is None:
                yield Token("word", text[position], attached=False)
                return
            kind = (match.lastgroup or "word").rstrip("1234")
            token = Token(kind, match[0], attached)  # type: ignore[arg-type]
        yield token
        position += len(token.text)
        last = token


def _offset(text: str, position: int, last: Token, *, attached: bool) -> Token | None:
    """Return the offset that begins here, behind a clock or the name of Greenwich time."""
    is_zoned_day = last.kind == "ymd" and attached  # xs:date, as in 2024-07-02+02:00
    named = is_zoned_day or (last.kind == "word" and last.text in _GREENWICH)
    if not named and last.kind not in {"clock", "open"} and last.text not in {"am", "pm", "m"}:
        return None
    match = _OFFSET.match(text, position)
    if match is None:
        return None
    short = _SHORT_OFFSET.match(match[0]) is not None or match[0][1] == " "
    if short and not named and not (attached or match[0][0] == "+"):
        return None
    return Token("offset", match[0], attached)
