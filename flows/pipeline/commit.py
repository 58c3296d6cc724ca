"""What the commits of a run share, and the one way in which each is made."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from articles.duplicates.groups import Carrier
from articles.identity.source_ids import SourceIds
from articles.model.batch import Batch
from articles.model.known import Known
from articles.model.poll_rows import FeedRow, RunRow, SourceRow
from warehouse.lake.lake import Lake
from warehouse.lake.writer import Writer


@dataclass(slots=True)
class CommitContext:
    """What a run keeps from batch to batch while it commits them."""

    lake: Lake
    run: RunRow
    dry_run: bool = False
    run_stored: bool = False
    """Whether the run's own row is stored: it comes with the first batch."""
    sources: dict[str, SourceRow] = field(default_factory=dict)
    """Rows of the sources that the lake holds, by id: so each is written once."""
    feeds: dict[str, FeedRow] = field(default_factory=dict)
    """Rows of the feeds that the lake holds, by id."""
    ids: SourceIds = field(default_factory=SourceIds)
    """The ids of sources by name, those of publishers that rows name among them."""
    other_readers: int = 0
    """The last batch whose entries another version of the reading read."""
    imagined: Known = field(default_factory=Known)
    """What earlier batches of a dry run would have made known."""
    carriers: dict[int, tuple[Carrier, ...]] = field(default_factory=dict)
    """Some of the articles that would carry a text after a dry run so far, by text."""
    tallies: dict[str, Counter[str]] = field(default_factory=dict)
    """Outcomes by source name."""
    batches: int = 0


def commit(commits: CommitContext, writer: Writer, batch: Batch, committed_at: datetime) -> int:
    """Commit a batch and keep in mind what the lake holds from now on; return its batch_no."""
    batch_no = writer.commit(batch, committed_at)
    commits.run_stored = True
    commits.sources |= {row.source_id: row for row in batch.source_states}
    commits.feeds |= {row.feed_id: row for row in batch.feed_settings}
    commits.batches += 1
    return batch_no
