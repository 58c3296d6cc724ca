"""What is in the lake, its last run, and what was set aside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError, LakeMissing
from articles.rows import FeedRow, Member, Quarantined, RunRow, SourceRow
from warehouse.lake import Lake
from warehouse.publish import publish
from warehouse.status import LastRun, SetAside, status

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def rejected(name: str, reason: str, hour: int) -> Quarantined:
    """Return an entry that was set aside."""
    when = NOW + timedelta(hours=hour)
    path = None if name.startswith("row") else name
    return Quarantined(name, "feed", "poll", name, 1, path, reason, "", b"", False, when, 0)


def test_an_empty_lake_has_no_run(lake: Lake) -> None:
    """Zeros, no last run, an empty quarantine."""
    publish(lake, now=NOW)
    found = status(lake.root)
    assert (found.articles, found.revisions, found.groups, found.duplicates) == (0, 0, 0, 0)
    assert (found.batch_no, found.last_run, list(found.quarantine)) == (0, None, [])
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
    with lake.writing() as writer:
        writer.commit(batch, NOW)
    publish(lake, now=NOW)
    found = status(lake.root)
    assert (found.articles, found.revisions, found.groups, found.duplicates) == (3, 3, 1, 1)
    assert (found.sources, found.feeds, found.batch_no) == (1, 1, 1)
    assert [(aside.reason, aside.entries) for aside in found.quarantine] == [
        ("bad_json", 2),
        ("empty", 1),
    ]
    assert found.quarantine[1] == SetAside("empty", 1, NOW + timedelta(hours=2), "row 7")
    files = (path for path in lake.root.rglob("*") if path.is_file())
    assert found.size == sum(path.stat().st_size for path in files)


def test_the_last_run_is_the_one_of_the_last_batch(lake: Lake, rows: Any) -> None:
    """Its counts are those of all its polls, over all its batches; an earlier run's are not."""
    later = NOW + timedelta(hours=1)
    earlier_run = replace(
        rows.batch("b1", "one"), run_id="old", runs=(RunRow("old", NOW, None, "0.1.0", "first"),)
    )
    with lake.writing() as writer:
        writer.commit(replace(earlier_run, polls=()), NOW)
        for number, minutes in ((2, 5), (3, 9)):
            batch = rows.batch(f"b{number}", f"text {number}", f"other {number}")
            runs = (RunRow("run", later, NOW, "0.2.0", "newslake ingest"),) if number == 2 else ()
            batch = replace(batch, runs=runs)
            writer.commit(batch, later + timedelta(minutes=minutes))
    publish(lake)
    assert status(lake.root).last_run == LastRun(
        "run", "newslake ingest", "0.2.0", later, NOW, later + timedelta(minutes=9), batches=2,
        polls=2, failed_polls=0, new=4, changed=0, duplicate=0, unchanged=0, quarantined=0,
        skipped=0,
    )  # fmt: skip


def test_no_lake_is_said(tmp_path: Path) -> None:
    """A folder without a lake is an error with a hint."""
    with pytest.raises(LakeMissing):
        status(tmp_path)


def test_missing_files_are_said(lake: Lake, rows: Any) -> None:
    """A lake whose data files are gone is an error, no traceback."""
    with lake.writing() as writer:
        writer.commit(rows.batch("b1", "one"), NOW)
    publish(lake)
    for path in (lake.root / "data").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(LakeError, match="No files found") as caught:
        status(lake.root)
    assert "{" not in caught.value.message
