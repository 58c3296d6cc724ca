"""Which ids a lake has given, with every name, URL and folder that each had: for resolving them."""

from collections.abc import Sequence
from typing import Any

import duckdb

from articles.identity.known_ids import KnownFeed, KnownIds, KnownSource

_SOURCES = """
    SELECT source_id, list(name ORDER BY last_no)
    FROM (
        SELECT source_id, name, min(batch_no) AS first_no, max(batch_no) AS last_no
        FROM {place}source_states GROUP BY source_id, name
    )
    GROUP BY source_id ORDER BY min(first_no), source_id
"""
# A row for each place that a feed had: its URL and, of a folder, where that was.
_FEEDS = """
    SELECT feed_id, max_by(source_id, last_no), max_by(kind, last_no), list(url ORDER BY last_no),
        list(folder ORDER BY last_no)
    FROM (
        SELECT feed_id, source_id, kind, url, {folder} AS folder,
            min(batch_no) AS first_no, max(batch_no) AS last_no
        FROM {place}feed_settings GROUP BY ALL
    )
    GROUP BY feed_id ORDER BY min(first_no), feed_id
"""


def known_ids(connection: duckdb.DuckDBPyConnection, place: str = "lake.") -> KnownIds:
    """Return the ids that a lake has, which is attached in `place` (or published: "").

    Raises duckdb.Error.
    """
    found = connection.execute(f"SELECT * FROM {place}feed_settings LIMIT 0")
    folder = "folder" if "folder" in {column[0] for column in found.description} else "NULL"
    feeds = connection.execute(_FEEDS.format(place=place, folder=folder)).fetchall()
    sources = connection.execute(_SOURCES.format(place=place)).fetchall()
    return KnownIds(
        [KnownSource(source_id, _distinct(names)) for source_id, names in sources],
        [
            KnownFeed(feed_id, source_id, kind, _distinct(urls), _distinct(folders))
            for feed_id, source_id, kind, urls, folders in feeds
        ],
    )


def _distinct(texts: Sequence[Any]) -> tuple[str, ...]:
    """Return the texts, each once, in the order in which each came last."""
    return tuple(reversed(dict.fromkeys(text for text in reversed(texts) if text is not None)))
