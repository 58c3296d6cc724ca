"""The mark `data/lake.json`: whose files these are, and the last batch that was stored in them."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "lake.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the data folder says of itself."""

    lake_id: str
    batch_no: int
    """The highest ever stored."""
    batch_id: str


def read(data: Path) -> Mark | None:
    """Return the mark of a data folder, None if there is none or it can't be read."""
    try:
        facts = json.loads((data / NAME).read_bytes())
        return Mark(str(facts["lake_id"]), int(facts["batch_no"]), str(facts["batch_id"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(data: Path, mark: Mark) -> None:
    """Write the mark; it is on disk, whole, when this returns."""
    write_json(data / NAME, asdict(mark))


def write_json(path: Path, facts: dict[str, object]) -> None:
    """Write a small file by a rename, with its folder, to the disk."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    with fresh.open("x", encoding="utf-8") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Put a file, or a folder's list of files, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
