"""A lake of before, whose groups did not follow texts, comes right by itself, once."""

import asyncio
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from articles.duplicates.groups import ALONE, LEFT
from articles.errors import LakeError
from articles.model.poll_rows import RunRow
from flows.pipeline.commit import CommitContext
from flows.pipeline.regroup import BATCH_ID, regroup
from flows.run import run
from warehouse.lake.lake import Lake
from warehouse.lake.writer import Writer

OLD = Path(__file__).parents[2] / "warehouse" / "lakes" / "schema3.tar.xz"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EDITED, KEPT = "d0af81ac28e35ae0", "eab854bf067f1940"
"""Articles of that lake: one was edited after the two had been grouped."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a folder with a lake of schema 3 and the press that it was made of."""
    with tarfile.open(OLD) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def lake(old: Path) -> Iterator[Lake]:
    """Yield that lake, opened and so migrated."""
    with Lake.open(old / "lake") as opened:
        yield opened


def commits(lake: Lake, run_id: str = "run") -> CommitContext:
    """Return what the commits of a run share."""
    return CommitContext(lake, RunRow(run_id, NOW, None, "0", "test"))


def ask(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    """Return what the lake says."""
    return lake.connection.execute(sql).fetchall()


def test_stale_memberships_end_in_a_batch_of_their_own(lake: Lake) -> None:
    """Both articles are news again, under a batch_no that cursors see; once more does nothing."""
    regroup(commits(lake), NOW)
    assert lake.batch_no() == 8
    assert ask(lake, "SELECT * FROM lake.duplicates") == []
    sql = "SELECT article_id, copies FROM lake.news WHERE changed_batch_no > 7 ORDER BY 1"
    assert ask(lake, sql) == [(EDITED, 0), (KEPT, 0)]
    sql = "SELECT article_id, group_id, canonical_rule FROM lake.members WHERE batch_no = 8"
    assert set(ask(lake, sql)) == {(EDITED, None, LEFT), (KEPT, None, ALONE)}
    sql = "SELECT batch_id, run_id FROM lake.batches WHERE batch_no = 8"
    assert ask(lake, sql) == [(BATCH_ID, "run")]
    regroup(commits(lake, "another"), NOW)
    assert lake.batch_no() == 8


def test_what_is_cut_off_is_done_by_the_next_run(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before its commit, or after it and before the index knew, it happens once."""

    def broken(*_: object) -> None:
        message = "cut off"
        raise LakeError(message, "")

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_store", broken)
        with pytest.raises(LakeError, match="cut off"):
            regroup(commits(lake), NOW)
    assert lake.batch_no() == 7
    with monkeypatch.context() as patched:
        patched.setattr(Lake, "committed", lambda *_: None)
        regroup(commits(lake), NOW)
    with Lake.open(lake.root) as other:
        regroup(commits(other, "another"), NOW)
        assert other.batch_no() == 8
        assert len(ask(other, "SELECT * FROM lake.news")) == 8


def test_a_run_puts_an_old_lake_right(old: Path) -> None:
    """Nobody has to do anything: the next run regroups, reads on, and publishes it."""
    report = asyncio.run(
        run(old / "lake", [old / "press"], now=NOW, run_id="r", command="newslake ingest")
    )
    assert report.articles == 8
    with Lake.open(old / "lake", read_only=True) as lake:
        assert ask(lake, "SELECT count(*) FROM lake.news") == [(8,)]
        assert ask(lake, f"SELECT batch_no FROM lake.batches WHERE batch_id = '{BATCH_ID}'") == [
            (8,)
        ]


def test_a_new_lake_needs_no_such_batch(tmp_path: Path) -> None:
    """Where the rule of today decided everything nothing is stored for it."""
    with Lake.open(tmp_path / "lake") as lake:
        regroup(commits(lake), NOW)
        assert lake.batch_no() == 0
