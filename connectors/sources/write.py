"""Writes the sources file: whole, by an atomic rename, by one process at a time.

Every edit is read again before it is written, and compared with what was meant.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from articles.errors import SettingsError
from connectors.sources import toml_text
from connectors.sources.checked_values import EditableTables, SourcesFile
from connectors.sources.sources_file import tables_of
from connectors.sources.toml_text import TableKind

NOTHING_CHANGED = "Nothing was changed."


def check_headers(file: SourcesFile, kind: TableKind, number: int) -> None:
    """Refuse to edit tables that are not written each under a header of its own."""
    if len(toml_text.tables(file.text, kind)) != number:
        raise _by_hand(file)


def _by_hand(file: SourcesFile) -> SettingsError:
    message = f"{file.name} is written in a way that newslake can't edit. {NOTHING_CHANGED}"
    return SettingsError(message, "Edit it by hand, or write each feed as a [[feed]] of its own.")


def write(target: Path, file: SourcesFile, text: str, meant: EditableTables) -> None:
    """Replace the file by the text, if that says what is meant and nothing else."""
    try:
        written = tables_of(SourcesFile(file.name, text))
    except SettingsError as error:
        raise _by_hand(file) from error
    if written != meant:
        raise _by_hand(file)
    try:
        _replace(target, text.encode())
    except OSError as error:
        message = f"{file.name} can't be written: {error.strerror}. {NOTHING_CHANGED}"
        raise SettingsError(message, "See who owns the file and its folder.") from error


def _replace(target: Path, data: bytes) -> None:
    """Write the data beside the file and take its place, with its mode and, if allowed, owner."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):
                status = target.stat()
                os.fchmod(stream.fileno(), status.st_mode & 0o7777)
                with suppress(PermissionError):
                    os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def alone(path: Path, *, create: bool = False) -> Iterator[Path]:
    """Hold the lock of the file's folder; yield the file that the path leads to."""
    try:
        target = Path(os.path.realpath(path))
        if create:
            target.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"The folder of {path} can't be opened: {reason}."
        raise SettingsError(message, "Name another file by --sources.") from error
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield target
        with suppress(OSError):
            os.fsync(folder)
    finally:
        os.close(folder)
