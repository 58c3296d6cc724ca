"""What `newslake status` says to a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles.model.reasons import ERRORS
from flows.commands.status import lines
from warehouse.queries.status import Failing, PolledFeed, RunFacts, Status

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
RUN = RunFacts(
    "run", "newslake ingest", "0.2.0", NOW, None, NOW, batches=2, polls=48, failed_polls=3, new=12,
    changed=1, duplicate=4, unchanged=30, quarantined=2, skipped=0,
)  # fmt: skip
NEVER_POLLED = PolledFeed("https://a.example/", enabled=True, times=None)
STATUS = Status(
    Path("/data/lake"), "id", 7, NOW, 3, articles=9, revisions=10, duplicates=1, groups=1,
    sources=5, feeds=50, enabled=49, stopped=2, polled_feeds=[NEVER_POLLED] * 6,
    size=1_234_567, runs=[], failing=[],
    quarantine=[],
)  # fmt: skip


def test_a_lake_without_runs_says_so() -> None:
    """Nothing ran, nothing fails, nothing is rejected: a line each."""
    said = lines(STATUS, NOW)
    assert "feeds       49 enabled, 6 due now, 2 stopped" in said
    assert said[-3:] == ["last run    none", "failing     no feed", "quarantine  empty"]


def test_each_earlier_run_has_a_line() -> None:
    """The last run is told in full, those before it in a line each, times in UTC."""
    earlier = [replace(RUN, started_at=NOW - timedelta(hours=n), polls=n) for n in (1, 2)]
    said = "\n".join(lines(replace(STATUS, runs=[RUN, *earlier]), NOW))
    assert "last run    2026-11-01 12:00:00 UTC, newslake ingest 0.2.0\n" in said
    assert (
        "\nbefore it   2026-11-01 11:00:00 UTC, newslake ingest: 1 poll, 12 new, 1 changed,"
        " 3 failed"
        "\n            2026-11-01 10:00:00 UTC, newslake ingest: 2 polls, 12 new, 1 changed,"
        " 3 failed\n"
    ) in said


def test_failing_feeds_come_with_a_hint() -> None:
    """Each error has its feeds, what can be done and an example that can't steer a terminal."""
    failing = [Failing("http_404", 12, "https://a.example/\x1b[31m"), Failing("odd", 1, "x")]
    said = lines(replace(STATUS, failing=failing), NOW)
    assert "failing     13 feeds:" in said
    (line,) = (line for line in said if "http_404" in line)
    assert line.startswith("        12  http_404  ")
    assert ERRORS["http_404"] in line
    assert line.endswith("Such as https://a.example/\N{REPLACEMENT CHARACTER}[31m")
