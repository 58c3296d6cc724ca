"""One batch into a real lake: overlapping runs, and what a commit holds."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.fields.normalize import entry_hash, normalize
from articles.model.drafts import Draft
from articles.model.entries import Entry, Feed, Markup, Source
from articles.model.poll_rows import FeedState, Poll, RunRow
from flows.pipeline.commit import CommitContext
from flows.pipeline.polls import OpenPoll, PollPart
from flows.pipeline.store import store
from warehouse.lake import reads
from warehouse.lake.lake import Lake

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
STATE = FeedState("feed", "list.json", 1, 9, 9, "process", 2, False, b"")
FEED = Feed("feed", Source("seeds", "seeds"), "files", "seeds")


@pytest.fixture
def lakes(tmp_path: Path, new_lake: Path) -> Iterator[tuple[Lake, Lake]]:
    """Return one lake, opened as two runs open it."""
    shutil.copytree(new_lake, tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as one, Lake.open(tmp_path / "lake") as other:
        yield one, other


def _commits(lake: Lake, run_id: str) -> CommitContext:
    return CommitContext(lake, RunRow(run_id, NOW, None, "0", "test"))


def _reading(poll_id: str, seen_batch: int = 0) -> OpenPoll:
    poll = Poll(poll_id, "feed", "run", NOW, "unchanged", None, 0, 0, 0, 0, 0, 0, 0, 0, None, None)
    return OpenPoll(poll, FEED, seen_batch)


def _drafts(*texts: str) -> list[Draft]:
    entries = [
        Entry(key=f"{t}.txt", guid=f"{t}.txt", path=f"{t}.txt", content=Markup(t)) for t in texts
    ]
    made = normalize([(entry, entry_hash(entry)) for entry in entries], FEED, NOW)
    return [draft for draft in made if isinstance(draft, Draft)]


def _counts(lake: Lake) -> tuple[int, ...]:
    tables = ("articles", "sightings", "polls", "batches")
    found = [lake.connection.execute(f"SELECT count(*) FROM lake.{t}").fetchone() for t in tables]
    return tuple(row[0] for row in found if row)


@pytest.mark.parametrize("states", [(STATE,), ()])
def test_poll_that_another_run_overtook_is_dropped(
    lakes: tuple[Lake, Lake], states: tuple[FeedState, ...]
) -> None:
    """Two runs read the same folder at once: the second to commit stores nothing of its poll.

    The first part of a long document, which leaves no state yet, has been read too.
    """
    one, other = lakes
    first, second = _reading("p1"), _reading("p2")
    store(_commits(one, "r1"), [PollPart(first, 1, _drafts("a", "b"), states, 0, last=False)], NOW)
    assert reads.feed_batch(other, "feed") == 1
    store(_commits(other, "r2"), [PollPart(second, 1, _drafts("a", "b"), (), 0, last=True)], NOW)
    assert second.overtaken
    store(_commits(one, "r1"), [PollPart(first, 2, _drafts("c"), (), 0, last=True)], NOW)
    assert not first.overtaken
    assert _counts(one) == (3, 3, 1, 2)


def test_a_poll_that_failed_overtakes_nobody(lakes: tuple[Lake, Lake]) -> None:
    """A folder that one run could not read is stored by the other one, as if that had not been."""
    one, other = lakes
    failed, second = _reading("p1"), _reading("p2")
    failed.poll = replace(failed.poll, status="failed", error="unreadable")
    store(_commits(one, "r1"), [PollPart(failed, 1, (), (), 0, last=True)], NOW)
    assert reads.feed_batch(other, "feed") == 0
    store(_commits(other, "r2"), [PollPart(second, 1, _drafts("a", "b"), (), 0, last=True)], NOW)
    assert not second.overtaken
    late = _reading("p3")
    late.poll = replace(late.poll, status="failed", error="unreadable")
    store(_commits(one, "r1"), [PollPart(late, 1, (), (), 0, last=True)], NOW)
    assert not late.overtaken
    assert _counts(one) == (2, 2, 3, 3)


def test_what_a_failed_poll_had_read_is_dropped_once_it_is_overtaken(
    lakes: tuple[Lake, Lake],
) -> None:
    """Its row counts; the files that it read before it failed may be older than the other's."""
    one, other = lakes
    late = _reading("p1")
    store(
        _commits(other, "r2"),
        [PollPart(_reading("p2"), 1, _drafts("a"), (STATE,), 0, last=True)],
        NOW,
    )
    late.poll = replace(late.poll, status="failed", error="unreadable")
    store(_commits(one, "r1"), [PollPart(late, 1, _drafts("b"), (STATE,), 0, last=True)], NOW)
    assert _counts(one) == (1, 1, 2, 2)
    assert one.connection.execute("SELECT count(*) FROM lake.feed_state").fetchall() == [(1,)]


def test_runs_of_different_folders_share_the_lake(lakes: tuple[Lake, Lake]) -> None:
    """A batch of another run in between is seen: its articles are known, its numbers follow."""
    one, other = lakes
    store(_commits(one, "r1"), [PollPart(_reading("p1"), 1, _drafts("a"), (), 0, last=True)], NOW)
    store(
        _commits(other, "r2"),
        [PollPart(_reading("p2", 1), 1, _drafts("a", "b"), (), 0, last=True)],
        NOW,
    )
    assert _counts(one) == (2, 2, 2, 2)
    numbers = one.connection.execute("SELECT batch_no FROM lake.batches ORDER BY 1").fetchall()
    assert numbers == [(1,), (2,)]


def test_one_batch_holds_several_polls(lakes: tuple[Lake, Lake]) -> None:
    """Parts of many polls are committed as one batch, each poll with its own counts."""
    one, _ = lakes
    parts = [
        PollPart(_reading("p1"), 1, _drafts("a", "b"), (), 0, last=True),
        PollPart(_reading("p2"), 1, _drafts("b", "c"), (), 3, last=True),
    ]
    store(_commits(one, "r1"), parts, NOW)
    polls = one.connection.execute(
        "SELECT poll_id, new, unchanged, status, batch_no FROM lake.polls ORDER BY 1"
    ).fetchall()
    assert polls == [("p1", 2, 0, "new", 1), ("p2", 1, 4, "new", 1)]


def test_revision_of_another_reading_says_so(lakes: tuple[Lake, Lake]) -> None:
    """What comes as before and is only read otherwise by a later version says so; an edit not."""
    lake, _ = lakes
    run = RunRow("old", NOW, None, "0", "test", reader="1")

    def part(poll_id: str, *raws: str) -> PollPart:
        entries = [
            Entry(key=key, guid=key, content=Markup(f"{key}, as {poll_id} reads it"), raw=raw)
            for key, raw in zip("ab", raws, strict=True)
        ]
        drafts = normalize([(entry, entry_hash(entry)) for entry in entries], FEED, NOW)
        return PollPart(_reading(poll_id, lake.last_batch[0]), 1, drafts, (), 0, last=True)

    store(CommitContext(lake, run), [part("one", "{}", '{"a":1}')], NOW)
    other_readers = reads.last_of_other_readers(lake, "2")
    assert (other_readers, reads.last_of_other_readers(lake, "1")) == (1, 0)
    later = CommitContext(lake, replace(run, run_id="new", reader="2"), other_readers=other_readers)
    store(later, [part("two", "{}", '{"a":2}')], NOW)
    changed = lake.connection.execute(
        "SELECT guid, changed_fields FROM lake.revisions WHERE revision_no = 2 ORDER BY guid"
    ).fetchall()
    assert changed == [("a", ["text", "reading"]), ("b", ["text"])]


def test_everything_of_a_document_read_again_says_so(lakes: tuple[Lake, Lake]) -> None:
    """Where a document came byte for byte as before, whatever changed is the reading's doing."""
    lake, _ = lakes
    for poll_id, rereads in (("one", False), ("two", True)):
        entry = Entry(key="a", guid="a", content=Markup(f"as {poll_id} decodes it"), raw=poll_id)
        drafts = normalize([(entry, entry_hash(entry))], FEED, NOW)
        poll = replace(_reading(poll_id, lake.last_batch[0]), rereads=rereads)
        store(_commits(lake, poll_id), [PollPart(poll, 1, drafts, (), 0, last=True)], NOW)
    changed = lake.connection.execute(
        "SELECT changed_fields FROM lake.revisions ORDER BY revision_no"
    ).fetchall()
    assert changed == [([],), (["text", "reading"],)]
