"""A catalog that is missing, empty, older or another's never costs a file, adopted or not."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError, LakeMissing
from warehouse.lake import ownership, reads, repair_note
from warehouse.lake.gaps import RESTORED, follow_published
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.adopt import adopt
from warehouse.maintenance.files import sweep
from warehouse.maintenance.repair import plan
from warehouse.maintenance.verify import verify
from warehouse.publish.publish import publish

LAKES = Path(__file__).parents[1] / "lakes"


def filled(root: Path, rows: Any, *names: str, **options: Any) -> None:
    """Commit a batch of one article a name, and publish."""
    with Lake.open(root, **options) as lake:
        with writing(lake) as writer:
            for name in names:
                writer.commit(rows.batch(name, f"text {name}"), rows.now)
        publish(lake, now=rows.now)


@pytest.fixture
def here(tmp_path: Path, new_lake: Path) -> None:
    """Let the lake in `tmp_path` be there already, empty: making it takes half of a test."""
    shutil.copytree(new_lake, tmp_path, dirs_exist_ok=True)


def tree(root: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes, but for what only opening touches."""
    passing = ("writer.lock", "-wal", "-shm")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(passing)
    }


def mark(root: Path) -> dict[str, Any]:
    """Return the mark of a lake's data."""
    return dict(json.loads((root / "data" / "lake.json").read_text()))


def numbers(lake: Lake) -> list[tuple[int, int | None]]:
    """Return the ledger: each number, and the first that its row stands for."""
    sql = "SELECT batch_no, gap_from FROM lake.batches ORDER BY batch_no"
    return lake.connection.execute(sql).fetchall()


def lose(root: Path, how: str) -> None:
    """Take a lake's catalog away."""
    catalog = root / "catalog.sqlite"
    if how == "missing":
        catalog.unlink()
    elif how == "no bytes":
        catalog.write_bytes(b"")
    else:
        with sqlite3.connect(catalog) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                connection.execute(f'DROP TABLE "{name}"')
        connection.close()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("how", ["missing", "no bytes", "no tables"])
def test_no_lake_is_made_over_the_files_of_a_lost_catalog(
    tmp_path: Path, rows: Any, how: str
) -> None:
    """The error names the lake, what lies there and what to do; no file is touched."""
    filled(tmp_path, rows, "a", "b")
    lake_id = mark(tmp_path)["lake_id"]
    lose(tmp_path, how)
    before = tree(tmp_path)
    asked: list[dict[str, Any]] = [{}, {"create": False}, {"read_only": True}]
    for options in asked:
        with pytest.raises(LakeError, match=f"of the lake {lake_id}, up to batch 2") as caught:
            Lake.open(tmp_path, **options)
        assert not isinstance(caught.value, LakeMissing)
        assert "from a backup" in caught.value.hint
    assert tree(tmp_path) == before


def test_the_mark_follows_each_batch(tmp_path: Path, rows: Any) -> None:
    """It names the lake, its highest batch and that batch's id, from the making on."""
    with Lake.open(tmp_path) as lake:
        assert mark(tmp_path) == {"lake_id": lake.id, "batch_no": 0, "batch_id": ""}
        with writing(lake) as writer:
            for number, name in enumerate("abc", start=1):
                writer.commit(rows.batch(name, name), rows.now)
                assert mark(tmp_path) == {
                    "lake_id": lake.id,
                    "batch_no": number,
                    "batch_id": name,
                }


@pytest.mark.usefixtures("here")
def test_an_older_catalog_is_refused(tmp_path: Path, rows: Any) -> None:
    """Put back and opened, it changes nothing; the error says how far each of the two goes."""
    filled(tmp_path, rows, "a", "b")
    shutil.copy(tmp_path / "catalog.sqlite", tmp_path / "older")
    filled(tmp_path, rows, "c")
    (tmp_path / "older").replace(tmp_path / "catalog.sqlite")
    before = tree(tmp_path)
    with pytest.raises(LakeError, match=r"up to batch 3, but .* ends with batch 2") as caught:
        Lake.open(tmp_path)
    assert "newslake lake adopt" in caught.value.hint
    assert tree(tmp_path) == before


def test_a_catalog_that_becomes_older_while_it_is_open_writes_nothing(
    tmp_path: Path, rows: Any
) -> None:
    """Whoever takes the writer lock looks at the mark: the data may have gone on without it."""
    filled(tmp_path / "one", rows, "a")
    shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("data"))
    data = str(tmp_path / "one" / "data")
    with Lake.open(tmp_path / "two", data_path=data) as other:
        filled(tmp_path / "one", rows, "b")
        with (
            pytest.raises(LakeError, match=r"up to batch 2, but .* ends with batch 1"),
            writing(other) as writer,
        ):
            writer.commit(rows.batch("c", "c"), rows.now)


@pytest.mark.usefixtures("here")
def test_an_adopted_catalog_goes_on_above_all_numbers(tmp_path: Path, rows: Any) -> None:
    """Numbers, index, news.duckdb and mark follow; the newer files are set aside, none is lost."""
    filled(tmp_path, rows, "a", "b")
    shutil.copy(tmp_path / "catalog.sqlite", tmp_path / "older")
    filled(tmp_path, rows, "c", "d")
    (tmp_path / "older").replace(tmp_path / "catalog.sqlite")
    before = tree(tmp_path / "data")
    with Lake.open(tmp_path, unchecked=True) as lake:
        adopted = adopt(lake, rows.now)
        assert (adopted.last_kept, adopted.gap_to) == (2, 4)
        assert adopted.set_aside > 0
        assert numbers(lake) == [(1, None), (2, None), (4, 3)]
        assert ownership.published_batch(tmp_path) == (lake.id, 4)
        assert mark(tmp_path)["batch_no"] == 4
    kept = {content for name, content in tree(tmp_path / "data").items() if "lake.json" not in name}
    lost = {name for name, content in before.items() if content not in kept}
    assert lost == {"lake.json"}
    with Lake.open(tmp_path) as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("c", "text c"), rows.now) == 5
        assert len(writer.look_up([], [], [rows.article("text d")[1].article_id]).heads) == 0
        command = lake.connection.execute("SELECT command FROM lake.runs").fetchall()
        assert command == [("newslake lake adopt",)]
    shutil.rmtree(tmp_path / "index")
    with Lake.open(tmp_path) as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("e", "text e"), rows.now) == 6


@pytest.mark.usefixtures("here")
def test_adopting_the_right_catalog_changes_nothing(tmp_path: Path, rows: Any) -> None:
    """Where catalog and data fit, no number is given up and no file moved."""
    filled(tmp_path, rows, "a")
    with Lake.open(tmp_path, unchecked=True) as lake:
        adopted = adopt(lake, rows.now)
        assert (adopted.last_kept, adopted.gap_to, adopted.set_aside) == (1, 1, 0)
        assert numbers(lake) == [(1, None)]


def test_a_copy_that_went_another_way_is_refused_and_can_be_adopted(
    tmp_path: Path, rows: Any
) -> None:
    """Its last number is another batch: it is never published twice."""
    filled(tmp_path / "one", rows, "a")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    filled(tmp_path / "one", rows, "b")
    filled(tmp_path / "two", rows, "c")
    shutil.copy(tmp_path / "two" / "catalog.sqlite", tmp_path / "one" / "catalog.sqlite")
    with pytest.raises(LakeError, match="another batch of that number"):
        Lake.open(tmp_path / "one")
    files = tmp_path / "two" / "data" / "main", tmp_path / "one" / "data" / "main"
    shutil.copytree(*files, dirs_exist_ok=True)
    with pytest.raises(LakeError, match="another batch of that number"):
        Lake.open(tmp_path / "one")
    with Lake.open(tmp_path / "one", unchecked=True) as lake:
        assert adopt(lake, rows.now).gap_to == 3
        assert numbers(lake) == [(1, None), (2, None), (3, 3)]


@pytest.mark.parametrize("marked", [True, False])
def test_another_lakes_catalog_is_refused(tmp_path: Path, rows: Any, *, marked: bool) -> None:
    """By the mark, or without one by news.duckdb; it can't be adopted either."""
    filled(tmp_path / "one", rows, "a")
    filled(tmp_path / "two", rows, "a", "b")
    shutil.copy(tmp_path / "two" / "catalog.sqlite", tmp_path / "one" / "catalog.sqlite")
    if not marked:
        (tmp_path / "one" / "data" / "lake.json").unlink()
    before = tree(tmp_path / "one")
    with pytest.raises(LakeError, match="that of another lake"):
        Lake.open(tmp_path / "one")
    with pytest.raises(LakeError), Lake.open(tmp_path / "one", unchecked=True) as lake:
        adopt(lake, rows.now)
    after = tree(tmp_path / "one")
    assert {k: v for k, v in after.items() if "index" not in k} == {
        k: v for k, v in before.items() if "index" not in k
    }


def test_a_second_catalog_on_one_data_folder_is_refused(tmp_path: Path, rows: Any) -> None:
    """A lake elsewhere that would share the folder is not made."""
    filled(tmp_path / "one", rows, "a")
    data = tmp_path / "one" / "data"
    before = tree(tmp_path / "one")
    with pytest.raises(LakeError, match="missing or empty, but"):
        Lake.open(tmp_path / "two", data_path=str(data))
    assert tree(tmp_path / "one") == before
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_lake_moved_or_copied_whole_goes_on(tmp_path: Path, rows: Any, move: Any) -> None:
    """Its mark, catalog and files came along together."""
    filled(tmp_path / "one", rows, "a")
    move(tmp_path / "one", tmp_path / "two")
    filled(tmp_path / "two", rows, "b")
    assert mark(tmp_path / "two")["batch_no"] == 2


@pytest.fixture
def lake_of_before(tmp_path: Path) -> Path:
    """Return a lake of schema 3, which has no mark."""
    with tarfile.open(LAKES / "schema3.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "lake"


def test_a_lake_of_before_gets_its_mark(lake_of_before: Path) -> None:
    """It opens, and is marked with its own id and last batch."""
    with Lake.open(lake_of_before) as lake:
        last = ownership.present_mark(lake)
        assert last.batch_no > 1
        assert mark(lake_of_before) == {
            "lake_id": lake.id,
            "batch_no": last.batch_no,
            "batch_id": last.batch_id,
        }


def test_a_lake_of_before_whose_files_are_gone_is_not_marked(lake_of_before: Path) -> None:
    """Whether its catalog is the right one can't be known then: nothing is written."""
    next((lake_of_before / "data" / "main" / "entries").glob("*.parquet")).unlink()
    before = tree(lake_of_before)
    with pytest.raises(LakeError, match=r"1 of the files that .* lists are not in"):
        Lake.open(lake_of_before)
    assert tree(lake_of_before) == before


def test_an_older_catalog_of_a_lake_of_before_is_refused(lake_of_before: Path, rows: Any) -> None:
    """Without a mark news.duckdb tells that the lake had come further."""
    shutil.copy(lake_of_before / "catalog.sqlite", lake_of_before / "older")
    filled(lake_of_before, rows, "a")
    (lake_of_before / "older").replace(lake_of_before / "catalog.sqlite")
    (lake_of_before / "data" / "lake.json").unlink()
    with pytest.raises(LakeError, match="it is older"):
        Lake.open(lake_of_before)


def test_a_making_that_was_cut_off_is_made_anew(tmp_path: Path, rows: Any) -> None:
    """Parquet of the schema's own tables alone, with no lake named, is no lake."""
    filled(tmp_path, rows)
    for name in ("catalog.sqlite", "news.duckdb", "data/lake.json"):
        (tmp_path / name).unlink()
    assert {path.parent.name for path in tmp_path.rglob("*.parquet")} == {"migrations", "lake_ids"}
    filled(tmp_path, rows, "a")
    assert mark(tmp_path)["batch_no"] == 1


@pytest.mark.usefixtures("here")
def test_no_lake_is_made_beside_another_ones_published_file(tmp_path: Path, rows: Any) -> None:
    """A news.duckdb that names a lake stands for it, even where its data are gone."""
    filled(tmp_path, rows, "a")
    (tmp_path / "catalog.sqlite").unlink()
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(LakeError, match="holds 0 Parquet files of the lake"):
        Lake.open(tmp_path)


@pytest.mark.usefixtures("here")
def test_a_published_file_that_can_not_be_read_stops_nothing(tmp_path: Path, rows: Any) -> None:
    """A client may hold it for writing, or it may be damaged."""
    filled(tmp_path, rows, "a")
    script = (
        "import duckdb, sys\nheld = duckdb.connect(sys.argv[1])\n"
        "held.execute('CREATE TABLE IF NOT EXISTS mine (n INTEGER)')\n"
        "print('held', flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "news.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"held\n"
        with Lake.open(tmp_path) as lake, writing(lake) as writer:
            assert writer.commit(rows.batch("b", "b"), rows.now) == 2
        client.kill()
    (tmp_path / "news.duckdb").write_bytes(b"no database")
    filled(tmp_path, rows, "c")
    assert ownership.published_batch(tmp_path) == (mark(tmp_path)["lake_id"], 3)


@pytest.mark.usefixtures("here")
def test_a_broken_mark_is_a_clear_error(tmp_path: Path, rows: Any) -> None:
    """It says which file and what to do; doing that helps."""
    filled(tmp_path, rows, "a")
    (tmp_path / "data" / "lake.json").write_bytes(b"")
    with pytest.raises(LakeError, match=r"lake\.json can't be read") as caught:
        Lake.open(tmp_path)
    assert "remove that file" in caught.value.hint
    (tmp_path / "data" / "lake.json").unlink()
    filled(tmp_path, rows, "b")
    assert mark(tmp_path)["batch_no"] == 2


@pytest.mark.usefixtures("here")
def test_a_backup_put_back_goes_on_above_what_was_published(tmp_path: Path, rows: Any) -> None:
    """Catalog and data of a backup fit each other; news.duckdb tells which numbers were given."""
    filled(tmp_path, rows, "a")
    for name in ("data", "catalog.sqlite"):
        copy = shutil.copytree if (tmp_path / name).is_dir() else shutil.copy
        copy(tmp_path / name, tmp_path / f"backup-{name}")
    filled(tmp_path, rows, "b", "c")
    shutil.rmtree(tmp_path / "data")
    for name in ("data", "catalog.sqlite"):
        (tmp_path / f"backup-{name}").replace(tmp_path / name)
    with Lake.open(tmp_path) as lake:
        follow_published(lake)
    with Lake.open(tmp_path) as lake, writing(lake) as writer:
        assert numbers(lake) == [(1, None), (3, 2)]
        assert writer.commit(rows.batch("b", "text b"), rows.now) == 4
        assert lake.connection.execute("SELECT command FROM lake.runs").fetchall() == [(RESTORED,)]


@pytest.mark.parametrize("which", ["older", "another's"])
def test_verify_and_repair_refuse_a_catalog_that_is_not_the_datas(
    tmp_path: Path, rows: Any, which: str
) -> None:
    """They say whose it is, call nothing whole, and set nothing aside, damaged files or not."""
    filled(tmp_path / "one", rows, "a")
    if which == "older":
        shutil.copy(tmp_path / "one" / "catalog.sqlite", tmp_path / "other")
        filled(tmp_path / "one", rows, "b")
    else:
        filled(tmp_path / "two", rows, "a")
        shutil.copy(tmp_path / "two" / "catalog.sqlite", tmp_path / "other")
    shutil.copy(tmp_path / "other", tmp_path / "one" / "catalog.sqlite")
    (tmp_path / "one" / "news.duckdb").write_bytes(b"damaged")
    before = tree(tmp_path / "one" / "data")
    said = "it is older" if which == "older" else "that of another lake"
    with Lake.open(tmp_path / "one", create=False, unchecked=True) as lake:
        for ask in (verify, plan):
            with pytest.raises(LakeError, match=said):
                ask(lake)
    assert tree(tmp_path / "one" / "data") == before


@pytest.mark.usefixtures("here")
def test_what_is_not_ours_is_left_alone(tmp_path: Path, rows: Any) -> None:
    """Only files with the names that DuckLake gives are set aside, only those are removed."""
    filled(tmp_path, rows, "a")
    others = tmp_path / "data" / "mine" / "keep.parquet", tmp_path / "data" / "orphans" / "note.txt"
    for path in others:
        path.parent.mkdir()
        path.write_text("mine")
        os.utime(path, (0, 0))
    with Lake.open(tmp_path) as lake:
        sweep(lake, datetime.now(UTC))
    assert [path.read_text() for path in others] == ["mine", "mine"]


@pytest.mark.usefixtures("here")
def test_no_lake_is_made_within_the_data_of_another(tmp_path: Path, rows: Any) -> None:
    """The outer one would take its files for its own orphans."""
    filled(tmp_path, rows, "a")
    with pytest.raises(LakeError, match="within the data folder of another lake"):
        Lake.open(tmp_path / "data" / "inner")


@pytest.mark.usefixtures("here")
def test_adopting_ends_a_repair_that_was_about_another_catalog(tmp_path: Path, rows: Any) -> None:
    """Its note would roll the adopted catalog back; its numbers are kept."""
    filled(tmp_path, rows, "a")
    shutil.copy(tmp_path / "catalog.sqlite", tmp_path / "older")
    filled(tmp_path, rows, "b")
    repair_note.write(tmp_path / "data", repair_note.RepairNote(target=0, above=7))
    (tmp_path / "older").replace(tmp_path / "catalog.sqlite")
    with Lake.open(tmp_path, unchecked=True) as lake:
        assert adopt(lake, rows.now).gap_to == 7
    with Lake.open(tmp_path) as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("c", "c"), rows.now) == 8
        assert reads.article_count(lake) == 2


@pytest.mark.usefixtures("here")
def test_a_ledger_with_a_hole_is_a_clear_error(tmp_path: Path, rows: Any) -> None:
    """An index can't be made of it; the error names the batch and the way out."""
    filled(tmp_path, rows, "a", "b", "c")
    with Lake.open(tmp_path) as lake:
        lake.connection.execute("DELETE FROM lake.batches WHERE batch_no = 2")
    shutil.rmtree(tmp_path / "index")
    with (
        Lake.open(tmp_path) as lake,
        pytest.raises(LakeError, match="lacks batch 2") as caught,
        writing(lake),
    ):
        pass
    assert "newslake verify" in caught.value.hint


@pytest.mark.postgres
def test_a_catalog_in_postgresql_is_checked_likewise(
    tmp_path: Path, rows: Any, postgres: Any
) -> None:
    """An empty database beside data of a lake, or another lake's, is refused; its own goes on."""
    data = str(tmp_path / "data")
    first, second = (f"postgres:{postgres()}" for _ in range(2))
    filled(tmp_path / "here", rows, "a", catalog=first, data_path=data)
    before = tree(tmp_path / "data")
    with pytest.raises(LakeError, match="its catalog in PostgreSQL is missing or empty"):
        Lake.open(tmp_path / "there", catalog=second, data_path=data)
    Lake.open(tmp_path / "other", catalog=second, data_path=str(tmp_path / "more")).close()
    with pytest.raises(LakeError, match="in PostgreSQL is that of another lake"):
        Lake.open(tmp_path / "there", catalog=second, data_path=data)
    assert tree(tmp_path / "data") == before
    filled(tmp_path / "there", rows, "b", catalog=first, data_path=data)
    assert json.loads((tmp_path / "data" / "lake.json").read_text())["batch_no"] == 2
