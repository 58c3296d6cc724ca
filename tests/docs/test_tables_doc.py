"""docs/tables.md says what is there: each table and column, with its type, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse.queries.query import run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

TEXT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
SECTIONS = {
    found[1]: found[2]
    for found in re.finditer(r"^## (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
}
ROW = re.compile(r"^\| (\w+) \| ([A-Z]\S*(?: \S+)?) \| (.+) \|$", re.MULTILINE)


def _rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with run(folder / "lake", sql) as result:
        return [row for block in result.rows() for row in block]


def _documented(table: str) -> list[tuple[str, str, str]]:
    return ROW.findall(SECTIONS[table])


def _tables() -> list[str]:
    return [name for name in SECTIONS if ROW.search(SECTIONS[name])]


def test_every_table_is_documented(reader: Path) -> None:
    """The tables of the document are those of news.duckdb."""
    assert sorted(_tables()) == sorted(row[0] for row in _rows(reader, "show tables"))


@pytest.mark.parametrize("table", _tables())
def test_every_column_is_documented(reader: Path, table: str) -> None:
    """Each table's columns stand in the document with their types, in their order."""
    found = _rows(reader, f'describe "{table}"')
    expected = [
        (row[0], row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")) for row in found
    ]
    assert [(name, kind) for name, kind, _ in _documented(table)] == expected


def test_the_state_as_of_a_batch_can_be_asked(reader: Path) -> None:
    """The query for the articles after batch 1 does not see the edit and the copy of batch 2."""
    sql = re.findall(r"^```sql\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)[0]
    assert _rows(reader, sql) == [("one", 1, "Title of one"), ("two", 1, "Title of two")]


def test_hours_without_news_can_be_asked(reader: Path) -> None:
    """The query for what is not covered finds the hour of the poll that failed."""
    sql = re.findall(r"^```sql\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)[1]
    assert _rows(reader, sql) == [("web", NOW, "failed", "timeout")]
