"""Results as a table, CSV, JSON and Parquet."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import QueryError, SettingsError
from warehouse.lake.lake import Lake
from warehouse.publish.publish import publish
from warehouse.queries.output import Format, _table, _widths, write
from warehouse.queries.query import run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MIXED = """
    select 'a "b", c' as text, 'two' || chr(10) || 'lines' as lines, null as nothing, true as yes,
        1.5::decimal(5, 2) as price, timestamptz '2026-11-01 12:00:00+00' as at,
        date '2026-11-01' as day, ['x', 'y'] as list, {'k': 1} as struct, 'raw'::blob as raw,
        interval 90 seconds as lasts, 'nan'::double as nan
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an empty published lake."""
    folder = tmp_path_factory.mktemp("formats") / "lake"
    with Lake.open(folder) as lake:
        publish(lake, now=NOW)
    return folder


def written(root: Path, sql: str, kind: Format, path: Path) -> bytes:
    """Return what is written for a query."""
    with run(root, sql) as result:
        write(result, kind, path)
    return path.read_bytes()


def test_csv_follows_rfc_4180(root: Path, tmp_path: Path) -> None:
    """A header, LF, quotes where needed, empty for NULL, ISO times, JSON for what is nested."""
    data = written(root, MIXED, "csv", tmp_path / "out.csv").decode()
    assert "\r" not in data
    header, row = csv.reader(io.StringIO(data))
    assert dict(zip(header, row, strict=True)) == {
        "text": 'a "b", c', "lines": "two\nlines", "nothing": "", "yes": "true", "price": "1.50",
        "at": "2026-11-01T12:00:00Z", "day": "2026-11-01", "list": '["x", "y"]',
        "struct": '{"k": 1}', "raw": "cmF3", "lasts": "90.0", "nan": "",
    }  # fmt: skip


def test_json_is_an_array_of_objects(root: Path, tmp_path: Path) -> None:
    """Types stay where JSON has them; times are ISO 8601 in UTC, bytes base64, NaN null."""
    assert json.loads(written(root, MIXED, "json", tmp_path / "out.json")) == [
        {
            "text": 'a "b", c', "lines": "two\nlines", "nothing": None, "yes": True, "price": 1.5,
            "at": "2026-11-01T12:00:00Z", "day": "2026-11-01", "list": ["x", "y"],
            "struct": {"k": 1}, "raw": "cmF3", "lasts": 90.0, "nan": None,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 2500])
def test_json_of_any_length_is_valid(root: Path, tmp_path: Path, count: int) -> None:
    """No row, one row and several blocks of rows."""
    sql = f"select range as n from range({count})"
    data = written(root, sql, "json", tmp_path / "out.json")
    assert [row["n"] for row in json.loads(data)] == list(range(count))


def test_parquet_keeps_types(root: Path, tmp_path: Path) -> None:
    """Parquet has the result's types, and seconds for an interval."""
    path = tmp_path / "out.parquet"
    written(root, f"select * exclude (nothing) from ({MIXED})", "parquet", path)
    table = pq.read_table(path)
    row = table.to_pylist()[0]
    assert (row["at"], row["list"], row["raw"], row["lasts"]) == (NOW, ["x", "y"], b"raw", 90)


def test_parquet_of_nothing_has_its_columns(root: Path, tmp_path: Path) -> None:
    """An empty result is a Parquet file with its columns."""
    path = tmp_path / "out.parquet"
    written(root, "select article_id, body from articles", "parquet", path)
    assert pq.read_schema(path).names == ["article_id", "body"]


def test_a_table_is_cut_to_the_terminal(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wide text is cut, narrow columns stay whole, NULL shows, and controls do no harm."""
    monkeypatch.setenv("COLUMNS", "60")
    sql = """
        select 'short' as id, repeat('long ', 50) as body, null as nothing, 7 as n,
            'a' || chr(10) || chr(27) || '[31m' as odd
    """
    lines = written(root, sql, "table", tmp_path / "out").decode().splitlines()
    assert lines[0].split() == ["id", "body", "nothing", "n", "odd"]
    assert all(len(line) <= 60 for line in lines)
    assert lines[2].startswith("short  long long")
    assert lines[2].split("…")[1].split()[:2] == ["NULL", "7"]
    assert lines[2].endswith("a \ufffd[31m")


def test_a_table_leaves_columns_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather than squeezing forty columns it shows the first and says so on standard error."""
    monkeypatch.setenv("COLUMNS", "80")
    data = written(root, "select * from polls, entries", "table", tmp_path / "out").decode()
    assert len(data.splitlines()[0].split()) < 12
    assert "of 30 columns" in capsys.readouterr().err


def test_a_table_shows_a_hundred_rows(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest is counted out in a note, not poured over the terminal."""
    data = written(root, "select range as n from range(101)", "table", tmp_path / "out").decode()
    assert data.splitlines()[-1].strip() == "99"
    assert "first 100 rows" in capsys.readouterr().err


def test_a_plan_is_shown_whole(root: Path, tmp_path: Path) -> None:
    """EXPLAIN keeps its drawing."""
    data = written(root, "explain select 1", "table", tmp_path / "out").decode()
    assert "┌" in data.splitlines()[0]
    assert len(data.splitlines()) > 3


@given(
    st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=4),
    st.integers(1, 90),
)
def test_no_line_is_wider_than_asked(cells: list[list[str]], width: int) -> None:
    """Whatever is in the cells, wide characters too; at least one column is shown."""
    from rich.cells import cell_len

    cells = [[text.translate(dict.fromkeys(range(32), " ")) for text in row] for row in cells]
    cells = [["".join(c for c in text if c.isprintable()) for text in row] for row in cells]
    header = ["one", "two", "three"]
    widths = _widths(header, cells, width)
    shown = _table(header, cells, widths, ["VARCHAR", "BIGINT", "VARCHAR"])
    assert 1 <= len(widths) <= 3
    assert all(cell_len(line) <= width for line in shown.splitlines())


def test_a_file_appears_only_when_whole(root: Path, tmp_path: Path) -> None:
    """A query that fails on its way leaves the old file and no other."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    wide = "repeat(range::varchar, 20) as wide"
    sql = f"select {wide}, cast(if(range = 390000, 'x', '1') as int) as n from range(400000)"
    for kind in ("csv", "json", "parquet"):
        with run(root, sql) as result, pytest.raises(QueryError):
            write(result, kind, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cant_be_written_is_said(root: Path, tmp_path: Path) -> None:
    """A missing folder, and a folder in the file's place."""
    for path in (tmp_path / "missing" / "out.csv", tmp_path):
        with (
            run(root, "select 1") as result,
            pytest.raises(SettingsError, match="can't be written"),
        ):
            write(result, "csv", path)


def test_parquet_is_not_for_terminals(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Binary data is refused where a person would see it."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with run(root, "select 1 as n") as result, pytest.raises(SettingsError, match="terminal"):
        write(result, "parquet")


CODE = """
import sys
from pathlib import Path
from warehouse.queries.output import write
from warehouse.queries.query import run
with run(Path(sys.argv[1]), sys.argv[2]) as result:
    write(result, sys.argv[3])
"""


def _piped(root: Path, sql: str, kind: str, **more: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CODE, str(root), sql, kind]
    where = Path(__file__).parents[3]
    return subprocess.Popen(command, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_standard_output_is_data_only(root: Path) -> None:
    """Counts go to standard error; Parquet goes through a pipe too."""
    with _piped(root, "select 1 as n", "table") as process:
        out, error = process.communicate()
    assert out.decode().split() == ["n", "─", "1"]
    assert error == b"(1 row)\n"
    with _piped(root, "select 1 as n", "parquet") as process:
        out, error = process.communicate()
    assert pq.read_table(io.BytesIO(out)).to_pylist() == [{"n": 1}]
    assert error == b""


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_closed_pipe_is_quiet(root: Path, kind: str) -> None:
    """`newslake sql … | head` ends without a complaint."""
    sql = "select range as n, hash(range) as h from range(3000000)"
    with _piped(root, sql, kind) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        os.read(process.stdout.fileno(), 10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
