"""How texts from files, and folders, are written on a terminal: safely and shortly."""

import os
from pathlib import Path


def printable(text: str) -> str:
    """Return the text with what would steer a terminal replaced; names come from files."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def folder(path: Path) -> str:
    """Return a folder as short as it can be said from here, with a slash at its end."""
    near = os.path.relpath(path)
    said = str(path) if near.startswith("..") else near
    return f"{printable(said)}/".replace("//", "/")


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 batch`, `2,000 batches`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
