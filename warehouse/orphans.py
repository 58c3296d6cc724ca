"""Files that no catalog lists: set aside in `data/orphans/`, and removed when their grace is over.

A killed commit leaves such files, and so does an older catalog that was adopted. They may be all
that is left of something, so none is removed at once.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from warehouse import held

ASIDE = "orphans"
"""Their folder within the data folder; there each keeps its relative path."""
_NOT_OURS = (ASIDE, held.FOLDER)
"""Folders of the data folder whose files are not asked about."""


def set_aside(data: Path, listed: Collection[str]) -> int:
    """Move Parquet files that are not `listed` (relative paths) aside; return how many.

    Only for the holder of the writer lock: nobody else has a file in the making then. Their grace
    begins now. Raises OSError.
    """
    moved = 0
    for file in data.rglob("*.parquet"):
        path = file.relative_to(data)
        if path.parts[0] in _NOT_OURS or path.as_posix() in listed or file.is_symlink():
            continue
        target = data / ASIDE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        os.utime(file)
        file.replace(target)
        moved += 1
    return moved


def put_back(data: Path, path: str) -> bool:
    """Move a file that was set aside back to its place; tell whether there was one."""
    aside = data / ASIDE / path
    if not aside.is_file() or (data / path).exists():
        return False
    (data / path).parent.mkdir(parents=True, exist_ok=True)
    aside.replace(data / path)
    return True


def remove_old(data: Path, before: datetime) -> int:
    """Remove what was set aside before a moment, and folders left empty; return how many files."""
    removed = 0
    for file in sorted((data / ASIDE).rglob("*"), reverse=True):
        if file.is_dir():
            with suppress(OSError):  # not empty
                file.rmdir()
        elif file.lstat().st_mtime < before.timestamp():
            file.unlink()
            removed += 1
    return removed
