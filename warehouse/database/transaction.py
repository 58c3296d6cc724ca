"""A transaction of the lake: the files that it names are on the disk before it is committed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.database import durable, second_links
from warehouse.database.attach import LakeLocation


@contextmanager
def transaction(
    connection: duckdb.DuckDBPyConnection, location: LakeLocation, what: str, patience: float
) -> Iterator[None]:
    """Commit what the body writes, or nothing of it; for the holder of the writer lock.

    After the body's own error, OSError and duckdb.Error nothing was stored. LakeError says that it
    is not known whether `what` was: the catalog's server could not be asked. Whoever takes the
    writer lock next finds out.

    Args:
        connection: One that has the catalog attached; the body writes through it.
        location: Where the lake is.
        what: What is being stored, for that message.
        patience: For how many seconds a server that did not answer is asked.
    """
    # No table names a transaction's own files before its commit, but DuckDB's log of what it wrote
    # does, at the same cost however many files lie there.
    connection.execute("CALL enable_logging('FileSystem', level = 'trace')").fetchall()
    try:
        connection.begin()
        yield
        files = _written(connection)
        durable.sync(files)
        if location.conninfo is None:
            connection.commit()
        else:
            second_links.commit(connection, Path(location.data), files, what, patience)
    except BaseException:
        # A commit that failed has ended its transaction already.
        with suppress(duckdb.Error):
            connection.rollback()
        raise
    finally:
        connection.execute("CALL disable_logging()").fetchall()
        connection.execute("CALL truncate_duckdb_logs()").fetchall()


def _written(connection: duckdb.DuckDBPyConnection) -> Sequence[Path]:
    logged = connection.execute(_WRITES).fetchall()
    paths = {match[1] for (message,) in logged if (match := _PATH.search(message))}
    # What is spilled to the disk meanwhile is not Parquet.
    return [Path(path) for path in sorted(paths) if path.endswith(".parquet")]


_WRITES = """
    SELECT message FROM duckdb_logs
    WHERE type = 'FileSystem' AND contains(message, '"op":"WRITE"')
"""
# It looks like JSON, but the quotes within a path are not escaped.
_PATH = re.compile(r'"path":"(.*)","op":"WRITE"', re.DOTALL)
