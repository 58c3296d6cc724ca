"""Turns the errors of DuckDB, SQLite and the operating system into LakeError and DiskFull."""

import errno
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb

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
_CATALOG = ("file is not a database", "disk image is malformed")
_ANOTHER_CATALOG = (
    "Put catalog.sqlite back from a backup; `newslake lake adopt` accepts an older one."
)
WAY_OUT = "`newslake verify` says what else is damaged, `newslake repair` mends it."
_FILE = re.compile(r"[^/\\\"']+/main/\w+/[\w.-]+\.parquet")
"""A data file in an error's text, from the name of the data folder on."""
_PATH = re.compile(r"""\s*(?:of |for |from )?(?:file )?["'].*?\.parquet["']:?\s*""", re.IGNORECASE)
_KIND = re.compile(r"^[A-Z]\w+(?: \w+)? Error: ")
_GONE = ("no files found", "no such file", "no file or directory")
_NO_FAULT_OF_THE_FILE = (
    "permission denied", "too many open files", "out of memory", "not enough memory",
    "interrupted",
)  # fmt: skip
# What DuckDB's Parquet reader says without naming the file, as seen when bytes were changed.
_NAMELESS = (
    "tprotocolexception", "ttransportexception", "don't know what type", "invalid ttype",
    "variable-length int over", "out of buffer", "payload value bigger", "bit width",
    "corrupt", "invalid unicode", "perfect hash aggregate", "decompression failure",
)  # fmt: skip


def lake_error(
    error: Exception,
    doing: str,
    hint: str = AS_BEFORE,
    find: Callable[[], str | None] = lambda: None,
) -> LakeError:
    """Return the LakeError that says what went wrong while doing something with the lake.

    A password in `error` itself is blanked out too.

    Args:
        error: What went wrong; a LakeError is returned as it is.
        doing: What was being done, for the message.
        hint: What to do about it; it has to be true where it is shown.
        find: Looks for a damaged data file where the error does not name the one that it met.
    """
    if isinstance(error, LakeError):
        return error
    detail = _detail(error)
    if is_full(error):
        message = f"the disk is full ({doing}: {detail})"
        return DiskFull(message, "Free some space and run again; what was committed is safe.")
    if damaged := damage_error(error, find):
        return damaged
    if any(words in detail.lower() for words in _CATALOG):
        return LakeError(f"the lake's catalog is damaged ({doing}: {detail})", _ANOTHER_CATALOG)
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


def damage_error(
    error: Exception, find: Callable[[], str | None] = lambda: None, text: str | None = None
) -> LakeError | None:
    """Return the LakeError for a data file that is damaged or gone; None if that is not the matter.

    Args:
        error: What went wrong.
        find: Returns a damaged file (as `data/main/table/name.parquet`), None if there is none.
        text: What the error says, if that is not its own text.
    """
    detail = " ".join((str(error) if text is None else text).split())
    lowered = detail.lower()
    if not isinstance(error, OSError | duckdb.Error) or any(
        words in lowered for words in _NO_FAULT_OF_THE_FILE
    ):
        return None
    named = _FILE.search(detail)
    if named is None and not _is_nameless(error, lowered):
        return None
    file = named[0] if named else find()
    if file is None:
        return None
    return damaged_file_error(
        file, None if any(words in lowered for words in _GONE) else shortly(detail)
    )


def damaged_file_error(file: str, why: str | None) -> LakeError:
    """Return the LakeError for a data file; `why` None means that it is gone."""
    message = f"the lake's file {file} is "
    return LakeError(f"{message}gone" if why is None else f"{message}damaged ({why})", WAY_OUT)


def _is_nameless(error: Exception, text: str) -> bool:
    # Parquet's own exceptions come through DuckDB without a class of theirs.
    bare = type(error) is duckdb.Error or any(words in text for words in _NAMELESS)
    return bare and not is_busy(error)


def shortly(detail: str) -> str:
    """Return what DuckDB says is the matter, without the file's path, which may be long."""
    text = _KIND.sub("", " ".join(detail.split())).partition(" LINE ")[0]
    return _PATH.sub(" ", text).strip(" :,")[:120]


def is_full(error: Exception) -> bool:
    """Tell whether an error means that there is no space left."""
    if isinstance(error, OSError) and error.errno in _FULL_NUMBERS:
        return True
    text = str(error).lower()
    return any(words in text for words in _FULL)


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
