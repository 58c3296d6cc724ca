"""`newslake lake adopt`: an older catalog is refused, then adopted, and the next run goes on."""

import shutil
from pathlib import Path

import pytest

from flows.terminal import app


def newslake(*arguments: str) -> int:
    """Run newslake on the lake and the seeds of the current folder; return its exit code."""
    return app.run([*arguments, "--lake", "lake"])


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a lake of two runs with the catalog of the first put back."""
    monkeypatch.chdir(tmp_path)
    seeds = tmp_path / "press"
    seeds.mkdir()
    (seeds / "one.txt").write_text("The first text of Lindby's council.")
    ingest = ("ingest", "--direct", "--seeds", "press")
    assert newslake(*ingest) == 0
    shutil.copy("lake/catalog.sqlite", "older")
    (seeds / "two.txt").write_text("The second text, on herring in the sound.")
    assert newslake(*ingest) == 0
    shutil.move("older", "lake/catalog.sqlite")
    return tmp_path / "lake"


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The command explains itself, with examples."""
    for arguments in (["lake", "--help"], ["lake", "adopt", "--help"]):
        assert app.run(arguments) == 0
        assert "newslake lake adopt" in capsys.readouterr().out


def test_a_run_refuses_an_older_catalog_until_it_is_adopted(
    older: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the way out; afterwards the same run stores the lost article again."""
    ingest = ("ingest", "--direct", "--seeds", "press")
    capsys.readouterr()
    assert newslake(*ingest) == 1
    said = capsys.readouterr().err
    assert "go up to batch 2" in said
    assert "newslake lake adopt" in said
    assert newslake("lake", "adopt") == 0
    said = capsys.readouterr().out
    assert "Batch 2 is given up: numbers go on at 3." in said
    assert "lie in data/orphans/ for a day" in said
    assert newslake(*ingest) == 0
    capsys.readouterr()
    asked = "select count(*), max(batch_no), min(batch_no) from revisions"
    assert app.run(["sql", asked, "--lake", "lake", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "2,3,1"
    assert newslake("lake", "adopt") == 0
    assert "there was nothing to do" in capsys.readouterr().out


def test_there_must_be_a_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Adopting makes none."""
    assert app.run(["lake", "adopt", "--lake", str(tmp_path / "none")]) == 1
    assert "there is no lake" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
