"""A batch: all rows that one transaction commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from articles.model.article_rows import EntryRow, Key, Quarantined, Revision, Sighting
from articles.model.duplicate_rows import Match, Member
from articles.model.poll_rows import FeedRow, FeedState, Poll, RunRow, Schedule, SourceRow


@dataclass(frozen=True, slots=True)
class IndexHint:
    """What the index would else have to work out again of the revision that an entry carries."""

    fields: tuple[int, ...]
    """The 64-bit hash of each content field, as in `Draft.fields`."""
    url_hash: int | None
    """hash64 of the canonical URL, as in `ArticleKeys.url_hash`; None where there is none."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit stores, all or nothing: a field a table."""

    batch_id: str
    """Hash of its polls' ids and parts; guards the retry of this commit."""
    run_id: str
    runs: tuple[RunRow, ...] = ()
    source_states: tuple[SourceRow, ...] = ()
    feed_settings: tuple[FeedRow, ...] = ()
    polls: tuple[Poll, ...] = ()
    entries: tuple[EntryRow, ...] = ()
    revisions: tuple[Revision, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    keys: tuple[Key, ...] = ()
    matches: tuple[Match, ...] = ()
    members: tuple[Member, ...] = ()
    quarantine: tuple[Quarantined, ...] = ()
    feed_state: tuple[FeedState, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    hints: Mapping[str, IndexHint] = field(default_factory=dict)
    """The hint for an entry, by entry_id, where there is one; not stored."""
