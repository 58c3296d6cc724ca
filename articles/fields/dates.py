"""Publication dates: what a text says, when it may be believed, and from where else to take one.

Read in this order: epoch, ISO 8601, RFC 822 and its relatives with zone and foreign month names,
Chinese, Japanese and Korean dates, then dateparser in its strict mode. What several readings fit
(07/08/2024), what is relative ("yesterday": it would be another date at each reading) and what
names no day and month is unknown: a date is never invented.
"""

import re
import unicodedata
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import dateparser

from articles.fields.date_words import LANGUAGES, MONTHS, TWO_MEANINGS, ZONE_MINUTES

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(hours=48)
"""A later or earlier date is a mistake of the feed, not one of publication."""
LONGEST = 80
"""Characters; what is longer is a sentence, not a date."""

MOST_OFFSET = 14 * 60
"""Minutes from Greenwich that a zone may have."""

EXACT, NO_ZONE, DAY_ONLY, MONTH_ONLY = 1.0, 0.8, 0.7, 0.3
"""Confidence by what the text states; a day begins at midnight UTC, a month with its first day."""
Reading = tuple[datetime, float]
"""A date in UTC, and how sure it is (0 to 1)."""

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = (
    r"(?:\s*(?:\(?(?:GMT|UTC|UT)\s?)?(?P<sign>[+-])(?P<zhour>\d{1,2})(?::?(?P<zminute>\d{2}))?\)?"
    r"|\s*\(?(?P<zone>[A-Za-z]{1,5})\)?)?(?:\s*\([^()]*\))?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:(?P<dash>[-/.]?)(?P<month>\d{1,2})(?:(?P=dash)(?P<day>\d{1,2}))?)?"
    r"(?:(?:[Tt_]|,?\s+)" + _CLOCK + _ZONE + r")?"
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[Tt]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"
    + _ZONE
)
_WEEKDAY = r"(?:[^\W\d]{2,13}(?:-feira)?\.?,?\s*)?"
_MONTH = r"(?P<name>[^\W\d]{3,12})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_TIME = r"(?:,?\s+(?:(?:at|um|à|a las|às|alle|в|kl\.?)\s+)?" + _CLOCK + _ZONE + r"(?:\s+Uhr)?)?"
_RFC_822 = re.compile(
    _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]+(?:(?:de|of)\s+)?" + _MONTH
    + r",?[\s-]+(?:del?\s+)?" + _YEAR + r"(?:\s*г\.?)?" + _TIME
)  # fmt: skip
_AMERICAN = re.compile(
    _WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<year>\d{4})" + _TIME
)
_ASCTIME = re.compile(
    r"[^\W\d]{3}\s+" + _MONTH + r"\s+(?P<day>\d{1,2})\s+" + _CLOCK + _ZONE + r"\s+(?P<year>\d{4})"
)
_NUMERIC = re.compile(
    r"(?P<first>\d{1,2})(?P<dash>[./-])(?P<second_part>\d{1,2})(?P=dash)(?P<year>\d{4})"
    r"(?:,?\s+" + _CLOCK + _ZONE + r")?"
)
_EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일号號]"
    r"(?:\s*[(（][^()（）]{1,4}[)）])?(?:\s*" + _CLOCK + _ZONE + r")?"
)
_PLAIN_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|GMT|UTC|Z)"
)
_GREENWICH = frozenset({"GMT", "UTC", "Z", "+0000", "-0000"})
_EPOCH = re.compile(r"(-?\d{9,10}|\d{13}|\d{16})(?:\.\d{1,9})?")
_EPOCH_UNITS = {9: 1, 10: 1, 13: 1_000, 16: 1_000_000}
# What a date leaves open would be taken from here, not from the clock; dateparser wants it naive.
_NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WORD = re.compile(r"[^\W\d]+")
_DAY_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
MOST_WORDS = 5
_HAS_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def read_date(text: str, now: datetime) -> Reading | None:
    """Return what a stated date means in UTC and how sure that is; None if it is none to believe.

    `now` bounds it (`is_believable`) and moves nothing else.
    """
    reading = _parse(text.strip()) if len(text) <= LONGEST else None
    return reading if reading and is_believable(reading[0], now) else None


def read_line(line: str) -> datetime | None:
    """Return the full date that a line holds if it holds nothing else; dateparser is too slow."""
    if len(line) > LONGEST or not _HAS_YEAR.search(line):
        return None
    reading = _by_patterns(line.strip())
    return reading[0] if reading and reading[1] >= DAY_ONLY else None


def day(year: str, month: str, number: str) -> datetime | None:
    """Return the midnight of a day whose month is a number or an English name, if there is such."""
    month_number = int(month) if month.isdigit() else MONTHS.get(month.lower(), 0)
    reading = _midnight(int(year), month_number, int(number), DAY_ONLY)
    return reading[0] if reading else None


def is_believable(date: datetime, now: datetime) -> bool:
    """Tell whether a date can be one of publication."""
    return EARLIEST <= date <= now + MOST_AHEAD


@lru_cache(maxsize=8_192)
def _parse(text: str) -> Reading | None:
    reading = _fast(text)
    if reading is None and text:
        reading = _slow(text)
    return reading


def _fast(text: str) -> Reading | None:
    """Read what nine of ten feeds write: RFC 822 with a zone, or RFC 3339."""
    try:
        if match := _PLAIN_RFC_822.fullmatch(text):
            number, name, year, hour, minute, second, zone = match.groups()
            date = datetime(
                int(year), MONTHS[name.lower()], int(number), int(hour), int(minute), int(second),
                tzinfo=UTC,
            )  # fmt: skip
            if zone in _GREENWICH:
                return date, EXACT
            minutes = int(zone[1:3]) * 60 + int(zone[3:])
            if minutes > MOST_OFFSET:
                return None
            return date - timedelta(minutes=minutes if zone[0] == "+" else -minutes), EXACT
        if text[4:5] == "-" and text[10:11] == "T":
            date = datetime.fromisoformat(text)
            return (date.astimezone(UTC), EXACT) if date.tzinfo else None
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def _slow(text: str) -> Reading | None:
    if not text.isascii():
        text = _plain_digits(" ".join(text.split()))
    reading = _from_epoch(text) or _by_patterns(text)
    if reading or _NUMERIC.match(text) or not _HAS_YEAR.search(text):
        return reading
    words = _WORD.findall(text.lower())
    is_date = len(words) <= MOST_WORDS and TWO_MEANINGS.isdisjoint(words)
    return _by_dateparser(text) if is_date and _DAY_NUMBER.search(text) else None


def _plain_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _from_epoch(text: str) -> Reading | None:
    match = _EPOCH.fullmatch(text)
    if match is None or not text.isascii():
        return None
    microseconds = int(match[1]) * 1_000_000 // _EPOCH_UNITS[len(match[1].lstrip("-"))]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds), EXACT


def _by_patterns(text: str) -> Reading | None:
    for pattern in (_RFC_822, _COMPACT, _ISO, _AMERICAN, _ASCTIME, _EAST_ASIAN, _NUMERIC):
        match = pattern.fullmatch(text)
        if match is not None and (reading := _from_match(match)):
            return reading
    return None


def _from_match(match: re.Match[str]) -> Reading | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:  # RFC 2822, 4.3
        year += 2000 if year < 50 else 1900
    day = parts.get("day")
    if "first" in parts:
        order = _day_and_month(int(parts["first"]), int(parts["second_part"]), parts["dash"])
        if order is None:
            return None
        day_number, month = order
    elif "name" in parts:
        day_number, month = int(parts["day"]), MONTHS.get(parts["name"].lower(), 0)
    elif parts["month"] is None or not (day or parts["dash"]):
        return None  # a year alone is no date of publication, and 202407 is any number
    else:
        day_number, month = int(day or 1), int(parts["month"])
    confidence = DAY_ONLY if day or "first" in parts else MONTH_ONLY
    return _with_clock(parts, _midnight(year, month, day_number, confidence))


def _day_and_month(first: int, second: int, dash: str) -> tuple[int, int] | None:
    if dash == "." or first > 12 or first == second:
        return first, second  # dots are written where the day comes first
    return (second, first) if second > 12 else None


def _midnight(year: int, month: int, day: int, confidence: float) -> Reading | None:
    try:
        return datetime(year, month, day, tzinfo=UTC), confidence
    except ValueError:
        return None


def _with_clock(parts: Mapping[str, str | None], day: Reading | None) -> Reading | None:
    if day is None or parts.get("hour") is None:
        return day
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    if parts.get("half"):
        hour = hour % 12 + (12 if (parts["half"] or "").lower() == "p" else 0)
    second = int(parts["second"] or 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    micros = int(((parts.get("part") or "") + "000000")[:6])
    offset, confidence = _offset(parts)
    if offset is None:
        return None
    moment = timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micros)
    try:
        return day[0] + moment - timedelta(minutes=offset), confidence
    except OverflowError:
        return None


def _offset(parts: Mapping[str, str | None]) -> tuple[int | None, float]:
    """Return minutes east of Greenwich, and the confidence that the zone lends."""
    if parts["sign"]:
        hours, minutes = int(parts["zhour"] or 0), int(parts["zminute"] or 0)
        if minutes > 59 or hours * 60 + minutes > MOST_OFFSET:
            return None, 0.0
        return (hours * 60 + minutes) * (1 if parts["sign"] == "+" else -1), EXACT
    zone = (parts["zone"] or "").lower()
    if zone in ZONE_MINUTES:
        return ZONE_MINUTES[zone], EXACT
    # Without a zone, or with one that nobody knows: read as UTC, as RFC 2822 4.3 has it.
    return 0, NO_ZONE if not zone else DAY_ONLY


def _by_dateparser(text: str) -> Reading | None:
    settings = {
        "STRICT_PARSING": True,
        "PARSERS": ["absolute-time"],
        "TIMEZONE": "UTC",
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": _NO_CLOCK,
    }
    languages = next(
        codes for script, codes in LANGUAGES if not script or re.search(f"[{script}]", text)
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            date = dateparser.parse(text, languages=languages, settings=settings)
    except Exception:  # noqa: BLE001 - it parses with regular expressions of many languages
        return None
    if date is None:
        return None
    has_clock = re.search(r"\d[:.h]\d\d", text) is not None
    return date.astimezone(UTC), NO_ZONE if has_clock else DAY_ONLY
