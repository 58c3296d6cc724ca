"""The feeds as `newslake sources list` shows them: what the file says, and what the lake knows."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Literal

from rich.cells import cell_len, set_cell_size

from articles.errors import LakeMissing
from articles.model.entries import Feed
from connectors.http.politeness import is_ahead
from flows.terminal.text import printable, write_lines
from warehouse.queries.feeds import FeedFacts, feed_facts

_TITLES = ("source", "enabled", "next due", "last outcome", "new a day", "failures", "url")
_TO_THE_RIGHT = (4, 5)
"""The columns of numbers."""
_WIDEST = 32
"""The most characters of a source's name in a table; a URL is never cut."""


@dataclass(frozen=True, slots=True)
class Row:
    """A feed; times are in UTC, ISO 8601 with seconds."""

    source: str
    """The name of the source that it is of."""
    url: str
    enabled: bool
    next_due: str | None
    """A time, `now`, or `never` (gone for good); None if it is disabled."""
    last_outcome: str | None
    """`new`, `unchanged`, or `failed` with the kind of error; None if it was never polled."""
    last_polled: str | None
    """The beginning of its last poll; None if it was never polled."""
    new_per_day: float | None
    """New articles a day; None if nothing is known of it."""
    failures: int
    """Polls that failed one after the other up to now."""


def feed_facts_of(lake: Path) -> Mapping[str, FeedFacts]:
    """Return what the lake knows of feeds, by feed_id; nothing where there is no lake."""
    try:
        return feed_facts(lake)
    except LakeMissing:
        return {}


def rows(feeds: Sequence[Feed], facts: Mapping[str, FeedFacts], now: datetime) -> list[Row]:
    """Return a row a feed, in the order of the file."""
    return [_row(feed, facts.get(feed.feed_id), now) for feed in feeds]


def _row(feed: Feed, known: FeedFacts | None, now: datetime) -> Row:
    outcome = known.last_status if known else None
    if known and known.last_error:
        outcome = f"{outcome} ({known.last_error})"
    return Row(
        source=feed.source.name,
        url=feed.url,
        enabled=feed.enabled,
        next_due=_due(known, now) if feed.enabled else None,
        last_outcome=outcome,
        last_polled=_time(known.last_started_at) if known and known.last_started_at else None,
        new_per_day=known.new_per_day if known else None,
        failures=known.failures if known else 0,
    )


def _due(known: FeedFacts | None, now: datetime) -> str:
    if known and known.stopped:
        return "never"
    due = known.next_poll_at if known else None
    return _time(due) if due and is_ahead(due, now) else "now"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def write(rows: Sequence[Row], kind: Literal["table", "csv", "json"]) -> None:
    """Write the rows on standard output."""
    names = [field.name for field in fields(Row)]
    plain = [{name: getattr(row, name) for name in names} for row in rows]
    if kind == "json":
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    elif kind == "csv":
        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(plain)
    else:
        write_lines(table(rows))


def table(rows: Sequence[Row]) -> list[str]:
    """Return the rows as aligned lines; the URL, which may be long, stands last."""
    table_rows = [_TITLES, *(_cells(row) for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*table_rows, strict=True)]
    return ["  ".join(_aligned(cells, widths)).rstrip() for cells in table_rows]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        " " * (width - cell_len(cell)) + cell
        if column in _TO_THE_RIGHT
        else set_cell_size(cell, width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]


def _cells(row: Row) -> tuple[str, ...]:
    name = printable(row.source)
    return (
        name if cell_len(name) <= _WIDEST else set_cell_size(name, _WIDEST - 1) + "…",
        "yes" if row.enabled else "no",
        (row.next_due or "").replace("T", " ").removesuffix(":00Z").removesuffix("Z"),
        row.last_outcome or "",
        "" if row.new_per_day is None else f"{row.new_per_day:,.1f}",
        f"{row.failures:,}" if row.failures else "",
        printable(row.url),
    )
