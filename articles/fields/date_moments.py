"""When it was: a date's parts as a moment in UTC, and how sure that is; several are none."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from articles.fields import date_zones
from articles.fields.date_calendars import (
    BUDDHIST_YEARS,
    IRANIAN_YEARS,
    Day,
    of_buddhist,
    of_era,
    of_iranian,
)
from articles.fields.date_reader import segments
from articles.fields.date_segments import Label, Number, Segment
from articles.fields.date_words import IRANIAN
from articles.fields.date_zones import Hints

EXACT, NO_ZONE, DAY_ONLY, MONTH_ONLY = 1.0, 0.8, 0.7, 0.3
"""Confidence by what the text states; a day begins at midnight UTC, a month with its first day."""
MOST_OFFSET = 14 * 60
"""Minutes east of Greenwich that a zone may have."""
_MOST_WEST = 12 * 60

_YEAR_FIRST = frozenset({"zh", "ja", "ko", "yue"})
"""Languages that write 25.11.26 for the 26th of November."""
_THAI = re.compile("[\u0e00-\u0e7f]|(?i:b\\.e\\.)")
_PERSIAN_DIGIT = re.compile("[\u06f0-\u06f9]")
_IRANIAN_LANGUAGES = frozenset({"fa", "ps", "mzn", "glk", "lrc"})
_BUDDHIST_SHORT = 33
"""Two figures from here on are of a Buddhist year: 25xx; below, of ours."""


class Found(NamedTuple):
    """What a text states."""

    moment: datetime
    confidence: float
    label: Label
    """What the text itself calls it."""


def read(text: str, hints: Hints) -> Found | None:
    """Return the date of publication that a text consists of, else its date of change."""
    dates = segments(text, hints)
    if dates is None:
        return None
    zones = next((each.zones for each in dates if each.zones), [])
    for each in dates:  # Published 10:00 | Updated 11:00 IST
        if each.offset is None and not each.has_unknown_zone:
            each.zones = each.zones or zones
    found = [_moment(each, text, hints) for each in dates if not each.is_empty]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    return min(known, key=lambda each: ("published", "", "updated").index(each.label))


def two_figures(year: int) -> int:
    """Return the year that two figures mean (RFC 2822, 4.3)."""
    return year + (2000 if year < 50 else 1900)


def _moment(segment: Segment, text: str, hints: Hints) -> Found | None:
    days = set(_days(segment, text, hints))
    if len(days) > 1:
        days = {day for day in days if _weekday_fits(day, segment)}
    if len(days) != 1:
        return None
    (year, month, number), is_month = days.pop(), _has_no_day(segment)
    try:
        midnight = datetime(year, month, number, tzinfo=UTC)
    except ValueError:
        return None
    if segment.clock is None:
        return Found(midnight, MONTH_ONLY if is_month else DAY_ONLY, segment.label)
    return None if is_month else _with_clock(midnight, segment, hints)


def _has_no_day(segment: Segment) -> bool:
    return segment.triple is None and len(segment.numbers) < 2 + any(
        number.part == "month" for number in segment.numbers
    )


def _weekday_fits(day: Day, segment: Segment) -> bool:
    weekday = _weekday(day)
    return any(weekday in weekdays for _, weekdays in segment.words) and weekday is not None


def _weekday(day: Day) -> int | None:
    try:
        return date(*day).weekday()
    except ValueError:
        return None


def _days(segment: Segment, text: str, hints: Hints) -> Iterator[Day]:
    """Yield every day that the parts may mean, in our calendar."""
    for day in _triples(segment, hints) if segment.triple else _spelled(segment):
        found = of_era(segment.era, day) if segment.era else _ours(day, text, hints)
        if found is not None and _weekday(found) is not None:
            yield found


def _ours(day: Day, text: str, hints: Hints) -> Day | None:
    year, month, number = day
    is_thai = hints.language == "th" or _THAI.search(text) is not None
    if month > IRANIAN:
        return of_iranian((year, month - IRANIAN, number))
    if year < 100:
        thai = is_thai and year >= _BUDDHIST_SHORT
        return (
            of_buddhist((year + 2500, month, number))
            if thai
            else (two_figures(year), month, number)
        )
    if year in BUDDHIST_YEARS:
        return of_buddhist(day) if is_thai else None
    if year in IRANIAN_YEARS:
        persian = _PERSIAN_DIGIT.search(text) and hints.language != "ur"
        return of_iranian(day) if persian or hints.language in _IRANIAN_LANGUAGES else None
    if year < 200:  # of the Republic of China
        return (
            (year + 1911, month, number) if hints.language == "zh" or hints.region == "TW" else None
        )
    return day


def _triples(segment: Segment, hints: Hints) -> Iterator[Day]:
    kind, text = segment.triple or ("", "")
    if segment.numbers or any(not weekdays for _, weekdays in segment.words):
        return
    first, second, third = re.findall(r"\d+", text)
    a, b, c = int(first), int(second), int(third)
    if any(len(figures) == 4 and figures[0] == "0" for figures in (first, third)):
        return  # 0001-11-30: what a program writes for no date
    if kind == "ymd" or segment.era or len(first) == 3:
        yield a, b, c
    elif len(third) == 4:
        yield c, b, a
        if "." not in text and c not in BUDDHIST_YEARS and c not in IRANIAN_YEARS:
            yield c, a, b  # dots are written where the day comes first
    elif "." in text and hints.language not in {"", "en"}:
        yield (a, b, c) if hints.language in _YEAR_FIRST else (c, b, a)
    elif segment.words:
        yield from ((c, b, a), (c, a, b), (a, b, c))


def _spelled(segment: Segment) -> Iterator[Day]:
    """Yield the days of numbers and names: one name is the month's, the others are weekdays'."""
    named = [number for number in segment.numbers if number.part == "month"]
    if named:
        if all(weekdays for _, weekdays in segment.words):
            yield from _numbered(segment.numbers, [named[0].value], 0)
        return
    for place, (months, _) in enumerate(segment.words):
        others = (*segment.words[:place], *segment.words[place + 1 :])
        # In the Levant a month has both of its names: حزيران/يونيو.
        if months and all(weekdays or also == months for also, weekdays in others):
            yield from _numbered(segment.numbers, sorted(months), place)


def _numbered(numbers: Sequence[Number], months: Sequence[int], place: int) -> Iterator[Day]:
    free = [number for number in numbers if number.part == ""]
    years = [number for number in numbers if number.part == "year"]
    days = [number for number in numbers if number.part == "day"]
    if not years:
        years = [number for number in free if number.digits == 4]
        free = [number for number in free if number.digits != 4]
    if not years and len(free) == 2 and free[0].place <= place < free[1].place:
        years = [free.pop()]  # 2 Jul 24
    days += free
    if len(years) != 1 or len(days) > 1 or any(day.digits > 2 for day in days):
        return
    if years[0].digits == 4 and years[0].value < 1000:
        return
    for month in months:
        yield years[0].value, month, days[0].value if days else 1


def _with_clock(midnight: datetime, segment: Segment, hints: Hints) -> Found | None:
    time = _time(segment)
    if time is None:
        return None
    try:
        local = midnight + time
        offset = _offset(segment, local, hints)
        if offset is None:
            return None
        return Found(local - timedelta(minutes=offset[0]), offset[1], segment.label)
    except OverflowError:
        return None


def _time(segment: Segment) -> timedelta | None:
    figures = re.findall(r"\d+", segment.clock or "")
    hour = int(figures[0])
    minute = int(figures[1]) if len(figures) > 1 else 30 if "半" in (segment.clock or "") else 0
    second = int(figures[2]) if len(figures) > 2 else 0
    if segment.is_afternoon is not None:
        if hour > 12 and not segment.is_afternoon:
            return None
        hour = hour if hour > 12 else hour % 12 + 12 * segment.is_afternoon
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    part = int(f"{figures[3][:6]:0<6}") if len(figures) > 3 else 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=part)


def _offset(segment: Segment, local: datetime, hints: Hints) -> tuple[int, float] | None:
    """Return minutes east of Greenwich, and the confidence that the zone lends."""
    if segment.offset is not None:
        minutes = _minutes(segment.offset)
        if minutes is None or (segment.is_critical and not _agrees(segment, minutes, local)):
            return None
        return minutes, EXACT
    if segment.zones:
        return date_zones.offset_of(segment.zones[0], local, hints)
    # Without a zone, or with one that nobody knows: read as UTC, as RFC 2822 4.3 has it.
    return 0, DAY_ONLY if segment.has_unknown_zone else NO_ZONE


def _agrees(segment: Segment, minutes: int, local: datetime) -> bool:
    return date_zones.is_consistent(segment.zones[-1], minutes, local) if segment.zones else False


def _minutes(offset: str) -> int | None:
    figures = re.findall(r"\d+", offset)
    hours, minutes = int(figures[0]), int(figures[1]) if len(figures) > 1 else 0
    if len(figures) == 1 and len(figures[0]) > 2:
        hours, minutes = int(figures[0][:-2]), int(figures[0][-2:])
    if minutes > 59 or hours * 60 + minutes > (MOST_OFFSET if offset[0] == "+" else _MOST_WEST):
        return None
    return (hours * 60 + minutes) * (1 if offset[0] == "+" else -1)
