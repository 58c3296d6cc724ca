"""Reads which ids a lake has given, with every name, URL and folder that each had."""

from collections.abc import Sequence
from typing import Any

import duckdb

from articles.identity.known_ids import KnownFeed, KnownIds, KnownSource

_SOURCES = """
    SELECT source_id, list(name ORDER BY last_no)
    FROM (
        SELECT source_id, name, min(batch_no) AS first_no, max(batch_no) AS last_no
        FROM {schema}source_states GROUP BY source_id, name
    )
    GROUP BY source_id ORDER BY min(first_no), source_id
"""
# A row for each URL that a feed had and, of a folder of files, for each path of that folder.
_FEEDS = """
    SELECT feed_id, max_by(source_id, last_no), max_by(kind, last_no), list(url ORDER BY last_no),
        list(folder ORDER BY last_no)
    FROM (
        SELECT feed_id, source_id, kind, url, {folder} AS folder,
            min(batch_no) AS first_no, max(batch_no) AS last_no
        FROM {schema}feed_settings GROUP BY ALL
    )
    GROUP BY feed_id ORDER BY min(first_no), feed_id
"""


def read_known_ids(connection: duckdb.DuckDBPyConnection, schema: str = "lake.") -> KnownIds:
    """Return the ids that a lake has: the one attached as `lake`, or with "" the one published.

    Raises duckdb.Error.
    """
    empty = connection.execute(f"SELECT * FROM {schema}feed_settings LIMIT 0")
    folder = "folder" if "folder" in {column[0] for column in empty.description} else "NULL"
    feeds = connection.execute(_FEEDS.format(schema=schema, folder=folder)).fetchall()
    sources = connection.execute(_SOURCES.format(schema=schema)).fetchall()
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
