"""Which feeds and days damaged files concern, from the polls that can still be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.database.data_files import DataFile, read
from warehouse.database.decoding import Fault


@dataclass(frozen=True, slots=True)
class Touched:
    """A feed with polls in the batches that damaged files hold."""

    feed_id: str
    url: str
    """Its URL, or its folder; its id where that can't be read."""
    kind: str
    first: date
    last: date
    """Days (UTC) of these polls."""
    polls: int
    entries: int
    """New and changed ones, as these polls counted them."""


def whole_files(
    data: Path, files: Sequence[DataFile], faults: Sequence[Fault], table: str
) -> list[str]:
    """Return the readable live files of a table."""
    damaged = {fault.file for fault in faults}
    return [str(data / file.path) for file in files if file.table == table and file not in damaged]


def touched(
    own: duckdb.DuckDBPyConnection,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[Fault],
    above: int | None = None,
) -> list[Touched]:
    """Return the feeds polled in the damaged files' batches; with `above`, in all later batches."""
    ranges = [f"batch_no > {above}"] if above is not None else []
    if above is None:
        ranges = [
            f"batch_no BETWEEN {fault.file.low} AND {fault.file.high}"
            for fault in faults
            if fault.file.low is not None
        ]
    polls = whole_files(data, files, faults, "polls")
    if not ranges or not polls:
        return []
    settings = whole_files(data, files, faults, "feed_settings")
    named = read(settings) if settings else _NO_SETTINGS
    sql = _TOUCHED.format(polls=read(polls), settings=named, condition=" OR ".join(ranges))
    return [Touched(*row) for row in own.execute(sql).fetchall()]


_NO_SETTINGS = "(SELECT '' AS feed_id, '' AS url, '' AS kind, 0 AS batch_no WHERE false)"
_TOUCHED = """
    SELECT p.feed_id, coalesce(any_value(f.url), p.feed_id), coalesce(any_value(f.kind), ''),
        CAST(min(p.started_at) AS DATE), CAST(max(p.started_at) AS DATE),
        count(*), CAST(sum(p.new + p.changed + p.duplicate) AS BIGINT)
    FROM {polls} AS p
    LEFT JOIN (
        SELECT feed_id, max_by(url, batch_no) AS url, max_by(kind, batch_no) AS kind
        FROM {settings} GROUP BY feed_id
    ) AS f ON f.feed_id = p.feed_id
    WHERE {condition} GROUP BY p.feed_id ORDER BY 7 DESC, 2
"""
