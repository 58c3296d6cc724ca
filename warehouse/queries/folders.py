"""Which folders of files the lake has read, and which of their files it set aside whole."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from warehouse.database.known_ids import read_known_ids
from warehouse.queries.published import connect, reading

_SET_ASIDE = """
    SELECT path, max_by(detail, batch_no)
    FROM quarantine
    WHERE feed_id = $feed_id AND entry_key = path
        AND reason IN ('other_format', 'binary', 'not_a_feed')
    GROUP BY path ORDER BY path
"""


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """A folder that was read."""

    root: Path
    """Where it was last."""
    set_aside: Sequence[tuple[str, str]]
    """Paths of files in it that are of another format, in order, and what they are."""


def read_folders(lake_root: Path) -> list[ReadFolder]:
    """Return the folders that the lake has read. Raises as `published.connect`."""
    with closing(connect(lake_root)) as connection:
        known = read_known_ids(connection, "")
    beside = lake_root.expanduser().absolute().parent
    folders = []
    with reading(lake_root) as connection:
        for feed in known.feeds:
            if feed.kind != "files":
                continue
            root = Path(feed.folders[-1]) if feed.folders else beside / feed.urls[-1]
            if not root.is_dir():
                root = beside / feed.urls[-1]
            rows = connection.execute(_SET_ASIDE, {"feed_id": feed.feed_id}).fetchall()
            folders.append(ReadFolder(root, rows))
    return folders
