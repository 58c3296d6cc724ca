"""Plain Parquet for others: days, the manifest, and what a repetition rewrites."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from articles.errors import LakeError, LakeLocked, LakeMissing, SettingsError
from articles.model.duplicate_rows import Member
from articles.model.poll_rows import FeedRow, SourceRow
from warehouse.database.lock import file_lock
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish import export as exporting
from warehouse.publish.export import MANIFEST, MARK, TABLES, export
from warehouse.publish.publish import publish
from warehouse.queries.query import run

DAY1 = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
DAY2 = DAY1 + timedelta(minutes=2)


@pytest.fixture
def filled(lake: Lake, rows: Any) -> Lake:
    """Return a published lake of two days: two articles, then one."""
    first = replace(
        rows.batch("b1", "one", "two"),
        source_states=(SourceRow("s", "S", ("a.example",), None, None, None, None),),
        feed_settings=(FeedRow("feed", "s", "rss", "https://a.example/", True, 900),),
    )
    with writing(lake) as writer:
        writer.commit(first, DAY1)
        writer.commit(rows.batch("b2", "three"), DAY2)
    publish(lake)
    return lake


def days(target: Path, table: str) -> dict[str, int]:
    """Return the exported days of a table, with their rows."""
    return {
        path.parent.name: pq.read_metadata(path).num_rows
        for path in sorted(target.glob(f"{table}/*/*.parquet"))
    }


def bodies(target: Path) -> list[str]:
    """Return the exported articles' texts."""
    sql = f"SELECT body FROM '{target}/articles/*/*.parquet' ORDER BY body"
    return [row[0] for row in duckdb.sql(sql).fetchall()]


def test_rows_lie_under_the_day_that_stored_them(filled: Lake, tmp_path: Path) -> None:
    """`day` is the UTC day of the commit; the manifest tells rows, bytes and batch."""
    target = tmp_path / "export"
    done = export(filled.root, target, now=DAY2)
    assert days(target, "articles") == {"day=2026-11-01": 2, "day=2026-11-02": 1}
    assert days(target, "polls") == {"day=2026-11-01": 1, "day=2026-11-02": 1}
    assert days(target, "matches") == {}
    manifest = json.loads((target / MANIFEST).read_text())
    assert (manifest["lake_id"], manifest["batch_no"]) == (filled.id, 2)
    assert manifest["exported_at"] == "2026-11-02T00:01:00Z"
    assert list(manifest["tables"]) == list(TABLES)
    day = manifest["tables"]["articles"]["2026-11-01"]
    assert (day["rows"], day["file"]) == (2, "articles/day=2026-11-01/articles.parquet")
    assert day["bytes"] == (target / day["file"]).stat().st_size
    assert (done.batch_no, done.kept, done.removed) == (2, 0, 0)
    assert done.rows == sum(d["rows"] for t in manifest["tables"].values() for d in t.values())
    assert {path.name for path in target.iterdir()} == {
        MANIFEST, MARK, *(table for table, found in manifest["tables"].items() if found)
    }  # fmt: skip


def test_pandas_polars_and_duckdb_open_it(filled: Lake, tmp_path: Path) -> None:
    """A table's folder opens as one data set, with `day` as a column."""
    target = tmp_path / "export"
    export(filled.root, target)
    frame = pd.read_parquet(target / "articles")
    assert sorted(frame["body"]) == ["one", "three", "two"]
    assert str(frame["published_at"].dt.tz) == "UTC"
    scanned = pl.scan_parquet(target / "articles/*/*.parquet", hive_partitioning=True).collect()
    assert sorted(scanned["day"].cast(pl.String).unique()) == ["2026-11-01", "2026-11-02"]
    feeds = pd.read_parquet(target / "feeds")
    assert list(feeds["interval"]) == [900]
    assert bodies(target) == ["one", "three", "two"]


def test_exported_articles_are_the_published_ones(filled: Lake, tmp_path: Path) -> None:
    """Column by column, row by row."""
    target = tmp_path / "export"
    export(filled.root, target)
    for table in ("articles", "revisions", "sightings", "entries", "quarantine"):
        sql = f"SELECT * EXCLUDE (day) FROM '{target}/{table}/*/*.parquet' ORDER BY ALL"
        if not days(target, table):
            continue
        with run(filled.root, f"SELECT * FROM {table} ORDER BY ALL") as result:
            expected = [row for block in result.rows() for row in block]
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            assert connection.execute(sql).fetchall() == expected


def test_nothing_new_writes_nothing(filled: Lake, tmp_path: Path) -> None:
    """A repetition keeps every day's file."""
    target = tmp_path / "export"
    first = export(filled.root, target)
    before = {path: path.stat().st_ino for path in target.rglob("*.parquet")}
    again = export(filled.root, target)
    assert (again.written, again.kept) == (0, first.written)
    assert {path: path.stat().st_ino for path in target.rglob("*.parquet")} == before


def test_only_days_that_changed_are_rewritten(filled: Lake, rows: Any, tmp_path: Path) -> None:
    """An edit of an old article rewrites the article's day, and adds rows under its own day."""
    target = tmp_path / "export"
    export(filled.root, target)
    before = {path: path.stat().st_ino for path in target.rglob("*.parquet")}
    entry, revision, sighting, _ = rows.article("one")
    edit = replace(
        rows.batch("b3"),
        entries=(replace(entry, entry_id="edit"),),
        revisions=(
            replace(revision, revision_no=2, entry_id="edit", body="one more", state_hash="0" * 32),
        ),
        sightings=(replace(sighting, revision_no=2, entry_id="edit"),),
    )
    with writing(filled) as writer:
        writer.commit(edit, DAY2 + timedelta(days=1))
    publish(filled)
    export(filled.root, target)
    after = {path: path.stat().st_ino for path in target.rglob("*.parquet")}
    changed = {str(path.relative_to(target)) for path in after if before.get(path) != after[path]}
    assert {name for name in changed if name.startswith(("articles", "revisions", "keys"))} == {
        "articles/day=2026-11-01/articles.parquet",
        "revisions/day=2026-11-03/revisions.parquet",
    }
    assert bodies(target) == ["one more", "three", "two"]


def test_a_new_copy_rewrites_the_articles_day(filled: Lake, rows: Any, tmp_path: Path) -> None:
    """An article that joins a group is exported anew; leaving it alone in the group, too."""
    target = tmp_path / "export"
    export(filled.root, target)
    names = [rows.article(text)[1].article_id for text in ("one", "three")]
    place = tuple(Member(name, names[0], names[0], "r", "same_text", 1.0) for name in names)
    away = (Member(names[1], names[1], names[1], "r", "same_text", 1.0),)
    for number, members in enumerate((place, away)):
        with writing(filled) as writer:
            writer.commit(rows.batch(f"m{number}", members=members), DAY2)
        publish(filled)
        export(filled.root, target)
        sql = f"SELECT group_id FROM '{target}/articles/*/*.parquet' WHERE body = 'one'"
        assert duckdb.sql(sql).fetchall() == [(names[0] if members is place else None,)]
    assert days(target, "duplicates") == {}


@pytest.mark.parametrize("table", ["articles", "entries", "runs"])
def test_a_killed_export_is_completed(
    filled: Lake, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Cut off at any table, even the first time, the next export makes it whole."""
    target = tmp_path / "export"

    class Killed(BaseException):
        pass

    def export_cut_off() -> None:
        with monkeypatch.context() as patched:
            written = exporting._write_day

            def cut(*arguments: Any) -> int:
                size = written(*arguments)
                if arguments[4].startswith(table):
                    raise Killed
                return size

            patched.setattr(exporting, "_write_day", cut)
            with pytest.raises(Killed):
                export(filled.root, target)

    if table != "runs":
        export_cut_off()
        assert not (target / MANIFEST).exists()
    with writing(filled) as writer:
        writer.commit(rows.batch("b3", "four"), DAY2)
    publish(filled)
    if table != "runs":
        export_cut_off()
    export(filled.root, target)
    assert bodies(target) == ["four", "one", "three", "two"]
    assert not (target / ".staging").exists()


def test_lost_and_damaged_files_are_repaired(filled: Lake, tmp_path: Path) -> None:
    """A file that is missing or of another size is written again; all for a broken manifest."""
    target = tmp_path / "export"
    first = export(filled.root, target)
    (target / "articles/day=2026-11-01/articles.parquet").unlink()
    (target / "articles/day=2026-11-02/articles.parquet").write_bytes(b"x")
    assert export(filled.root, target).written == 2
    (target / MANIFEST).write_text("{")
    assert export(filled.root, target).written == first.written
    assert bodies(target) == ["one", "three", "two"]


def test_days_without_rows_go(filled: Lake, tmp_path: Path) -> None:
    """A day that has no row any more is removed; other people's files in it stay."""
    target = tmp_path / "export"
    export(filled.root, target)
    for day in ("day=2020-01-01", "day=2020-01-02"):
        (target / "articles" / day).mkdir()
        (target / "articles" / day / "articles.parquet").write_bytes(b"x")
    mine = target / "articles" / "day=2020-01-02" / "notes.txt"
    mine.write_text("mine")
    assert export(filled.root, target).removed == 2
    assert mine.read_text() == "mine"
    assert days(target, "articles") == {"day=2026-11-01": 2, "day=2026-11-02": 1}


def test_targets_that_cant_be_one_are_refused(filled: Lake, tmp_path: Path) -> None:
    """Inside the lake, a file, a folder with other files, above the lake: nothing is touched."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x")
    (tmp_path / "link").symlink_to(filled.root / "data")
    for name in ("file", "full", "lake", "lake/export", "link/export", "."):
        with pytest.raises(SettingsError) as caught:
            export(filled.root, tmp_path / name)
        assert "Choose" in caught.value.hint
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]
    assert not (filled.root / "export").exists()


def test_another_lakes_export_is_refused(filled: Lake, tmp_path: Path) -> None:
    """An export of one lake is not mixed with another's."""
    export(filled.root, tmp_path / "export")
    with Lake.open(tmp_path / "other") as other:
        publish(other)
    with pytest.raises(SettingsError, match="another lake"):
        export(tmp_path / "other", tmp_path / "export")


def test_two_exports_at_once_are_refused(
    filled: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second says that another one writes there."""
    target = tmp_path / "export"
    export(filled.root, target)
    monkeypatch.setattr(exporting, "_LOCK_SECONDS", 0.0)
    with (
        file_lock(target / MARK, 0.0),
        pytest.raises(LakeLocked, match="another export writes to"),
    ):
        export(filled.root, target)


def test_no_lock_of_the_lake_is_needed(filled: Lake, tmp_path: Path) -> None:
    """An export goes on while a run writes."""
    with writing(filled):
        assert export(filled.root, tmp_path / "export").rows > 0


def test_no_lake_is_said(tmp_path: Path) -> None:
    """Nothing is made in the target."""
    with pytest.raises(LakeMissing):
        export(tmp_path / "nowhere", tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_a_failing_disk_is_said(filled: Lake, tmp_path: Path) -> None:
    """A place where no file can be made is an error with a hint, no traceback."""
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / MARK).touch()
    (tmp_path / "export" / "articles").write_text("in the way")
    with pytest.raises(LakeError, match="exporting to"):
        export(filled.root, tmp_path / "export")


def test_an_empty_lake_is_exported(lake: Lake, tmp_path: Path) -> None:
    """Only a manifest, of batch 0."""
    publish(lake)
    done = export(lake.root, tmp_path / "export")
    assert (done.batch_no, done.rows, done.written) == (0, 0, 0)
    assert json.loads((tmp_path / "export" / MANIFEST).read_text())["batch_no"] == 0
