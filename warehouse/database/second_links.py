"""Keeps a second link to each of a commit's files until PostgreSQL has answered.

DuckLake deletes them when the answer is lost, although the server may have committed them.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from warehouse.database import durable
from warehouse.database.data_files import SECOND_LINKS
from warehouse.database.errors import unsettled

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def commit(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    files: Iterable[Path],
    what: str,
    patience: float,
) -> None:
    """Commit the connection's transaction, which wrote these files into the data folder.

    If that fails the catalog is asked: if it lists the files it has committed.

    Args:
        connection: One that is in the transaction.
        data: The data folder.
        files: The files that the transaction wrote, absolute.
        what: What is being stored, for the message.
        patience: For how many seconds a catalog that does not answer is asked.

    Raises OSError, and duckdb.Error if it has not committed; LakeError if it can't be asked.
    """
    names = [file.relative_to(data).as_posix() for file in files]
    for name in names:
        _link(data / name, data / SECOND_LINKS / name)
    try:
        connection.commit()
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            connection.rollback()
        try:
            stored = settle(connection, data, names, patience)
        except (OSError, duckdb.Error) as unanswered:
            raise unsettled(unanswered, what) from error
        if not stored:
            raise
    else:
        _unlink(data, names)


def waiting(data: Path) -> Sequence[str]:
    """Return the paths of files with a second link: of commits without an answer, or going on."""
    folder = data / SECOND_LINKS
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.parquet"))


def missing(data: Path) -> bool:
    """Tell whether a file with a second link is gone from where the catalog may list it."""
    return any(not (data / name).exists() for name in waiting(data))


def settle(
    connection: duckdb.DuckDBPyConnection, data: Path, names: Sequence[str], patience: float
) -> bool:
    """Put files back that the catalog lists, unlink all second links; tell if any file is listed.

    Args:
        connection: One that has the catalog attached, and is in no transaction.
        data: The data folder.
        names: The files' paths in it, of commits that had no answer.
        patience: How many seconds to wait for the commits that the server still works on.

    Raises OSError, and duckdb.Error if the catalog can't be asked: then all links stay.
    """
    _wait_for_others(connection, patience)
    listed = {path for (path,) in connection.execute(_LISTED, [list(names)]).fetchall()}
    for name in listed:
        original, link = data / name, data / SECOND_LINKS / name
        if link.exists() and not _is_whole(original, link):
            link.replace(original)
            durable.sync([original])
    _unlink(data, names)
    return bool(listed)


def _is_whole(original: Path, link: Path) -> bool:
    return original.exists() and original.stat().st_size == link.stat().st_size


def _link(original: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(original, link)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(original, link)


def _unlink(data: Path, names: Iterable[str]) -> None:
    for name in names:
        # A link that stays is removed by whoever takes the writer lock next.
        with suppress(OSError):
            (data / SECOND_LINKS / name).unlink()


def _wait_for_others(connection: duckdb.DuckDBPyConnection, patience: float) -> None:
    """Wait until the server has ended every commit that it has begun, ours too."""
    lock = f"SET LOCAL lock_timeout = {int(patience * 1000) + 1}; {_LOCK}"
    connection.begin()
    try:
        connection.execute("CALL postgres_execute('__ducklake_metadata_lake', ?)", [lock])
    finally:
        with suppress(duckdb.Error):
            connection.rollback()


# A commit holds ROW EXCLUSIVE here from its first statement on, COMMIT being its last.
_LOCK = "LOCK TABLE public.ducklake_snapshot IN SHARE MODE"
_LISTED = """
    SELECT s.path || t.path || f.path AS path
    FROM __ducklake_metadata_lake.ducklake_data_file f
    JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)
    JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id)
    WHERE list_contains($1, s.path || t.path || f.path)
"""
