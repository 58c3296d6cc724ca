"""What news.duckdb says, in the words of the model: rows that a comparison can read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb


@dataclass(frozen=True, slots=True)
class Event:
    """A row that an entry left: a sighting, or one of quarantine."""

    poll_id: str
    feed: str
    article_id: str | None
    guid: str | None
    url: str | None
    path: str | None
    revision_no: int = 0
    moves: bool = False
    full: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """A poll's own row."""

    poll_id: str
    feed: str
    status: str
    new: int
    """With `duplicate`: an article that is new may have another's text."""
    changed: int
    unchanged: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch with what it stored."""

    batch_no: int
    run_id: str
    events: tuple[Event, ...]
    ended: tuple[Ended, ...]


class Tables:
    """An open news.duckdb; feeds go by the names that the history gives them."""

    def __init__(self, lake: Path) -> None:
        self._connection = duckdb.connect(str(lake / "news.duckdb"), read_only=True)
        found = self.rows("SELECT feed_id, kind, url, source_id FROM feeds")
        self.feeds = {
            feed_id: "files" if kind == "files" else url.rpartition("/")[2]
            for feed_id, kind, url, _ in found
        }
        self.sources = {self.feeds[feed_id]: source_id for feed_id, _, _, source_id in found}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def batches(self, last: int) -> list[Batch]:
        """Return the batches after this one, in their order."""
        events = self.rows(_EVENTS, last)
        polls = self.rows(_POLLS, last)
        return [
            Batch(
                batch_no,
                run_id,
                tuple(
                    Event(poll_id, self.feeds[feed_id], *rest)
                    for number, _, poll_id, feed_id, *rest in events
                    if number == batch_no
                ),
                tuple(
                    Ended(poll_id, self.feeds[feed_id], *rest)
                    for number, poll_id, feed_id, *rest in polls
                    if number == batch_no
                ),
            )
            for batch_no, run_id in self.rows(_BATCHES, last)
        ]

    def articles(self) -> dict[str, tuple[Any, ...]]:
        """Return by article: its revision, how many there are, what it says, whose it is."""
        return {row[0]: row[1:] for row in self.rows(_ARTICLES)}

    def revisions(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return by article its revisions in their order."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for article_id, *rest in self.rows(_REVISIONS):
            found.setdefault(article_id, []).append((*rest[:-1], self.feeds[rest[-1]]))
        return found

    def groups(self) -> set[frozenset[str]]:
        """Return the duplicate groups."""
        found: dict[str, set[str]] = {}
        for group_id, article_id in self.rows("SELECT group_id, article_id FROM duplicates"):
            found.setdefault(group_id, set()).add(article_id)
        return {frozenset(ids) for ids in found.values()}


_BATCHES = "SELECT batch_no, run_id FROM batches WHERE batch_no > ? ORDER BY batch_no"
_EVENTS = """
    SELECT batch_no, position, poll_id, feed_id, article_id, guid, url, path, revision_no, moves,
        body_kind = 'full'
    FROM sightings WHERE batch_no > $1
    UNION ALL
    SELECT batch_no, position, poll_id, feed_id, NULL, NULL, NULL, path, 0, false, true
    FROM quarantine WHERE batch_no > $1
    ORDER BY batch_no, position
"""
_POLLS = """
    SELECT batch_no, poll_id, feed_id, status, new + duplicate, changed, unchanged, quarantined
    FROM polls WHERE batch_no > ? ORDER BY batch_no
"""
_TITLE = "CASE WHEN title_from <> 'text' THEN title END"
"""One that was derived from the text follows from it."""
_ARTICLES = f"""
    SELECT article_id, revision_no, revision_count, {_TITLE}, body, published_at, source_id, url,
        guid, flapping
    FROM articles
"""
_REVISIONS = f"""
    SELECT article_id, revision_no, {_TITLE}, body, published_at, url, guid, feed_id
    FROM revisions ORDER BY article_id, revision_no
"""
