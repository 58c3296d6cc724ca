"""What `news.duckdb` lists: files that have to be there, and tables of its own that can be read."""

from pathlib import Path

import duckdb

from articles.errors import LakeError, LakeMissing
from warehouse.queries.published import connect, detail
from warehouse.queries.query import listed


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
        gone = [path for path in listed(connection) if not (data / path).exists()]
        for table in ("heads", "duplicate_groups", "lake_info"):
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {table} t").fetchall()
    except duckdb.Error as error:
        return [f"news.duckdb can't be read ({detail(error)}): {again}"]
    finally:
        connection.close()
    return [f"news.duckdb lists {gone[0]}, which is gone: {again}"] if gone else []
