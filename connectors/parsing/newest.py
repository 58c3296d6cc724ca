"""Which entries of a document that holds too many are read: the newest, wherever they stand."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import TypeVar

from connectors.limits import ENTRY_LIMIT

OneEntry = TypeVar("OneEntry")
_LONGEST_DATE = 64
_HELD = 4 * ENTRY_LIMIT


def newest_of(
    entries: Sequence[OneEntry], date_of: Callable[[OneEntry], str | None]
) -> tuple[list[OneEntry], bool]:
    """Return ENTRY_LIMIT of the entries in their order, and whether dates chose them."""
    numbers, dated = numbers_of_newest(map(date_of, entries))
    return [entries[number] for number in numbers], dated


def numbers_of_newest(dates: Iterable[str | None]) -> tuple[list[int], bool]:
    """Return which ENTRY_LIMIT entries, from 0, are read, and whether their dates chose them.

    The newest by their dates; one without is as old as the one before it. Where no entry has a
    date, the first: feeds begin with what is new.
    """
    ages: list[tuple[float, int]] = []
    last, dated = inf, False
    for number, date in enumerate(dates):
        moment = _moment(date) if date else None
        if moment is not None:
            last, dated = -moment, True
        elif not dated and number >= ENTRY_LIMIT:
            continue  # neither by date nor by place among those that are read
        ages.append((last, number))
        if len(ages) > _HELD:
            ages.sort()
            del ages[ENTRY_LIMIT:]
    return sorted(number for _, number in sorted(ages)[:ENTRY_LIMIT]), dated


def _moment(text: str) -> float | None:
    """Return the seconds since 1970 of a usual date; None for another: it only tells the order."""
    text = text.strip()
    if not 8 <= len(text) <= _LONGEST_DATE:
        return None
    try:
        digits = text.isascii() and text.isdigit()
        if digits and len(text) in {10, 13}:
            return int(text) / (1 if len(text) == 10 else 1000)
        date = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
