"""`news.duckdb`: what any DuckDB client sees of the lake, and what becomes of readers."""

import errno
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import DiskFull
from warehouse.database.migrate import migrations
from warehouse.database.tables import TABLES
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import merge, sweep
from warehouse.publish import publish as publishing
from warehouse.publish.publish import publish
from warehouse.queries.published import connect
from warehouse.queries.query import run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def commit(lake: Lake, rows: Any, batch_id: str, *texts: str) -> None:
    """Store a batch of new articles."""
    with writing(lake) as writer:
        writer.commit(rows.batch(batch_id, *texts), NOW)


def ask(root: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what the published file answers."""
    with run(root, sql) as result:
        return [row for block in result.rows() for row in block]


def test_an_empty_lake_is_published(lake: Lake) -> None:
    """Each table is there, empty, with the lake's column types; batch_no is 0."""
    publish(lake, now=NOW)
    for table in TABLES:
        assert ask(lake.root, f"SELECT * FROM {table}") == []
        published = [row[:2] for row in ask(lake.root, f"DESCRIBE {table}")]
        sql = f"DESCRIBE SELECT * FROM lake.{table}"
        assert published == [row[:2] for row in lake.connection.execute(sql).fetchall()]
    sql = (
        "SELECT lake_id, batch_no, published_at, schema_version, rules['same_text'] FROM lake_info"
    )
    assert ask(lake.root, sql) == [(lake.id, 0, NOW, migrations()[-1].number, "same_text-1")]


def test_published_views_are_the_lakes(lake: Lake, rows: Any) -> None:
    """Each view gives in news.duckdb the rows that it gives in the lake."""
    commit(lake, rows, "b1", "one", "two")
    commit(lake, rows, "b2", "three")
    publish(lake)
    lake.connection.execute("SET TimeZone = 'UTC'")
    views = (
        "articles", "news", "duplicates", "heads", "feeds", "coverage", "revisions", "polls",
    )  # fmt: skip
    for view in views:
        sql = f"SELECT * FROM lake.{view} ORDER BY ALL"
        expected = lake.connection.execute(sql).fetchall()
        assert ask(lake.root, f"SELECT * FROM {view} ORDER BY ALL") == expected


def test_old_clients_can_open_it(lake: Lake) -> None:
    """The file has the storage version of DuckDB 1.0."""
    publish(lake)
    with connect(lake.root) as connection:
        sql = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'news'"
        version = connection.execute(sql).fetchone()
    assert version is not None
    assert version[0].startswith("v1.0.0")


@pytest.mark.parametrize("name", ["it's a=1", "[a-c]st*r", 'ünï "cödé"]'])
def test_any_folder_will_do(tmp_path: Path, rows: Any, name: str) -> None:
    """Quotes, blanks, wildcards and `=` in the lake's path change nothing."""
    with Lake.open(tmp_path / name / "lake") as lake:
        commit(lake, rows, "b1", "one")
        publish(lake)
    assert ask(tmp_path / name / "lake", "SELECT body FROM articles") == [("one",)]
    with duckdb.connect(str(tmp_path / name / "lake/news.duckdb"), read_only=True) as plain:
        columns = [row[0] for row in plain.execute("DESCRIBE polls").fetchall()]
        assert plain.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    assert "run" not in columns


def test_a_moved_lake_is_read(lake: Lake, rows: Any, tmp_path: Path) -> None:
    """query.py finds the files by itself; another client says where they are."""
    commit(lake, rows, "b1", "one")
    publish(lake)
    lake.close()
    moved = tmp_path / "moved [x]"
    shutil.move(lake.root, moved)
    assert ask(moved, "SELECT body FROM articles") == [("one",)]
    with duckdb.connect(f"{moved}/news.duckdb", read_only=True) as plain:
        with pytest.raises(duckdb.IOException, match="No files found"):
            plain.execute("SELECT body FROM articles").fetchall()
        plain.execute(f"SET VARIABLE lake = '{moved}/'")
        assert plain.execute("SELECT body FROM articles").fetchall() == [("one",)]


def test_data_elsewhere_is_read(tmp_path: Path, rows: Any) -> None:
    """A data folder outside the lake is named by its own path."""
    with Lake.open(tmp_path / "lake", data_path=str(tmp_path / "big disk")) as lake:
        commit(lake, rows, "b1", "one")
        publish(lake)
    assert ask(tmp_path / "lake", "SELECT body FROM articles") == [("one",)]


def test_open_readers_keep_their_state(lake: Lake, rows: Any) -> None:
    """An open reader goes on with the old state, over commits, a merge and a new publication."""
    for number in range(20):
        commit(lake, rows, f"b{number}", f"text {number}")
    publish(lake)
    with connect(lake.root) as old:
        commit(lake, rows, "last", "the last text")
        assert merge(lake) > 0
        publish(lake)
        sweep(lake, datetime.now(UTC))  # within the grace: nothing of it goes
        count = "SELECT count(*), count(body) FROM articles"
        assert old.execute(count).fetchone() == (20, 20)
        assert ask(lake.root, count) == [(21, 21)]


def test_readers_beyond_the_grace_are_told(lake: Lake, rows: Any) -> None:
    """Once superseded files are gone, the old reader gets an error, a new one the data."""
    for number in range(20):
        commit(lake, rows, f"b{number}", f"text {number}")
    publish(lake)
    with connect(lake.root) as old:
        assert merge(lake) > 0
        publish(lake)
        lake.connection.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")
        sweep(lake, datetime.now(UTC), timedelta(0))
        with pytest.raises(duckdb.IOException, match="No files found"):
            old.execute("SELECT count(body) FROM articles").fetchall()
    assert ask(lake.root, "SELECT count(body) FROM articles") == [(20,)]


def test_leftovers_of_a_killed_publication_go(lake: Lake) -> None:
    """What a killed publication left is removed by the next one."""
    for name in ("news.duckdb.1a2b.tmp", "news.duckdb.1a2b.tmp.wal"):
        (lake.root / name).write_bytes(b"half")
    publish(lake)
    assert [path.name for path in lake.root.glob("news.duckdb*")] == ["news.duckdb"]


def test_a_full_disk_leaves_the_old_file(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing publication says so, keeps the old file as it is and leaves nothing behind."""
    path = publish(lake)
    before = path.read_bytes()
    commit(lake, rows, "b1", "one")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(publishing, "_write_info", fail)
    with pytest.raises(DiskFull, match="publishing"):
        publish(lake)
    assert path.read_bytes() == before
    assert [file.name for file in lake.root.glob("news.duckdb*")] == ["news.duckdb"]


def test_a_damaged_file_is_replaced(lake: Lake, rows: Any) -> None:
    """A published file that can't be opened is simply made anew."""
    commit(lake, rows, "b1", "one")
    (lake.root / "news.duckdb").write_bytes(b"no database")
    publish(lake)
    assert ask(lake.root, "SELECT body FROM articles") == [("one",)]


def test_a_poll_alone_reuses_the_heads(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When only polls came in, the tables over the history are taken over, not made again."""
    commit(lake, rows, "b1", "one")
    publish(lake)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_make_tables", None)
        with writing(lake) as writer:
            writer.commit(rows.batch("b2"), NOW)
        publish(lake)
    assert ask(lake.root, "SELECT count(*) FROM polls") == [(2,)]
    assert ask(lake.root, "SELECT batch_no FROM lake_info") == [(2,)]
    commit(lake, rows, "b3", "two")
    publish(lake)
    assert ask(lake.root, "SELECT body FROM articles ORDER BY 1") == [("one",), ("two",)]


def test_a_column_added_later_is_there(lake: Lake, rows: Any) -> None:
    """Files older than a column show NULL in it, whether or not a newer file has it already."""
    commit(lake, rows, "b1", "one")
    lake.connection.execute("ALTER TABLE lake.polls ADD COLUMN proxy VARCHAR")
    publish(lake)
    assert ask(lake.root, "SELECT proxy, new FROM polls") == [(None, 1)]
    lake.connection.execute(
        "INSERT INTO lake.polls BY NAME"
        " SELECT * REPLACE (2 AS batch_no, 'p' AS proxy) FROM lake.polls"
    )
    publish(lake)
    sql = "SELECT proxy, batch_no FROM polls ORDER BY batch_no"
    assert ask(lake.root, sql) == [(None, 1), ("p", 2)]


def test_two_publications_at_once_are_one_after_the_other(lake: Lake, rows: Any) -> None:
    """Two runs that end together both publish; the file is whole and of the last state."""
    commit(lake, rows, "b1", "one")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with Lake.open(lake.root) as other:
                publish(other)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ask(lake.root, "SELECT body FROM articles") == [("one",)]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(1, 60)
)
def test_parts_part_all_articles(article_id: str, count: int) -> None:
    """Every id, whatever it looks like, is in exactly one of the parts."""
    conditions = ", ".join(f"({part})::int" for part in publishing._parts(count))
    sql = f"SELECT list_sum([{conditions}]) FROM (SELECT ? AS article_id)"
    assert duckdb.execute(sql, [article_id]).fetchone() == (1,)


def test_a_history_in_parts_is_the_same(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many passes a long history takes, the heads are the same."""
    commit(lake, rows, "b1", *(f"text {number}" for number in range(50)))
    heads = "SELECT * FROM heads ORDER BY article_id"
    publish(lake)
    expected = ask(lake.root, heads)
    (lake.root / "news.duckdb").unlink()
    monkeypatch.setattr(publishing, "_PASS", 5)
    publish(lake)
    assert ask(lake.root, heads) == expected
    assert len(expected) == 50


def test_too_little_memory_gets_more(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publication that runs out of memory is tried again with more."""
    commit(lake, rows, "b1", "one")
    limits: list[str] = []
    build = publishing._build

    def short(*arguments: Any) -> None:
        limits.append(arguments[-1])
        if len(limits) == 1:
            raise duckdb.OutOfMemoryException("Out of Memory Error")
        build(*arguments)

    monkeypatch.setattr(publishing, "_build", short)
    publish(lake)
    assert limits == ["192MB", "2GB"]
    assert ask(lake.root, "SELECT body FROM articles") == [("one",)]
