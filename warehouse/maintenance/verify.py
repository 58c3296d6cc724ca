"""Verifies a lake: every live file to its last value, the ledger's counts, files beside them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database import data_files
from warehouse.database.data_files import DataFile
from warehouse.database.decoding import Counts, FileFault, decode, decoder
from warehouse.lake import ownership, repair_note
from warehouse.lake.lake import Lake
from warehouse.maintenance.affected_feeds import AffectedFeed, affected_feeds
from warehouse.maintenance.ledger import Ledger, faults_of
from warehouse.queries.published_files import published_fault


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table's live files come to."""

    table: str
    files: int
    rows: int
    size: int
    """Their bytes."""
    damaged: int
    """How many of the files are damaged or gone."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a lake."""

    root: Path
    data: Path
    lake_id: str
    tables: Sequence[TableFacts]
    faults: Sequence[FileFault]
    """Live files that are damaged or gone."""
    wrong: Sequence[str]
    """Where tables and ledger differ, each a sentence; no repair mends that."""
    published: Sequence[str]
    """What is wrong with `news.duckdb`, each a sentence; publishing it again mends that."""
    gone: Sequence[str]
    """Superseded files that are gone before their time: no damage."""
    orphaned: Mapping[str, int]
    """How many files no catalog lists, by folder (relative to the data folder)."""
    set_aside: int
    """How many files lie in `orphans/` and `held/`, which no table reads."""
    affected_feeds: Sequence[AffectedFeed]
    """The feeds that the damaged files concern."""
    cut_off: bool
    """Whether a repair was cut off."""
    snapshot: int
    """DuckLake's snapshot as of which all this holds."""

    @property
    def whole(self) -> bool:
        """Whether nothing has to be mended."""
        return not (self.faults or self.wrong or self.published or self.cut_off)

    @property
    def batches(self) -> list[tuple[int, int]]:
        """The ranges of batches that the damaged files hold, joined where they touch."""
        return joined((fault.file.low, fault.file.high) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class _CatalogState:
    """What the catalog lists, and what lies there beside it, at one moment."""

    files: Sequence[DataFile]
    superseded: Sequence[str]
    with_deletes: int
    """How many of the live files have rows that count as deleted."""
    orphaned: Sequence[str]
    snapshot: int

    @classmethod
    def of(cls, lake: Lake, data: Path) -> "_CatalogState":
        connection = lake.connection
        connection.begin()
        try:
            return cls(
                data_files.live(connection),
                data_files.superseded(connection),
                data_files.count_with_deletes(connection),
                data_files.orphaned(connection, data),
                lake.snapshot(),
            )
        finally:
            connection.rollback()


def verify(lake: Lake, tell: Callable[[str], None] = lambda _: None) -> Verification:
    """Read the whole lake and say what is damaged; `tell` is told how far it is.

    Needs no lock: files that a run supersedes meanwhile stay for a day. Raises LakeError, also for
    a catalog that is not the data's own, or older.
    """
    data = Path(lake.location.data)
    with lake.reading("verifying the lake"):
        listed = _CatalogState.of(lake, data)
        files = listed.files
        cut_off = repair_note.read(data) is not None
        if not cut_off:
            ownership.refuse_misfit(lake)
        with decoder() as connection:
            counts, faults = _decoded(connection, data, files, tell)
            wrong = faults_of(Ledger.read(connection, data, files, faults), counts, faults)
            feeds = affected_feeds(connection, data, files, faults)
    if listed.with_deletes:
        wrong.append(f"{listed.with_deletes:,} files have rows that count as deleted")
    return Verification(
        root=lake.root,
        data=data,
        lake_id=lake.id,
        tables=_tables(files, faults),
        faults=faults,
        wrong=wrong,
        published=published_fault(lake.root, data),
        gone=[path for path in listed.superseded if not (data / path).exists()],
        orphaned=Counter(str(Path(path).parent) for path in listed.orphaned),
        set_aside=sum(len(list((data / name).rglob("*.parquet"))) for name in data_files.ASIDE),
        affected_feeds=feeds,
        cut_off=cut_off,
        snapshot=listed.snapshot,
    )


def _decoded(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    files: Sequence[DataFile],
    tell: Callable[[str], None],
) -> tuple[dict[str, Counts], list[FileFault]]:
    """Return the rows by table and batch of the whole files, and the faults of the others."""
    counts: dict[str, Counts] = {}
    faults = []
    done, total = 0, sum(file.size for file in files)
    for number, file in enumerate(files, start=1):
        by_number, fault = decode(connection, data, file)
        if fault:
            faults.append(fault)
        by_batch = counts.setdefault(file.table, {})
        for batch_no, rows in by_number.items():
            by_batch[batch_no] = by_batch.get(batch_no, 0) + rows
        done += file.size
        tell(f"{number:,} of {len(files):,} files read ({100 * done // max(total, 1)} %)")
    return counts, faults


def _tables(files: Sequence[DataFile], faults: Sequence[FileFault]) -> list[TableFacts]:
    damaged = Counter(fault.file.table for fault in faults)
    by_table: dict[str, list[DataFile]] = {}
    for file in files:
        by_table.setdefault(file.table, []).append(file)
    return [
        TableFacts(
            table,
            len(table_files),
            sum(file.rows for file in table_files),
            sum(file.size for file in table_files),
            damaged[table],
        )
        for table, table_files in sorted(by_table.items())
    ]


def joined(ranges: Iterable[tuple[int | None, int | None]]) -> list[tuple[int, int]]:
    """Return ranges of numbers, in order, joined where they overlap or touch; None is left out."""
    merged: list[tuple[int, int]] = []
    whole = [(low, high) for low, high in ranges if low is not None and high is not None]
    for low, high in sorted(whole):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged
