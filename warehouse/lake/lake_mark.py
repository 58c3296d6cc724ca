"""The mark `data/lake.json`: which lake the files beside it are, and how far it had come."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from articles.errors import LakeError
from warehouse.database import durable
from warehouse.database.sql import LastBatch

NAME = "lake.json"
_LARGEST = 4_096
"""How many bytes of the file are read; ours has some 120."""


@dataclass(frozen=True, slots=True)
class LakeMark:
    """What a catalog must know to be the one of these files: the lake, and its highest batch."""

    lake_id: str
    batch_no: int
    """The number of its highest batch; 0 before the first."""
    batch_id: str
    """The id of that batch; empty before the first."""

    @property
    def batch(self) -> LastBatch:
        """Its highest batch."""
        return self.batch_no, self.batch_id


def read(data: Path) -> LakeMark | None:
    """Return the mark of a data folder, None where there is none. Raises OSError, LakeError."""
    path = data / NAME
    try:
        with path.open("rb") as file:
            facts = json.loads(file.read(_LARGEST))
        return LakeMark(str(facts["lake_id"]), int(facts["batch_no"]), str(facts["batch_id"]))
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
