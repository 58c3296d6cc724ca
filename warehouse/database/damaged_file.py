"""Looks for the damaged file among all data files, where an error does not name it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.database.data_files import live
from warehouse.database.decoding import decode, decoder, look_at, rows_of


def find_damaged(connection: duckdb.DuckDBPyConnection, data: Path) -> str | None:
    """Return a live file of the attached lake that is damaged, None if none is."""
    try:
        with closing(connection.cursor()) as cursor:
            files = live(cursor)
    except duckdb.Error:  # nothing is attached: it is the catalog that is damaged
        return None
    with decoder() as reader:
        for quick in (True, False):
            for file in files:
                if look_at(data, file) if quick else decode(reader, data, file)[1]:
                    return f"{data.name}/{file.path}"
    return None


def first_damaged(data: Path, paths: Sequence[str]) -> str | None:
    """Return the first of these files (relative to `data`) that can't be read to its last value."""
    with decoder() as reader:
        for path in paths:
            try:
                rows_of(reader, data / path, batches=False)
            except duckdb.Error:
                return f"{data.name}/{path}"
    return None
