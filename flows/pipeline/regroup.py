"""Puts the groups of a lake of before right, once: as a batch of its own, which cursors see."""

from datetime import datetime

from articles.duplicates.groups import group
from articles.model.batch import Batch
from articles.model.ids import short_id
from flows.pipeline.commit import CommitContext, commit
from warehouse.lake import reads
from warehouse.lake.writer import writing

BATCH_ID = short_id("batch", "groups follow texts")
"""The ledger tells by it whether that is done."""


def regroup(commits: CommitContext, committed_at: datetime) -> None:
    """Let the groups follow the texts, where rules that did not let them decided before.

    Blocking, and raises as `store` does. Cut off, it is done by the next run.
    """
    with writing(commits.lake) as writer:
        if commits.dry_run or not reads.has_old_matches(commits.lake) or writer.has(BATCH_ID):
            return
        circles, used = writer.misplaced()
        batch = Batch(
            BATCH_ID,
            commits.run.run_id,
            runs=() if commits.run_stored else (commits.run,),
            members=tuple(group(circles, used, BATCH_ID)),
        )
        commit(commits, writer, batch, committed_at)
