"""A connection to PostgreSQL that drops around COMMIT: stored once or not at all, and said so."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pgrelay import Loss, Relay

from articles.errors import LakeError
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import MOST_FILES, merge, sweep

pytestmark = pytest.mark.postgres


@pytest.fixture
def relay(
    postgres: Callable[[], str], tmp_path: Path
) -> Iterator[tuple[Relay, Callable[[], Lake]]]:
    """Yield a relay to a new database, and what opens the lake in it by way of the relay."""
    given = postgres()
    folder = dict(part.split("=") for part in given.split())["host"]
    with Relay(f"{folder}/.s.PGSQL.5432") as made:
        catalog = f"postgres:{made.conninfo(given)}"

        def opened() -> Lake:
            data = str(tmp_path / "data")
            return Lake.open(tmp_path / "here", catalog=catalog, data_path=data, lock_timeout=5)

        yield made, opened


def stored(lake: Lake) -> list[tuple[int, str, str]]:
    """Return number and id of each batch with the text of each of its revisions; all is read."""
    for (table,) in lake.connection.execute(_TABLES).fetchall():
        lake.connection.execute(f"SELECT * FROM lake.{table}").fetchall()
    sql = (
        "SELECT batch_no, batch_id, body FROM lake.batches JOIN lake.revisions USING (batch_no)"
        " ORDER BY ALL"
    )
    return lake.connection.execute(sql).fetchall()


_TABLES = (
    "SELECT table_name FROM duckdb_tables()"
    " WHERE database_name = 'lake' AND table_name NOT LIKE 'ducklake%'"
)


def held(lake: Lake) -> list[Path]:
    """Return the files that are held by a second link."""
    return list((Path(lake.location.data) / "held").rglob("*.parquet"))


@pytest.mark.parametrize("loss", ["after", "late"])
def test_an_answer_that_is_lost_is_asked_for(relay: Any, rows: Any, loss: Loss) -> None:
    """A batch that the server committed is stored once, without an error, and others follow."""
    made, opened = relay
    with opened() as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("a", "text a"), rows.now) == 1
        for number, name in enumerate("bcd", 2):
            made.next = loss
            assert writer.commit(rows.batch(name, f"text {name}"), rows.now) == number
        assert made.lost == 3
        assert writer.commit(rows.batch("c", "text c"), rows.now) == 3
        assert writer.commit(rows.batch("e", "text e"), rows.now) == 5
        expected = [(number, name, f"text {name}") for number, name in enumerate("abcde", 1)]
        assert stored(lake) == expected
        assert held(lake) == []
    with opened() as lake:
        assert stored(lake) == expected


def test_a_commit_that_the_server_never_heard_is_not_stored(relay: Any, rows: Any) -> None:
    """The error says that nothing was stored; committing again stores it once."""
    made, opened = relay
    with opened() as lake, writing(lake) as writer:
        writer.commit(rows.batch("a", "text a"), rows.now)
        made.next = "before"
        with pytest.raises(LakeError, match="storing batch 2 failed") as caught:
            writer.commit(rows.batch("b", "text b"), rows.now)
        assert caught.value.hint.startswith("Nothing of this batch was stored")
        assert stored(lake) == [(1, "a", "text a")]
        assert held(lake) == []
        assert writer.commit(rows.batch("b", "text b"), rows.now) == 2
        assert stored(lake) == [(1, "a", "text a"), (2, "b", "text b")]


@pytest.mark.parametrize("again", ["the same writer", "the next run"])
def test_what_can_not_be_asked_is_not_known_until_the_next_run(
    relay: Any, rows: Any, again: str
) -> None:
    """With the server gone the error says that it is not known; whoever comes next finds out."""
    made, opened = relay
    batch = rows.batch("b", "text b")
    with opened() as lake:
        with writing(lake) as writer:
            writer.commit(rows.batch("a", "text a"), rows.now)
            made.next = "gone"
            with pytest.raises(LakeError, match="not known whether batch 2 was stored") as caught:
                writer.commit(batch, rows.now)
            assert "Nothing of this batch" not in caught.value.hint
            assert "the next run finds out" in caught.value.hint
            assert held(lake)
            made.reachable = True
            if again == "the same writer":
                assert writer.commit(batch, rows.now) == 2
        if again == "the same writer":
            assert stored(lake) == [(1, "a", "text a"), (2, "b", "text b")]
    with opened() as lake, writing(lake) as writer:
        assert writer.commit(batch, rows.now) == 2
        assert writer.commit(rows.batch("c", "text c"), rows.now) == 3
        assert stored(lake) == [(1, "a", "text a"), (2, "b", "text b"), (3, "c", "text c")]
        assert held(lake) == []


@pytest.mark.parametrize("loss", ["after", "before", "gone"])
def test_a_merge_whose_answer_is_lost_changes_no_row(relay: Any, rows: Any, loss: Loss) -> None:
    """Whatever became of a merge, every row is read, and the next merge goes on."""
    made, opened = relay
    with opened() as lake:
        with writing(lake) as writer:
            for number in range(MOST_FILES + 1):
                writer.commit(rows.batch(f"b{number:02}", f"text {number}"), rows.now)
        before = stored(lake)
        made.only_after = lambda: bool(held(lake))  # readings and options have a COMMIT too
        made.next = loss
        if loss == "after":
            assert merge(lake) == 6 * (MOST_FILES + 1)
        else:
            said = {"before": "merging files failed", "gone": "not known whether the merge of"}
            with pytest.raises(LakeError, match=said[loss]) as caught:
                merge(lake)
            assert "batch" not in caught.value.hint
        assert made.lost == 1
        made.reachable = True
        assert stored(lake) == before
        merge(lake)
        assert stored(lake) == before
        assert {len(paths) for paths in reads.live_files(lake).values() if paths} == {1}
        assert held(lake) == []
        sweep(lake, rows.now)
        assert stored(lake) == before


@pytest.mark.parametrize("loss", ["after", "before", "gone"])
def test_making_a_lake_whose_answer_is_lost_goes_on(
    relay: Any, rows: Any, loss: Loss, tmp_path: Path
) -> None:
    """A lake whose first step had no answer is made by the next opening at the latest."""
    made, opened = relay
    made.next = loss
    made.only_after = lambda: any((tmp_path / "data" / "held").rglob("*.parquet"))
    if loss == "after":
        opened().close()
    else:
        with pytest.raises(LakeError) as caught:
            opened()
        assert "batch" not in caught.value.hint
    assert made.lost == 1
    made.reachable = True
    with opened() as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("a", "text a"), rows.now) == 1
        assert stored(lake) == [(1, "a", "text a")]
        assert held(lake) == []


def test_files_are_held_where_no_links_can_be(
    relay: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without hard links gets copies instead."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    made, opened = relay
    with opened() as lake, writing(lake) as writer:
        made.next = "after"
        assert writer.commit(rows.batch("a", "text a"), rows.now) == 1
        assert stored(lake) == [(1, "a", "text a")]
        assert held(lake) == []
