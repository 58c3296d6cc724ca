"""Where a folder of files is: in all, and seen from the lake."""

import os
from collections.abc import Sequence
from pathlib import Path

from articles.errors import SeedsError
from articles.identity.known_ids import Folder


def place_of(folder: Path, lake_root: Path) -> Folder:
    """Return where a folder is; it need not be there.

    Its path relative to the lake's parent stays as it is when lake and folder move together.
    """
    whole = folder.resolve()
    relative = os.path.relpath(whole, lake_root.absolute().parent.resolve())
    return Folder(_text(str(whole)), _text(relative).replace(os.sep, "/"))


def _text(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def folders_of(seeds: Sequence[Path], lake_root: Path) -> list[Path]:
    """Return the folders, each once. Raises SeedsError for one that isn't there, or is the lake."""
    folders: dict[Path, Path] = {}
    for seed in seeds:
        if not seed.is_dir():
            kind = "is not a folder" if seed.exists() else "does not exist"
            msg = f"The folder of seeds {seed} {kind}."
            raise SeedsError(msg, "Name an existing folder with --seeds DIR.")
        if seed.resolve() == lake_root.resolve():
            msg = f"The folder of seeds {seed} is the lake itself."
            raise SeedsError(msg, "Name another folder for the lake with --lake DIR.")
        folders.setdefault(seed.resolve(), seed)
    return list(folders.values())
