"""What a batch has to know of the lake: keys, heads, what was last seen; one read a batch."""

from collections.abc import Collection, Mapping

import duckdb

from articles.duplicates.equal import SAME_TEXT, merges
from articles.duplicates.groups import Circle, completed, ids_wanted, settled
from articles.model.known import Head, Known, Text
from warehouse.database.sql import quoted
from warehouse.index.keys import KeyIndex


def look_up(
    index: KeyIndex,
    keys: Collection[int],
    entry_keys: Collection[int],
    ids: Collection[str],
    feeds: Collection[str] | None,
) -> Known:
    """Return what the index holds of these key hashes, entry keys, article ids and feeds.

    Heads are those of every article that a key, an entry key or an id names.

    Args:
        index: The index, caught up.
        keys: Key hashes.
        entry_keys: Hashes of entry keys (`entry_key_hash`).
        ids: Article ids.
        feeds: Feeds whose last batches are wanted; None: all.
    """
    named = index.keys(keys)
    seen = index.last_seen(entry_keys)
    articles = {*ids, *named.values(), *(last.article_id for last in seen.values())}
    heads = index.heads([article_id for article_id in articles if article_id is not None])
    return Known(named, heads, seen, {}, index.feeds(feeds))


def around(
    index: KeyIndex, circles: Mapping[int, Circle], changing: Collection[str]
) -> tuple[dict[int, Circle], set[str]]:
    """Return circles by text with the articles that a batch leaves alone, and group ids in use.

    Of a text that many carry few are read; all only where the one that stands for them leaves.

    Args:
        index: The index, caught up.
        circles: The circles of the batch's own articles, by text.
        changing: The ids of all articles that the batch changes.
    """
    carriers = index.carriers
    full = completed(circles, carriers.first(circles, changing))
    ending = [
        text for text, circle in full.items() if circle.ends and circle.forms and merges(text)
    ]
    full = completed(full, carriers.all(ending, changing))
    return full, carriers.used(ids_wanted(circle for text, circle in full.items() if merges(text)))


def misplaced(index: KeyIndex) -> tuple[list[Circle], set[str]]:
    """Return as circles all whose places do not follow from their texts, and group ids in use."""
    circles = []
    for text, carriers in index.carriers.shared():
        for part in [carriers] if merges(text) else [[carrier] for carrier in carriers]:
            circle = settled(SAME_TEXT, part)
            if circle.arriving or len(part) == 1:
                circles.append(circle)
    return circles, index.carriers.used(ids_wanted(circles))


def texts(connection: duckdb.DuckDBPyConnection, heads: Mapping[str, Head]) -> dict[str, Text]:
    """Return title (None where it was derived) and body of these heads' current revisions."""
    if not heads:
        return {}
    # One query, with constants: each costs DuckLake a look at all files of the table, and only
    # those that may hold one of these batches are opened then.
    batches = ", ".join(str(batch_no) for batch_no in {head.batch_no for head in heads.values()})
    articles = ", ".join(quoted(article_id) for article_id in heads)
    rows = connection.execute(
        "SELECT article_id, revision_no, CASE WHEN title_from <> 'text' THEN title END, body"
        f" FROM lake.revisions WHERE batch_no IN ({batches}) AND article_id IN ({articles})"
    ).fetchall()
    return {
        article_id: Text(title, body)
        for article_id, revision_no, title, body in rows
        if heads[article_id].revision_no == revision_no
    }


def raws(
    connection: duckdb.DuckDBPyConnection, entry_ids: Collection[str], last: int
) -> dict[str, str]:
    """Return these entries of the batches up to `last` as they were delivered, by their ids.

    Their batches are not known: all of the table up to there is looked through. So it is asked
    once for each article that a build before stored, when its text changes.
    """
    listed = ", ".join(map(quoted, entry_ids))
    sql = (
        f"SELECT entry_id, raw FROM lake.entries WHERE batch_no <= {last}"
        f" AND entry_id IN ({listed})"
    )
    return dict(connection.execute(sql).fetchall())
