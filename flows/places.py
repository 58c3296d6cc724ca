"""Where a folder of files is: in all, and seen from the lake."""

import os
from pathlib import Path

from articles.knownids import Folder


def place_of(folder: Path, lake_root: Path) -> Folder:
    """Return where a folder is; it need not be there.

    Its path relative to the lake's parent stays as it is when lake and folder move together.
    """
    whole = folder.resolve()
    relative = os.path.relpath(whole, lake_root.absolute().parent.resolve())
    return Folder(_text(str(whole)), _text(relative).replace(os.sep, "/"))


def _text(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
