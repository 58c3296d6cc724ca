"""What is in the lake, its last run, and what was set aside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError, LakeMissing
from articles.model.article_rows import Quarantined
from articles.model.batch import Batch
from articles.model.duplicate_rows import Member
from articles.model.entries import FeedKind
from articles.model.poll_rows import FeedRow, Poll, RunRow, SourceRow
from flows.commands.status import count_due
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish.publish import publish
from warehouse.queries.feeds import FeedFacts, feed_facts
from warehouse.queries.status import (
    Failing,
    QuarantineFacts,
    RunFacts,
    status,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def rejected(name: str, reason: str, hour: int) -> Quarantined:
    """Return an entry that was set aside."""
    when = NOW + timedelta(hours=hour)
    path = None if name.startswith("row") else name
    return Quarantined(name, "feed", "poll", name, 1, path, reason, "", b"", False, when, 0)


def test_an_empty_lake_has_no_run(lake: Lake) -> None:
    """Zeros, no run, no failing feed, an empty quarantine."""
    publish(lake, now=NOW)
    found = status(lake.root)
    assert (found.articles, found.revisions, found.groups, found.duplicates) == (0, 0, 0, 0)
    assert (found.batch_no, found.runs, found.failing, found.quarantine) == (0, [], [], [])
    assert (found.enabled, found.polled_feeds, found.stopped) == (0, [], 0)
    assert (found.lake_id, found.published_at, found.root) == (lake.id, NOW, lake.root)


def test_everything_is_counted(lake: Lake, rows: Any) -> None:
    """Articles, groups, sources, quarantine by reason, and the size of the folder."""
    batch = rows.batch("b1", "one", "two", "three")
    names = [revision.article_id for revision in batch.revisions][:2]
    batch = replace(
        batch,
        runs=(RunRow("run", NOW, None, "0.1.0", "newslake ingest"),),
        source_states=(SourceRow("s", "S", (), None, None, None, None),),
        feed_settings=(FeedRow("feed", "s", "files", "seeds", True, None),),
        members=tuple(Member(name, names[0], names[0], "r", "same_text", 1.0) for name in names),
        quarantine=(
            rejected("a.json", "bad_json", 1),
            rejected("b.json", "bad_json", 3),
            rejected("row 7", "empty", 2),
        ),
    )
    with writing(lake) as writer:
        writer.commit(batch, NOW)
    publish(lake, now=NOW)
    found = status(lake.root)
    assert (found.articles, found.revisions, found.groups, found.duplicates) == (3, 3, 1, 1)
    assert (found.sources, found.feeds, found.batch_no) == (1, 1, 1)
    assert [(aside.reason, aside.entries) for aside in found.quarantine] == [
        ("bad_json", 2),
        ("empty", 1),
    ]
    assert found.quarantine[1] == QuarantineFacts("empty", 1, NOW + timedelta(hours=2), "row 7")
    files = (path for path in lake.root.rglob("*") if path.is_file())
    assert found.size == sum(path.stat().st_size for path in files)


def test_the_latest_run_is_the_one_of_the_last_batch(lake: Lake, rows: Any) -> None:
    """Its counts are those of all its polls, over all its batches; an earlier run's are not."""
    later = NOW + timedelta(hours=1)
    earlier_run = replace(
        rows.batch("b1", "one"), run_id="old", runs=(RunRow("old", NOW, None, "0.1.0", "first"),)
    )
    with writing(lake) as writer:
        writer.commit(replace(earlier_run, polls=()), NOW)
        for number, minutes in ((2, 5), (3, 9)):
            batch = rows.batch(f"b{number}", f"text {number}", f"other {number}")
            runs = (RunRow("run", later, NOW, "0.2.0", "newslake ingest"),) if number == 2 else ()
            batch = replace(batch, runs=runs)
            writer.commit(batch, later + timedelta(minutes=minutes))
    publish(lake)
    latest, before = status(lake.root).runs
    assert latest == RunFacts(
        "run", "newslake ingest", "0.2.0", later, NOW, later + timedelta(minutes=9), batches=2,
        polls=2, failed_polls=0, new=4, changed=0, duplicate=0, unchanged=0, quarantined=0,
        skipped=0,
    )  # fmt: skip
    assert (before.run_id, before.polls, before.new, before.batches) == ("old", 0, 0, 1)


def test_five_runs_are_told(lake: Lake, rows: Any) -> None:
    """The last five by their last batch, each with its own counts, the latest first."""
    with writing(lake) as writer:
        for number, run_id in enumerate("abcdefgb"):
            row = RunRow(run_id, NOW, None, "1", run_id)
            batch = rows.batch(f"batch {number}", *(f"{number} {n}" for n in range(number)))
            polls = (replace(batch.polls[0], run_id=run_id),)
            # A run's row comes with its first batch only.
            runs = () if number == 7 else (row,)
            writer.commit(replace(batch, run_id=run_id, runs=runs, polls=polls), NOW)
    publish(lake)
    found = status(lake.root).runs
    assert [(run.run_id, run.polls, run.new, run.batches) for run in found] == [
        ("b", 2, 8, 2), ("g", 1, 6, 1), ("f", 1, 5, 1), ("e", 1, 4, 1), ("d", 1, 3, 1),
    ]  # fmt: skip


def feed(feed_id: str, *, enabled: bool = True, kind: FeedKind = "rss") -> FeedRow:
    """Return a feed's settings."""
    return FeedRow(feed_id, "s", kind, f"https://{feed_id}.example/rss", enabled, None)


def test_feeds_that_are_due_or_stopped_are_counted(lake: Lake, rows: Any) -> None:
    """Due is what may be polled now: never polled, past its time, or promised by a wrong clock."""
    names = {"past": -1, "at": 0, "soon": 1, "week": 7 * 24, "far": 7 * 24 + 1}
    times = {name: NOW + timedelta(hours=hours) for name, hours in names.items()}
    schedules = [
        *(replace(rows.schedule(name), next_poll_at=due) for name, due in times.items()),
        replace(rows.schedule("gone"), next_poll_at=None),
        replace(rows.schedule("off"), next_poll_at=NOW - timedelta(hours=1)),
    ]
    settings = [
        *(feed(name) for name in (*names, "gone", "never")),
        feed("off", enabled=False),
        feed("folder", kind="files"),
    ]
    with writing(lake) as writer:
        batch = Batch("b", "run", feed_settings=tuple(settings), schedules=tuple(schedules))
        writer.commit(batch, NOW)
    publish(lake)
    found = status(lake.root)
    assert (found.feeds, found.enabled, found.stopped) == (9, 8, 1)
    assert count_due(found.polled_feeds, NOW) == 4
    # Soon has come, far is near now.
    assert count_due(status(lake.root).polled_feeds, NOW + timedelta(hours=2)) == 4


def test_feeds_of_a_host_that_rests_are_not_due(lake: Lake, rows: Any) -> None:
    """Retry-After counts for the feed that heard it and for the feeds of the host that said it."""
    past = NOW - timedelta(hours=1)
    schedules = [
        replace(rows.schedule(name), next_poll_at=past, host_until=until, resting_host=host)
        for name, host, until in (
            ("asked", "cdn.example", NOW + timedelta(hours=1)),
            ("free", "free.example", NOW),
            ("wrong", "wrong.example", NOW + timedelta(days=8)),
        )
    ]
    own = replace(feed("same"), url="http://CDN.example:8080/rss")
    settings = (*(feed(name) for name in ("asked", "free", "wrong")), own)
    with writing(lake) as writer:
        writer.commit(Batch("b", "run", feed_settings=settings, schedules=tuple(schedules)), NOW)
    publish(lake)
    assert count_due(status(lake.root).polled_feeds, NOW) == 2
    assert count_due(status(lake.root).polled_feeds, NOW + timedelta(hours=1)) == 4
    # The rest that a wrong clock set is near now.
    assert count_due(status(lake.root).polled_feeds, NOW + timedelta(days=2)) == 3


def polled(feed_id: str, hours: float, error: str | None = None, new: int = 0) -> Poll:
    """Return a poll that began some hours after NOW."""
    return Poll(
        f"{feed_id} {hours}", feed_id, "run", NOW + timedelta(hours=hours),
        "failed" if error else "new", None, 0, 0, new, 0, 0, 0, 0, 0, error, None,
    )  # fmt: skip


def commit_polls(lake: Lake, *polls: Poll) -> None:
    """Store each poll in a batch of its own, and publish."""
    with writing(lake) as writer:
        for poll in polls:
            writer.commit(Batch(poll.poll_id, "run", polls=(poll,)), NOW)
    publish(lake)


def test_failing_feeds_are_told_by_error(lake: Lake) -> None:
    """Those whose last poll failed, with the latest example; disabled and mended ones are not."""
    settings = (*(feed(name) for name in "abcd"), feed("off", enabled=False))
    with writing(lake) as writer:
        writer.commit(Batch("settings", "run", feed_settings=settings), NOW)
    commit_polls(
        lake,
        polled("a", 0, "dns"), polled("b", 0, "timeout"), polled("c", 0, "dns"),
        polled("d", 0, "dns"), polled("d", 1), polled("off", 0, "http_410"),
        polled("c", 1, "dns"), polled("a", 2, "dns"),
    )  # fmt: skip
    assert status(lake.root).failing == [
        Failing("dns", 2, "https://a.example/rss"),
        Failing("timeout", 1, "https://b.example/rss"),
    ]


def test_feed_facts_say_how_each_feed_is(lake: Lake, rows: Any) -> None:
    """Last poll, failures in a row, due time, and new articles a day over the last week."""
    due = rows.schedule("old")
    gone = replace(rows.schedule("young"), next_poll_at=None)
    settings = tuple(feed(name) for name in ("old", "young", "never", "mid"))
    with writing(lake) as writer:
        batch = Batch("settings", "run", feed_settings=settings, schedules=(due, gone))
        writer.commit(batch, NOW)
    last = 24 * 20
    commit_polls(
        lake,
        polled("old", 0, new=1000), polled("old", last - 24 * 6, new=14),
        polled("old", last, new=7),
        polled("mid", last - 24 * 4, new=8), polled("mid", last - 1, "dns"),
        polled("young", last - 12, new=5), polled("young", last - 2, "dns"),
        polled("young", last - 1, "http_410"),
    )  # fmt: skip
    assert feed_facts(lake.root) == {
        "old": FeedFacts(due.next_poll_at, False, "new", None, NOW + timedelta(days=20), 3.0, 0),
        "mid": FeedFacts(None, False, "failed", "dns", NOW + timedelta(hours=last - 1), 2.0, 1),
        "young": FeedFacts(
            None, True, "failed", "http_410", NOW + timedelta(hours=last - 1), 5.0, 2
        ),
        "never": FeedFacts(None, False, None, None, None, None, 0),
    }


def test_no_lake_is_said(tmp_path: Path) -> None:
    """A folder without a lake is an error with a hint."""
    with pytest.raises(LakeMissing):
        status(tmp_path)
    with pytest.raises(LakeMissing):
        feed_facts(tmp_path)


def test_missing_files_are_said(lake: Lake, rows: Any) -> None:
    """A lake whose data files are gone is an error, no traceback."""
    with writing(lake) as writer:
        writer.commit(rows.batch("b1", "one"), NOW)
    publish(lake)
    for path in (lake.root / "data").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(LakeError, match=r"data/main/\w+/ducklake-[\w-]+.parquet is gone") as caught:
        status(lake.root)
    assert "newslake repair" in caught.value.hint
