"""The settings of sources and feeds as rows, and the batch that stores those that changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from articles.model.batch import Batch
from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from articles.model.poll_rows import FeedRow, SourceRow
from flows.pipeline.commit import CommitContext, commit
from warehouse.lake.writer import writing


def store_settings(
    commits: CommitContext,
    feeds: Sequence[Feed],
    committed_at: datetime,
    listed: Sequence[Source] = (),
) -> None:
    """Store what is new in the settings of feeds to poll and of their sources, as one batch.

    Blocking, and raises as `store` does.

    Args:
        commits: What the commits of the run share.
        feeds: The feeds of the list, those that are turned off too.
        committed_at: The time to store.
        listed: The sources of the list.
    """
    sources, feed_rows = changed_settings(feeds, commits.sources, commits.feeds, listed)
    if commits.dry_run or not (sources or feed_rows):
        return
    batch = Batch(
        batch_id=short_id("batch", commits.run.run_id, "settings"),
        run_id=commits.run.run_id,
        runs=() if commits.run_stored else (commits.run,),
        source_states=sources,
        feed_settings=feed_rows,
    )
    with writing(commits.lake) as writer:
        commit(commits, writer, batch, committed_at)


def changed_settings(
    feeds: Sequence[Feed],
    sources: Mapping[str, SourceRow],
    rows: Mapping[str, FeedRow],
    listed: Sequence[Source] = (),
) -> tuple[tuple[SourceRow, ...], tuple[FeedRow, ...]]:
    """Return the rows by which the settings of feeds to poll differ from what the lake holds.

    A feed has a row from when it is turned on for the first time, and whenever it changes after
    that; one that is no longer among `feeds` is turned off. Of the sources that are `listed` and
    have no such feed only a new name is stored.

    Args:
        feeds: The feeds of the list, those that are turned off too.
        sources: The sources that the lake holds, by id.
        rows: The feeds that the lake holds, by id.
        listed: The sources of the list.
    """
    settings = {feed.feed_id: feed_row(feed) for feed in feeds}
    for feed_id, row in rows.items():
        if feed_id not in settings and row.kind != "files":
            settings[feed_id] = _off(row)
    changed = [row for row in settings.values() if rows.get(row.feed_id, _off(row)) != row]
    named = {row.source_id for row in changed} | sources.keys()
    states = {
        source.source_id: source_row(source) for source in listed if _renamed(source, sources)
    }
    states |= {feed.source.source_id: source_row(feed.source) for feed in feeds if feed.enabled}
    new_states = [row for key, row in states.items() if key in named and sources.get(key) != row]
    return tuple(new_states), tuple(changed)


def _renamed(source: Source, sources: Mapping[str, SourceRow]) -> bool:
    known = sources.get(source.source_id)
    return known is not None and known.name != source.name


def _off(row: FeedRow) -> FeedRow:
    return replace(row, enabled=False)


def source_row(source: Source) -> SourceRow:
    """Return a source as its row."""
    return SourceRow(
        source.source_id,
        source.name,
        source.domains,
        source.country,
        source.language,
        source.licence,
        source.contact,
    )


def feed_row(feed: Feed) -> FeedRow:
    """Return a feed's settings as their row."""
    return FeedRow(
        feed.feed_id,
        feed.source.source_id,
        feed.kind,
        feed.url,
        enabled=feed.enabled,
        interval_seconds=feed.interval_seconds,
        folder=feed.folder,
    )
