"""When an entry was published: value, origin and confidence, by named rules."""

import re
from datetime import datetime

from articles.fields.date_zones import Hints
from articles.fields.dates import LONGEST, NO_HINTS, day, is_believable, read_date, read_line
from articles.model.drafts import Evidence
from articles.model.entries import Entry, Feed

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
_HOST = re.compile(r"https?://[^/?#]*\.([A-Za-z]{2})(?::\d+)?(?:[/?#]|$)")
# Countries whose domains are sold to the world for what they spell.
_SOLD = frozenset(
    """
    ac ad ag ai am as bz cc cd cf cx dj eu fm ga gg gl gq gs im io is la li ly me ml ms mu nu pw sc
    sh so st su tk tl to tv vc vg vu ws
""".split()  # noqa: SIM905 - as a list it would take forty lines
)
_REGIONS = {"UK": "GB"}


def published_at(
    entry: Entry, body: str, now: datetime, feed: Feed | None = None, language: str | None = None
) -> Evidence[datetime | None]:
    """Return when the entry says it was published (UTC), by the first statement that holds.

    Those are: its date; its date of change; a date in its URL's path; a line of its text that is
    nothing but a date; the name of a one-article file. What the bounds of dates.py do not
    believe counts as not stated. A date is as sure as the weaker of its form and its place. Feed
    and language tell which of several meanings a word has.
    """

    def hints() -> Hints:
        return Hints(language or "", _region(entry, feed))

    if entry.published and (reading := read_date(entry.published, now, hints)):
        return Evidence(reading[0], entry.origin, min(reading[1], entry.published_confidence))
    if entry.updated and (reading := read_date(entry.updated, now, hints)):
        return Evidence(reading[0], "updated", UPDATED)
    if entry.url and (date := _from_path(_URL_DATE, entry.url.lower(), now)):
        return Evidence(date, "url", URL)
    if body and (found := _from_lines(body, now, hints())):
        return found
    if entry.path and not entry.has_own_guid and entry.guid:  # not of a row, not of a saved feed
        date = _from_path(_FILE_DATE, entry.path, now)
        if date is not None:
            return Evidence(date, "file", FILE)
    return Evidence(None, "none", 0.0)


def is_dateline(line: str) -> bool:
    """Tell whether a line is nothing but a date."""
    return _dateline(line, NO_HINTS) is not None


def _dateline(line: str, hints: Hints) -> tuple[datetime, bool] | None:
    if len(line) > LONGEST:
        return None
    return read_line(_DATE_LABEL.sub("", line, count=1), hints)


def _region(entry: Entry, feed: Feed | None) -> str:
    """Return the country that an entry is from, as far as its language tag or an address says."""
    tags = (entry.language or "").replace("_", "-").split("-")[1:]
    stated = next((tag for tag in tags if len(tag) == 2 and tag.isalpha()), None)
    if stated is None and feed is not None:
        stated = feed.source.country
    if stated is None:
        hosts = (_HOST.match(url) for url in (entry.url, feed and feed.url) if url)
        stated = next((host[1] for host in hosts if host and host[1].lower() not in _SOLD), None)
    return _REGIONS.get((stated or "").upper(), (stated or "").upper())


def _from_lines(body: str, now: datetime, hints: Hints) -> Evidence[datetime | None] | None:
    """Return the date of the first line that is one; a line that says `updated` comes last."""
    first = body.split("\n\n", DATELINE_LINES)[:DATELINE_LINES]
    last = body.rsplit("\n\n", DATELINE_LINES)[-DATELINE_LINES:]
    changed: Evidence[datetime | None] | None = None
    for line in (*first, *reversed(last)):
        found = _dateline(line, hints)
        if found is not None and is_believable(found[0], now):
            if not found[1]:
                return Evidence(found[0], "text", TEXT)
            changed = changed or Evidence(found[0], "updated", UPDATED)
    return changed


def _from_path(pattern: re.Pattern[str], path: str, now: datetime) -> datetime | None:
    for match in pattern.finditer(path):
        date = day(match["year"], match["month"], match["day"])
        if date is not None and is_believable(date, now):
            return date
    return None
