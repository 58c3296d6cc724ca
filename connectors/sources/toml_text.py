"""Edits the text of a sources file and keeps the rest; tells which line a table or a key is on.

No parser of TOML: it finds the headers that stand on lines of their own. Whoever edits reads the
text again afterwards and compares it with what was meant.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

TableKind = Literal["source", "feed", "host"]

# Strings and comments are passed over, so that a header within one is none.
_TOKEN = re.compile(
    r"""
    \#[^\n]*
    | \"\"\"(?:\\.|[^\\])*?\"\"\"\"{0,2}
    | '''.*?''''{0,2}
    | "(?:\\.|[^"\\\n])*"
    | '[^'\n]*'
    | ^\ufeff?[ \t]*\[\[[ \t]*["']?(?P<kind>source|feed|host)["']?[ \t]*\]\]
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_ENABLED = re.compile(r"""(\s*["']?enabled["']?\s*=\s*)(true|false)(?![\w.-])""")
_TEXT = r"""(?:"(?:\\.|[^"\\])*"|'[^']*')"""
_VALUE = rf"""(?:{_TEXT}|\[(?:{_TEXT}|[^\]"'])*\])"""
"""On one line: whoever sets another value is found out when it is read again."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_EMPTY_OR_COMMENT = re.compile(r"\s*(?:#|$)")


@dataclass(frozen=True, slots=True)
class TableLines:
    """A `[[source]]`, `[[feed]]` or `[[host]]`: its lines, counted from 0."""

    kind: TableKind
    start: int
    """The line of its header."""
    end: int
    """The line after its last one that is neither empty nor a comment."""


def tables(text: str, kind: TableKind) -> list[TableLines]:
    """Return the tables of this kind that have a header of their own, in their order."""
    lines = lines_of(text)
    headers = [*_headers(text), ("", len(lines))]
    return [
        TableLines(kind, start, _end(lines, start, end))
        for (name, start), (_, end) in pairwise(headers)
        if name == kind
    ]


def _headers(text: str) -> Iterable[tuple[str, int]]:
    line, position = 0, 0
    for match in _TOKEN.finditer(text):
        if name := match["kind"]:
            line += text.count("\n", position, match.start())
            position = match.start()
            yield name, line


def _end(lines: list[str], start: int, end: int) -> int:
    while end > start + 1 and _EMPTY_OR_COMMENT.match(lines[end - 1]):
        end -= 1
    return end


def line_of(text: str, kind: TableKind, number: int, key: str | None) -> int:
    """Return the line, counted from 1, of a key of the `number`th table (from 0) of this kind.

    Without the key it is the header's line; without such a header the first of the kind's name.
    """
    located = tables(text, kind)
    lines = lines_of(text)
    if number >= len(located):  # written otherwise, such as feed = [{...}]
        return key_line(lines, kind, 0, len(lines)) + 1
    table = located[number]
    return (table.start if key is None else key_line(lines, key, table.start, table.end)) + 1


def key_line(lines: list[str], key: str, start: int, end: int) -> int:
    """Return the first of these lines that sets the key or opens its table; `start` if none."""
    opens = re.compile(rf"""\s*\[*\s*(?:\w+\.)?["']?{re.escape(key)}["']?\s*[=.\]]""")
    return next((line for line in range(start, end) if opens.match(lines[line])), start)


def added(text: str, kind: TableKind, blocks: Iterable[Mapping[str, str]]) -> str:
    """Return the text with a table behind it for each block: keys and values as TOML has them."""
    newline = newline_of(text)
    parts = [text.rstrip("\r\n")] if text.strip() else []
    for block in blocks:
        lines = [f"[[{kind}]]", *(f"{key} = {value}" for key, value in block.items())]
        parts.append(newline.join(lines))
    return (newline * 2).join(parts) + newline


def with_values(text: str, kind: TableKind, changes: Mapping[int, Mapping[str, str]]) -> str:
    """Return the text with keys set in the tables of these numbers (from 0), to values in TOML.

    A key that a table has not is put at its end.
    """
    lines = lines_of(text)
    located = tables(text, kind)
    newline = newline_of(text)
    for number in sorted(changes, reverse=True):  # lines are put in: from the last to the first
        table, new = located[number], []
        for key, value in changes[number].items():
            line = key_line(lines, key, table.start, table.end)
            if line > table.start:
                lines[line] = _set(lines[line], key, value)
            else:
                new.append(f"{key} = {value}{newline}")
        if new:
            last = lines[table.end - 1]
            lines[table.end - 1] = last if last.endswith("\n") else last + newline
            lines[table.end : table.end] = new
    return "".join(lines)


def _set(line: str, key: str, value: str) -> str:
    before = rf"""(\s*["']?{re.escape(key)}["']?\s*=\s*)"""
    return re.sub(before + _VALUE, lambda match: match[1] + value, line, count=1)


def toml(value: str | Sequence[str]) -> str:
    """Return a text or a list of texts as TOML writes it."""
    # TOML's basic strings know JSON's escapes.
    return json.dumps(value, ensure_ascii=False)


def removed(text: str, numbers: Iterable[int]) -> str:
    """Return the text without the feeds of these numbers (from 0); comments around them stay."""
    lines = lines_of(text)
    feeds = tables(text, "feed")
    for number in sorted(numbers, reverse=True):
        start, end = feeds[number].start, feeds[number].end
        # One of the two empty lines around it goes, too.
        if start == 0 or not lines[start - 1].strip():
            if end < len(lines) and not lines[end].strip():
                end += 1
            elif start and end == len(lines):
                start -= 1
        del lines[start:end]
    return "".join(lines)


def switched(text: str, numbers: Iterable[int], *, enabled: bool) -> str:
    """Return the text with the feeds of these numbers (from 0) switched on or off."""
    lines = lines_of(text)
    feeds = tables(text, "feed")
    value = "true" if enabled else "false"
    newline = newline_of(text)
    for number in sorted(numbers, reverse=True):  # lines are put in: from the last to the first
        feed = feeds[number]
        line = key_line(lines, "enabled", feed.start, feed.end)
        if line > feed.start:
            lines[line] = _ENABLED.sub(rf"\g<1>{value}", lines[line], count=1)
        elif not enabled:
            last = lines[feed.end - 1]
            lines[feed.end - 1] = last if last.endswith("\n") else last + newline
            lines.insert(feed.end, f"enabled = {value}{newline}")
    return "".join(lines)


def lines_of(text: str) -> list[str]:
    """Return TOML's lines, each with its end."""
    return _LINE.findall(text)


def newline_of(text: str) -> str:
    """Return how the text ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"
