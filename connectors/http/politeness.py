"""When a feed is polled next, at what pace, and what is known of it then: pure, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from articles.model.entries import Feed
from articles.model.poll_rows import Schedule
from connectors.http.headers import fresh_seconds, retry_seconds
from connectors.http.urls import host_of
from connectors.http.validators import has_validators
from connectors.limits import MOST_SECONDS

LEAST_SECONDS = 3_600
"""Seconds between two polls of a feed that can answer "nothing new" (304), at least."""
WEEK = timedelta(days=7)
"""No poll is put off for longer; a due time further ahead was set by a wrong clock."""

_WEEK_SECONDS = WEEK.total_seconds()

HARD, SOFT, DNS = 1.0, 0.5, 0.25
SOFT_ERRORS = frozenset(
    {"connect", "empty", "http_404", "http_429", "http_5xx", "protocol", "timeout", "tls"}
)
"""What often passes by itself; every other kind of `reasons.ERRORS` is hard, dns aside."""

_SLOWER, _FASTER = 1.5, 0.6
_GONE = "http_410"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = frozenset(map(str, range(25)))
"""Old feeds count from 1 to 24."""


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What a poll came to: the response's head, and what the parser found in its document."""

    url: str
    """The URL that answered last."""
    status: int | None
    error: str | None
    """A kind of `reasons.ERRORS` if the poll failed."""
    headers: Mapping[str, str]
    """The headers, names in lower case."""
    body_hash: str | None
    """The hash of a document that was read, or tried."""
    asked_seconds: int | None
    """The interval that the document asks for; None: none was read, what was known stays."""
    skip_hours: tuple[str, ...]
    skip_days: tuple[str, ...]
    new: int
    """Entries of the document that were not known."""
    total: int
    """All entries of the document."""
    tries: int = 0
    """How often the document was read in vain, as `Schedule.tries`."""


class PollTimes(Protocol):
    """What of a schedule says when its feed may be polled."""

    @property
    def next_poll_at(self) -> datetime | None:
        """When the feed is due; None: never again."""

    @property
    def host_until(self) -> datetime | None:
        """Until when the host wants no request."""

    @property
    def resting_host(self) -> str | None:
        """The host that wants none."""

    @property
    def gone(self) -> int:
        """How often the feed was gone (410), one answer after the other."""


def is_due(schedule: PollTimes | None, now: datetime, *, every_feed: bool = False) -> bool:
    """Tell whether a feed may be polled; `every_feed` asks for those that are not due, too.

    A feed without a schedule was never polled. Retry-After and 410 hold for `every_feed` as well.
    """
    if schedule is None:
        return True
    due = schedule.next_poll_at
    if due is None or is_ahead(schedule.host_until, now):
        return False
    return not is_ahead(due, now) or (every_feed and not schedule.gone)


def is_ahead(moment: datetime | None, now: datetime) -> bool:
    """Tell whether a due time or a pause is to come; more than a week ahead it does not count."""
    return moment is not None and timedelta(0) < moment - now <= WEEK


def waiting_hosts(schedules: Iterable[PollTimes], now: datetime) -> dict[str, datetime]:
    """Return the hosts that want no request yet (Retry-After) and until when."""
    waiting: dict[str, datetime] = {}
    for schedule in schedules:
        until, host = schedule.host_until, schedule.resting_host
        if until is not None and host is not None and is_ahead(until, now):
            waiting[host] = max(until, waiting.get(host, until))
    return waiting


def next_schedule(
    feed: Feed, before: Schedule | None, outcome: PollOutcome, now: datetime, parser: str
) -> Schedule:
    """Return what a poll leaves for the next one; `now` (aware, UTC) is when it was made.

    The next poll is at least the feed's shortest interval and at most a week ahead, or never
    (a second 410 in a row). Hostile headers count as absent; nothing raises.
    """
    schedule = _known(feed, before, outcome, parser)
    least = _least_seconds(feed, schedule, outcome)
    start = before.interval_seconds if before else least
    schedule = replace(schedule, interval_seconds=_pace(start, outcome, least))
    retry = retry_seconds(outcome.headers, now) if (outcome.status or 0) >= 400 else None
    soonest = max(least, retry or 0, MOST_SECONDS if schedule.gone else 0)
    wait = max(_wait_seconds(schedule, outcome, now, least, retry=retry is not None), soonest)
    due = _allowed(_later(now, wait), _later(now, soonest), _later(now, _WEEK_SECONDS), schedule)
    # What a host's limit counts is rarely gone in seconds: an hour, if it may be that long.
    pause = None if retry is None else max(retry, min(least, LEAST_SECONDS))
    return replace(
        schedule,
        next_poll_at=None if schedule.gone > 1 else due,
        host_until=None if pause is None else _later(now, pause),
        resting_host=None if pause is None else host_of(outcome.url),
    )


def _known(feed: Feed, before: Schedule | None, outcome: PollOutcome, parser: str) -> Schedule:
    """Return what is known of the feed after the poll, its times still those of before."""
    schedule = before or _unknown(feed.feed_id, parser)
    if outcome.error is not None:
        failures = max(schedule.failures, 0.0) + weight(outcome.error)
        schedule = replace(schedule, failures=failures, gone=_gone_in_a_row(schedule.gone, outcome))
        return _tried(schedule, outcome, parser) if outcome.tries else schedule
    if outcome.asked_seconds is not None:
        schedule = replace(
            schedule,
            asked_seconds=min(max(outcome.asked_seconds, 0), MOST_SECONDS),
            skip_hours=outcome.skip_hours,
            skip_days=outcome.skip_days,
        )
    if outcome.status != 304:
        return replace(_tried(schedule, outcome, parser), failures=0.0, gone=0)
    if outcome.url == schedule.validated_url:  # another URL's validators are not the document's
        etag, modified = _sent(outcome)
        schedule = replace(
            schedule, etag=etag or schedule.etag, last_modified=modified or schedule.last_modified
        )
    return replace(schedule, failures=0.0, gone=0)


def _tried(schedule: Schedule, outcome: PollOutcome, parser: str) -> Schedule:
    """Return what is known after a document was read, or after that was tried."""
    etag, modified = _sent(outcome)
    return replace(
        schedule, etag=etag, last_modified=modified, validated_url=outcome.url, parser=parser,
        body_hash=outcome.body_hash, tries=outcome.tries or None, unread=outcome.error,
    )  # fmt: skip


def _sent(outcome: PollOutcome) -> tuple[str | None, str | None]:
    """Return the answer's ETag and Last-Modified."""
    return outcome.headers.get("etag") or None, outcome.headers.get("last-modified") or None


def _unknown(feed_id: str, parser: str) -> Schedule:
    return Schedule(
        feed_id=feed_id, next_poll_at=None, interval_seconds=LEAST_SECONDS, failures=0.0, gone=0,
        host_until=None, etag=None, last_modified=None, validated_url=None, parser=parser,
        body_hash=None, asked_seconds=0, skip_hours=(), skip_days=(),
    )  # fmt: skip


def weight(error: str) -> float:
    """Return how much a failed poll weighs: hard 1, soft 0.5, DNS 0.25 (`SOFT_ERRORS`)."""
    if error == "dns":
        return DNS
    return SOFT if error in SOFT_ERRORS else HARD


def _gone_in_a_row(before: int, outcome: PollOutcome) -> int:
    """Return the answers 410 in a row; no answer at all is none, and ends no row."""
    if outcome.error == _GONE:
        return before + 1
    return before if outcome.status is None else 0


def _least_seconds(feed: Feed, schedule: Schedule, outcome: PollOutcome) -> int:
    """Return the shortest interval: the operator's, else by whether the feed has validators."""
    if feed.interval_seconds is not None:
        return max(feed.interval_seconds, 1)
    never_read = outcome.error is not None and schedule.body_hash is None
    return LEAST_SECONDS if never_read or has_validators(schedule) else MOST_SECONDS


def _pace(before: int, outcome: PollOutcome, least: int) -> int:
    """Return the adaptive interval: slower with nothing new, faster with half or more new."""
    factor = 1.0
    if outcome.error is None:
        many = outcome.new > 0 and 2 * outcome.new >= outcome.total
        factor = _FASTER if many else 1.0 if outcome.new > 0 else _SLOWER
    return _clamped(before * factor, least)


def _clamped(seconds: float, least: int) -> int:
    return round(min(max(seconds, least), max(MOST_SECONDS, least)))


def _wait_seconds(
    schedule: Schedule, outcome: PollOutcome, now: datetime, least: int, *, retry: bool
) -> float:
    """Return the seconds to the next poll, before Retry-After and 410 are heeded."""
    fresh = fresh_seconds(outcome.headers, now) if outcome.error is None else 0
    interval = _clamped(max(schedule.interval_seconds, schedule.asked_seconds, fresh), least)
    if outcome.error is None:
        return interval
    return max(interval * schedule.failures, interval if retry else least)


def _later(now: datetime, seconds: float) -> datetime:
    try:
        return now + timedelta(seconds=min(seconds, _WEEK_SECONDS))
    except OverflowError:  # the end of the calendar
        return datetime.max.replace(tzinfo=UTC)


def _allowed(due: datetime, soonest: datetime, latest: datetime, schedule: Schedule) -> datetime:
    """Return the due time, moved to the next hour that the document does not skip (RSS 2.0).

    Where that would be later than `latest` it is the last such hour before; where that would be
    earlier than `soonest`, or there is none, the time stays.
    """
    hours = frozenset(int(hour) % 24 for hour in schedule.skip_hours if hour in _HOURS)
    days = frozenset(_DAYS.index(day) for day in map(str.lower, schedule.skip_days) if day in _DAYS)
    hours = hours if len(hours) < 24 else frozenset()
    days = days if len(days) < 7 else frozenset()
    due = due.astimezone(UTC)
    if not _is_skipped(due, hours, days):
        return due
    hour = due.replace(minute=0, second=0, microsecond=0)
    for step in range(1, 7 * 24):
        later = _later(hour, step * 3_600.0)
        if later <= latest and not _is_skipped(later, hours, days):
            return later
    for step in range(1, 7 * 24):
        earlier = hour - timedelta(hours=step)
        if earlier < soonest:
            break
        if not _is_skipped(earlier, hours, days):
            return earlier
    return due


def _is_skipped(moment: datetime, hours: frozenset[int], days: frozenset[int]) -> bool:
    return moment.hour in hours or moment.weekday() in days
