"""Dates as numbers: seconds since 1970 and their parts, .NET's and Google's forms of them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = re.compile(r"@?(-?\d{9,19})(?:\.\d{1,9})?")
_SCIENTIFIC = re.compile(r"([1-9](?:\.\d{1,18})?)[Ee]\+?(8|08|9|09|11|12|14|15|17|18)")
# ASP.NET's JavaScriptSerializer and DataContractJsonSerializer; the offset only says where the
# server stood. new Date(...) is what a script prints.
_MILLISECONDS = re.compile(r"\\?/?(?:new )?Date\((-?\d{9,13})(?:[+-]\d{4})?\)\\?/?")
# Google Visualization's tables: Date(2025, 10, 26, 15, 30, 0), where January is 0.
_GOOGLE = re.compile(
    r"(?:new )?Date\((\d{4}), ?(\d{1,2}), ?(\d{1,2})"
    r"(?:, ?(\d{1,2}), ?(\d{1,2}), ?(\d{1,2}))?\)"
)
_UNITS = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 16: 10**6, 19: 10**9}
"""Digits -> parts of a second. 12 are also read as 202407021015, 15 are in use nowhere, and 18 may
be nanoseconds, .NET's ticks or Windows' file times."""
_LEAST_DIGITS = 8
"""Of a mantissa: one with fewer was rounded (`%g` has 6), by minutes or days."""
_FIRST_YEAR = 1990
_START = datetime(1970, 1, 1, tzinfo=UTC)


def from_number(text: str) -> datetime | None:
    """Return the moment (UTC) that a number of seconds or of parts of a second states.

    What a number of seconds has behind its point is not read.
    """
    if match := _EPOCH.fullmatch(text):
        return _moment(match[1])
    if match := _MILLISECONDS.fullmatch(text):
        return _START + timedelta(milliseconds=int(match[1]))
    if match := _SCIENTIFIC.fullmatch(text):
        if len(match[1]) <= _LEAST_DIGITS:
            return None
        return _moment(str(int(Decimal(text))))
    return None


def from_google(text: str) -> str | None:
    """Return a date of a Google table as ISO 8601 writes it."""
    match = _GOOGLE.fullmatch(text)
    if match is None:
        return None
    year, month, day, *clock = match.groups()
    date = f"{year}-{int(month) + 1:02}-{int(day):02}"
    if clock[0] is None:
        return date
    return f"{date} {':'.join(part.zfill(2) for part in clock)}"


def _moment(whole: str) -> datetime | None:
    unit = _UNITS.get(len(whole.lstrip("-")))
    if unit is None:
        return None
    microseconds = int(whole) * 1_000_000 // unit
    moment = _START + timedelta(microseconds=microseconds)
    return moment if moment.year >= _FIRST_YEAR else None
