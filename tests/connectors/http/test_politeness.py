"""Politeness: when a feed is polled next, and which validators are sent to whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.model.entries import Feed, Source
from articles.model.poll_rows import Schedule
from articles.model.reasons import ERRORS
from articles.model.retries import MOST_TRIES
from connectors.http.headers import fresh_seconds, retry_seconds
from connectors.http.politeness import (
    LEAST_SECONDS,
    WEEK,
    PollOutcome,
    is_due,
    next_schedule,
    waiting_hosts,
    weight,
)
from connectors.http.validators import validators
from connectors.limits import MOST_SECONDS

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://example.org/feed.xml"
FEED = Feed("f1", Source("example.org", "example.org"), "rss", URL)
VALID = {"etag": '"a"'}


def outcome(
    error: str | None = None,
    headers: Mapping[str, str] | None = None,
    status: int | None = 200,
    **changes: Any,
) -> PollOutcome:
    """Return a poll of ten entries, three of them new, with a validator."""
    values: dict[str, Any] = {
        "url": URL,
        "status": status,
        "error": error,
        "headers": VALID if headers is None else headers,
        "body_hash": None if error or status == 304 else "h",
        "asked_seconds": None if error or status == 304 else 0,
        "skip_hours": (),
        "skip_days": (),
        "new": 0 if error or status == 304 else 3,
        "total": 10,
    }
    return PollOutcome(**values | changes)


def after(
    *polls: PollOutcome, feed: Feed = FEED, now: datetime = NOW, parser: str = "1"
) -> Schedule:
    """Return what a number of polls leave, all made at the same time."""
    schedule: Schedule | None = None
    for poll in polls:
        schedule = next_schedule(feed, schedule, poll, now, parser)
    assert schedule is not None
    return schedule


def wait(schedule: Schedule) -> timedelta:
    """Return the time from now to the next poll."""
    assert schedule.next_poll_at is not None
    return schedule.next_poll_at - NOW


class TestInterval:
    """Rules 4, 7 and 9."""

    @pytest.mark.parametrize(
        ("headers", "expected"),
        [(VALID, HOUR), ({"last-modified": "yesterday"}, HOUR), ({}, DAY), ({"etag": ""}, DAY)],
    )
    def test_lower_bound(self, headers: dict[str, str], expected: timedelta) -> None:
        """An hour for a feed with a validator of whatever kind, a day for one without."""
        assert wait(after(outcome(headers=headers))) == expected

    @pytest.mark.parametrize("headers", [VALID, {}])
    def test_an_operator_replaces_it(self, headers: dict[str, str]) -> None:
        """The operator's interval holds with and without validators, up and down."""
        for seconds in (900, 7_200):
            feed = replace(FEED, interval_seconds=seconds)
            assert wait(after(outcome(headers=headers), feed=feed)) == timedelta(seconds=seconds)

    def test_nothing_new_slows_down(self) -> None:
        """Half as much again each time, up to a day; a 304 is nothing new, too."""
        assert wait(after(outcome(), outcome(new=0))) == 1.5 * HOUR
        assert wait(after(outcome(), outcome(status=304))) == 1.5 * HOUR
        assert wait(after(*[outcome(new=0)] * 20)) == DAY

    def test_much_new_speeds_up(self) -> None:
        """Half or more new: six tenths; some: unchanged; never below the lower bound."""
        slow = [outcome(new=0)] * 4
        seconds = after(*slow).interval_seconds
        assert after(*slow, outcome(new=4)).interval_seconds == seconds
        assert after(*slow, outcome(new=5)).interval_seconds == round(seconds * 0.6)
        assert after(*slow, *[outcome(new=9)] * 9).interval_seconds == LEAST_SECONDS

    @pytest.mark.parametrize(
        ("asked", "expected"), [(60, HOUR), (7_200, 2 * HOUR), (10**12, DAY), (-5, HOUR)]
    )
    def test_the_document_asks(self, asked: int, expected: timedelta) -> None:
        """The ttl of the document counts between the lower bound and a day; the pace stays."""
        schedule = after(outcome(asked_seconds=asked))
        assert wait(schedule) == expected
        assert schedule.interval_seconds == LEAST_SECONDS

    def test_what_it_asked_is_kept(self) -> None:
        """A poll that read no document knows what the last one asked for."""
        first = outcome(asked_seconds=7_200, skip_hours=("3",), skip_days=("Sunday",))
        for second in (outcome(status=304), outcome("timeout", status=None)):
            schedule = after(first, second)
            assert schedule.asked_seconds == 7_200
            assert (schedule.skip_hours, schedule.skip_days) == (("3",), ("Sunday",))
        assert after(first, outcome()).asked_seconds == 0

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"cache-control": "public, max-age=7200"}, 7_200),
            ({"cache-control": 'Max-Age="7200"'}, 7_200),
            ({"cache-control": "s-maxage=7200"}, 0),
            ({"cache-control": "max-age=7200, no-cache"}, 0),
            ({"cache-control": "no-store,max-age=7200"}, 0),
            ({"cache-control": 'no-cache="set-cookie", max-age=7200'}, 7_200),
            ({"cache-control": "max-age=-1"}, 0),
            ({"cache-control": "max-age=soon"}, 0),
            ({"cache-control": "max-age=" + "9" * 5_000}, MOST_SECONDS),
            ({"cache-control": "max-age=" + "0" * 5_000 + "60"}, 60),
            ({"expires": "Tue, 24 Nov 2026 12:30:00 GMT"}, 7_200),
            (
                {
                    "expires": "Sun, 06 Nov 1994 09:49:37 GMT",
                    "date": "Sun Nov  6 08:49:37 1994",
                },
                3_600,
            ),
            ({"expires": "Fri, 31 Dec 9999 23:59:59 -1200"}, MOST_SECONDS),
            ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
            ({"expires": "0"}, 0),
            ({"expires": "-1", "cache-control": "max-age=60"}, 60),
            ({}, 0),
        ],
    )
    def test_fresh(self, headers: dict[str, str], seconds: int) -> None:
        """The answer's own lifetime: max-age, or Expires counted from its Date."""
        assert fresh_seconds(headers, NOW) == seconds

    def test_fresh_counts(self) -> None:
        """An answer that stays fresh for three hours is asked again after three hours."""
        assert wait(after(outcome(headers={**VALID, "cache-control": "max-age=10800"}))) == 3 * HOUR

    def test_an_errors_lifetime_does_not_count(self) -> None:
        """How long an error page may be cached says nothing of the feed."""
        error = outcome("http_404", {"cache-control": "max-age=86400"}, 404)
        assert wait(after(outcome(), error)) == HOUR


class TestSkips:
    """Rule 8."""

    @pytest.mark.parametrize(
        ("hours", "days", "expected"),
        [
            (("11",), (), datetime(2026, 11, 24, 12, tzinfo=UTC)),
            (("11", "12", "14"), (), datetime(2026, 11, 24, 13, tzinfo=UTC)),
            (tuple(str(hour) for hour in range(11, 25)), (), datetime(2026, 11, 25, 1, tzinfo=UTC)),
            ((), ("Tuesday",), datetime(2026, 11, 25, tzinfo=UTC)),
            (("0",), ("tuesday", "Wednesday"), datetime(2026, 11, 26, 1, tzinfo=UTC)),
            (tuple(map(str, range(24))), (), NOW + HOUR),
            (("11", "x", "-1", "99", "²"), ("Caturday",), datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ],
    )
    def test_the_next_allowed_hour(
        self, hours: tuple[str, ...], days: tuple[str, ...], expected: datetime
    ) -> None:
        """The due time moves to the next hour (GMT) that is not skipped; all skipped is none."""
        assert after(outcome(skip_hours=hours, skip_days=days)).next_poll_at == expected

    def test_a_week_is_the_most(self) -> None:
        """Where the next allowed hour is more than a week ahead, the last one before is taken."""
        polls = [
            outcome(skip_days=("Tuesday", "Wednesday")),
            *[outcome("bad_url", status=None)] * 200,
        ]
        schedule = after(*polls)
        assert schedule.next_poll_at == datetime(2026, 11, 30, 23, tzinfo=UTC)  # a Monday


class TestFailures:
    """Rules 13, 14 and 15."""

    def test_weights(self) -> None:
        """What often passes weighs half, a name that has no address a quarter, the rest one."""
        weights = {kind: weight(kind) for kind in ERRORS}
        assert {kind for kind, share in weights.items() if share == 0.25} == {"dns"}
        assert {"http_404", "http_429", "http_5xx", "timeout"} <= {
            kind for kind, share in weights.items() if share == 0.5
        }
        assert weights["http_4xx"] == weights["not_a_feed"] == weights["http_410"] == 1

    def test_back_off(self) -> None:
        """The interval times the failures, at least the lower bound, at most a week."""
        hard, soft = outcome("not_a_feed"), outcome("http_5xx", status=503)
        assert wait(after(outcome(), hard, hard, hard)) == 3 * HOUR
        assert wait(after(outcome(), soft)) == HOUR
        assert wait(after(outcome(), *[soft] * 5)) == 2.5 * HOUR
        assert wait(after(outcome(), *[hard] * 500)) == WEEK

    def test_dns_never_below_the_lower_bound(self) -> None:
        """A quarter of an hour would be too soon; of a long interval it is not."""
        dns = outcome("dns", status=None)
        assert wait(after(outcome(), dns)) == HOUR
        assert wait(after(outcome(asked_seconds=28_800), dns)) == 2 * HOUR

    def test_a_first_poll_that_fails(self) -> None:
        """Nothing is known of its validators: it is tried again after an hour, not a day."""
        assert wait(after(outcome("connect", status=None))) == HOUR

    def test_a_success_forgives(self) -> None:
        """After a success the failures are gone, and with them the long wait."""
        schedule = after(*[outcome("http_404", status=404)] * 9, outcome())
        assert schedule.failures == 0
        assert wait(schedule) == HOUR

    def test_gone(self) -> None:
        """A 410 waits a day; a second one in a row stops; another answer between starts anew."""
        gone, other = outcome("http_410", status=410), outcome("http_5xx", status=500)
        assert wait(after(outcome(), gone)) == DAY
        stopped = after(outcome(), gone, gone)
        assert (stopped.next_poll_at, stopped.gone) == (None, 2)
        assert after(outcome(), gone, other, gone).gone == 1
        assert after(outcome(), gone, outcome("dns", status=None), gone).next_poll_at is None
        assert not is_due(stopped, NOW + 365 * DAY, every_feed=True)

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "7200"}, 7_200),
            ({"retry-after": " 120 "}, 120),
            ({"retry-after": "9" * 5_000}, MOST_SECONDS),
            ({"retry-after": "Tue, 24 Nov 2026 12:30:00 GMT"}, 7_200),
            (
                {
                    "retry-after": "Sun, 06 Nov 1994 09:49:37 GMT",
                    "date": "Sun, 06 Nov 1994 08:49:37 GMT",
                },
                3_600,
            ),
            ({"retry-after": "Tue, 24 Nov 2026 12:30:00 GMT", "date": "junk"}, 7_200),
            ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, MOST_SECONDS),
            ({"retry-after": "Sun, 06 Nov 1994 09:49:37 GMT"}, 0),
            ({"retry-after": "-5"}, None),
            ({"retry-after": "1e9"}, None),
            ({"retry-after": "soon"}, None),
            ({"retry-after": ""}, None),
            ({}, None),
        ],
    )
    def test_retry_after(self, headers: dict[str, str], seconds: int | None) -> None:
        """Seconds or an HTTP date, counted from the answer's Date; anything else is none."""
        assert retry_seconds(headers, NOW) == seconds

    @pytest.mark.parametrize(
        ("status", "error"),
        [(429, "http_429"), (503, "http_5xx"), (403, "http_4xx"), (404, "http_404")],
    )
    def test_retry_after_holds_the_host(self, status: int, error: str) -> None:
        """On any error status: at least the interval, at most a day, for all feeds of the host."""
        for asked, hours in (("1", 1), ("10800", 3), ("999999", 24)):
            schedule = after(outcome(), outcome(error, {"retry-after": asked}, status))
            assert wait(schedule) == hours * HOUR
            assert schedule.host_until == schedule.next_poll_at

    def test_retry_after_and_a_long_interval(self) -> None:
        """The feed waits for its interval; the others of its host need not wait for that."""
        slow = outcome(asked_seconds=36_000)
        schedule = after(slow, outcome("http_429", {"retry-after": "5"}, 429))
        assert wait(schedule) == 10 * HOUR
        assert schedule.host_until == NOW + HOUR

    def test_retry_after_without_an_error(self) -> None:
        """On a success it means nothing, and a success lets the host go."""
        busy = outcome("http_5xx", {"retry-after": "10800"}, 503)
        assert after(outcome(headers={**VALID, "retry-after": "10800"})).host_until is None
        assert after(busy, outcome()).host_until is None


class TestDue:
    """Rules 4, 13 and 14: what `--all-feeds` may and may not."""

    def test_never_polled(self) -> None:
        """A new feed is due at once."""
        assert is_due(None, NOW)

    def test_due(self) -> None:
        """Not a second early; `--all-feeds` does not wait."""
        schedule = after(outcome())
        assert not is_due(schedule, NOW + HOUR - timedelta(seconds=1))
        assert is_due(schedule, NOW + HOUR)
        assert is_due(schedule, NOW, every_feed=True)

    def test_a_wrong_clock(self) -> None:
        """A due time more than a week ahead was set by a clock that was wrong."""
        schedule = replace(after(outcome()), next_poll_at=NOW + WEEK, host_until=None)
        assert not is_due(schedule, NOW)
        late = NOW + WEEK + timedelta(seconds=1)
        assert is_due(replace(schedule, next_poll_at=late), NOW)
        assert is_due(replace(schedule, next_poll_at=late, host_until=late), NOW)

    def test_every_feed_obeys(self) -> None:
        """`--all-feeds` waits for Retry-After and for the day after a 410."""
        busy = after(outcome(), outcome("http_429", {"retry-after": "60"}, 429))
        gone = after(outcome(), outcome("http_410", status=410))
        for schedule, time in ((busy, HOUR), (gone, DAY)):
            assert not is_due(schedule, NOW + time - timedelta(seconds=1), every_feed=True)
            assert is_due(schedule, NOW + time, every_feed=True)

    def test_waiting_hosts(self) -> None:
        """A host waits for the longest that one of its feeds was told, and no longer."""
        busy = after(outcome(), outcome("http_429", {"retry-after": "7200"}, 429))
        busier = replace(busy, host_until=NOW + 3 * HOUR)
        past = replace(busy, host_until=NOW, resting_host="past.example")
        waiting = waiting_hosts([busier, busy, after(outcome()), past], NOW)
        assert waiting == {"example.org": NOW + 3 * HOUR}

    def test_the_host_that_answered_rests(self) -> None:
        """Where a redirect led to the host that wants a pause, it is that host that gets it."""
        asked = replace(
            outcome("http_429", {"retry-after": "7200"}, 429), url="https://b.example/x"
        )
        assert waiting_hosts([after(asked)], NOW) == {"b.example": NOW + 2 * HOUR}


class TestValidators:
    """Rules 1, 2 and 3."""

    BOTH: Mapping[str, str] = {"etag": 'W/"\xe4"', "last-modified": "some day"}

    def test_both_as_received(self) -> None:
        """They are opaque: both are sent back, to the URL that answered with them."""
        schedule = after(outcome(headers=self.BOTH, url="https://b.example/"))
        assert validators(schedule, "1") == ('W/"\xe4"', "some day", "https://b.example/")

    def test_none(self) -> None:
        """There are none before the first poll, and none for a feed that sent none."""
        assert validators(None, "1") == (None, None, None)
        assert validators(after(outcome(headers={})), "1") == (None, None, None)

    def test_another_parser(self) -> None:
        """What another version read is asked for again, whole; a 304 does not change that."""
        assert validators(after(outcome(headers=self.BOTH)), "2") == (None, None, None)
        kept = next_schedule(FEED, after(outcome()), outcome(status=304), NOW, "2")
        assert validators(kept, "2") == (None, None, None)

    def test_a_200_overwrites(self) -> None:
        """Absent means forget, for an unchanged body, too."""
        schedule = after(outcome(headers=self.BOTH), outcome(asked_seconds=None, new=0))
        assert validators(schedule, "1") == ('"a"', None, URL)

    def test_a_304_updates(self) -> None:
        """Those present are taken, the others stay; hash and parser stay."""
        schedule = after(outcome(headers=self.BOTH), outcome(headers={"etag": '"b"'}, status=304))
        assert validators(schedule, "1") == ('"b"', "some day", URL)
        assert (schedule.body_hash, schedule.parser) == ("h", "1")

    def test_a_304_of_another_url(self) -> None:
        """Its validators are none of the document that is known."""
        other = outcome(headers={"etag": '"b"'}, status=304, url="https://b.example/")
        assert validators(after(outcome(), other), "1") == ('"a"', None, URL)

    @pytest.mark.parametrize("error", ["not_a_feed", "http_5xx", "dns"])
    def test_an_error_keeps(self, error: str) -> None:
        """What a failed poll brought was not read: validators and hash stay as they were."""
        schedule = after(outcome(), outcome(error, {"etag": '"e"'}, 200, body_hash="other"))
        assert validators(schedule, "1") == ('"a"', None, URL)
        assert schedule.body_hash == "h"


hostile = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.datetimes().map(lambda d: f"{d:%a, %d %b %Y %H:%M:%S} GMT"),
    st.sampled_from(["max-age=" + "9" * 99, "Tue, 24 Nov 9999 23:59:59 -9959", "Mon, 0 0 0 0 0"]),
)
names = ("etag", "last-modified", "cache-control", "expires", "date", "retry-after")
any_headers = st.dictionaries(st.sampled_from(names), hostile)
any_skips = st.lists(st.sampled_from([*map(str, range(24)), "x"]), max_size=30).map(tuple)
any_days = st.lists(st.sampled_from(["Monday", "Tuesday", "sunday", "x"]), max_size=7).map(tuple)
answers = st.builds(
    PollOutcome,
    url=st.sampled_from([URL, "https://b.example/", "http://["]),
    status=st.sampled_from([None, 200, 304, 403, 404, 410, 429, 503]),
    error=st.none() | st.sampled_from(sorted(ERRORS)),
    headers=any_headers,
    body_hash=st.none() | st.just("h"),
    asked_seconds=st.none() | st.integers(),
    skip_hours=any_skips,
    skip_days=any_days,
    new=st.integers(0, 3_000),
    total=st.integers(0, 3_000),
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
feeds = st.sampled_from([None, 900, 7_200, 86_400]).map(
    lambda seconds: replace(FEED, interval_seconds=seconds)
)


@given(feeds, st.lists(answers, min_size=1, max_size=12), moments)
def test_the_laws(feed: Feed, polls: list[PollOutcome], now: datetime) -> None:
    """Whatever a feed says: never sooner than allowed, never later than a week, always the same."""
    schedule: Schedule | None = None
    for poll in polls:
        before = schedule
        schedule = next_schedule(feed, before, poll, now, "1")
        assert schedule == next_schedule(feed, before, poll, now, "1")
        least = feed.interval_seconds or LEAST_SECONDS
        assert least <= schedule.interval_seconds <= MOST_SECONDS
        assert schedule.failures >= 0
        assert (schedule.next_poll_at is None) == (schedule.gone > 1)
        if schedule.next_poll_at is not None:
            assert now + timedelta(seconds=least) <= schedule.next_poll_at <= now + WEEK
        if schedule.host_until is not None:
            assert now < schedule.host_until <= now + DAY
        for every_feed in (False, True):
            if schedule.gone or schedule.host_until or not every_feed:
                assert not is_due(schedule, now, every_feed=every_feed)


@given(answers, st.lists(answers, max_size=3), moments)
def test_skipped_hours_are_skipped(
    first: PollOutcome, others: list[PollOutcome], now: datetime
) -> None:
    """A due time is in no hour that the document skips, unless it skips them all."""
    schedule = next_schedule(FEED, None, first, now, "1")
    for poll in others:
        schedule = next_schedule(FEED, schedule, poll, now, "1")
    hours = {hour for hour in schedule.skip_hours if hour != "x"}
    if schedule.next_poll_at is not None and len(hours) < 12:
        assert str(schedule.next_poll_at.hour) not in hours


@given(st.datetimes(timezones=st.just(UTC)), answers)
def test_the_end_of_the_calendar(now: datetime, poll: PollOutcome) -> None:
    """A clock at either end of the calendar raises nothing."""
    schedule = next_schedule(FEED, None, poll, now, "1")
    assert is_due(schedule, now) in {True, False}


def test_a_document_that_is_tried_again_is_asked_for_without_validators() -> None:
    """Until it is read or given up; then they are those of the answer that was tried."""
    schedule = None
    for number in range(1, MOST_TRIES + 1):
        killed = outcome("parse_crash", {"etag": '"bad"'}, 200, body_hash="bad", tries=number)
        schedule = next_schedule(FEED, schedule, killed, NOW, "1")
        given_up = number == MOST_TRIES
        assert validators(schedule, "1") == (('"bad"', None, URL) if given_up else (None,) * 3)
    schedule = next_schedule(FEED, schedule, outcome("parse_crash", {}, 304), NOW, "1")
    assert (schedule.tries, schedule.unread, schedule.failures) == (MOST_TRIES, "parse_crash", 4.0)
    schedule = next_schedule(FEED, schedule, outcome(), NOW, "1")
    assert (schedule.tries, schedule.unread, schedule.failures) == (None, None, 0.0)


def test_a_failure_between_forgets_no_try() -> None:
    """What a poll that read nothing brings leaves what is to be tried again as it was."""
    schedule = after(outcome(tries=1), outcome("timeout", {}, None))
    assert (schedule.tries, validators(schedule, "1")) == (1, (None, None, None))
