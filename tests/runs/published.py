"""What a run left: questions to news.duckdb, and its tables to be compared with another lake's."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

Rows = list[tuple[object, ...]]
CHANCE = ("batch_no", "poll_id", "run_id", "position", "changed_batch_no", "mtime_ns")
"""Columns that differ between two lakes of the same entries."""


def ask(lake: Path, query: str) -> Rows:
    """Return what news.duckdb of a lake answers."""
    with duckdb.connect(str(lake / "news.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def content(lake: Path, tables: Iterable[str]) -> dict[str, Rows]:
    """Return public tables without what chance and the order of feeds decide."""
    kept = f"COLUMNS(name -> name NOT IN {CHANCE})::VARCHAR"
    with duckdb.connect(str(lake / "news.duckdb"), read_only=True) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {kept} FROM {table}").fetchall(), key=repr)
            for table in tables
        }
