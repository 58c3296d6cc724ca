"""Turns the errors of DuckDB, SQLite and the operating system into LakeError and DiskFull."""

import errno
import os
import re
import sqlite3
from contextlib import suppress
from pathlib import Path

from articles.errors import DiskFull, LakeError

_FULL = (
    "no space left",
    "disk is full",
    "disk full",
    "file too large",
    "quota exceeded",
    "could not write all bytes",
)
_FULL_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
AS_BEFORE = (
    "What was committed before stays as it is. Run again; if that does not help, see to the disk"
    " and to the catalog."
)
"""The hint that is true of whatever failed, unless there is something better to say."""


def lake_error(error: Exception, doing: str, hint: str = AS_BEFORE) -> LakeError:
    """Return the LakeError that says what went wrong while doing something with the lake.

    `hint` has to be true where it is shown. A password in `error` itself is blanked out too.
    """
    if isinstance(error, LakeError):
        return error
    detail = _detail(error)
    if is_full(error):
        message = f"the disk is full ({doing}: {detail})"
        return DiskFull(message, "Free some space and run again; what was committed is safe.")
    return LakeError(f"{doing} failed: {detail}", hint)


def unsettled(error: Exception, what: str) -> LakeError:
    """Return the LakeError for a commit that had no answer, and the catalog could not be asked."""
    if is_full(error):
        return lake_error(error, f"storing {what}")
    message = f"it is not known whether {what} was stored: the catalog did not answer"
    hint = (
        "Run again when the catalog's server can be reached: the next run finds out; nothing is"
        " lost, and nothing is stored twice."
    )
    return LakeError(f"{message} ({_detail(error)})", hint)


def _detail(error: Exception) -> str:
    """Return what an error says in one line, without passwords: as it does itself from now on."""
    text = str(error)
    if (safe := redacted(text)) != text:
        error.args = (safe,)
    return " ".join(safe.split())[:500]


def redacted(text: str) -> str:
    """Return a text with the passwords of PostgreSQL's connection strings blanked out."""
    return _USERINFO.sub(r"\1***", _PASSWORD.sub(r"\1***", text))


_PASSWORD = re.compile(r"(password\s*=\s*)('(?:\\.|[^'\\])+'?|(?:\\.|[^'\\\s&\"])+)", re.IGNORECASE)
_USERINFO = re.compile(r"(postgres(?:ql)?://[^\s:/?@]*:)[^\s@/]+(?=@)", re.IGNORECASE)


def is_full(error: Exception) -> bool:
    """Tell whether an error means that there is no space left."""
    if isinstance(error, OSError) and error.errno in _FULL_NUMBERS:
        return True
    text = str(error).lower()
    return any(sign in text for sign in _FULL)


def is_busy(error: Exception) -> bool:
    """Tell whether an error passes by itself: the catalog was in use at this moment."""
    text = str(error).lower()
    return "database is locked" in text or "database is busy" in text


def is_passing(error: sqlite3.DatabaseError) -> bool:
    """Tell whether a SQLite file is whole although it could not be used at this moment."""
    if isinstance(error, sqlite3.OperationalError):
        return is_full(error) or is_busy(error)
    return isinstance(error, sqlite3.InterfaceError | sqlite3.ProgrammingError)


def with_full_disk(error: Exception, folder: Path) -> Exception:
    """Return a full disk for an I/O error that SQLite has where the folder's disk has no space.

    It needs 32 KB for the shared memory of its log before it could say so itself.
    """
    if "disk i/o error" not in str(error).lower():
        return error
    with suppress(OSError):
        disk = os.statvfs(folder)
        if disk.f_bavail * disk.f_frsize < _SHARED_MEMORY:
            return OSError(errno.ENOSPC, str(error))
    return error


_SHARED_MEMORY = 32 << 10
