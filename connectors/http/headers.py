"""What headers say: when to ask again, and in which charset the body is."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.limits import MOST_SECONDS

_MAX_AGE = re.compile(r'(?:^|[\s,])max-age\s*=\s*"?(\d+)', re.ASCII | re.IGNORECASE)
# With field names behind it (no-cache="Set-Cookie") it is about these fields only.
_NOT_FRESH = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?![\w-])(?!\s*=)", re.IGNORECASE)
_SECONDS = re.compile(r"\d+", re.ASCII)
_LONGEST_DATE = 64
"""Characters of a date that are read."""
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> int:
    """Return for how long a response says it stays fresh (RFC 9111), 0 to MOST_SECONDS.

    The longer of max-age, unless no-cache or no-store forbids it, and Expires, which counts from
    Date, else from `now`: to wait longer is never impolite.
    """
    control = headers.get("cache-control", "")
    ages = [] if _NOT_FRESH.search(control) else _MAX_AGE.findall(control)
    return max(
        0, *map(_capped, ages), _seconds_until(headers.get("expires", ""), headers, now) or 0
    )


def retry_seconds(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return the seconds that Retry-After asks for (RFC 9110), 0 to MOST_SECONDS; None for none.

    A date in it counts from the Date header, else from `now`.
    """
    value = headers.get("retry-after", "").strip()
    return _capped(value) if _SECONDS.fullmatch(value) else _seconds_until(value, headers, now)


def _capped(digits: str) -> int:
    # int() takes long for a number of many digits, and refuses more than 4,300.
    digits = digits.lstrip("0")
    return MOST_SECONDS if len(digits) > 5 else min(int(digits or "0"), MOST_SECONDS)


def _seconds_until(value: str, headers: Mapping[str, str], now: datetime) -> int | None:
    moment = _http_date(value)
    if moment is None:
        return None
    seconds = (moment - (_http_date(headers.get("date", "")) or now)).total_seconds()
    return round(min(max(seconds, 0), MOST_SECONDS))


def _http_date(value: str) -> datetime | None:
    """Read an HTTP date (RFC 9110 5.6.7), aware; None for anything else."""
    try:
        moment = parsedate_to_datetime(value) if len(value) <= _LONGEST_DATE else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def charset_of(content_type: str) -> str | None:
    """Return the charset of a Content-Type header (RFC 9110 8.3.2); None without one.

    No parser of e-mail headers: those raise for what a stranger can make of them.
    """
    match = _CHARSET.search(content_type[:1_000])
    return match[1] if match else None
