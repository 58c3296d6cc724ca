"""Checks what stands under the keys of a sources file, and refuses it with file and line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from reprlib import repr as shown
from typing import Any

from articles.errors import SettingsError
from connectors.sources import toml_text
from connectors.sources.toml_text import TableKind

LONGEST_NAME = 200
"""Characters of a text other than a URL."""
SHAPE = 'A feed is a line [[feed]] and, below it, url = "https://example.org/feed.xml"'

Values = Mapping[str, Any]
Tables = Mapping[str, Sequence[Values]]
"""The tables of the kinds `source`, `feed` and `host`, as TOML has them."""
EditableTables = dict[str, list[dict[str, Any]]]
"""The same, to be changed by an edit."""


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """A sources file: its name and its text, to say what is wrong with it and where."""

    name: str
    text: str

    def refuse(
        self, kind: TableKind, number: int, key: str | None, sentence: str, hint: str = SHAPE
    ) -> SettingsError:
        """Return the error for a key of the `number`th table (from 0) of this kind."""
        line = toml_text.line_of(self.text, kind, number, key)
        said = f", {key if key.isprintable() else shown(key)}" if key else ""
        where = f"{self.name}, line {line}{said}"
        return SettingsError(f"{where}: {sentence}.", hint)


def check_keys(
    file: SourcesFile, kind: TableKind, number: int, values: Values, known: tuple[str, ...]
) -> None:
    """Refuse the first key that a table of this kind does not know."""
    for key in values:
        if key not in known:
            hint = f"It knows: {', '.join(known)}."
            raise file.refuse(kind, number, key, f"a {kind} has no such key", hint)


def text_at(
    file: SourcesFile, kind: TableKind, number: int, values: Values, key: str
) -> str | None:
    """Return a text of a table, trimmed; None where the key is absent."""
    value = values.get(key)
    if value is None:
        return None
    problem = name_problem(value)
    if problem:
        raise file.refuse(kind, number, key, problem, f'For example: {key} = "…"')
    return str(value).strip()


def texts_at(
    file: SourcesFile,
    kind: TableKind,
    number: int,
    values: Values,
    key: str,
    problem: Callable[[object], str | None],
) -> tuple[str, ...]:
    """Return a list of texts of a table, trimmed; `problem` says what is wrong with a text."""
    listed = values.get(key, [])
    hint = f'For example: {key} = ["…"]'
    if not isinstance(listed, list):
        raise file.refuse(kind, number, key, "this is no list of texts", hint)
    for text in listed:
        if said := problem(text):
            raise file.refuse(kind, number, key, f"{shown(text)}: {said}", hint)
    return tuple(dict.fromkeys(text.strip() for text in listed))


def id_at(file: SourcesFile, kind: TableKind, number: int, values: Values) -> str | None:
    """Return the id that a table repeats; None where it has none."""
    own = text_at(file, kind, number, values, "id")
    if own is not None and len(own.split()) > 1:
        raise file.refuse(kind, number, "id", "an id has no blanks", 'For example: id = "post"')
    return own


def name_problem(value: object) -> str | None:
    """Say why this can't be a name (or another short text of a source); None if it can."""
    if not isinstance(value, str):
        return "this is no text"
    if not value.strip():
        return "this is empty"
    if len(value) > LONGEST_NAME:
        return f"this is longer than {LONGEST_NAME} characters"
    return None if value.isprintable() else "this holds a control character"
