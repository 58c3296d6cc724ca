"""What the lake knows that a batch has to know: keys, heads and what was carried; one read a batch."""

from collections.abc import Collection, Mapping

import duckdb

from articles.model import Head, Known, Text
from warehouse.keyindex import KeyIndex


def known(
    index: KeyIndex,
    keys: Collection[int],
    carried: Collection[int],
    ids: Collection[str],
    feeds: Collection[str] | None,
) -> Known:
    """Return what the index holds of these key hashes, entry keys, article ids and feeds.

    Heads are those of every article that a key, an entry key or `ids` names.
    """
    named = index.keys(keys)
    carries = index.carried(carried)
    articles = {*ids, *named.values(), *(one.article_id for one in carries.values())}
    heads = index.heads([article_id for article_id in articles if article_id is not None])
    return Known(named, heads, carries, {}, index.feeds(feeds))


def texts(connection: duckdb.DuckDBPyConnection, heads: Mapping[str, Head]) -> dict[str, Text]:
    """Return title (None where it was derived) and body of these heads' current revisions."""
    if not heads:
        return {}
    found: dict[str, Text] = {}
    for head in heads.values():
        # A batch_no as a constant, so that only the files that hold it are opened.
        sql = (
            "SELECT CASE WHEN title_from = 'text' THEN NULL ELSE title END, body"
            f" FROM lake.revisions WHERE batch_no = {head.batch_no}"
            " AND article_id = ? AND revision_no = ?"
        )
        row = connection.execute(sql, [head.article_id, head.revision_no]).fetchone()
        if row:
            found[head.article_id] = Text(*row)
    return found
