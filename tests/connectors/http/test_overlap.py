"""Two polls of one feed at once leave one schedule: what was read, and every pause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from articles.model.poll_rows import Schedule
from connectors.http.overlap import together

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE = Schedule(
    "feed", NOW, 3600, 0.0, 0, None, '"a"', None, "https://a.example/", "1", "a", 0, (), ()
)
READ = replace(BEFORE, next_poll_at=NOW + HOUR, etag='"b"', body_hash="b")
FAILED = replace(BEFORE, next_poll_at=NOW + 5 * HOUR, failures=1.0)


def _together(read: Schedule, failed: Schedule, before: Schedule, second: str) -> Schedule:
    """Join a success and a failure, of which one is committed second."""
    ours, theirs = (read, failed) if second == "read" else (failed, read)
    return together(ours, theirs, before, NOW, was_read=second == "read")


@pytest.mark.parametrize("second", ["read", "failed"])
def test_what_was_read_beats_a_failure(second: str) -> None:
    """Whichever is committed first: a plain failure beside a success leaves nothing."""
    assert _together(READ, FAILED, BEFORE, second) == READ


@pytest.mark.parametrize("second", ["read", "failed"])
def test_a_pause_beats_what_was_read(second: str) -> None:
    """Retry-After and 410 hold, and a second 410 in a row is none beside an answer."""
    until = NOW + 3 * HOUR
    busy = replace(FAILED, next_poll_at=until, host_until=until, resting_host="a.example")
    gone = replace(FAILED, next_poll_at=None, gone=2)
    for failed, expected in (
        (busy, replace(READ, next_poll_at=until, host_until=until, resting_host="a.example")),
        (gone, replace(READ, next_poll_at=NOW + DAY, gone=1)),
    ):
        before = replace(BEFORE, gone=1) if failed is gone else BEFORE
        assert _together(READ, failed, before, second) == expected


def test_a_410_of_before_is_no_pause_of_now() -> None:
    """A feed that was gone and is there again has come back, though the other poll timed out."""
    before, failed = replace(BEFORE, gone=1), replace(FAILED, gone=1)
    assert together(READ, failed, before, NOW, was_read=True) == READ


def test_two_failures_are_the_graver_one() -> None:
    """Each value is the graver of both, and a count of tries is not lost."""
    until = NOW + 9 * HOUR
    busy = replace(FAILED, next_poll_at=until, failures=0.5, host_until=until, resting_host="a")
    killed = replace(FAILED, body_hash="b", tries=2, unread="parse_crash")
    expected = replace(killed, next_poll_at=until, host_until=until, resting_host="a")
    for ours, theirs in ((busy, killed), (killed, busy)):
        assert together(ours, theirs, BEFORE, NOW, was_read=False) == expected
    stopped = replace(FAILED, next_poll_at=None, gone=2)
    assert together(FAILED, stopped, BEFORE, NOW, was_read=False).next_poll_at is None
