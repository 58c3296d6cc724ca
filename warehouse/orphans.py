"""Files that no catalog lists: set aside in `data/orphans/`, never deleted at once."""

from pathlib import Path

from warehouse.datafiles import unlisted
from warehouse.lake import Lake

FOLDER = "orphans"


def set_aside(lake: Lake) -> int:
    """Move files that no catalog lists to `data/orphans/`; return how many.

    Only while no commit is under way: the caller holds the writer lock.
    """
    data = Path(lake.place.data)
    paths = unlisted(lake.connection, data)
    for path in paths:
        move_aside(data, path)
    return len(paths)


def move_aside(data: Path, path: str) -> None:
    """Move one file to `data/orphans/`, beside one of the same name that lies there already."""
    place = data / FOLDER / path
    place.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while place.exists():
        place = place.with_name(f"{Path(path).stem}.{number}.parquet")
        number += 1
    (data / path).rename(place)


def put_back(lake: Lake, path: str) -> None:
    """Move a file from `data/orphans/` back to where it belongs."""
    data = Path(lake.place.data)
    (data / path).parent.mkdir(parents=True, exist_ok=True)
    (data / FOLDER / path).rename(data / path)
