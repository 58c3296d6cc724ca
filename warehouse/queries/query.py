"""Answers SQL from `news.duckdb`, read-only: no catalog is attached and no lock is taken."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from articles.errors import NewslakeError, QueryError
from warehouse.queries.published import connect, facts_of, published_damage

if TYPE_CHECKING:
    import pyarrow as pa

# CREATE: a PIVOT makes a temporary type; the published file itself refuses every change.
_READS = frozenset({"SELECT", "EXPLAIN", "SET", "CREATE"})
_EXPLAIN = re.compile(r"\s*explain\b\s*(\([^)]*\)|analyze\b)?", re.IGNORECASE)


@dataclass(slots=True)
class Result:
    """What a statement returned, to be read once: as rows or as Arrow; a context manager."""

    columns: Sequence[str]
    """The columns' names, made unique by a number where a query repeats one."""
    kinds: Sequence[str]
    """The columns' DuckDB types."""
    _connection: duckdb.DuckDBPyConnection = field(repr=False)
    _sql: str = field(repr=False)
    _root: Path = field(repr=False)

    def rows(self, size: int = 1000) -> Iterator[list[tuple[Any, ...]]]:
        """Yield at most `size` rows at a time as Python values, times in UTC.

        Raises QueryError, and LakeError for a damaged file.
        """
        while True:
            try:
                block = self._connection.fetchmany(size)
            except (duckdb.Error, OverflowError, ValueError) as error:
                raise self.failure(error) from error
            if not block:
                return
            yield block

    def reader(self, size: int = 10_000) -> "pa.RecordBatchReader":
        """Return the rows as a stream of Arrow record batches of about `size` rows."""
        try:
            return self._connection.to_arrow_reader(size)
        except duckdb.Error as error:
            raise self.failure(error) from error

    def failure(self, error: Exception) -> NewslakeError:
        """Return the error for one that came up while the rows were read."""
        return _failure(self._connection, error, self._sql, self._root)

    def close(self) -> None:
        """Let go of the published file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def run(lake_root: Path, sql: str) -> Result:
    """Run SQL on the lake in this folder, as it was published last.

    The rows are the last statement's. A statement may read any file that the user may read, but
    it can't write. Raises LakeMissing, LakeError, and QueryError with the position in its message.
    """
    connection = connect(lake_root)
    try:
        return _run(connection, sql, lake_root.expanduser().absolute())
    except duckdb.Error as error:
        failure = _failure(connection, error, sql, lake_root.expanduser().absolute())
        connection.close()
        raise failure from error
    except BaseException:
        connection.close()
        raise


def _run(connection: duckdb.DuckDBPyConnection, sql: str, root: Path) -> Result:
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryError("there is no SQL to run", "For example: select count(*) from articles")
    for statement in statements:
        _refuse_writing(connection, statement)
    for statement in statements:
        connection.execute(statement)
    description = connection.description or []
    return Result(
        _unique([column[0] for column in description]),
        [str(column[1]) for column in description],
        connection,
        sql,
        root,
    )


def _refuse_writing(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    kinds = {statement.type.name}
    if kinds == {"EXPLAIN"}:  # EXPLAIN ANALYZE runs what it explains
        inner = _EXPLAIN.sub("", statement.query, count=1)
        kinds |= {explained.type.name for explained in connection.extract_statements(inner)}
    refused = kinds - _READS
    if refused:
        raise QueryError(
            f"{refused.pop().replace('_', ' ')} is not allowed: the lake is read-only here",
            "Write results with --output FILE and --format csv, json or parquet.",
        )


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _failure(
    connection: duckdb.DuckDBPyConnection, error: Exception, sql: str, root: Path
) -> NewslakeError:
    return published_damage(connection, error, root) or _query_error(connection, error, sql)


def _query_error(connection: duckdb.DuckDBPyConnection, error: Exception, sql: str) -> QueryError:
    facts = facts_of(error)
    message = facts.get("exception_message", "").strip()
    hint = ""
    if facts.get("error_subtype") == "MISSING_ENTRY" and facts.get("type") == "Table":
        # DuckDB would propose its system tables.
        message = f"there is no table {facts.get('name', '')!r}"
        hint = f"There are: {', '.join(_tables(connection))}."
    elif facts.get("error_subtype") == "COLUMN_NOT_FOUND":
        hint = "`describe articles` lists the columns of a table."
    if "position" in facts:
        message = f"{message}\n{_marked(sql, int(facts['position']))}"
    return QueryError(message, hint)


def _marked(sql: str, position: int) -> str:
    """Return the line of the SQL that holds this byte, with a caret under it."""
    before = sql.encode()[:position].decode(errors="ignore")
    line_no = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    line = sql.split("\n")[line_no - 1].replace("\t", " ")
    start = max(0, column - 60)
    shown = line[start : start + 100].rstrip()
    return f"line {line_no}, column {column + 1}:\n  {shown}\n  {' ' * (column - start)}^"


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("SHOW TABLES").fetchall()
    return [row[0] for row in rows]
