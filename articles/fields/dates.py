"""Publication dates: what a text says, when it may be believed, and from where else to take one.

Read in this order: RFC 822 and RFC 3339 as nine of ten feeds write them, seconds since 1970, then
every form whose words and numbers leave one reading (date_reader.py, date_moments.py). What
several readings fit (07/08/2024), what is relative ("yesterday": it would be another date at each
reading) and what names no month is unknown: a date is never invented.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from articles.fields import date_moments
from articles.fields.date_epochs import from_google, from_number
from articles.fields.date_moments import DAY_ONLY, EXACT, MOST_OFFSET, NO_ZONE, Found
from articles.fields.date_words import numbers
from articles.fields.date_zones import Hints

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(hours=48)
"""A later or earlier date is a mistake of the feed, not one of publication."""
LONGEST = 80
"""Characters; what is longer is a sentence, not a date."""
NO_HINTS = Hints()
_DAY, _SECOND = len("2024-07-02"), len("2024-07-02 10:15:00")
Reading = tuple[datetime, float]
"""A date in UTC, and how sure it is (0 to 1)."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_PLAIN_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|GMT|UTC|Z)"
)
_GREENWICH = frozenset({"GMT", "UTC", "Z", "+0000", "-0000"})
_NUMERIC = frozenset("-0123456789@/\\Dn")
_HAS_FIGURE = re.compile(r"\d|[一二三四五六七八九元]")
_HAS_YEAR = re.compile(r"\d{4}|年|[国國]|[令昭平][和成]")


def read_date(text: str, now: datetime, hints: Callable[[], Hints] | None = None) -> Reading | None:
    """Return what a stated date means in UTC and how sure that is; None if it is none to believe.

    `now` bounds it (`is_believable`) and moves nothing else. `hints` is asked for what else is
    known of the text, where the date is of no plain form.
    """
    if len(text) > LONGEST:
        return None
    reading = _fast(text)
    if reading is None and (found := _slow(text.strip(), hints() if hints else NO_HINTS)):
        reading = found[0], found[1]
    return reading if reading and is_believable(reading[0], now) else None


def read_line(line: str, hints: Hints = NO_HINTS) -> tuple[datetime, bool] | None:
    """Return the full date that a line holds if it holds nothing else.

    With it comes whether the line calls it the date of a change.
    """
    if len(line) > LONGEST or not _HAS_YEAR.search(line):
        return None
    found = _in_words(line.strip(), hints)
    if found is None or found.confidence < DAY_ONLY:
        return None
    return found.moment, found.label == "updated"


def day(year: str, month: str, number: str) -> datetime | None:
    """Return the midnight of a day whose month is a number or an English name, if there is such."""
    months = {int(month)} if month.isdigit() else numbers(month.lower(), "month", "en")
    if len(months) != 1:
        return None
    try:
        return datetime(int(year), min(months), int(number), tzinfo=UTC)
    except ValueError:
        return None


def is_believable(date: datetime, now: datetime) -> bool:
    """Tell whether a date can be one of publication."""
    return EARLIEST <= date <= now + MOST_AHEAD


@lru_cache(maxsize=8_192)
def _fast(text: str) -> Reading | None:
    """Read what nine of ten feeds write: RFC 822 with a zone, or RFC 3339."""
    try:
        if match := _PLAIN_RFC_822.fullmatch(text):
            number, name, year, hour, minute, second, zone = match.groups()
            date = datetime(
                int(year), _MONTHS[name], int(number), int(hour), int(minute), int(second),
                tzinfo=UTC,
            )  # fmt: skip
            if zone in _GREENWICH:
                return date, EXACT
            minutes = int(zone[1:3]) * 60 + int(zone[3:])
            if minutes > MOST_OFFSET or int(zone[3:]) > 59:
                return None
            return date - timedelta(minutes=minutes if zone[0] == "+" else -minutes), EXACT
        if text[4:5] == "-" and text[7:8] == "-":
            return _iso(text)
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def _iso(text: str) -> Reading | None:
    if text[10:11] == "T":
        date = datetime.fromisoformat(text)
        return (date.astimezone(UTC), EXACT) if date.tzinfo else None
    if text[:2] not in {"19", "20"}:  # of another calendar
        return None
    if len(text) == _DAY:
        return datetime.fromisoformat(text).replace(tzinfo=UTC), DAY_ONLY
    if len(text) == _SECOND and text[10] == " ":  # what databases print
        date = datetime.fromisoformat(text)
        return None if date.tzinfo else (date.replace(tzinfo=UTC), NO_ZONE)
    return None


@lru_cache(maxsize=8_192)
def _slow(text: str, hints: Hints) -> Found | None:
    text = text.strip("\"'")
    if text[:1] in _NUMERIC and (moment := from_number(text)):
        return Found(moment, EXACT, "")
    if table := from_google(text):
        text = table
    return _in_words(text, hints)


def _in_words(text: str, hints: Hints) -> Found | None:
    return date_moments.read(text, hints) if _HAS_FIGURE.search(text) else None
