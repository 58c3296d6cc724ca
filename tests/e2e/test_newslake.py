"""A run from end to end: seeds in, SQL out, under a real Prefect and without it."""

import csv
import io
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.e2e

Newslake = Callable[..., subprocess.CompletedProcess[str]]

STORY = """Harbour bridge opens after eleven years

The bridge over the harbour was opened on Monday by the mayor, eleven years after the first plans.
Some four thousand people walked across it before the first cars were let on in the evening.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a few seeds: an article, the same text again, an edit's base, one broken."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "bridge.txt").write_text(STORY, encoding="utf-8")
    (seeds / "copy.txt").write_text(STORY, encoding="utf-8")
    (seeds / "rows.jsonl").write_text(
        '{"title": "Rain in the north", "text": "It rained.", "url": "https://n.example/rain"}\n'
        '{"title": "half", \n',
        encoding="utf-8",
    )
    (seeds / "empty.txt").touch()
    return tmp_path


def answer(newslake: Newslake, cwd: Path, sql: str) -> list[list[str]]:
    """Return the rows of a query, without the header."""
    done = newslake("sql", "--format", "csv", sql, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))[1:]


def totals(done: subprocess.CompletedProcess[str]) -> list[int]:
    """Return the numbers of the table's last line."""
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("total"))
    return [int(number.replace(",", "")) for number in line.split()[1:]]


def test_a_run_under_prefect(newslake: Newslake, folder: Path, home: Path) -> None:
    """With no server configured the temporary one notes a completed run and its table."""
    done = newslake("ingest", cwd=folder, PREFECT_HOME=str(home / "prefect"))
    assert done.returncode == 0, done.stderr
    assert "Try: newslake sql" in done.stdout
    assert "prefect" not in done.stderr.lower().replace("starting prefect", "")
    (run_id,) = answer(newslake, folder, "select run_id from runs")[0]
    with closing(sqlite3.connect(home / "prefect/prefect.db")) as database:
        runs = database.execute("select id, state_type from flow_run").fetchall()
        artifacts = database.execute("select data from artifact").fetchall()
    assert (run_id, "COMPLETED") in runs
    assert any("| total |" in data for (data,) in artifacts)


def test_the_same_again_changes_nothing(newslake: Newslake, folder: Path) -> None:
    """A second run on unchanged files reads nothing new and stores a poll."""
    tables = "select count(*) from {}"
    first = newslake("ingest", "--direct", cwd=folder)
    assert first.returncode == 0, first.stderr
    read, new, changed, duplicate, unchanged, quarantined, failed = totals(first)
    assert read == new + changed + duplicate + unchanged + quarantined
    assert (changed, unchanged, failed) == (0, 0, 0)
    before = [answer(newslake, folder, tables.format(name)) for name in ("entries", "quarantine")]
    second = newslake("ingest", "--direct", cwd=folder)
    assert second.returncode == 0, second.stderr
    assert totals(second)[1:4] == [0, 0, 0]
    after = [answer(newslake, folder, tables.format(name)) for name in ("entries", "quarantine")]
    assert after == before
    assert answer(newslake, folder, "select status from polls order by batch_no") == [
        ["new"],
        ["unchanged"],
    ]


def test_a_dry_run_leaves_nothing(newslake: Newslake, folder: Path) -> None:
    """The table is printed; no lake is made."""
    done = newslake("ingest", "--direct", "--dry-run", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert totals(done)[0] > 0
    assert "nothing was stored" in done.stdout
    assert not (folder / "lake").exists()


def test_seeds_that_are_missing(newslake: Newslake, tmp_path: Path) -> None:
    """A folder that isn't there is an error with a hint, under Prefect as well."""
    done = newslake("ingest", "--seeds", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there(newslake: Newslake, folder: Path) -> None:
    """PREFECT_API_URL is used when it is set; where nobody answers, the error names it."""
    url = "http://127.0.0.1:9/api"
    done = newslake("ingest", cwd=folder, PREFECT_API_URL=url)
    assert done.returncode == 1
    assert url in done.stderr
    assert "--direct" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("given", ["", "select count(*) from articles"])
def test_sql_reads_the_query_from_standard_input(
    given: str, newslake: Newslake, filled: Path
) -> None:
    """A pipe may hold the query; an empty one is a clean error."""
    done = newslake("sql", "--format", "csv", cwd=filled, given=given)
    assert done.returncode == (0 if given else 1)
    assert done.stdout.startswith("count") is bool(given)
    assert "Traceback" not in done.stderr


def test_sql_writes_every_format(newslake: Newslake, filled: Path, tmp_path: Path) -> None:
    """The same rows as CSV, JSON, Parquet and a table."""
    query = "select article_id, title from articles order by article_id"
    rows = answer(newslake, filled, query)
    assert rows
    as_json = json.loads(newslake("sql", "--format", "json", query, cwd=filled).stdout)
    assert [[row["article_id"], row["title"] or ""] for row in as_json] == rows
    target = tmp_path / "rows.parquet"
    done = newslake("sql", "--format", "parquet", "--output", str(target), query, cwd=filled)
    assert (done.returncode, done.stdout) == (0, "")
    assert pq.read_table(target)["article_id"].to_pylist() == [row[0] for row in rows]
    assert rows[0][0] in newslake("sql", query, cwd=filled).stdout


def test_bad_sql_is_a_clear_error(newslake: Newslake, filled: Path) -> None:
    """The message says where; standard output stays empty."""
    done = newslake("sql", "select titel from articles", cwd=filled)
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1, column 8" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_counts(newslake: Newslake, filled: Path) -> None:
    """What status says is what the tables hold."""
    done = newslake("status", cwd=filled)
    assert done.returncode == 0, done.stderr
    (count,) = answer(newslake, filled, "select count(*) from articles")[0]
    assert count in done.stdout


def test_export_is_plain_parquet(newslake: Newslake, filled: Path, tmp_path: Path) -> None:
    """The exported files hold the lake's rows, for readers that know nothing of lakes."""
    done = newslake("export", str(tmp_path / "out"), cwd=filled)
    assert done.returncode == 0, done.stderr
    files = list((tmp_path / "out/articles").glob("day=*/*.parquet"))
    exported = sum(pq.read_metadata(file).num_rows for file in files)
    (count,) = answer(newslake, filled, "select count(*) from articles")[0]
    assert exported == int(count)
