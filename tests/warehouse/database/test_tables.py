"""Rows to Arrow and back, and the tables that the migrations make."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.model.batch import Batch
from articles.model.poll_rows import SourceRow
from warehouse.database.tables import SCHEMAS, TABLES, from_arrow, to_arrow
from warehouse.lake.lake import Lake

TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    datetime: TIMES,
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a field of a row."""
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if annotation in VALUES:
        return VALUES[annotation]
    return st.one_of(
        *(st.none() if part is type(None) else values_of(part) for part in get_args(annotation))
    )


def rows_of(table: str) -> st.SearchStrategy[Any]:
    """Return a strategy for rows of a table."""
    row_type: Any = TABLES[table]
    hints = get_type_hints(row_type)
    return st.builds(row_type, **{f.name: values_of(hints[f.name]) for f in fields(row_type)})


@given(data=st.data(), table=st.sampled_from(sorted(TABLES)))
def test_rows_come_back_from_arrow_as_they_went(data: st.DataObject, table: str) -> None:
    """Any row of any table is the same after Arrow; its batch_no is beside it."""
    rows = data.draw(st.lists(rows_of(table), max_size=3))
    found = to_arrow(table, rows, 7)
    assert found.schema == SCHEMAS[table]
    assert found["batch_no"].to_pylist() == [7] * len(rows)
    assert from_arrow(table, found.drop_columns(["batch_no"]), {}) == rows


def test_what_utf8_can_not_hold_is_marked() -> None:
    """Lone surrogates become U+FFFD, in texts and in lists of texts."""
    row = SourceRow("id", "a\ud800b", ("x\udfff",), None, None, None, None)
    found = to_arrow("source_states", [row], 1)
    assert found["name"].to_pylist() == ["a\ufffdb"]
    assert found["domains"].to_pylist() == [["x\ufffd"]]


def test_missing_columns_get_the_values_given() -> None:
    """Rows read without some of their columns have what is said in their place."""
    row = SourceRow("id", "name", (), "de", None, None, None)
    found = to_arrow("source_states", [row], 1).select(["source_id", "name", "country"])
    absent = {"domains": (), "language": None, "licence": None, "contact": None}
    assert from_arrow("source_states", found, absent) == [row]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_lake_has_the_columns_of_the_rows(lake: Lake, table: str) -> None:
    """Each table's columns are its dataclass's fields and batch_no, with their types."""
    found = lake.connection.execute(f"SELECT * FROM lake.{table}").to_arrow_table().schema
    wanted = SCHEMAS[table]
    assert sorted(found.names) == sorted(wanted.names)  # one that a migration added stands last
    for name in wanted.names:
        assert _plain(found.field(name).type) == _plain(wanted.field(name).type), name
    sql = "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = ?"
    nullable = dict(lake.connection.execute(sql, [table]).fetchall())
    assert nullable == {f.name: "YES" if f.nullable else "NO" for f in wanted}


def _plain(kind: pa.DataType) -> pa.DataType:
    # The name of a list's inner field is no part of what it holds.
    return pa.list_(kind.value_type) if pa.types.is_list(kind) else kind


def test_every_part_of_a_batch_is_a_table() -> None:
    """A field of Batch that holds rows is a table of the same name."""
    parts = {field.name for field in fields(Batch)} - {"batch_id", "run_id", "hints"}
    assert parts | {"batches"} == set(TABLES)
