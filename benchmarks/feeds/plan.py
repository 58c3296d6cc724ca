"""What the benchmark's feeds carry at each tick: a pure function of the plan and the tick."""

import argparse
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.forms import FORMS, Head
from feeds.texts import Article, article, language_of

_FIRST_TICK = datetime(2024, 7, 2, 6, tzinfo=UTC)
# Only feedparser reads xml:base, and an element of 50,000 attributes keeps xml.sax busy for longer
# than 10 s.
_ATTRIBUTES = " ".join(f"a{number}=''" for number in range(50_000))
_HANGING = (
    '<?xml version="1.0"?>\n<rss version="2.0"><channel xml:base="https://trap.example/">'
    "<title>A trap</title><link>https://trap.example/</link>"
    f"<item><title {_ATTRIBUTES}>One</title></item></channel></rss>\n"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many feeds of what kind."""

    sources: int = 200
    """Each one feed; they write all formats."""
    entries: int = 25
    """A feed's entries on average; single feeds have up to 5 fewer or more."""
    seed: int = 1
    everything_new: bool = False
    """Otherwise half of each feed is repeated from the tick before, some of it edited."""
    long: int = 0
    """Entries of the first feed, where they are to fill more than a batch."""
    tiny: bool = False
    """One short entry a feed."""
    hanging: int = 0
    """Further feeds at the end, each of which hangs whoever reads it with feedparser."""
    hosts: int = 16
    """Addresses from 127.0.0.1 on, over which the feeds are spread."""

    @property
    def feeds(self) -> int:
        """Return how many feeds there are."""
        return self.sources + self.hanging

    def size(self, source: int) -> int:
        """Return the entries of a feed's document."""
        if source == 0 and self.long:
            return self.long
        return max(1, self.entries - 5 + source % 11)

    def urls(self, port: int) -> list[str]:
        """Return the URL of each feed."""
        return [
            f"http://127.0.0.{1 + feed % self.hosts}:{port}/{feed}/feed"
            for feed in range(self.feeds)
        ]


@dataclass(frozen=True, slots=True)
class Document:
    """What a feed answers at one tick."""

    body: bytes
    zipped: bytes
    media_type: str
    etag: bytes
    last_modified: bytes
    entries: int


def documents(plan: Plan, tick: int) -> list[Document]:
    """Return every feed's document at a tick (from 1), compressed in advance."""
    built = _FIRST_TICK + timedelta(hours=tick)
    made = []
    for feed in range(plan.feeds):
        text, media_type, entries = _written(plan, feed, tick, built)
        body = text.encode()
        made.append(
            Document(
                body=body,
                zipped=gzip.compress(body, 6, mtime=0),
                media_type=media_type,
                etag=f'"{feed}-{tick}-{len(body):x}"'.encode(),
                last_modified=f"{built:%a, %d %b %Y %H:%M:%S} GMT".encode(),
                entries=entries,
            )
        )
    return made


def _written(plan: Plan, feed: int, tick: int, built: datetime) -> tuple[str, str, int]:
    """Return a document, its Content-Type and the number of its entries."""
    if feed >= plan.sources:
        return _HANGING, "application/rss+xml", 0
    if plan.tiny:
        return _tiny(feed), "application/rss+xml", 1
    home = f"https://paper{feed}.example/"
    head = Head(f"Paper {feed}", home, f"{home}feed", language_of(feed), built)
    form, media_type = FORMS[feed % len(FORMS)]
    carried = _carried(plan, feed, tick)
    return form(head, carried), media_type, len(carried)


def _carried(plan: Plan, feed: int, tick: int) -> Sequence[Article]:
    """Return a feed's articles, the newest first."""
    size = plan.size(feed)
    fresh = size if plan.everything_new else size - size // 2
    first = (tick - 1) * fresh
    known = first + size - fresh if tick > 1 else 0
    return [
        article(plan.seed, feed, serial, edited=serial < known and serial % 25 == feed % 25)
        for serial in reversed(range(first, first + size))
    ]


def _tiny(feed: int) -> str:
    link = f"https://paper{feed}.example/"
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Paper {feed}</title>'
        f"<link>{link}</link><item><title>Council {feed} meets about the harbour</title>"
        f"<link>{link}1</link><guid>{link}1</guid></item></channel></rss>\n"
    )


def add_options(parser: argparse.ArgumentParser, defaults: Plan) -> None:
    """Add the plan's options to a benchmark's command line."""
    parser.add_argument("--sources", type=int, default=defaults.sources)
    parser.add_argument("--entries", type=int, default=defaults.entries, help="of a feed")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--hosts", type=int, default=defaults.hosts, help="addresses, 1 to 250")
