"""Moves files that no catalog lists to `data/orphans/`, and removes them when their grace is over.

A killed commit leaves such files, and so does an older catalog that was adopted. They may be all
that is left of something, so none is removed at once.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb

from warehouse.database.data_files import ORPHANS, orphaned


class AttachedLake(Protocol):
    """What is asked of a lake whose catalog is attached."""

    data: Path
    connection: duckdb.DuckDBPyConnection


def set_aside(lake: AttachedLake) -> int:
    """Move the Parquet files that the catalog names nowhere to `data/orphans/`; return how many.

    Only for the holder of the writer lock: nobody else has a file in the making then. Their grace
    begins now. Raises OSError, duckdb.Error.
    """
    paths = orphaned(lake.connection, lake.data)
    for path in paths:
        move_aside(lake.data, path)
    return len(paths)


def move_aside(data: Path, path: str) -> None:
    """Move one file to `data/orphans/`, beside one of the same name that lies there already."""
    target = data / ORPHANS / path
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while target.exists():
        target = target.with_name(f"{Path(path).stem}.{number}.parquet")
        number += 1
    os.utime(data / path)
    (data / path).rename(target)


def remove_old(data: Path, before: datetime) -> int:
    """Remove what was set aside before a moment, and folders left empty; return how many files."""
    removed = 0
    for file in sorted((data / ORPHANS).rglob("*"), reverse=True):
        if file.is_dir():
            with suppress(OSError):  # not empty
                file.rmdir()
        elif file.suffix == ".parquet" and file.lstat().st_mtime < before.timestamp():
            file.unlink()
            removed += 1
    return removed
