"""Verifying a lake: what is damaged is named, with batches and feeds; what is whole is not."""

from pathlib import Path
from typing import Any

import pytest

from articles.errors import LakeError, QueryError
from articles.model.poll_rows import FeedRow
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import merge
from warehouse.maintenance.verify import verify
from warehouse.publish.export import export
from warehouse.publish.publish import publish
from warehouse.queries.feeds import feed_facts
from warehouse.queries.query import run
from warehouse.queries.status import status

FEED = FeedRow("feed", "example.org", "rss", "https://example.org/rss", True, None)


@pytest.fixture
def stored(lake: Lake, rows: Any) -> Lake:
    """Return a lake of three batches of five articles, published."""
    with writing(lake) as writer:
        for name in ("b1", "b2", "b3"):
            texts = [f"{name} {number} " + "word " * 200 for number in range(5)]
            settings = (FEED,) if name == "b1" else ()
            writer.commit(rows.batch(name, *texts, feed_settings=settings), rows.now)
    publish(lake)
    return lake


def whole_path(lake: Lake, path: Path) -> str:
    """Return a file's path as errors say it."""
    return path.relative_to(lake.root).as_posix()


def test_a_whole_lake_is_whole(stored: Lake) -> None:
    """Every table is counted, nothing is said to be wrong."""
    found = verify(stored)
    assert found.whole
    assert (list(found.faults), list(found.wrong), list(found.published)) == ([], [], [])
    facts = {table.table: (table.files, table.rows) for table in found.tables}
    assert facts["entries"] == (3, 15)
    assert facts["batches"] == (3, 3)
    assert facts["lake_ids"] == (1, 1)
    assert found.lake_id == stored.id


@pytest.mark.parametrize("way", ["empty", "cut", "page", "gone"])
def test_damage_is_named_with_what_it_concerns(stored: Lake, damage: Any, way: str) -> None:
    """The file, its batches, and the feed with its days."""
    path = damage.path(stored, "revisions", 1)
    damage.do(way, path)
    with Lake.open(stored.root, read_only=True, unchecked=True) as opened:
        found = verify(opened)
    (fault,) = found.faults
    assert f"data/{fault.file.path}" == whole_path(stored, path)
    assert (fault.why is None) == (way == "gone")
    assert found.batches == [(2, 2)]
    (feed,) = found.affected_feeds
    assert (feed.url, feed.polls, feed.entries) == ("https://example.org/rss", 1, 5)
    assert feed.first == feed.last == rows_day(stored)
    assert list(found.wrong) == []
    assert found.whole is False


def rows_day(lake: Lake) -> Any:
    """Return the day of the polls."""
    row = lake.connection.execute("SELECT max(started_at)::DATE FROM lake.polls").fetchone()
    assert row is not None
    return row[0]


def test_a_lake_without_its_id_and_migrations_can_be_verified(stored: Lake, damage: Any) -> None:
    """What can't be opened for a run is opened to be looked at, its id included."""
    for table in ("lake_ids", "migrations"):
        for path in (stored.root / "data/main" / table).glob("*.parquet"):
            damage.do("empty", path)
    with pytest.raises(LakeError, match=r"data/main/\w+/ducklake-[\w-]+.parquet is damaged"):
        Lake.open(stored.root)
    with Lake.open(stored.root, read_only=True, unchecked=True) as opened:
        found = verify(opened)
    assert {fault.file.table for fault in found.faults} == {"lake_ids", "migrations"}
    assert found.lake_id == stored.id


def test_rows_that_the_ledger_does_not_count_are_said(stored: Lake) -> None:
    """A file that the catalog has forgotten is no fault of a file: the ledger tells."""
    number = "(SELECT min(data_file_id) FROM __ducklake_metadata_lake.ducklake_data_file f"
    number += " JOIN __ducklake_metadata_lake.ducklake_table t USING (table_id)"
    number += " WHERE t.table_name = '{}')"
    for table in ("entries", "batches"):
        stored.connection.execute(
            "DELETE FROM __ducklake_metadata_lake.ducklake_data_file WHERE data_file_id = "
            + number.format(table)
        )
    with Lake.open(stored.root, read_only=True, unchecked=True) as opened:
        found = verify(opened)
    assert list(found.faults) == []
    assert "the ledger lacks batch 1" in found.wrong
    assert any("unknown to the ledger" in sentence for sentence in found.wrong)
    assert dict(found.orphaned) == {"main/batches": 1, "main/entries": 1}


def test_superseded_files_that_are_gone_are_no_damage(lake: Lake, rows: Any) -> None:
    """After a merge its inputs may be missing: that is said, and the lake is whole."""
    with writing(lake) as writer:
        for number in range(17):
            writer.commit(rows.batch(f"b{number}", f"text {number}"), rows.now)
    before = reads.live_files(lake)["entries"]
    assert merge(lake)
    publish(lake)
    (Path(lake.location.data) / before[0]).unlink()
    found = verify(lake)
    assert found.whole
    assert list(found.gone) == [before[0]]


@pytest.mark.parametrize("way", ["empty", "cut", "page", "gone"])
@pytest.mark.parametrize("table", ["revisions", "sightings", "feed_settings", "batches"])
def test_every_read_of_a_damaged_file_says_what_to_do(
    stored: Lake, damage: Any, tmp_path: Path, table: str, way: str
) -> None:
    """Index, status, sql, export, feeds and publish name a file, and the way out."""
    damage.do(way, damage.path(stored, table))
    (stored.root / "index/keys.sqlite").unlink()

    def ask() -> None:
        with run(stored.root, f"select * from {table}") as result:
            list(result.rows())

    def remake() -> None:
        with Lake.open(stored.root) as opened, writing(opened):
            reads.settings(opened)
            reads.article_count(opened)

    def again() -> None:
        (stored.root / "news.duckdb").unlink()
        with Lake.open(stored.root) as opened:
            publish(opened)

    readers: dict[str, Any] = {
        "sql": ask,
        "export": lambda: export(stored.root, tmp_path / "out"),
        "status": lambda: status(stored.root),
        "feeds": lambda: feed_facts(stored.root),
        "index": remake,
        "publish": again,
    }
    unread = {
        "revisions": {"feeds"},
        "sightings": {"feeds", "status"},
        "feed_settings": {"publish"},
        "batches": {"feeds"},
    }[table]
    for name, read in readers.items():
        if name in unread:
            continue
        with pytest.raises(LakeError) as caught:
            read()
        assert f"data/main/{table}/ducklake-" in caught.value.message, name
        assert "newslake verify" in caught.value.hint, name
        assert "newslake repair" in caught.value.hint, name


def stored_at(lake: Lake) -> Any:
    """Return a time at which nothing is special."""
    row = lake.connection.execute("SELECT TIMESTAMPTZ '2026-11-02'").fetchone()
    assert row is not None
    return row[0]


def test_an_error_without_a_file_finds_it(stored: Lake, damage: Any) -> None:
    """What Parquet's reader says of a broken page header names no file; the lake is searched."""
    path = damage.path(stored, "entries", 0)
    held = path.read_bytes()
    path.write_bytes(held[:4] + bytes(byte ^ 0xFF for byte in held[4:60]) + held[60:])
    with pytest.raises(LakeError, match=whole_path(stored, path)), stored.reading():
        stored.connection.execute("SELECT * FROM lake.entries").fetchall()
    with pytest.raises(LakeError, match=whole_path(stored, path)):
        list(run(stored.root, "from entries").rows())


def test_a_file_of_the_users_own_is_not_the_lakes(stored: Lake, tmp_path: Path) -> None:
    """A query that names a broken file elsewhere fails as a query does."""
    own = tmp_path / "main" / "entries" / "mine.parquet"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"no Parquet")
    with pytest.raises(QueryError, match="Parquet"):
        run(stored.root, f"from '{own}'")
