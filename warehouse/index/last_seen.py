"""What the index keeps of entry keys: what was seen last of each, and of edited ones before."""

from collections.abc import Iterator
from operator import itemgetter

from articles.identity.keys import entry_key_hash
from articles.identity.last_seen import poll_hash
from articles.model.batch import Batch
from articles.model.entries import SHARED_KEY
from articles.model.known import LastSeen

LastSeenRow = tuple[int, str, int, str | None, int | None, int, bool, bool, bool, bool]
"""The columns of table `carried` in their order."""

# A trigger, so that what is filled in bulk is what grew batch by batch. (No OR IGNORE in it: SQLite
# takes the rule for conflicts from the statement that fires it.)
TABLES = """
    CREATE TABLE carried (
        key_hash INTEGER PRIMARY KEY, entry_id TEXT NOT NULL, entry_hash INTEGER NOT NULL,
        article_id TEXT, revision_no INTEGER, poll INTEGER NOT NULL, is_shared INTEGER NOT NULL,
        rejected INTEGER NOT NULL, retryable INTEGER NOT NULL, given_up INTEGER NOT NULL
    );
    CREATE TABLE carried_before (
        key_hash INTEGER, entry_hash INTEGER, PRIMARY KEY (key_hash, entry_hash)
    ) WITHOUT ROWID;
    CREATE TRIGGER edited AFTER UPDATE ON carried
    WHEN old.entry_hash <> new.entry_hash AND NOT old.retryable
    BEGIN
        INSERT INTO carried_before SELECT old.key_hash, old.entry_hash WHERE NOT EXISTS (
            SELECT 1 FROM carried_before
            WHERE key_hash = old.key_hash AND entry_hash = old.entry_hash
        );
    END;
"""
# As last_seen.update does. A rejection says nothing of the article that its key carried before.
PUT_LAST_SEEN = """
    INSERT INTO carried VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        entry_id = excluded.entry_id, entry_hash = excluded.entry_hash,
        article_id = coalesce(excluded.article_id, article_id),
        revision_no = coalesce(excluded.revision_no, revision_no),
        is_shared = is_shared OR excluded.is_shared
            OR (poll = excluded.poll AND entry_hash <> excluded.entry_hash),
        poll = excluded.poll, rejected = excluded.rejected, retryable = excluded.retryable,
        given_up = excluded.given_up
"""


def select_seen_before(count: int) -> str:
    """Return the SQL that tells which of so many (key, entry hash) were seen before the last."""
    pairs = ", ".join(["(?, ?)"] * count)
    # Not `(key_hash, entry_hash) IN (VALUES ...)`: SQLite reads the whole table for it.
    return f"""
        WITH asked (key, content) AS (VALUES {pairs})
        SELECT key_hash, entry_hash FROM asked
        CROSS JOIN carried_before ON key_hash = key AND entry_hash = content
    """


def last_seen_of(row: LastSeenRow) -> LastSeen:
    """Return what a row of the index stands for."""
    return LastSeen(*row[1:6], *map(bool, row[6:]))


def last_seen_rows(batch: Batch) -> Iterator[LastSeenRow]:
    """Yield what a batch saw of its entry keys, in the order of its entries and rejections."""
    rows: list[tuple[int, LastSeenRow]] = []
    sightings = {sighting.entry_id: sighting for sighting in batch.sightings}
    for entry in batch.entries:
        sighting = sightings[entry.entry_id]
        key_hash, poll = entry_key_hash(entry.feed_id, entry.entry_key), poll_hash(entry.poll_id)
        seen_in = sighting.article_id, sighting.revision_no, poll, SHARED_KEY in entry.repairs
        seen = key_hash, entry.entry_id, entry.entry_hash, *seen_in, False, False, False
        rows.append((sighting.position, seen))
    for rejected in batch.quarantine:
        key_hash = entry_key_hash(rejected.feed_id, rejected.entry_key)
        rejection = (
            key_hash, rejected.entry_id, rejected.entry_hash, None, None,
            poll_hash(rejected.poll_id), False, True,
            rejected.retryable and not rejected.given_up, bool(rejected.given_up),
        )  # fmt: skip
        rows.append((rejected.position, rejection))
    return (row for _, row in sorted(rows, key=itemgetter(0)))
