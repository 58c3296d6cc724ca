"""What a rollback takes, and what the next run brings back by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.data_files import DataFile, read
from warehouse.database.decoding import Fault
from warehouse.maintenance.touched import touched, whole_files


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes of one feed."""

    feed_id: str
    url: str
    kind: str
    polls: int
    entries: int
    """That can still be counted: as stored, or as its polls counted them."""
    missing: int
    """Of a folder: entries whose file is not there any more; they can't be read again."""
    folder: bool
    """It is a folder that is there: the next run reads it again."""


@dataclass(frozen=True, slots=True)
class Losses:
    """All that goes."""

    batches: int
    runs: int
    feeds: Sequence[Loss]
    """Those with the most entries first."""


def losses(
    own: duckdb.DuckDBPyConnection,
    root: Path,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[Fault],
    target: int,
) -> Losses:
    """Return what goes with the batches after `target`, from what can still be read."""
    ledger = whole_files(data, files, faults, "batches")
    batches, runs = 0, 0
    if ledger:
        sql = (
            f"SELECT count(*), count(DISTINCT run_id) FROM {read(ledger)} WHERE batch_no > {target}"
        )
        batches, runs = own.execute(sql).fetchall()[0]
    stored = _entries(own, data, files, faults, target)
    feeds = []
    for feed in touched(own, data, files, faults, above=target):
        count, paths = stored.get(feed.feed_id, (feed.entries, []))
        place = root.parent / feed.url
        there = feed.kind == "files" and place.is_dir()
        missing = sum(not (place / path).exists() for path in paths) if there else 0
        entries = max(count, feed.entries)
        feeds.append(Loss(feed.feed_id, feed.url, feed.kind, feed.polls, entries, missing, there))
    return Losses(batches, runs, sorted(feeds, key=lambda loss: (-loss.entries, loss.url)))


def _entries(
    own: duckdb.DuckDBPyConnection,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[Fault],
    target: int,
) -> dict[str, tuple[int, list[str]]]:
    """Return by feed how many entries can be counted, and the path of each that has one."""
    whole = whole_files(data, files, faults, "entries")
    if not whole:
        return {}
    found = own.execute(
        f"""
        SELECT feed_id, count(*), list(DISTINCT path) FILTER (WHERE path IS NOT NULL)
        FROM {read(whole)} WHERE batch_no > {target} GROUP BY feed_id
        """
    ).fetchall()
    return {feed_id: (count, paths or []) for feed_id, count, paths in found}
