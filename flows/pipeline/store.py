"""One batch: looked up, revised, decided, committed; plain functions, no Prefect, no asyncio."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from articles.identity import publishers
from articles.model.batch import Batch
from articles.model.drafts import Draft
from articles.model.entries import Source
from articles.model.ids import short_id
from articles.model.known import Known
from articles.model.poll_rows import Poll
from articles.revisions.revise import Outcome, ReceivedEntry, revise
from flows.pipeline.commit import CommitContext, commit
from flows.pipeline.decide import Decided, decide_batch
from flows.pipeline.look_up import (
    look_around,
    look_closer,
    look_up,
    without_shared_keys,
)
from flows.pipeline.polls import PollPart
from flows.pipeline.settle import with_latest_schedules
from flows.pipeline.source_rows import feed_row, source_row
from warehouse.lake.writer import writing

log = logging.getLogger(__name__)


def store(commits: CommitContext, parts: Sequence[PollPart], committed_at: datetime) -> None:
    """Decide and commit a batch under the lake's writer lock; blocking, run it in a thread.

    Parts of a feed that another run read meanwhile are dropped. Raises the errors of `writing` and
    of `Writer.commit`.
    """
    parts = [_with_known_publishers(part, commits) for part in parts]
    with writing(commits.lake) as writer:
        known = look_up(writer, parts)
        if commits.dry_run:
            _imagine(known, commits.imagined)
        parts = [kept for part in parts if (kept := _that_counts(part, known))]
        if not parts:
            return
        parts = with_latest_schedules(writer, parts)
        parts = without_shared_keys(writer, parts, known)
        look_closer(writer, parts, known, commits.other_readers)
        revised = revise(list(_received(parts)), known)
        circles, used = look_around(writer, revised, known, commits.carriers)
        decided = decide_batch(revised, circles, used, _batch_id(parts))
        polls = _count(commits, parts, decided.outcomes)
        if commits.dry_run:
            _imagine(commits.imagined, revised.known)
            commits.carriers |= {text: circle.known_after for text, circle in circles.items()}
            return
        batch_no = commit(commits, writer, _batch(commits, parts, decided, polls), committed_at)
        for part in parts:
            part.open_poll.seen_batch = batch_no
        counts = {"polls": len(polls), "entries": len(decided.outcomes)}
        log.info("committed", extra={"batch_no": batch_no, **counts})


def _with_known_publishers(part: PollPart, commits: CommitContext) -> PollPart:
    """Return a part whose drafts name publishers by the ids that the lake has for them."""
    feed = part.open_poll.feed
    return replace(part, drafts=publishers.with_known_publishers(part.drafts, feed, commits.ids))


def _that_counts(part: PollPart, known: Known) -> PollPart | None:
    """Return a part, or None if another run read the feed meanwhile.

    A failed poll is stored all the same, without what a folder's held before it failed: that may be
    older than what the other run read.
    """
    open_poll = part.open_poll
    if known.feed_batches.get(open_poll.feed.feed_id, 0) <= open_poll.seen_batch:
        return None if open_poll.overtaken else part
    if open_poll.poll.status == "failed":
        return replace(part, drafts=(), states=(), unchanged=0)
    open_poll.overtaken = True
    return None


def _received(parts: Sequence[PollPart]) -> Iterator[ReceivedEntry]:
    for part in parts:
        poll = part.open_poll.poll
        for draft in part.drafts:
            rereads = part.open_poll.rereads
            yield ReceivedEntry(draft, poll.feed_id, poll.poll_id, poll.started_at, rereads)


def _count(
    commits: CommitContext, parts: Sequence[PollPart], outcomes: Sequence[Outcome]
) -> list[Poll]:
    """Add the outcomes to the polls and to the tallies by source; return the polls that ended."""
    remaining = iter(outcomes)
    ended = []
    for part in parts:
        counts: Counter[str] = Counter(unchanged=part.unchanged)
        own = part.open_poll.feed.source.name
        commits.tallies.setdefault(own, Counter())["unchanged"] += part.unchanged
        for draft in part.drafts:
            outcome = next(remaining)
            name = draft.source.name if isinstance(draft, Draft) else own
            commits.tallies.setdefault(name, Counter())[outcome] += 1
            counts[outcome] += 1
        part.open_poll.poll = poll = _counted(part.open_poll.poll, counts)
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
    return short_id("batch", *(f"{part.open_poll.poll.poll_id}/{part.part_no}" for part in parts))


def _batch(
    commits: CommitContext, parts: Sequence[PollPart], decided: Decided, polls: Sequence[Poll]
) -> Batch:
    feeds = {part.open_poll.feed.feed_id: part.open_poll.feed for part in parts}
    return Batch(
        batch_id=_batch_id(parts),
        run_id=commits.run.run_id,
        runs=() if commits.run_stored else (commits.run,),
        source_states=tuple(
            source_row(source)
            for source in _sources(parts)
            if source.source_id not in commits.sources
        ),
        feed_settings=tuple(
            row for row in map(feed_row, feeds.values()) if commits.feeds.get(row.feed_id) != row
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


def _sources(parts: Sequence[PollPart]) -> list[Source]:
    """Return the sources that the parts name, each once, in reading order."""
    sources = {part.open_poll.feed.source.source_id: part.open_poll.feed.source for part in parts}
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
