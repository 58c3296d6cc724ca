"""Reads CSV (RFC 4180 and its dialects): the header, where a row ends, rows -> entries."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from articles.model.entries import Entry, Rejected
from connectors.encodings.encodings import decode_lines
from connectors.exports.headless import table_of
from connectors.limits import ARTICLE_LIMIT, CSV_HEADER_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.named_fields import article_of
from connectors.parsing.rejections import reject, reject_row
from connectors.rows.kinds import Aside
from connectors.rows.names import SPELLINGS, role_of

_DELIMITERS = ",;\t|"
_SEP = re.compile(rb'"?sep=(.)"?\s*', re.IGNORECASE)
# What pandas, MySQL and spreadsheets write for "no value".
_NOTHING = frozenset({"", "nan", "NaN", "None", "null", "NULL", "N/A", "#N/A", "\\N"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a CSV file's columns, and what separates its cells."""

    names: tuple[str, ...]
    delimiter: str
    marks: tuple[str, ...] = ()
    """Columns that say of whom the file is, whether or not a row has a value there."""
    headless: bool = False
    """Whether the row that told the layout is one of data."""


@lru_cache(maxsize=64)
def layout_of(header: bytes, sample: bytes = b"") -> Layout | None:
    """Return the layout that the first row tells; None if it names neither a title nor a text.

    The delimiter is the one that makes the most known names, then the most cells.
    """
    decoded = decode_lines(header, sample)
    if decoded is None or len(header) > CSV_HEADER_LIMIT:
        return None
    best, layout = (0, 0), None
    for delimiter in _DELIMITERS:
        names = [name.strip() for name in next(_cells(decoded.text, delimiter), [])]
        roles = {role[0] for role in map(role_of, names) if role and role[0] in SPELLINGS}
        score = (len(roles), len(names))
        if roles & {"title", "content", "html", "page", "summary"} and score > best:
            marks = tuple(name for name in names if (role := role_of(name)) and role[0] == "mark")
            best, layout = score, Layout(tuple(names), delimiter, marks)
    return layout or _headless(decoded.text)


def _headless(row: str) -> Layout | None:
    for delimiter in "\t,":
        table = table_of(next(_cells(row, delimiter), []), delimiter)
        if table is not None:
            return Layout(table.names, delimiter, headless=True)
    return None


def is_separator_line(row: bytes) -> bool:
    """Tell whether the row is a spreadsheet's `sep=;` line before the header."""
    return _SEP.fullmatch(row.strip()) is not None


def leaves_open(line: bytes, delimiter: str | None, *, inside: bool) -> bool:
    """Tell whether a quoted cell is open at the end of this line; `inside`: one was before it.

    A quotation mark opens a cell only at its start; elsewhere it is a character (as csv reads it).
    Without a delimiter (in the header) the number of quotation marks decides.
    """
    if b'"' not in line:
        return inside
    if delimiter is None:
        return inside ^ (line.count(b'"') % 2 == 1)
    separator, position = delimiter.encode(), 0
    while True:
        if inside or line[position : position + 1] == b'"':
            position = _closing(line, position if inside else position + 1)
            if position < 0:
                return True
            inside = False
        position = line.find(separator, position) + 1
        if not position:
            return False


def is_row_of(layout: Layout, line: bytes) -> bool:
    """Tell whether the line alone is a row with as many cells as the header."""
    if len(layout.names) < 2 or leaves_open(line, layout.delimiter, inside=False):
        return False
    cells = next(_cells(line.decode("latin-1"), layout.delimiter), [])
    return len(cells) == len(layout.names)


def parse_csv(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the rows of a block as entries; a row that can't be one is `bad_csv`."""
    layout = layout_of(chunk.header, chunk.sample)
    if layout is None:
        detail = f"rows from line {chunk.row} on have no usable header"
        return [reject_row(chunk.path, "bad_csv", detail, chunk.data)]
    # Where no encoding is told, the rows that are UTF-8 are read, and the others rejected.
    decoded = decode_lines(chunk.data, chunk.sample)
    text = decoded.text if decoded else chunk.data.decode("utf-8", "replace")
    repairs = chunk.repairs or (decoded.repairs if decoded else ())
    outcome: list[Entry | Rejected] = []
    try:
        outcome.extend(
            _csv_entry(cells, layout, chunk, repairs, told=decoded is not None)
            for cells in _cells(text, layout.delimiter)
            if any(cell.strip() for cell in cells)
        )
    except csv.Error as error:
        key = f"{chunk.path}#bad_csv@{chunk.row}"
        detail = f"a row after line {chunk.row} can't be read: {error}"
        outcome.append(reject(chunk.path, "bad_csv", detail, chunk.data, key=key))
    return outcome


def _csv_entry(
    cells: list[str], layout: Layout, chunk: FileChunk, repairs: tuple[str, ...], *, told: bool
) -> Entry | Rejected:
    delivered = "\x1f".join(cells)
    if not told and "\ufffd" in delivered:
        detail = "no encoding makes a text of it"
        return reject_row(chunk.path, "bad_encoding", detail, delivered.encode())
    names = layout.names
    fields: dict[str, object] = {}
    for number, name in enumerate(names):
        if number < len(cells) and cells[number] not in _NOTHING:
            # Of two columns of one name the first that has a value counts.
            fields.setdefault(name, cells[number])
    for name in layout.marks:
        fields.setdefault(name, "")
    beyond = [cell for cell in cells[len(names) :] if cell.strip()]
    if beyond:
        fields[""] = beyond
    odd = bool(beyond) or len(cells) < len(names)
    entry = article_of(fields, chunk.path, repairs=(*repairs, "csv:cells") if odd else repairs)
    if isinstance(entry, Aside):
        return reject_row(chunk.path, entry.reason, entry.detail, delivered.encode())
    if entry is None or (odd and entry.title is None and entry.content is None):
        detail = f"it has {len(cells)} cells where the header has {len(names)}"
        if not odd:
            detail = "none of its named cells has a value"
        return reject_row(chunk.path, "bad_csv", detail, delivered.encode())
    return entry


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(2 * ARTICLE_LIMIT)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _closing(row: bytes, position: int) -> int:
    """Return the position after the quotation mark that closes a cell; -1 if none does."""
    while True:
        position = row.find(b'"', position)
        if position < 0:
            return -1
        if row[position + 1 : position + 2] != b'"':
            return position + 1
        position += 2
