"""The lake's single writer lock: held by one thread of one process of one machine at a time."""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from articles.errors import LakeLocked
from warehouse.database.errors import lake_error
from warehouse.database.sql import quoted

_PAUSE = 0.02
"""Seconds between two tries."""
_ADVISORY = 0x6E6577736C616B65
"""PostgreSQL's advisory lock of a lake: "newslake" as a number; there is one lake in a database."""

_descriptors: set[int] = set()


def _let_go_in_child() -> None:
    # Else a forked worker would keep the lock of a parent that was killed.
    while _descriptors:
        os.close(_descriptors.pop())


os.register_at_fork(after_in_child=_let_go_in_child)


@contextmanager
def file_lock(path: Path, timeout: float) -> Iterator[None]:
    """Hold the file at `path` by flock; its text says who holds it.

    Waits up to `timeout` seconds, then raises LakeLocked saying who, since when and what to do. The
    operating system lets go of it when the process ends, however it ends.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise lake_error(error, "taking the writer lock") from error
    _descriptors.add(descriptor)
    try:
        _wait(lambda: _try_flock(descriptor), lambda: _file_holder(descriptor), timeout)
        # A full disk must not keep anyone from the lock: only the name is missing then.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{_ourselves()}\n".encode(errors="replace"), 0)
        yield
    finally:
        if descriptor in _descriptors:
            _descriptors.discard(descriptor)
            os.close(descriptor)


@contextmanager
def advisory_lock(
    connection: duckdb.DuckDBPyConnection, conninfo: str, timeout: float
) -> Iterator[None]:
    """Hold the lake's advisory lock in PostgreSQL, in a transaction of a connection of its own.

    As file_lock, but for all machines. The server lets go of it when this connection ends; a commit
    after that is refused by the catalog if anyone has written meanwhile (writer.py).
    """
    cursor = connection.cursor()
    try:
        _wait(lambda: _try_advisory(cursor, conninfo), lambda: _advisory_holder(cursor), timeout)
        yield
    finally:
        with suppress(duckdb.Error):
            cursor.rollback()
        cursor.close()


def _wait(try_lock: Callable[[], bool], holder: Callable[[], str], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not try_lock():
        if time.monotonic() >= deadline:
            who = holder() or "another writer"
            message = f"the lake is being written by {who}; waited {timeout:g} s for it"
            raise LakeLocked(message, "Wait for that run to end, or stop that process; run again.")
        time.sleep(_PAUSE)


def _ourselves() -> str:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    command = " ".join(" ".join(sys.argv).split())[:200]
    return f"process {os.getpid()} on {socket.gethostname()} since {since}: {command}"


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file_holder(descriptor: int) -> str:
    return os.pread(descriptor, 1000, 0).decode(errors="replace").strip()


def _ask(cursor: duckdb.DuckDBPyConnection, query: str) -> object:
    row = cursor.execute(f"SELECT * FROM postgres_query('writer_lock', {quoted(query)})").fetchone()
    return row[0] if row else None


def _try_advisory(cursor: duckdb.DuckDBPyConnection, conninfo: str) -> bool:
    try:
        cursor.execute(f"ATTACH IF NOT EXISTS {quoted(conninfo)} AS writer_lock (TYPE postgres)")
        cursor.begin()
        if bool(_ask(cursor, f"SELECT pg_try_advisory_xact_lock({_ADVISORY})")):
            # PostgreSQL keeps 63 bytes of it.
            _ask(
                cursor, f"SELECT set_config('application_name', {quoted(_ourselves()[:63])}, true)"
            )
            return True
        cursor.rollback()
    except duckdb.Error as error:
        raise lake_error(error, "taking the writer lock") from error
    return False


def _advisory_holder(cursor: duckdb.DuckDBPyConnection) -> str:
    query = (
        "SELECT application_name || ' at ' || coalesce(client_addr::text, 'this machine')"
        " FROM pg_locks JOIN pg_stat_activity USING (pid)"
        f" WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        f" AND ((classid::bigint << 32) | objid::bigint) = {_ADVISORY}"
    )
    return str(_ask(cursor, query) or "")
