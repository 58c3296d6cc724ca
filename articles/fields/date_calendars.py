"""Years of other calendars: Buddhist, Iranian, Japanese and Chinese eras, as days of our own.

Lunar calendars (Hijri, Hebrew) are not read: their months begin where the moon was seen or a
committee says, and no table of ours would always be right.
"""

from collections.abc import Mapping
from datetime import date, timedelta

Day = tuple[int, int, int]
"""Year, month and day."""

BUDDHIST_YEARS, IRANIAN_YEARS = range(2440, 2700), range(1343, 1473)
"""Years that can be meant; the rule of leap years below holds for the second."""
_BUDDHIST, _MINGUO = 543, 1911
_NOWRUZ_1343 = date(1964, 3, 21)
"""The first day of the first Iranian year of the range."""
_ERAS: Mapping[str, tuple[date, date]] = {
    "令和": (date(2019, 5, 1), date(9999, 12, 31)), "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)), "r": (date(2019, 5, 1), date(9999, 12, 31)),
    "h": (date(1989, 1, 8), date(2019, 4, 30)),
}  # fmt: skip
"""First and last day of an era; its year 1 is the year of the first."""
MINGUO = frozenset({"民國", "民国", "中華民國", "中华民国"})
ERAS = frozenset(_ERAS) | MINGUO


def of_buddhist(day: Day) -> Day | None:
    """Return a day of the Thai solar calendar, whose years begin with ours since 1941."""
    return (day[0] - _BUDDHIST, *day[1:]) if day[0] in BUDDHIST_YEARS else None


def of_era(era: str, day: Day) -> Day | None:
    """Return a day of a Japanese era or of the Republic of China; None if the era lacks it."""
    year, month, number = day
    if era in MINGUO:
        return year + _MINGUO, month, number
    first, last = _ERAS[era]
    try:
        found = date(first.year + year - 1, month, number)
    except ValueError:
        return None
    return (found.year, month, number) if first <= found <= last else None


def of_iranian(day: Day) -> Day | None:
    """Return a day of the Solar Hijri calendar of Iran and Afghanistan."""
    year, month, number = day
    if year not in IRANIAN_YEARS or not 1 <= month <= 12:
        return None
    length = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not 1 <= number <= length:
        return None
    before = sum(365 + _is_leap(each) for each in range(IRANIAN_YEARS.start, year))
    before += (month - 1) * 31 - max(0, month - 7)
    found = _NOWRUZ_1343 + timedelta(days=before + number - 1)
    return found.year, found.month, found.day


def _is_leap(year: int) -> bool:
    """Tell whether an Iranian year has 366 days: 8 in each 33, which holds from 1343 to 1472."""
    return (25 * year + 11) % 33 < 8
