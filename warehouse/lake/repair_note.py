"""The note `data/repair.json`: there from before a repair's first change until after its last."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from articles.errors import LakeError
from warehouse.database import durable

NAME = "repair.json"


@dataclass(frozen=True, slots=True)
class RepairNote:
    """What a repair that is under way, or was cut off, is about."""

    target: int | None
    """The last batch that stays; None: no batch goes."""
    above: int
    """The highest batch_no ever published."""


def read(data: Path) -> RepairNote | None:
    """Return the note of a data folder, None if no repair is under way there."""
    try:
        facts = json.loads((data / NAME).read_bytes())
        target = facts["target"]
        return RepairNote(None if target is None else int(target), int(facts["above"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{data / NAME} can't be read"
        raise LakeError(message, "Delete it, and run `newslake repair` again.") from error


def write(data: Path, note: RepairNote) -> None:
    """Write the note; it is on disk when this returns."""
    durable.replace(data / NAME, json.dumps(asdict(note)).encode())


def remove(data: Path) -> None:
    """Take the note away: the repair is done."""
    durable.remove(data / NAME)


def refuse(data: Path) -> None:
    """Raise LakeError if a repair of this lake was cut off."""
    if (data / NAME).exists():
        message = "a repair of this lake was cut off, and nothing may be written before its end"
        raise LakeError(message, "Run `newslake repair` again: it goes on where it was.")
