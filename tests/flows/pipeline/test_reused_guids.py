"""A polled feed without links whose guid is reused, from its bytes to the tables."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import FeedServer
from published import ask

from articles.identity.readable_ids import source_id_of
from articles.model.entries import Feed, Source
from articles.model.ids import short_id
from flows.polling.plan import PollPlan
from flows.run import run
from flows.workers.pool import Pool
from warehouse.lake.writer import Writer

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
STORM = (
    "Ein Sturm hat am Montag den Hafen von Lindau überflutet und die Stadt neun Stunden lang"
    " abgeschnitten. Die Bürgermeisterin dankte den Helfern, die die Straße leer gepumpt hatten."
)
FERRY = (
    "Die Fähre zu den Inseln fährt nach einem Monat der Reparatur ab Freitag wieder. Die Reederei"
    " verspricht zwei Abfahrten am Tag und billigere Karten für die Kinder der Stadt."
)


@dataclass
class Desk:
    """A lake, and the feed that is polled into it."""

    root: Path
    server: FeedServer
    pool: Pool
    polls: int = 0

    def poll(self, title: str, day: int, text: str) -> None:
        """Poll the feed with one entry, whose guid is always the same."""
        self.polls += 1
        url = self.server.serve(
            "/feed",
            '<?xml version="1.0"?><rss version="2.0"><channel><title>Lindau</title>'
            f'<item><title>{title}</title><guid isPermaLink="false">top</guid>'
            f"<pubDate>{day:02} Mar 2026 08:00:00 GMT</pubDate>"
            f"<description>{text}</description></item></channel></rss>",
        )
        feed = Feed(short_id("feed", url), Source(source_id_of(url), url), "rss", url)
        plan = PollPlan(
            feeds=(feed,), user_agent="newslake-test", allow_addresses="127.0.0.1", spacing=0.0
        )
        (self.root / "seeds").mkdir(exist_ok=True)
        done = run(
            self.root / "lake", [self.root / "seeds"], now=NOW + timedelta(days=self.polls),
            run_id=f"run-{self.polls}", command="test", plan=plan, pool=self.pool,
        )  # fmt: skip
        asyncio.run(done)

    def articles(self) -> list[tuple[object, ...]]:
        """Return the title and the number of revisions of each article."""
        sql = "SELECT title, revision_count FROM articles ORDER BY first_seen_at"
        return ask(self.root / "lake", sql)


def test_reused_guid_of_a_feed_without_links(
    tmp_path: Path, feeds: FeedServer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit is a revision, another report another article, the first text the first again.

    Nothing is read of the lake for an edit under its title, and once where the text decides.
    """
    asked: list[int] = []
    texts = Writer.texts

    def counted(self: Writer, article_ids: set[str]) -> object:
        asked.append(len(article_ids))
        return texts(self, article_ids)

    monkeypatch.setattr(Writer, "texts", counted)
    desk = Desk(tmp_path, feeds, pool)
    desk.poll("Sturm in Lindau", 2, STORM)
    desk.poll("Sturm in Lindau", 3, STORM + " Die Schulen bleiben geschlossen.")
    assert asked == []
    desk.poll("Fähre fährt wieder", 4, FERRY)
    assert asked == [1]
    desk.poll("Fähre fährt wieder", 4, FERRY + " Ein neuer Steg wird im Mai fertig.")
    assert desk.articles() == [("Sturm in Lindau", 2), ("Fähre fährt wieder", 2)]
    desk.poll("Sturm in Lindau", 5, STORM)
    assert [row[0] for row in desk.articles()] == ["Sturm in Lindau", "Fähre fährt wieder"]
