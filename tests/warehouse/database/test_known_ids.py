"""Which ids a lake has given, with every name, URL and folder of each."""

from pathlib import Path
from typing import Any

import pytest

from articles.identity.known_ids import NOTHING, KnownFeed, KnownIds, KnownSource
from articles.model.batch import Batch
from articles.model.poll_rows import FeedRow, SourceRow
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.publish.publish import publish
from warehouse.queries.published_ids import published_ids


def _store(lake: Lake, rows: Any, batch_id: str, *stored: FeedRow | SourceRow) -> None:
    batch = Batch(
        batch_id,
        "run",
        source_states=tuple(row for row in stored if isinstance(row, SourceRow)),
        feed_settings=tuple(row for row in stored if isinstance(row, FeedRow)),
    )
    with writing(lake) as writer:
        writer.commit(batch, rows.now)


def test_every_name_and_place_is_known(lake: Lake, rows: Any) -> None:
    """Oldest first, each once, the present one last; in the lake and as it is published."""

    def source(name: str) -> SourceRow:
        return SourceRow("s", name, (), None, None, None, None)

    def feed(url: str, folder: str | None) -> FeedRow:
        return FeedRow("f", "s", "files", url, True, None, folder)

    _store(lake, rows, "1", source("A"), feed("press", None))
    _store(lake, rows, "2", source("B"), SourceRow("a", "Z", (), None, None, None, None))
    _store(lake, rows, "3", source("A"), feed("press", "/x/press"), feed("../press", "/x/press"))
    _store(lake, rows, "4", feed("press", "/y/press"))
    expected = KnownIds(
        [KnownSource("s", ("B", "A")), KnownSource("a", ("Z",))],
        [KnownFeed("f", "s", "files", ("../press", "press"), ("/x/press", "/y/press"))],
    )
    assert reads.known_ids(lake) == expected
    publish(lake, now=rows.now)
    assert published_ids(lake.root) == expected


def test_without_a_lake_nothing_is_known(tmp_path: Path) -> None:
    """No lake is made by asking."""
    assert published_ids(tmp_path / "lake") == NOTHING
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("field", ["folder", "interval_seconds"])
def test_settings_have_their_values(lake: Lake, rows: Any, field: str) -> None:
    """A column that stands behind batch_no in the lake is stored and read by its name."""
    row = FeedRow("f", "s", "files", "press", True, 900, "/x/press")
    _store(lake, rows, "1", row)
    assert reads.settings(lake)[1]["f"] == row
    found = lake.connection.execute(f"SELECT {field}, batch_no FROM lake.feed_settings").fetchall()
    assert found == [(getattr(row, field), 1)]
