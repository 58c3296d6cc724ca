"""Which entries of a document that holds too many are read: the newest, wherever they stand."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from connectors.limits import ENTRY_LIMIT

OneEntry = TypeVar("OneEntry")
_LONGEST_DATE = 64


def newest_of(
    entries: Sequence[OneEntry], date_of: Callable[[OneEntry], str | None]
) -> tuple[list[OneEntry], bool]:
    """Return ENTRY_LIMIT of the entries in their order, and whether dates chose them.

    The newest by their dates; one without is as old as the one before it. Where no entry has a
    date, the first: feeds begin with what is new.
    """
    ages: list[tuple[float, int]] = []
    last, dated = float("inf"), False
    for number, entry in enumerate(entries):
        moment = _moment(date_of(entry))
        if moment is not None:
            last, dated = -moment, True
        ages.append((last, number))
    if not dated:
        return list(entries[:ENTRY_LIMIT]), False
    chosen = sorted(number for _, number in sorted(ages)[:ENTRY_LIMIT])
    return [entries[number] for number in chosen], True


def _moment(text: str | None) -> float | None:
    """Return the seconds since 1970 of a usual date; None for another: it only tells the order."""
    text = (text or "").strip()
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
