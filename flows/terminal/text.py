"""How texts, folders, counts and lines are written on a terminal: safely and shortly."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path


def printable(text: str) -> str:
    """Return the text with what would steer a terminal replaced; names come from files."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def folder(path: Path) -> str:
    """Return a folder as short as it can be said from here, with a slash at its end."""
    near = os.path.relpath(path)
    shown = str(path) if near.startswith("..") else near
    return f"{printable(shown)}/".replace("//", "/")


def plural(count: int, singular: str, plural_form: str = "") -> str:
    """Return a count with its noun: `1 batch`, `2,000 batches`.

    Args:
        count: How many there are.
        singular: The noun for one of them.
        plural_form: The noun for any other number, where it does not end in a mere `s`.
    """
    return f"{count:,} {singular if count == 1 else plural_form or f'{singular}s'}"


def shortened(lines: Sequence[str], most: int, indent: str = "") -> list[str]:
    """Return the first lines, and how many more there are.

    Args:
        lines: What there is to say, a line each.
        most: The number of lines to keep.
        indent: What stands before the count of the others.
    """
    more = len(lines) - most
    return [*lines[:most], *([f"{indent}and {more:,} more"] if more > 0 else [])]


def write_lines(lines: Iterable[str]) -> None:
    """Write lines on standard output, at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
