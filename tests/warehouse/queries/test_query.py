"""SQL on the published lake: read-only, in UTC, and with errors that say where."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.errors import LakeError, LakeMissing, QueryError
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish.publish import publish
from warehouse.queries.query import run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(lake: Lake, rows: Any) -> Path:
    """Return the folder of a published lake of two articles."""
    with writing(lake) as writer:
        writer.commit(rows.batch("b1", "one", "two"), NOW)
    publish(lake, now=NOW)
    return lake.root


def ask(root: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return all rows."""
    with run(root, sql) as result:
        return [row for block in result.rows() for row in block]


def test_rows_columns_and_types_come_back(root: Path) -> None:
    """A result has its columns' names and types, and its rows as Python values."""
    with run(root, "select title, published_at, authors from articles order by title") as result:
        assert list(result.columns) == ["title", "published_at", "authors"]
        assert list(result.kinds) == ["VARCHAR", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]"]
        assert list(result.rows(1)) == [
            [("On one", NOW, ["Ann Lee"])],
            [("On two", NOW, ["Ann Lee"])],
        ]


def test_arrow_streams(root: Path) -> None:
    """The rows also come as Arrow record batches, a few at a time."""
    with run(root, "select range as n from range(100000)") as result:
        sizes = [batch.num_rows for batch in result.reader(10_000)]
    assert sum(sizes) == 100_000
    assert len(sizes) > 3


def test_repeated_columns_get_numbers(root: Path) -> None:
    """No column is lost when a query repeats a name."""
    with run(root, "select 1 as n, 2 as n, 3 as n") as result:
        assert list(result.columns) == ["n", "n_2", "n_3"]


def test_times_are_utc(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's zone is."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert ask(root, "select published_at::varchar from articles limit 1") == [
        ("2026-11-01 12:00:00+00",)
    ]


def test_the_last_statement_counts(root: Path) -> None:
    """Several statements run in their order, in a pivot too."""
    assert ask(root, "set variable least = 1; select getvariable('least')") == [(1,)]
    sql = "pivot (select language, body_kind from articles) on body_kind using count(*)"
    assert ask(root, sql) == [("en", 2)]


@pytest.mark.parametrize(
    "sql",
    [
        "copy articles to '{}'",
        "explain analyze copy articles to '{}'",
        "EXPLAIN (ANALYZE) copy articles to '{}'",
        "select 1; copy articles to '{}'",
        "attach '{}' as other",
        "export database '{}'",
        "prepare p as copy articles to '{}'",
        "insert into lake_info values (1)",
        "install httpfs",
        "call pragma_version()",
    ],
)
def test_nothing_can_be_written(root: Path, tmp_path: Path, sql: str) -> None:
    """A statement that could write is refused before anything runs."""
    target = tmp_path / "target"
    with pytest.raises(QueryError, match="is not allowed: the lake is read-only here"):
        run(root, sql.format(target))
    assert not target.exists()


def test_the_published_file_refuses_new_tables(root: Path) -> None:
    """DuckDB itself says that the file is read-only."""
    with pytest.raises(QueryError, match="read-only"):
        run(root, "create table mine as select 1")


def test_settings_are_locked(root: Path) -> None:
    """A query can't loosen what it runs under."""
    with pytest.raises(QueryError, match="locked"):
        run(root, "set autoinstall_known_extensions = true")


def test_own_files_can_be_read(root: Path, tmp_path: Path) -> None:
    """A query may join a file of the user's."""
    (tmp_path / "mine.csv").write_text("title,mark\nOn one,7\n")
    sql = f"select mark from articles join '{tmp_path}/mine.csv' using (title)"
    assert ask(root, sql) == [(7,)]


@pytest.mark.parametrize(
    ("sql", "message", "hint"),
    [
        (
            "select titel from articles",
            'column "titel" not found*column 8:\n  select titel from articles\n         ^',
            "describe articles",
        ),
        (
            "select 'ü',\n\tnope",
            "*line 2, column 2:\n   nope\n   ^",
            "describe articles",
        ),
        ("selec 1", '*"selec"\nline 1, column 1:\n  selec 1\n  ^', ""),
        ("select * from artikles", "there is no table 'artikles'\nline 1, column 15:*", "articles"),
        ("select (1", "*", ""),
        (" -- nothing", "there is no SQL to run", "select count"),
        ("select cast('x' as int)", "Could not convert string 'x'*column 8*", ""),
    ],
)
def test_errors_say_where(root: Path, sql: str, message: str, hint: str) -> None:
    """The message is DuckDB's, with line, column and a caret; the hint helps on."""
    with pytest.raises(QueryError) as caught:
        run(root, sql)
    assert all(part in caught.value.message for part in message.split("*"))
    assert hint in caught.value.hint
    assert "{" not in caught.value.message


def test_a_long_line_is_cut_around_the_error(root: Path) -> None:
    """The caret still points to the word in a line that no terminal could show."""
    columns = ", ".join(f"{number} as c{number}" for number in range(500))
    with pytest.raises(QueryError) as caught:
        run(root, f"select {columns}, nope, 1 as tail")
    shown, caret = caught.value.message.splitlines()[-2:]
    assert len(shown) < 110
    assert shown[caret.index("^") :].startswith("nope")


def test_a_failure_on_the_way_is_a_query_error(root: Path) -> None:
    """A query that fails after its first rows fails as one that fails at once."""
    wide = "repeat(range::varchar, 20) as wide"
    sql = f"select {wide}, cast(if(range = 390000, 'x', '1') as int) from range(400000)"
    with run(root, sql) as result, pytest.raises(QueryError, match="Could not convert"):
        list(result.rows())


def test_no_lake_is_said(tmp_path: Path) -> None:
    """A folder without a published lake is named, with what to do."""
    with pytest.raises(LakeMissing) as caught:
        run(tmp_path / "nowhere", "select 1")
    assert str(tmp_path / "nowhere") in caught.value.message
    assert "newslake ingest" in caught.value.hint


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    """A file that is no database is no traceback."""
    (tmp_path / "news.duckdb").write_bytes(b"no database at all" * 100)
    with pytest.raises(LakeError, match="can't be opened") as caught:
        run(tmp_path, "select 1")
    assert "newslake ingest" in caught.value.hint


def test_a_client_that_writes_is_said(root: Path) -> None:
    """Another process that opened the file for writing is named as the reason."""
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True);"
        " sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(root / "news.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(LakeError, match="can't be opened") as caught:
            run(root, "select 1")
        other.communicate()
    assert "read-only" in caught.value.hint


def test_a_new_query_sees_a_new_publication(lake: Lake, root: Path, rows: Any) -> None:
    """Even while an older result is still open in the same process."""
    with run(root, "select body from articles") as old:
        with writing(lake) as writer:
            writer.commit(rows.batch("b2", "three"), NOW)
        publish(lake)
        assert ask(root, "select count(*) from articles") == [(3,)]
        assert sum(len(block) for block in old.rows()) == 2


def test_only_what_a_query_needs_is_imported() -> None:
    """Neither Prefect nor pyarrow nor the lake's catalog is loaded for a query."""
    code = "import sys, warehouse.queries.query, warehouse.queries.output; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert not loaded & {
        "prefect",
        "pydantic",
        "pyarrow",
        "pandas",
        "warehouse.lake.lake",
        "sqlite3",
    }


def test_duckdb_errors_keep_their_cause(root: Path) -> None:
    """The original error stays attached, for a log."""
    with pytest.raises(QueryError) as caught:
        run(root, "select nope")
    assert isinstance(caught.value.__cause__, duckdb.Error)
