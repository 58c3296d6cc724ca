"""Gaps in the numbers of batches: told by a row of the ledger, so that no number comes twice."""

import secrets
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse import mark
from warehouse.lake import Lake
from warehouse.publish import publish
from warehouse.tables import BatchRow, to_arrow

_SIGN = "gap-"


def is_gap(batch_id: str) -> bool:
    """Tell whether a row of the ledger says that the numbers below it are missing."""
    return batch_id.startswith(_SIGN)


def commit_gap(lake: Lake, above: int, command: str, now: datetime) -> int:
    """Commit a row of the ledger with a number above `above`; return the number.

    Takes the writer lock. Index, `news.duckdb` and the mark are made anew. Raises LakeLocked,
    LakeError.
    """
    with lake.lock():
        number = max(above, lake.batch_no()) + 1
        row = BatchRow(f"{_SIGN}{secrets.token_hex(8)}", command, now, 0, 0, 0, 0, 0)
        try:
            lake.connection.register("gap_row", to_arrow("batches", [row], number))
            lake.connection.execute("INSERT INTO lake.batches BY NAME SELECT * FROM gap_row")
        except duckdb.Error as error:
            raise lake.error(error, "storing the gap") from error
        finally:
            lake.connection.unregister("gap_row")
        lake.forget()
        lake.mark()
    publish(lake, now=now)
    mark.write(Path(lake.place.data), mark.Mark(lake.id, number, row.batch_id))
    return number
