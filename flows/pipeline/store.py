"""One batch: look up what is known, revise, compare, group, commit; plain functions, no Prefect."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from articles.duplicates.groups import Carrier
from articles.identity import publishers
from articles.identity.source_ids import SourceIds
from articles.model.batch import Batch
from articles.model.drafts import Draft
from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from articles.model.known import Known
from articles.model.poll_rows import FeedRow, Poll, RunRow, SourceRow
from articles.revisions.revise import Outcome, ReceivedEntry, revise
from flows.pipeline.decide import Decided, decide_batch, look_around, look_closer, look_up
from flows.pipeline.polls import PollPart
from flows.pipeline.settle import settled
from flows.pipeline.source_rows import changed_settings, feed_row, source_row
from warehouse.lake.lake import Lake
from warehouse.lake.writer import Writer, writing

log = logging.getLogger(__name__)


@dataclass(slots=True)
class CommitContext:
    """What a run keeps from batch to batch while it stores them."""

    lake: Lake
    run: RunRow
    dry_run: bool = False
    run_stored: bool = False
    sources: dict[str, SourceRow] = field(default_factory=dict)
    """By id: the sources whose row the lake holds; so each is written once."""
    feeds: dict[str, FeedRow] = field(default_factory=dict)
    ids: SourceIds = field(default_factory=SourceIds)
    """Of publishers in rows, too."""
    imagined: Known = field(default_factory=Known)
    """In a dry run: what earlier batches would have made known."""
    carriers: dict[int, tuple[Carrier, ...]] = field(default_factory=dict)
    """Likewise, by text: some of the articles that would carry it."""
    tallies: dict[str, Counter[str]] = field(default_factory=dict)
    """Outcomes by source name."""
    batches: int = 0


def store(keeper: CommitContext, parts: Sequence[PollPart], committed_at: datetime) -> None:
    """Decide and commit a batch under the lake's writer lock; blocking, run it in a thread.

    Parts of a feed that another run read meanwhile are dropped. Raises the errors of
    `Lake.writing` and `Writer.commit`.
    """
    parts = [
        replace(
            part,
            drafts=publishers.with_known_publishers(part.drafts, part.reading.feed, keeper.ids),
        )
        for part in parts
    ]
    drafts = [draft for part in parts for draft in part.drafts]
    with writing(keeper.lake) as writer:
        known = look_up(writer, drafts, [part.reading for part in parts])
        if keeper.dry_run:
            _imagine(known, keeper.imagined)
        parts = [kept for part in parts if (kept := _that_counts(part, known))]
        if not parts:
            return
        parts = settled(writer, parts)
        look_closer(writer, drafts, known)
        revised = revise(list(_delivered(parts)), known)
        circles, used = look_around(writer, revised, known, keeper.carriers)
        decided = decide_batch(revised, circles, used, _batch_id(parts))
        polls = _count(keeper, parts, decided.outcomes)
        if keeper.dry_run:
            _imagine(keeper.imagined, revised.known)
            keeper.carriers |= {text: one.known_after for text, one in circles.items()}
        else:
            batch = _batch(keeper, parts, decided, polls)
            batch_no = commit(keeper, writer, batch, committed_at)
            for part in parts:
                part.reading.seen_batch = batch_no
            counts = {"polls": len(polls), "entries": len(drafts)}
            log.info("committed", extra={"batch_no": batch_no, **counts})


def commit(keeper: CommitContext, writer: Writer, batch: Batch, committed_at: datetime) -> int:
    """Commit a batch and keep in mind what the lake holds from now on; return its batch_no."""
    batch_no = writer.commit(batch, committed_at)
    keeper.run_stored = True
    keeper.sources |= {row.source_id: row for row in batch.source_states}
    keeper.feeds |= {row.feed_id: row for row in batch.feed_settings}
    keeper.batches += 1
    return batch_no


def _that_counts(part: PollPart, known: Known) -> PollPart | None:
    """Return a part, or None if another run read the feed meanwhile.

    A failed poll is stored all the same, without what a folder's held before it failed: that may be
    older than what the other run read.
    """
    reading = part.reading
    if known.feed_batches.get(reading.feed.feed_id, 0) <= reading.seen_batch:
        return None if reading.overtaken else part
    if reading.poll.status == "failed":
        return replace(part, drafts=(), states=(), unchanged=0)
    reading.overtaken = True
    return None


def _delivered(parts: Sequence[PollPart]) -> Iterator[ReceivedEntry]:
    for part in parts:
        poll = part.reading.poll
        for draft in part.drafts:
            yield ReceivedEntry(draft, poll.feed_id, poll.poll_id, poll.started_at)


def _count(
    keeper: CommitContext, parts: Sequence[PollPart], outcomes: Sequence[Outcome]
) -> list[Poll]:
    """Add the outcomes to the polls and to the tallies by source; return the polls that ended."""
    remaining = iter(outcomes)
    ended = []
    for part in parts:
        counts: Counter[str] = Counter(unchanged=part.unchanged)
        own = part.reading.feed.source.name
        keeper.tallies.setdefault(own, Counter())["unchanged"] += part.unchanged
        for draft in part.drafts:
            outcome = next(remaining)
            name = draft.source.name if isinstance(draft, Draft) else own
            keeper.tallies.setdefault(name, Counter())[outcome] += 1
            counts[outcome] += 1
        part.reading.poll = poll = _counted(part.reading.poll, counts)
        if part.last:
            ended.append(poll)
    return ended


def _counted(poll: Poll, counts: Counter[str]) -> Poll:
    poll = replace(
        poll,
        new=poll.new + counts["new"],
        changed=poll.changed + counts["changed"],
        duplicate=poll.duplicate + counts["duplicate"],
        unchanged=poll.unchanged + counts["unchanged"],
        quarantined=poll.quarantined + counts["quarantined"],
    )
    if poll.status == "unchanged" and poll.new + poll.changed + poll.duplicate + poll.quarantined:
        return replace(poll, status="new")
    return poll


def _batch_id(parts: Sequence[PollPart]) -> str:
    return short_id("batch", *(f"{part.reading.poll.poll_id}/{part.part_no}" for part in parts))


def _batch(
    keeper: CommitContext, parts: Sequence[PollPart], decided: Decided, polls: Sequence[Poll]
) -> Batch:
    feeds = {part.reading.feed.feed_id: part.reading.feed for part in parts}
    return Batch(
        batch_id=_batch_id(parts),
        run_id=keeper.run.run_id,
        runs=() if keeper.run_stored else (keeper.run,),
        source_states=tuple(
            source_row(source)
            for source in _sources(parts)
            if source.source_id not in keeper.sources
        ),
        feed_settings=tuple(
            row for row in map(feed_row, feeds.values()) if keeper.feeds.get(row.feed_id) != row
        ),
        polls=tuple(polls),
        entries=tuple(decided.revised.entries),
        revisions=tuple(decided.revised.revisions),
        sightings=tuple(decided.revised.sightings),
        keys=tuple(decided.revised.keys.values()),
        matches=tuple(decided.matches),
        members=tuple(decided.members),
        quarantine=tuple(decided.revised.quarantine),
        feed_state=tuple(state for part in parts for state in part.states),
        schedules=tuple(schedule for part in parts for schedule in part.schedules),
        hints=decided.revised.hints,
    )


def store_settings(
    keeper: CommitContext,
    feeds: Sequence[Feed],
    committed_at: datetime,
    listed: Sequence[Source] = (),
) -> None:
    """Store what is new in the settings of feeds to poll and of their sources, as one batch.

    Blocking, and raises as `store` does.
    """
    sources, feed_rows = changed_settings(feeds, keeper.sources, keeper.feeds, listed)
    if keeper.dry_run or not (sources or feed_rows):
        return
    batch = Batch(
        batch_id=short_id("batch", keeper.run.run_id, "settings"),
        run_id=keeper.run.run_id,
        runs=() if keeper.run_stored else (keeper.run,),
        source_states=sources,
        feed_settings=feed_rows,
    )
    with writing(keeper.lake) as writer:
        commit(keeper, writer, batch, committed_at)


def _sources(parts: Sequence[PollPart]) -> list[Source]:
    """Return the sources that the parts name, each once, in reading order."""
    sources = {part.reading.feed.source.source_id: part.reading.feed.source for part in parts}
    for part in parts:
        for draft in part.drafts:
            if isinstance(draft, Draft):
                sources.setdefault(draft.source.source_id, draft.source)
    return list(sources.values())


def _imagine(known: Known, more: Known) -> None:
    # Not the texts: a dry run over a large folder would hold them all.
    known.keys.update(more.keys)
    known.heads.update(more.heads)
    known.last_seen.update(more.last_seen)
    known.seen_before.update(more.seen_before)
