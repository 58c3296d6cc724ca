"""When an entry was published: value, origin and confidence, by named rules."""

import re
from datetime import datetime

from articles.fields.dates import LONGEST, day, is_believable, read_date, read_line
from articles.model.drafts import Evidence
from articles.model.entries import Entry

UPDATED, URL, TEXT, FILE = 0.5, 0.6, 0.5, 0.5
"""Confidence of a date that the entry does not state as its publication, by origin."""
DATELINE_LINES = 3
"""Lines at the beginning and at the end of a text that may be its date."""

_URL_DATE = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?P<dash>[/-]?)(?P<month>\d{2}|(?<=/)[a-z]{3})(?P=dash)(?P<day>\d{2})"
    r"(?=[/-]|$)"
)
_FILE_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_./]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?!\d)"
)
_DATE_LABEL = re.compile(
    r"(?:published|posted|date|publiziert|veröffentlicht|publié|publicado|pubblicato|опубликовано)"
    r"(?:\s+(?:on|le|el|am|il|em))?\s*[:—–-]?\s+",
    re.IGNORECASE,
)


def published_at(entry: Entry, body: str, now: datetime) -> Evidence[datetime | None]:
    """Return when the entry says it was published (UTC), by the first statement that holds.

    Those are: its date; its date of change; a date in its URL's path; a line of its text that is
    nothing but a date; the name of a one-article file. What the bounds of dates.py do not
    believe counts as not stated. A date is as sure as the weaker of its form and its place.
    """
    if entry.published and (reading := read_date(entry.published, now)):
        return Evidence(reading[0], entry.origin, min(reading[1], entry.published_confidence))
    if entry.updated and (reading := read_date(entry.updated, now)):
        return Evidence(reading[0], "updated", UPDATED)
    if entry.url and (date := _from_path(_URL_DATE, entry.url.lower(), now)):
        return Evidence(date, "url", URL)
    if body and (date := _from_lines(body, now)):
        return Evidence(date, "text", TEXT)
    if entry.path and not entry.has_own_guid and entry.guid:  # not of a row, not of a saved feed
        date = _from_path(_FILE_DATE, entry.path, now)
        if date is not None:
            return Evidence(date, "file", FILE)
    return Evidence(None, "none", 0.0)


def is_dateline(line: str) -> bool:
    """Tell whether a line is nothing but a date."""
    return _dateline(line) is not None


def _dateline(line: str) -> datetime | None:
    return read_line(_DATE_LABEL.sub("", line, count=1)) if len(line) <= LONGEST else None


def _from_lines(body: str, now: datetime) -> datetime | None:
    first = body.split("\n\n", DATELINE_LINES)[:DATELINE_LINES]
    last = body.rsplit("\n\n", DATELINE_LINES)[-DATELINE_LINES:]
    for line in (*first, *reversed(last)):
        date = _dateline(line)
        if date is not None and is_believable(date, now):
            return date
    return None


def _from_path(pattern: re.Pattern[str], path: str, now: datetime) -> datetime | None:
    for match in pattern.finditer(path):
        date = day(match["year"], match["month"], match["day"])
        if date is not None and is_believable(date, now):
            return date
    return None
