"""The SQLite file of an index: quick to write, for it may be lost; not believed if it may be torn.

It is written without waiting for the disk. So it says in itself under which boot of the machine it
has been written since it was last safe on disk: after a power cut it is not believed.
"""

import os
import secrets
import sqlite3
from contextlib import suppress
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_UNSAFE = """
    CREATE TABLE unsafe (
        one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, writer TEXT NOT NULL
    )
"""


class IndexFile:
    """An open file with its tables; for one thread at a time, not always the same."""

    def __init__(self, path: Path, tables: str, version: int) -> None:
        """Open the file, made anew if it is missing, broken, of another version or not believed.

        Raises OSError, sqlite3.Error.

        Args:
            path: The file.
            tables: The SQL statements that make the tables of an empty one.
            version: What the file has to say of the format of its tables.
        """
        self.path = path
        self._tables = tables
        self._version = version
        self._boot = _boot_id()
        self._name = secrets.token_hex(8)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = _connect(path)
        if not self._is_whole():
            self.reset()

    def reset(self) -> None:
        """Delete the file and make an empty one."""
        self.connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        self.connection = _connect(self.path)
        script = f"BEGIN; {_UNSAFE}; {self._tables} PRAGMA user_version = {self._version}; COMMIT;"
        self.connection.executescript(script)

    def begin(self) -> None:
        """Begin a write; before the first one, note on disk that the file is unsafe from now on."""
        row = self.connection.execute("SELECT writer FROM unsafe").fetchone()
        if row != (self._name,):
            self.connection.execute("PRAGMA synchronous = FULL")
            sql = "INSERT OR REPLACE INTO unsafe VALUES (1, ?, ?)"
            self.connection.execute(sql, [self._boot or "unknown", self._name])
            # Without a boot's name a power cut could not be told: then each commit waits.
            self.connection.execute(f"PRAGMA synchronous = {'OFF' if self._boot else 'NORMAL'}")
        self.connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Put everything on disk, note that, and close; what fails leaves the file unsafe only."""
        with suppress(OSError, sqlite3.Error):
            row = self.connection.execute("SELECT writer FROM unsafe").fetchone()
            # If another process has written last, it is the one to do this.
            if row == (self._name,):
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                with self.path.open("rb") as file:
                    os.fsync(file.fileno())
                self.connection.execute("PRAGMA synchronous = FULL")
                sql = "DELETE FROM unsafe WHERE writer = ?"
                self.connection.execute(sql, [self._name])
        self.connection.close()

    def _is_whole(self) -> bool:
        try:
            (version,) = self.connection.execute("PRAGMA user_version").fetchone()
            if version != self._version:
                return False
            row = self.connection.execute("SELECT boot FROM unsafe").fetchone()
        except sqlite3.DatabaseError:
            return False
        return row is None or row[0] == (self._boot or "unknown")


def _boot_id() -> str | None:
    try:
        return _BOOT.read_text(encoding="ascii").strip() or None
    except OSError:
        return None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    with suppress(sqlite3.DatabaseError):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute(f"PRAGMA mmap_size = {64 << 20}")
    return connection
