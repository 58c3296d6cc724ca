"""docs/using.md: each block does what the page says, on a small lake."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import duckdb
import pytest

from warehouse.publish.export import export
from warehouse.queries.output import write
from warehouse.queries.query import run

TEXT = (Path(__file__).parents[2] / "docs" / "using.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def _of(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


def _lines() -> list[str]:
    return [line for text in _of("sh") for line in text.splitlines() if "newslake " not in line]


def _queries() -> list[list[str]]:
    lines = [line for text in _of("sh") for line in text.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("newslake sql")]


@pytest.fixture
def place(reader: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of its own with the lake in it; it is the current one."""
    shutil.copytree(reader, tmp_path / "place")
    monkeypatch.chdir(tmp_path / "place")
    return tmp_path / "place"


def _run(command: list[str], place: Path) -> str:
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=place, env=os.environ | {"PATH": path}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("text", _of("python"))
def test_python_works(text: str, reader: Path, place: Path) -> None:
    """A block of Python ends well and prints what it found.

    Warnings stay what they are: pandas 3.1 warns DuckDB and ibis of what they call.
    """
    export(reader / "lake", place / "export")
    assert _run([sys.executable, "-c", text], place)


@pytest.mark.parametrize("text", _of("sql"))
def test_sql_finds_something(text: str, place: Path) -> None:
    """The example queries run and find the copy and the edit."""
    with run(place / "lake", text) as result:
        assert sum(len(block) for block in result.rows()) == 1


@pytest.mark.parametrize("line", _lines())
def test_shell_lines_work(line: str, place: Path) -> None:
    """DuckDB's own program reads the published file, a moved one too."""
    shutil.copytree("lake", "elsewhere/lake")
    shown = _run(["sh", "-e", "-c", line], place)
    assert "Error" not in shown
    if line.startswith("duckdb"):
        assert "│" in shown


@pytest.mark.parametrize("words", _queries(), ids=lambda words: words[-1])
def test_newslake_sql_lines_work(words: list[str], place: Path) -> None:
    """Each `newslake sql` line's query gives rows in the format that it asks for."""
    options = dict(zip(words[2:-1:2], words[3:-1:2], strict=True))
    output = Path(options.get("--output", "out"))
    with run(place / "lake", words[-1]) as result:
        assert write(result, options.get("--format", "table"), output) > 0  # type: ignore[arg-type]
    assert output.stat().st_size > 0


def test_the_dbt_model_takes_only_what_changed(place: Path) -> None:
    """The model as dbt compiles it: first everything, then nothing, then what changed since."""
    model = re.sub(r"\{\{ config\(.*?\) \}\}", "", _of("jinja")[0])
    model = model.replace("{{ source('lake', 'articles') }}", "lake.articles")
    model = model.replace("{{ this }}", "model")
    first = re.sub(r"\{% if is_incremental\(\) %\}.*?\{% endif %\}", "", model, flags=re.DOTALL)
    later = re.sub(r"\{%.*?%\}", "", model)
    with duckdb.connect("target.duckdb") as target:
        target.execute("attach 'lake/news.duckdb' as lake (read_only)")
        target.execute(f"create table model as {first}")
        assert target.execute("select count(*) from model").fetchone() == (3,)
        assert target.execute(later).fetchall() == []
        # As if the model had last been run after batch 1: all three changed with batch 2.
        target.execute("delete from model")
        target.execute("insert into model (article_id, changed_batch_no) values ('one', 1)")
        found = {row[0] for row in target.execute(later).fetchall()}
        assert found == {"one", "two", "copy"}
