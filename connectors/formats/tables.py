"""Tells a table (CSV in any dialect) from a text by its first lines."""

import csv
import io
import re
from itertools import islice

from connectors.rows.names import role_of

_DELIMITERS = "\t;|,"
_TEXTS = {"title", "content", "html", "page", "summary"}
_HEADER_CHARS = 2000
_CELL_CHARS = 40
_LOOK = 16 * 1024
_SENTENCE = re.compile(r"[.?!:]\s*$|\w\s+\w+\s+\w+\s+\w")
_ROWS = 8
"""Rows of equal width from which on a text without a header is a table and nothing else."""


def is_table(text: bytes, *, strict: bool = False) -> bool:
    """Tell whether the text is a table: a header that names fields, and rows of as many cells.

    Without such a header it is one if every line has as many cells (`strict`: then it is none).
    Prose has commas, too: a header's cells are short and no sentences.
    """
    first, end, _ = text[:_HEADER_CHARS].partition(b"\n")
    if not end:
        return False
    delimiters = [mark for mark in _DELIMITERS if mark.encode() in first]
    if not delimiters:
        return False
    # Quickly, for most texts are none: no cell of a header is long, and one of them names a text.
    header = first.decode("utf-8", "replace")
    named = [mark for mark in delimiters if _may_be_header(header, mark)]
    even = [] if strict else [mark for mark in delimiters if header.count(mark) > 1]
    if not named and not even:
        return False
    look = text[:_LOOK].decode("utf-8", "replace")
    if any(_has_header(look, mark) for mark in named):
        return True
    return any(_is_even(look, mark, cut=len(text) > _LOOK) for mark in even)


def _may_be_header(line: str, delimiter: str) -> bool:
    cells = line.split(delimiter)
    if max(map(len, cells)) > _CELL_CHARS + 5:
        return False
    return any((role := role_of(cell)) is not None and role[0] in _TEXTS for cell in cells)


def _has_header(look: str, delimiter: str) -> bool:
    rows = _rows(look, delimiter, 2)
    if len(rows) < 2 or len(rows[0]) < 2 or (delimiter == "|" and " | " in look[:_HEADER_CHARS]):
        return False
    names = [name.strip().removeprefix("\ufeff") for name in rows[0]]
    if any(len(name) > _CELL_CHARS or _SENTENCE.search(name) for name in names):
        return False
    roles = {role[0] for role in map(role_of, names) if role}
    known = sum(role_of(name) is not None for name in names)
    return (
        len(roles) > 1
        and bool(roles & _TEXTS)
        and known * 3 >= len(names)
        and len(rows[1]) == len(names)
    )


def _is_even(look: str, delimiter: str, *, cut: bool) -> bool:
    """Tell whether each of many lines has as many cells, more than two."""
    lines = [line for line in look.splitlines()[: -1 if cut else None] if line.strip()]
    if len(lines) < _ROWS or (delimiter == "," and ", " in look):
        return False
    widths = {line.count(delimiter) for line in lines}
    return len(widths) == 1 and widths.pop() > 1


def _rows(look: str, delimiter: str, count: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(look, newline=""), delimiter=delimiter)
    try:
        return list(islice((row for row in reader if row), count))
    except csv.Error:
        return []
