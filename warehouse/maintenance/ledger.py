"""Holds the tables against the ledger: gapless numbers, and as many rows as each batch counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database.data_files import DataFile, read_sql
from warehouse.database.decoding import Counts, FileFault, whole_files

_COUNTED = {
    "polls": "polls",
    "entries": "entries",
    "revisions": "revisions",
    "sightings": "sightings",
    "quarantine": "quarantined",
}
"""Table -> the ledger's column that counts its rows."""
_SHOWN = 5
"""How many numbers of batches a sentence names."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The readable rows of table `batches`."""

    firsts: Mapping[int, int]
    """batch_no -> the first number that its row stands for: its own, or that of a gap."""
    counts: Mapping[int, Mapping[str, int]]
    """batch_no -> table -> how many rows it counted."""
    doubled: Sequence[int]
    """The numbers that several of its rows have."""

    @classmethod
    def read(
        cls,
        decoder: duckdb.DuckDBPyConnection,
        data: Path,
        files: Sequence[DataFile],
        faults: Sequence[FileFault],
    ) -> "Ledger":
        """Read what can be read of the ledger.

        Args:
            decoder: A connection that reads data files.
            data: The data folder.
            files: The live files of all tables.
            faults: Those of them that can't be read.
        """
        whole = whole_files(data, files, faults, "batches")
        if not whole:
            return cls({}, {}, [])
        columns = ", ".join(_COUNTED.values())
        first = "coalesce(gap_from, batch_no)" if _has_gaps(decoder, whole) else "batch_no"
        rows = decoder.execute(
            f"SELECT batch_no, {first}, {columns} FROM {read_sql(whole)}"
        ).fetchall()
        times = Counter(row[0] for row in rows)
        return cls(
            {row[0]: row[1] for row in rows},
            {row[0]: dict(zip(_COUNTED, row[2:], strict=True)) for row in rows},
            sorted(number for number, count in times.items() if count > 1),
        )


def _has_gaps(decoder: duckdb.DuckDBPyConnection, files: Sequence[str]) -> bool:
    """Tell whether the column `gap_from` is in any of these files: older ones lack it."""
    columns = decoder.execute(f"DESCRIBE SELECT * FROM {read_sql(list(files))}").fetchall()
    return any(name == "gap_from" for name, *_ in columns)


def faults_of(
    ledger: Ledger, counts: Mapping[str, Counts], faults: Sequence[FileFault]
) -> list[str]:
    """Return what is wrong between ledger and tables, as sentences.

    Args:
        ledger: What can be read of the ledger.
        counts: The rows by table and batch that can be read.
        faults: The files that can't be read: nothing is said of their batches.
    """
    wrong = [f"batch {number} stands in the ledger twice" for number in ledger.doubled[:_SHOWN]]
    if not any(fault.file.table == "batches" for fault in faults):
        wrong += _missing(ledger)
        for table, by_batch in counts.items():
            unknown = sorted(
                number for number in by_batch if number is not None and number not in ledger.firsts
            )
            if unknown:
                wrong.append(f"{table} holds rows of {_listed(unknown)}, unknown to the ledger")
    for table in _COUNTED:
        wrong += _differing(ledger, table, counts.get(table, {}), faults)
    return wrong


def _missing(ledger: Ledger) -> list[str]:
    last = 0
    missing: list[int] = []
    for number in sorted(ledger.firsts):
        missing += range(last + 1, ledger.firsts[number])
        last = number
    return [f"the ledger lacks {_listed(missing)}"] if missing else []


def _differing(
    ledger: Ledger, table: str, counts: Counts, faults: Sequence[FileFault]
) -> list[str]:
    """Compare a table's rows with what the ledger counted, batch by batch."""
    ranges = [
        range(fault.file.low or 0, (fault.file.high or 0) + 1)
        for fault in faults
        if fault.file.table == table
    ]
    differing = [
        number
        for number, counted in sorted(ledger.counts.items())
        if counts.get(number, 0) != counted[table]
        and not any(number in damaged for damaged in ranges)
    ]
    if not differing:
        return []
    first = differing[0]
    rows = (
        f"{counts.get(first, 0):,} rows of batch {first} instead of {ledger.counts[first][table]:,}"
    )
    others = f", and so in {_listed(differing[1:])}" if len(differing) > 1 else ""
    return [f"{table} holds {rows}{others}"]


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"{number}" for number in numbers[:_SHOWN])
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"batch{'es' if len(numbers) > 1 else ''} {shown}{more}"
