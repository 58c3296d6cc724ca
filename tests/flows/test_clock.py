"""A clock that is behind costs no date; a run that was killed before it published is published."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.model.batch import Batch
from articles.model.poll_rows import RunRow
from flows.outcome import Report
from flows.run import run
from flows.terminal.report import CLOCK_MATTERS, notes
from flows.workers.pool import Pool
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

YEARS = timedelta(days=5 * 365)


@pytest.fixture
def press(tmp_path: Path, new_lake: Path) -> Path:
    """Return a folder of seeds, beside it the lake."""
    shutil.copytree(new_lake, tmp_path / "lake")
    folder = tmp_path / "press"
    folder.mkdir()
    return folder


def ingest(press: Path, pool: Pool, now: datetime | None = None) -> Report:
    """Run once over the folder."""
    lake = press.parent / "lake"
    return asyncio.run(run(lake, [press], now=now, run_id=f"run {now}", command="test", pool=pool))


def committed(press: Path, name: str, at: datetime, now: datetime | None = None) -> None:
    """Store a batch as a run would whose clock said `at`."""
    with Lake.open(press.parent / "lake") as lake, writing(lake) as writer:
        row = RunRow(name, at, now, "1", "test")
        writer.commit(Batch(name, name, runs=(row,)), at)


def dated(press: Path, name: str, date: datetime) -> None:
    """Write a text that says when it was published."""
    (press / f"{name}.json").write_text(
        f'{{"title": "{name}", "text": "A text on {name}.", "published": "{date.isoformat()}"}}'
    )


def dates(press: Path) -> dict[str, Any]:
    """Return the publication dates by title."""
    with duckdb.connect(str(press.parent / "lake" / "news.duckdb"), read_only=True) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        return dict(reader.execute("SELECT title, published_at FROM articles").fetchall())


def test_a_clock_that_is_behind_loses_no_date(press: Path, pool: Pool) -> None:
    """What the lake's last run saw is no future; the report says that the clock is behind."""
    clock = datetime.now(UTC).replace(microsecond=0)
    committed(press, "right", clock + YEARS)
    dated(press, "Quay", clock + YEARS - timedelta(days=1))
    dated(press, "Comet", clock + YEARS + timedelta(days=9))
    report = ingest(press, pool)
    assert dates(press) == {"Quay": clock + YEARS - timedelta(days=1), "Comet": None}
    assert timedelta(days=1820) < report.clock_behind < YEARS
    assert "clock is 1,824 days behind" in notes(report)[0]


def test_a_clock_that_was_once_ahead_lifts_the_bound_no_more(press: Path, pool: Pool) -> None:
    """A later run whose clock disagrees settles it."""
    clock = datetime.now(UTC).replace(microsecond=0)
    committed(press, "ahead", clock + YEARS)
    committed(press, "right", clock)
    dated(press, "Quay", clock + timedelta(days=900))
    report = ingest(press, pool)
    assert dates(press) == {"Quay": None}
    assert report.clock_behind < CLOCK_MATTERS


def test_a_time_that_is_given_bounds_as_given(press: Path, pool: Pool) -> None:
    """`--now` bounds its own run alone, both ways."""
    clock = datetime.now(UTC).replace(microsecond=0)
    committed(press, "given", clock + YEARS, now=clock + YEARS)
    dated(press, "Quay", clock + timedelta(days=900))
    assert ingest(press, pool).clock_behind == timedelta()
    committed(press, "right", clock + YEARS)
    dated(press, "Comet", clock - timedelta(days=9))
    assert ingest(press, pool, now=clock - timedelta(days=90)).clock_behind == timedelta()
    assert dates(press) == {"Quay": None, "Comet": None}


def test_what_a_killed_run_committed_is_published_by_the_next(press: Path, pool: Pool) -> None:
    """Even by one that stores nothing itself."""
    ingest(press, pool)
    committed(press, "killed", datetime.now(UTC))
    lake = press.parent / "lake"
    asyncio.run(run(lake, [], run_id="idle", command="test", pool=pool))
    with duckdb.connect(str(lake / "news.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT batch_no FROM lake_info").fetchall() == [(2,)]
