"""Public dumps whose tables have no header: their columns, told by what the first row holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadlessTable:
    """The names of the columns, and what some of them must hold."""

    delimiter: str
    names: tuple[str, ...]
    holds: Mapping[int, re.Pattern[str]]


_WEB = re.compile(r"https?://\S+")
_SENTENCE = re.compile(r"\S+(?:\s+\S+){2,}")
_LIST = re.compile(r"\[.*\]|", re.DOTALL)
TABLES = (
    # UCI News Aggregator, newsCorpora.csv: the time is in ms, the story is an id.
    HeadlessTable(
        "\t",
        ("id", "title", "url", "publisher", "category", "cluster", "hostname", "timestamp"),
        {0: re.compile(r"\d+"), 2: _WEB, 4: re.compile(r"\w"), 7: re.compile(r"\d{13}")},
    ),
    # MIND (Microsoft News), news.tsv.
    HeadlessTable(
        "\t",
        ("id", "category", "subcategory", "title", "abstract", "url", "entities", "of_abstract"),
        {0: re.compile(r"N\d+"), 5: re.compile(r"https?://\S+|"), 6: _LIST, 7: _LIST},
    ),
    # AG News, train.csv and test.csv.
    HeadlessTable(
        ",",
        ("class", "title", "description"),
        {0: re.compile(r"[1-4]"), 1: _SENTENCE, 2: _SENTENCE},
    ),
)


def table_of(cells: Sequence[str], delimiter: str) -> HeadlessTable | None:
    """Return the table whose first row these cells are; None if they are of no known one."""
    for table in TABLES:
        if table.delimiter == delimiter and len(table.names) == len(cells):
            holds = table.holds.items()
            if all(pattern.fullmatch(cells[number].strip()) for number, pattern in holds):
                return table
    return None
