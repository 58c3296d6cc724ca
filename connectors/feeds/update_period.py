"""How often a feed document asks to be polled: ttl, skipHours, skipDays (RSS 2.0), syndication.

Read from the text, so that it is found in a broken document too, whichever parser reads it.
"""

import re

from connectors.limits import ASKED_SECONDS_LIMIT

_HEAD_LIMIT = 64 * 1024
_PERIODS = {
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "monthly": 2592000,
    "yearly": 31536000,
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LAST = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s{0,10}>", re.IGNORECASE)
_VALUE = r"[^>]{0,200}>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}([\w.+-]{1,40})"
_TTL = re.compile(r"<ttl" + _VALUE, re.IGNORECASE)
_PERIOD = re.compile(r"<\w{1,20}:updatePeriod" + _VALUE, re.IGNORECASE)
_FREQUENCY = re.compile(r"<\w{1,20}:updateFrequency" + _VALUE, re.IGNORECASE)
_HOUR = re.compile(r"<hour" + _VALUE, re.IGNORECASE)
_DAY = re.compile(r"<day" + _VALUE, re.IGNORECASE)


def pace_of(text: str) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return the seconds between polls asked for (0: none), and the hours and days to skip (GMT).

    Hours are "0" to "23", days the English names as in "Monday".
    """
    frame = _frame(text)
    seconds = max(_ttl(frame), _update_period(frame))
    hours = dict.fromkeys(
        str(hour % 24)
        for text in _HOUR.findall(_inside(frame, "skiphours"))
        if (hour := _number(text, -1)) in range(25)
    )
    named = (text.capitalize() for text in _DAY.findall(_inside(frame, "skipdays")))
    days = dict.fromkeys(day for day in named if day in _DAYS)
    return min(seconds, ASKED_SECONDS_LIMIT), tuple(hours), tuple(days)


def _frame(text: str) -> str:
    """Return what stands before the first and behind the last entry, without comments."""
    first = _FIRST.search(text)
    head = text[: min(_HEAD_LIMIT, first.start() if first else len(text))]
    ends = _LAST.finditer(text, max(first.start(), len(text) - _HEAD_LIMIT)) if first else ()
    last = max((match.end() for match in ends), default=len(text))
    frame = head + text[last:]
    before, *rest = frame.split("<!--")
    return before + "".join(part.partition("-->")[2] for part in rest)


def _inside(frame: str, name: str) -> str:
    """Return what stands in the element of this name; "" without one."""
    folded = frame.lower()
    start, end = folded.find(f"<{name}"), folded.find(f"</{name}")
    # Where lower case has another length (İ), positions differ: such a head is not read.
    return frame[start:end] if 0 <= start < end and len(folded) == len(frame) else ""


def _ttl(frame: str) -> int:
    match = _TTL.search(frame)
    return _number(match[1], 0) * 60 if match else 0


def _update_period(frame: str) -> int:
    """Return the seconds of the period divided by how often it is updated in one (RSS 1.0)."""
    period, often = _PERIOD.search(frame), _FREQUENCY.search(frame)
    if not period and not often:
        return 0
    seconds = _PERIODS.get(period[1].lower(), 0) if period else _PERIODS["daily"]
    return seconds // max(1, _number(often[1], 1) if often else 1)


def _number(text: str, otherwise: int) -> int:
    """Return the number of up to nine digits that the text is, else `otherwise`."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
