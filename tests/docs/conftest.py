"""A small lake in a folder of its own, committed and published, as it is after `make run`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from articles.model.article_rows import EntryRow, Quarantined, Revision, Sighting
from articles.model.batch import Batch
from articles.model.duplicate_rows import Match, Member
from articles.model.ids import hash64, hash128
from articles.model.poll_rows import FeedRow, Poll, RunRow, Schedule, SourceRow
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish.publish import publish

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def _revision(name: str, source: str, number: int = 1) -> Revision:
    text = f"The text of {name}, number {number}."
    return Revision(
        name, number, f"entry-{name}-{number}", source, source, f"{name}.txt", None, "none", 0.0,
        f"Title of {name}", "text", 0.5, text, "full", None, ("Ann Lee",), "text", 0.8, NOW, "text",
        0.7, "en", "text", 0.9, 6, hash128(text), hash128("state", text),
        ("text",) if number > 1 else (), NOW + timedelta(days=number),
    )  # fmt: skip


def _sighting(revision: Revision, position: int) -> Sighting:
    return Sighting(
        revision.entry_id, revision.article_id, revision.revision_no, revision.feed_id, "poll",
        revision.url, revision.guid, revision.guid, "full", True, False, revision.first_seen_at,
        position,
    )  # fmt: skip


def _entry(revision: Revision) -> EntryRow:
    return EntryRow(
        revision.entry_id, revision.feed_id, "poll", NOW, str(revision.guid), hash64("x"),
        revision.guid, None, revision.guid, "text/plain", "{}", (),
    )  # fmt: skip


def _poll(batch_id: str, new: int) -> Poll:
    return Poll(
        f"poll-{batch_id}", "press", "run", NOW, "new", None, 100, 5, new, 0, 0, 0, 0, 0, None, None
    )


def _batch(batch_id: str, *revisions: Revision) -> Batch:
    return Batch(
        batch_id,
        "run",
        polls=(_poll(batch_id, len(revisions)),),
        entries=tuple(_entry(revision) for revision in revisions),
        revisions=revisions,
        sightings=tuple(_sighting(revision, place) for place, revision in enumerate(revisions)),
    )


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published `lake/` of three articles: an edit, a copy, a rejection, a failed poll."""
    folder = tmp_path_factory.mktemp("reader")
    first = replace(
        _batch("b1", _revision("one", "press"), _revision("two", "press")),
        runs=(RunRow("run", NOW, NOW, "0.1.0", "newslake ingest"),),
        source_states=(SourceRow("press", "Press", (), None, None, None, None),),
        feed_settings=(FeedRow("press", "press", "files", "press", True, None),),
        quarantine=(
            Quarantined(
                "entry-bad", "press", "poll", "bad.json", 1, "bad.json", "bad_json", "It is cut.",
                b"{", False, NOW, 0,
            ),
        ),
    )  # fmt: skip
    members = tuple(
        Member(name, "one", "one", "first_stored", "same_text", 1.0) for name in ("one", "copy")
    )
    match = Match("copy", "one", "same_text", 1.0, 1.0, "same_text-1", "same", "{}", NOW)
    second = replace(
        _batch("b2", _revision("two", "press", 2), _revision("copy", "courier")),
        members=members,
        matches=(match,),
    )
    failed = replace(
        _poll("b3", 0), feed_id="web", status="failed", bytes=0, error="timeout", detail="It was."
    )
    third = Batch(
        "b3",
        "run",
        polls=(failed,),
        feed_settings=(FeedRow("web", "web", "rss", "https://web.example/rss", True, None),),
        schedules=(
            Schedule(
                "web", NOW + timedelta(hours=2), 3600, 0.5, 0, None, None, None, None, "1", None, 0,
                (), (),
            ),
        ),
    )  # fmt: skip
    with Lake.open(folder / "lake") as lake:
        with writing(lake) as writer:
            writer.commit(first, NOW)
            writer.commit(second, NOW + timedelta(days=1))
            writer.commit(third, NOW + timedelta(days=1))
        publish(lake, now=NOW)
    return folder
