"""Counted tries in the lake: a lake of schema 3 gets the columns, and nothing else changes."""

import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish.publish import publish
from warehouse.queries.query import run
from warehouse.queries.status import status

OLDER = Path(__file__).parents[1] / "lakes" / "schema3.tar.xz"


def test_a_lake_without_tries_gets_them(tmp_path: Path, rows: Any) -> None:
    """Old rows have no count, are shown as before, and new ones stand beside them."""
    with tarfile.open(OLDER) as packed:
        packed.extractall(tmp_path, filter="data")
    with Lake.open(tmp_path / "lake") as lake:
        with writing(lake) as writer:
            before = writer.look_up([], [], []).feed_batches
            assert set(before.values()) == {6, 7}
            assert all(one.tries is None for one in writer.schedules().values())
            feed_id = next(feed_id for feed_id, last in before.items() if last == 7)
            assert reads.feed_batch(lake, feed_id) == 7
            [held] = writer.feed_states([feed_id]).values()
            state = replace(held, tries="-5:1")
            schedule = replace(writer.schedules()[feed_id], tries=1)
            writer.commit(rows.batch("b", feed_state=(state,), schedules=(schedule,)), rows.now)
            assert writer.feed_states([feed_id]) == {feed_id: state}
            assert writer.schedules() == {feed_id: schedule}
        publish(lake)
    with run(tmp_path / "lake", "SELECT tries IS NULL, count(*) FROM feed_state GROUP BY 1") as one:
        assert sorted(row for block in one.rows() for row in block) == [(False, 1), (True, 7)]
    found = status(tmp_path / "lake")
    assert [(aside.reason, aside.entries) for aside in found.quarantine] == [("bad_json", 1)]
    assert found.articles == 8
