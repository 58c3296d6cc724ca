"""Sources and feeds as rows, and what a run tells the lake of changed settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from articles.model.entries import Feed, Source
from articles.model.poll_rows import FeedRow, SourceRow


def changed_settings(
    feeds: Sequence[Feed],
    sources: Mapping[str, SourceRow],
    rows: Mapping[str, FeedRow],
    listed: Sequence[Source] = (),
) -> tuple[tuple[SourceRow, ...], tuple[FeedRow, ...]]:
    """Return the rows by which the settings of feeds to poll differ from what the lake holds.

    A feed is announced when it is turned on for the first time, and whenever it changes after
    that; one that is no longer among `feeds` is turned off. Of the sources that are `listed` and
    have no such feed only a new name is told.
    """
    given = {feed.feed_id: feed_row(feed) for feed in feeds}
    for feed_id, row in rows.items():
        if feed_id not in given and row.kind != "files":
            given[feed_id] = _off(row)
    changed = [row for row in given.values() if rows.get(row.feed_id, _off(row)) != row]
    named = {row.source_id for row in changed} | sources.keys()
    told = {source.source_id: source_row(source) for source in listed if _renamed(source, sources)}
    told |= {feed.source.source_id: source_row(feed.source) for feed in feeds if feed.enabled}
    states = [row for key, row in told.items() if key in named and sources.get(key) != row]
    return tuple(states), tuple(changed)


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
