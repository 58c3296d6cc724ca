"""Reads which ids the lake has given from `news.duckdb`: without its catalog and its lock."""

from contextlib import closing
from pathlib import Path

import duckdb

from articles.errors import LakeError, LakeMissing
from articles.identity.known_ids import NOTHING, KnownIds
from warehouse.database.known_ids import read_known_ids
from warehouse.queries.published import connect, detail


def published_ids(lake_root: Path) -> KnownIds:
    """Return the ids of the lake in this folder as it was published last; none without a lake.

    Raises LakeError.
    """
    try:
        with closing(connect(lake_root)) as connection:
            return read_known_ids(connection, "")
    except LakeMissing:
        return NOTHING
    except duckdb.Error as error:
        message = f"the lake in {lake_root.expanduser().absolute()} can't be read: {detail(error)}"
        raise LakeError(message, "Run `newslake ingest`, which publishes it again.") from error
