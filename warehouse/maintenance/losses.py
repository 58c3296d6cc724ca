"""What a rollback takes, and what the next run brings back by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.data_files import DataFile, read_sql
from warehouse.database.decoding import FileFault, whole_files
from warehouse.maintenance.affected_feeds import affected_feeds


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes of one feed."""

    feed_id: str
    url: str
    kind: str
    polls: int
    entries: int
    """How many entries go, as far as they can be counted: in its table, or by its polls."""
    missing: int
    """How many files of a folder are not there any more: what they held can't be read again."""
    folder: bool
    """Whether it is a folder that is there: the next run reads it again."""


@dataclass(frozen=True, slots=True)
class Losses:
    """All that goes."""

    batches: int
    runs: int
    feeds: Sequence[Loss]
    """What goes of each feed, that with the most entries first."""


def losses(
    decoder: duckdb.DuckDBPyConnection,
    root: Path,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[FileFault],
    target: int,
) -> Losses:
    """Return what goes with the batches after one, from what can still be read.

    Args:
        decoder: A connection that reads data files.
        root: The lake's folder.
        data: The data folder.
        files: The live files of all tables.
        faults: Those of them that can't be read.
        target: The last batch that stays.
    """
    ledger = whole_files(data, files, faults, "batches")
    batches, runs = 0, 0
    if ledger:
        sql = f"SELECT count(*), count(DISTINCT run_id) FROM {read_sql(ledger)}"
        batches, runs = decoder.execute(f"{sql} WHERE batch_no > {target}").fetchall()[0]
    stored = _entries(decoder, data, files, faults, target)
    feeds = []
    for feed in affected_feeds(decoder, data, files, faults, above=target):
        count, paths = stored.get(feed.feed_id, (feed.entries, []))
        folder = root.parent / feed.url
        is_there = feed.kind == "files" and folder.is_dir()
        missing = sum(not (folder / path).exists() for path in paths) if is_there else 0
        entries = max(count, feed.entries)
        loss = Loss(feed.feed_id, feed.url, feed.kind, feed.polls, entries, missing, is_there)
        feeds.append(loss)
    return Losses(batches, runs, sorted(feeds, key=lambda loss: (-loss.entries, loss.url)))


def _entries(
    decoder: duckdb.DuckDBPyConnection,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[FileFault],
    target: int,
) -> dict[str, tuple[int, list[str]]]:
    """Return by feed how many entries can be counted, and the path of each that has one."""
    whole = whole_files(data, files, faults, "entries")
    if not whole:
        return {}
    by_feed = decoder.execute(
        f"""
        SELECT feed_id, count(*), list(DISTINCT path) FILTER (WHERE path IS NOT NULL)
        FROM {read_sql(whole)} WHERE batch_no > {target} GROUP BY feed_id
        """
    ).fetchall()
    return {feed_id: (count, paths or []) for feed_id, count, paths in by_feed}
