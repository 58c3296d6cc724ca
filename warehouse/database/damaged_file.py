"""Looks for the damaged one among data files, where an error does not name it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.database.data_files import live
from warehouse.database.decoding import decode, decoder, look, rows_of


def damaged_file(connection: duckdb.DuckDBPyConnection, data: Path) -> str | None:
    """Return a live file of the attached lake that is damaged, None if none is."""
    try:
        with closing(connection.cursor()) as own:
            files = live(own)
    except duckdb.Error:  # nothing is attached: it is the catalog that is damaged
        return None
    with decoder() as own:
        for quick in (True, False):
            for file in files:
                if look(data, file) if quick else decode(own, data, file)[1]:
                    return f"{data.name}/{file.path}"
    return None


def first_of(data: Path, paths: Sequence[str]) -> str | None:
    """Return the first of these files (relative to `data`) that can't be read to its last value."""
    with decoder() as own:
        for path in paths:
            try:
                rows_of(own, data / path, batches=False)
            except duckdb.Error:
                return f"{data.name}/{path}"
    return None
