"""`newslake verify` and `newslake repair` on a lake that a real run made and something damaged."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError
from flows.commands import repair as repair_command
from flows.run import run
from flows.terminal import app
from flows.workers.pool import Pool
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.publish.publish import publish

pytestmark = pytest.mark.usefixtures("restored_loggers")


def ingest(place: Path, pool: Pool) -> None:
    """Read the folder `press` into the lake."""
    command = "newslake ingest --direct"
    asyncio.run(run(place / "lake", [place / "press"], run_id="r", command=command, pool=pool))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Path:
    """Return a folder with a lake of two runs over a growing folder of texts."""
    place = tmp_path_factory.mktemp("made")
    (place / "press").mkdir()
    for turn in range(2):
        for number in range(3):
            text = f"Report {turn} {number}\n\nThe council of Harbour {turn} met {number} times."
            (place / "press" / f"{turn}-{number}.txt").write_text(text, encoding="utf-8")
        ingest(place, pool)
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that folder, the current one."""
    shutil.copytree(made, tmp_path / "place")
    monkeypatch.chdir(tmp_path / "place")
    return tmp_path / "place"


def newest(place: Path, table: str) -> Path:
    """Return a table's newest live file."""
    with Lake.open(place / "lake", create=False, read_only=True, unchecked=True) as lake:
        return place / "lake" / "data" / reads.live_files(lake)[table][-1]


def facts(place: Path) -> dict[str, list[Any]]:
    """Return what the lake says of its articles, without numbers, times and random ids."""
    asked = {
        "articles": "SELECT article_id, title, body, revision_no FROM lake.articles",
        "sightings": "SELECT entry_id, article_id, path, moves FROM lake.sightings",
        "states": "SELECT DISTINCT path, size, content_hash FROM lake.feed_state",
        "sources": "SELECT * EXCLUDE (batch_no) FROM lake.source_states",
        "feeds": "SELECT DISTINCT * EXCLUDE (batch_no, folder) FROM lake.feed_settings",
    }
    with Lake.open(place / "lake", create=False, read_only=True) as lake:
        ask = lake.connection.execute
        return {name: ask(f"{sql} ORDER BY ALL").fetchall() for name, sql in asked.items()}


def test_a_whole_lake(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, a table, and nothing to repair."""
    assert app.run(["verify"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("lake/ is whole.\n")
    assert "revisions" in out
    assert app.run(["repair"]) == 0
    assert "nothing that could be repaired" in capsys.readouterr().out


def test_damage_as_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1; a monitor reads which file, batches and feeds."""
    path = newest(place, "revisions")
    path.write_bytes(b"")
    assert app.run(["verify", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["whole"] is False
    assert [one["path"] for one in found["damaged"]] == [
        path.relative_to(place / "lake").as_posix()
    ]
    assert [feed["url"] for feed in found["feeds"]] == ["press"]


def test_ingest_names_the_file_and_the_way_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run over a damaged lake is a sentence with a hint; no bug, no traceback."""
    path = newest(place, "feed_state")
    path.unlink()
    assert app.run(["ingest", "--direct", "--seeds", "press"]) == 1
    err = capsys.readouterr().err
    assert f"the lake's file {path.relative_to(place / 'lake').as_posix()} is gone" in err
    assert "newslake repair" in err
    assert "bug" not in err


def test_without_a_terminal_it_only_reports(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would go is said, and nothing is changed."""
    newest(place, "entries").write_bytes(b"")
    before = sorted(path.name for path in (place / "lake/data").rglob("*"))
    assert app.run(["repair"]) == 1
    out = capsys.readouterr().out
    assert "press: 1 poll, 3 entries; the next run reads the folder again" in out
    assert "Nothing was changed" in out
    assert sorted(path.name for path in (place / "lake/data").rglob("*")) == before


def test_a_no_changes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal it asks."""
    newest(place, "entries").write_bytes(b"")
    monkeypatch.setattr(repair_command, "_agreed", lambda: False)
    assert app.run(["repair"]) == 1
    assert "Nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize("table", ["entries", "feed_state", "batches", "polls"])
def test_one_more_run_makes_it_as_it_was(
    place: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    """Repair and one run over the same folder: the tables are those of an undisturbed lake."""
    before = facts(place)
    newest(place, table).write_bytes(b"PAR1")
    newest(place, "sightings").write_bytes(b"")
    assert app.run(["repair", "--yes"]) == 0
    assert "is repaired" in capsys.readouterr().out
    assert app.run(["ingest", "--direct", "--seeds", "press"]) == 0
    assert app.run(["verify"]) == 0
    assert facts(place) == before


def test_files_that_are_gone_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the next run can't read again is said before it goes."""
    newest(place, "sightings").write_bytes(b"")
    (place / "press" / "1-0.txt").unlink()
    assert app.run(["repair"]) == 1
    assert "1 of them from files that are gone" in capsys.readouterr().out


def test_a_published_file_that_lists_what_is_gone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lake is whole, and repair publishes it again."""
    with Lake.open(place / "lake") as lake:
        publish(lake)
    (place / "lake" / "news.duckdb").write_bytes(b"no database")
    with pytest.raises(LakeError):
        Lake.open(place / "nowhere", create=False)
    assert app.run(["verify"]) == 1
    assert "publishes it again" in capsys.readouterr().out
    assert app.run(["repair", "--yes"]) == 0
    assert app.run(["verify"]) == 0
    assert app.run(["sql", "select count(*) from articles"]) == 0
