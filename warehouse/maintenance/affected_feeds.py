"""Which feeds and days damaged files concern, from the polls that can still be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.database.data_files import DataFile, read_sql
from warehouse.database.decoding import FileFault, whole_files


@dataclass(frozen=True, slots=True)
class AffectedFeed:
    """A feed with polls in the batches that damaged files hold."""

    feed_id: str
    url: str
    """Its URL, or its folder; its id where that can't be read."""
    kind: str
    first: date
    """The day (UTC) of the first of these polls."""
    last: date
    """The day (UTC) of the last of these polls."""
    polls: int
    entries: int
    """How many new and changed entries these polls counted."""


def affected_feeds(
    decoder: duckdb.DuckDBPyConnection,
    data: Path,
    files: Sequence[DataFile],
    faults: Sequence[FileFault],
    above: int | None = None,
) -> list[AffectedFeed]:
    """Return the feeds polled in the batches of damaged files, or in all later ones.

    Args:
        decoder: A connection that reads data files.
        data: The data folder.
        files: The live files of all tables.
        faults: Those of them that can't be read.
        above: If given, the feeds are wanted that were polled in the batches after this one.
    """
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
    named = read_sql(settings) if settings else _NO_SETTINGS
    sql = _AFFECTED.format(polls=read_sql(polls), settings=named, condition=" OR ".join(ranges))
    return [AffectedFeed(*row) for row in decoder.execute(sql).fetchall()]


_NO_SETTINGS = "(SELECT '' AS feed_id, '' AS url, '' AS kind, 0 AS batch_no WHERE false)"
_AFFECTED = """
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
