"""Rows to Arrow, the only conversion: each schema follows from a dataclass in articles/model/."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from articles.model import article_rows, duplicate_rows, poll_rows

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = DataclassInstance
else:
    Row = object

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime | None) -> int | None:
    """Return a moment as microseconds since 1970 (UTC)."""
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int | None) -> datetime | None:
    """Return the moment that is so many microseconds after the beginning of 1970 (UTC)."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Table `batches`: the ledger, a row for each commit."""

    batch_id: str
    """Hash of its polls' ids and parts; guards the retry of its commit."""
    run_id: str
    committed_at: datetime
    polls: int
    entries: int
    revisions: int
    sightings: int
    quarantined: int
    gap_from: int | None = None
    """Where the row stands for lost numbers, the first of them (its own is the last); else None."""


TABLES: Mapping[str, type[Row]] = {
    "batches": BatchRow,
    "runs": poll_rows.RunRow,
    "source_states": poll_rows.SourceRow,
    "feed_settings": poll_rows.FeedRow,
    "polls": poll_rows.Poll,
    "entries": article_rows.EntryRow,
    "revisions": article_rows.Revision,
    "sightings": article_rows.Sighting,
    "keys": article_rows.Key,
    "matches": duplicate_rows.Match,
    "members": duplicate_rows.Member,
    "quarantine": article_rows.Quarantined,
    "feed_state": poll_rows.FeedState,
    "schedules": poll_rows.Schedule,
}
"""Every public table of the lake, by name; each also has `batch_no`."""

_ARROW: Mapping[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    datetime: pa.timestamp("us", tz="UTC"),
    tuple[str, ...]: pa.list_(pa.string()),
}


def _field(name: str, annotation: object) -> "pa.Field[Any]":
    options = [annotation]
    if get_origin(annotation) in (Union, types.UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
    nullable = options != [annotation]
    option = str if get_origin(options[0]) is Literal else options[0]
    return pa.field(name, _ARROW[option], nullable=nullable)


def _schema(row_type: type[Row]) -> pa.Schema:
    hints = get_type_hints(row_type)
    columns = [_field(column.name, hints[column.name]) for column in fields(row_type)]
    return pa.schema([*columns, pa.field("batch_no", pa.int64(), nullable=False)])


SCHEMAS: Mapping[str, pa.Schema] = {name: _schema(row_type) for name, row_type in TABLES.items()}
"""Each table's Arrow schema: its dataclass's fields in their order, then `batch_no`."""


def to_arrow(table: str, table_rows: Sequence[Row], batch_no: int) -> pa.Table:
    """Return the rows of one table, with their batch_no, as Arrow in the table's schema.

    Texts that UTF-8 can't hold (lone surrogates) get U+FFFD in their place.
    """
    schema = SCHEMAS[table]
    row_fields = list(schema)[:-1]
    by_row = map(attrgetter(*schema.names[:-1]), table_rows)
    by_column = list(zip(*by_row, strict=True)) or [()] * len(row_fields)
    columns = [_column(field, values) for field, values in zip(row_fields, by_column, strict=True)]
    numbers = pa.array([batch_no] * len(table_rows), pa.int64())
    return pa.Table.from_arrays([*columns, numbers], schema=schema)


def _column(field: "pa.Field[Any]", values: Sequence[Any]) -> "pa.Array[Any]":
    kind: pa.DataType = field.type
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_encodable(value) for value in values], kind)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, tuple):
        return tuple(_encodable(part) for part in value)
    return value


def from_arrow(
    table: str, read: pa.Table | pa.RecordBatch, absent: Mapping[str, object]
) -> list[Any]:
    """Return Arrow rows of a table as its dataclass.

    Args:
        table: The table's name.
        read: Its rows, without some columns perhaps.
        absent: The value of each column that is not there, for all rows.
    """
    columns = {name: [value] * read.num_rows for name, value in absent.items()}
    for name in read.schema.names:
        columns[name] = _values(read[name])
    row_type: Any = TABLES[table]
    ordered = [columns[column.name] for column in fields(row_type)]
    return [row_type(*values) for values in zip(*ordered, strict=True)]


def _values(column: "pa.ChunkedArray[Any] | pa.Array[Any]") -> list[Any]:
    if pa.types.is_list(column.type):
        return [None if value is None else tuple(value) for value in column.to_pylist()]
    if pa.types.is_timestamp(column.type):
        # A quarter of the time that Arrow's own conversion takes, and datetime's own UTC.
        micros = column.cast(pa.int64()).to_pylist()
        return [
            None if value is None else EPOCH + timedelta(microseconds=value) for value in micros
        ]
    return column.to_pylist()
