"""The outside world of a history: feeds on a server on loopback, and files in a folder."""

import json
import os
import shutil
from collections.abc import Sequence
from email.utils import format_datetime
from hashlib import blake2b
from pathlib import Path
from xml.sax.saxutils import escape

from loopback import Asked, FeedServer, Reply
from model import Entry

MTIME = 1_700_000_000
"""Long ago, so that the times of files prove something."""


class Site:
    """The feeds of one history; each run has a user agent, and sees the documents of its own."""

    def __init__(self, server: FeedServer, name: str, feeds: Sequence[str]) -> None:
        self.server = server
        self.documents: dict[str, dict[str, tuple[Entry, ...] | None]] = {}
        """By user agent and feed."""
        self.paths = {feed: f"/{name}/{feed}" for feed in feeds}
        for number, (feed, path) in enumerate(self.paths.items()):
            server.replies[path] = self._answering(feed, validates=number != 1)

    def close(self) -> None:
        """Answer no more."""
        for path in self.paths.values():
            self.server.replies.pop(path, None)

    def url(self, feed: str) -> str:
        """Return a feed's URL."""
        return self.server.url(self.paths[feed])

    def _answering(self, feed: str, *, validates: bool) -> "Answering":
        return Answering(self, feed, validates=validates)


class Answering:
    """Answers for one feed: 200, 304 if it validates, or 500."""

    def __init__(self, site: Site, feed: str, *, validates: bool) -> None:
        self.site, self.feed, self.validates = site, feed, validates

    def __call__(self, asked: Asked) -> Reply:
        """Answer with what the asking run is to see."""
        document = self.site.documents[asked.headers["user-agent"]][self.feed]
        if document is None:
            return Reply(b"out of order", 500)
        body = rss(document).encode()
        if not self.validates:
            return Reply(body)
        headers = {"ETag": f'"{blake2b(body, digest_size=8).hexdigest()}"'}
        known = asked.headers.get("if-none-match") == headers["ETag"]
        return Reply(b"", 304, headers) if known else Reply(body, 200, headers)


def rss(entries: Sequence[Entry]) -> str:
    """Return an RSS document."""
    return (
        '<?xml version="1.0"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>'
        "<link>https://channel.example/</link><description>News</description>"
        f"{''.join(map(_element, entries))}</channel></rss>"
    )


def _element(entry: Entry) -> str:
    date = None if entry.date is None else format_datetime(entry.date)
    fields = (
        ("title", entry.title),
        ("link", entry.link),
        ('guid isPermaLink="false"', entry.guid),
        ("pubDate", date),
        ("content:encoded" if entry.full else "description", entry.text or None),
    )
    written = "".join(
        f"<{name}>{escape(value)}</{name.partition(' ')[0]}>"
        for name, value in fields
        if value is not None
    )
    return f"<item>{written}</item>"


def write_folder(folder: Path, files: dict[str, tuple[Entry, ...]], clock: int) -> None:
    """Bring a folder to hold these files; what is as it was is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in there - files.keys():
        (folder / name).unlink()
    for number, (name, entries) in enumerate(files.items()):
        path, data = folder / name, _bytes(name, entries)
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (MTIME + clock * 100 + number,) * 2)


def _bytes(name: str, entries: tuple[Entry, ...]) -> bytes:
    if name.endswith(".txt"):
        return (entries[0].text or " \n").encode()
    rows = [
        {
            "id": (entry.guid or "").rpartition("#")[2],
            "url": entry.link,
            "title": entry.title,
            "text": entry.text,
            "date": entry.date and entry.date.isoformat(),
        }
        for entry in entries
    ]
    return json.dumps(rows).encode()


def copy_over(source: Path, target: Path, *, leave: str = "index") -> None:
    """Make a folder equal to another, but leave one name in each as it is."""
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name != leave:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in source.iterdir():
        if path.name != leave:
            copied = target / path.name
            shutil.copytree(path, copied) if path.is_dir() else shutil.copy2(path, copied)
