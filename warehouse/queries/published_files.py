"""Checks `news.duckdb`: the files that it lists are there, and its own tables can be read."""

from pathlib import Path

import duckdb

from articles.errors import LakeError, LakeMissing
from warehouse.queries.published import connect, detail, listed_files


def published_fault(root: Path, data: Path) -> list[str]:
    """Return what is wrong with `news.duckdb`, as sentences; that there is none is not wrong."""
    again = "`newslake ingest` publishes it again"
    try:
        connection = connect(root)
    except LakeMissing:
        return []
    except LakeError as error:
        return [error.message]
    try:
        gone = [path for path in listed_files(connection) if not (data / path).exists()]
        for table in ("heads", "duplicate_groups", "lake_info"):
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {table} t").fetchall()
    except duckdb.Error as error:
        return [f"news.duckdb can't be read ({detail(error)}): {again}"]
    finally:
        connection.close()
    return [f"news.duckdb lists {gone[0]}, which is gone: {again}"] if gone else []
