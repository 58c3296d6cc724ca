"""What the index keeps of texts: who carries which one now, and every id that a group ever had."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from articles.duplicates.groups import Carrier
from articles.model.duplicate_rows import Member

TABLES = """
    CREATE INDEX carriers ON heads (text, since);
    CREATE TABLE groups (group_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""Beside `heads`, whose `text` and `since` (a `Carrier.order`) are the current revision's."""
PUT_MEMBER = "UPDATE heads SET group_id = ?, canonical_article_id = ? WHERE article_id = ?"
PUT_GROUP = "INSERT OR IGNORE INTO groups VALUES (?)"
_CARRIER = "h.article_id, h.revision_no, h.since, h.group_id, h.canonical_article_id"
# Asked text by text: a text of 100,000 carriers costs as much as one of two.
_FIRST = f"""
    WITH first AS MATERIALIZED (
        SELECT h.text, {_CARRIER}
        FROM json_each(?1) AS asked CROSS JOIN heads AS h ON h.article_id IN (
            SELECT c.article_id FROM heads AS c
            WHERE c.text = asked.value AND c.article_id NOT IN (SELECT value FROM json_each(?2))
            ORDER BY c.since, c.article_id LIMIT 2
        )
    )
    SELECT * FROM first
    UNION
    SELECT h.text, {_CARRIER}
    FROM first AS f CROSS JOIN heads AS h ON h.article_id = f.canonical_article_id
    WHERE h.text = f.text AND h.article_id NOT IN (SELECT value FROM json_each(?2))
    ORDER BY 1, 4, 2
"""
_ALL = f"""
    SELECT h.text, {_CARRIER}
    FROM json_each(?1) AS asked CROSS JOIN heads AS h ON h.text = asked.value
    WHERE h.article_id NOT IN (SELECT value FROM json_each(?2))
    ORDER BY h.text, h.since, h.article_id
"""
_SHARED = f"""
    SELECT h.text, {_CARRIER} FROM heads AS h
    WHERE h.group_id IS NOT NULL
        OR h.text IN (SELECT text FROM heads WHERE text & 1 GROUP BY text HAVING count(*) > 1)
    ORDER BY h.text, h.since, h.article_id
"""


def member_rows(members: Iterable[Member]) -> Iterator[tuple[str | None, str | None, str]]:
    """Yield what PUT_MEMBER takes."""
    for member in members:
        yield member.group_id, member.canonical_article_id, member.article_id


def group_rows(members: Iterable[Member]) -> list[tuple[str]]:
    """Return the ids that the groups of a batch have, in their order."""
    return [(name,) for name in sorted({member.group_id for member in members if member.group_id})]


class Carriers:
    """The questions about texts; an answer is as of the last batch that the index holds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def first(self, texts: Collection[int], without: Collection[str]) -> dict[int, list[Carrier]]:
        """Return by text the first two articles that carry it now, and the canonical one.

        Apart from those of `without`; however many others carry it, no more are read.
        """
        return self._ask(_FIRST, texts, without)

    def all(self, texts: Collection[int], without: Collection[str]) -> dict[int, list[Carrier]]:
        """Return by text every article that carries it now, apart from those of `without`."""
        return self._ask(_ALL, texts, without)

    def _ask(
        self, sql: str, texts: Collection[int], without: Collection[str]
    ) -> dict[int, list[Carrier]]:
        carriers: dict[int, list[Carrier]] = {}
        if texts:
            values = json.dumps(sorted(texts)), json.dumps(sorted(without))
            for text, *columns in self._connection.execute(sql, values):
                carriers.setdefault(text, []).append(Carrier(*columns))
        return carriers

    def used(self, ids: Collection[str]) -> set[str]:
        """Return those of these ids that a group ever had."""
        sql = "SELECT group_id FROM groups WHERE group_id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._connection.execute(sql, [json.dumps(sorted(ids))])}

    def shared(self) -> Iterator[tuple[int, list[Carrier]]]:
        """Yield every text that several articles carry, or one that is in a group, with them."""
        rows = self._connection.execute(_SHARED)
        for text, carriers in groupby(rows, key=itemgetter(0)):
            yield text, [Carrier(*columns) for _, *columns in carriers]
