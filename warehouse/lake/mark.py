"""The mark `data/lake.json`: which lake the files beside it are, and how far it had come."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from articles.errors import LakeError
from warehouse.database import durable

NAME = "lake.json"
_LARGEST = 4_096
"""Bytes; ours has some 120."""


@dataclass(frozen=True, slots=True)
class LakeMark:
    """What a catalog must know to be the one of these files: the lake, and its highest batch."""

    lake_id: str
    batch_no: int
    """0 before the first batch."""
    batch_id: str
    """Empty before the first batch."""


def read(data: Path) -> LakeMark | None:
    """Return the mark of a data folder, None where there is none. Raises OSError, LakeError."""
    path = data / NAME
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(_LARGEST))
        return LakeMark(str(said["lake_id"]), int(said["batch_no"]), str(said["batch_id"]))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        message = f"{path} can't be read: it should name the lake and its last batch"
        hint = "If the catalog is the right one, remove that file: the next run writes it anew."
        raise LakeError(message, hint) from error


def write(data: Path, mark: LakeMark) -> None:
    """Replace the mark of a data folder; a power cut leaves the old or the new one, whole.

    Raises OSError.
    """
    durable.replace(data / NAME, json.dumps(asdict(mark)).encode())
