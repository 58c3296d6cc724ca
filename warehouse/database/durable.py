"""Brings files and their folders to the disk, so that a power cut takes nothing back."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_ONCE = 8
"""Files that are synced at the same time: a disk takes them together in the time of one or two."""
_CAN_NOT = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}
"""What file systems answer that can't sync a folder, and folders above that may not be read."""
_rooted: set[tuple[Path, int]] = set()
"""Folders, with their inodes, whose names in the folders above are on the disk."""


def replace(path: Path, data: bytes) -> None:
    """Put a file with this content in the place of another one, whole and for good, or not at all.

    Raises OSError.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        fresh.write_bytes(data)
        swap(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def swap(fresh: Path, path: Path) -> None:
    """Put a file in the place of another one on the same file system, whole and for good.

    Raises OSError.
    """
    _sync(fresh)
    fresh.replace(path)
    _sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file for good, if it is there. Raises OSError."""
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def sync(files: Iterable[Path]) -> None:
    """Bring these files, their folders and, the first time, the folders above to the disk.

    Raises OSError.
    """
    files = list(files)
    inodes = {(file.parent, file.parent.stat().st_ino) for file in files}
    folders = {folder for folder, _ in inodes}
    folders.update(above for folder, _ in inodes - _rooted for above in _above(folder))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tasks = [pool.submit(_sync, file) for file in files]
        tasks += [pool.submit(_sync_folder, folder) for folder in folders]
    for task in tasks:
        task.result()
    _rooted.update(inodes)


def _above(folder: Path) -> Iterator[Path]:
    for parent in folder.parents:
        yield parent
        if parent.is_mount():
            return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in _CAN_NOT:
            raise
