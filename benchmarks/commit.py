"""The cost of a batch of 500 articles, lookup included, in an empty lake and in one of a million.

Run: python benchmarks/commit.py [--articles 1000000] [--batches 40]
Half of each measured batch is new, a tenth are edits of stored articles, one in a hundred comes
with a stored guid, another link and another text (so that the stored text is read from the lake),
the others carry a stored text in another source. Bar: with 1M articles at most 2 times the empty
lake.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import texts

from articles.identity.keys import keys_of
from articles.identity.readable_ids import source_id_of
from articles.model.drafts import Draft, Evidence
from articles.model.entries import Entry, Feed, Markup, Source
from articles.model.ids import hash64, hash128, short_id
from articles.model.poll_rows import Poll, RunRow
from articles.revisions.states import content_fields, state_hash
from articles.text.normal_form import squash
from flows.pipeline.polls import OpenPoll, PollPart
from flows.pipeline.store import CommitContext, store
from warehouse.lake.lake import Lake

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)


def draft(guid: int, body: str, url: int, feed: str = "feed", source: str = "paper") -> Draft:
    """Return a draft as a polled feed brings it, without the cost of normalizing one."""
    title = body[:60]
    canonical = f"https://paper.example/{url}"
    content_hash = hash128(squash(body))
    fields = content_fields(title, "feed", content_hash, ("Ada Berg",), NOW, "feed", "en")
    entry = Entry(
        key=str(guid),
        guid=str(guid),
        url=canonical,
        title=Markup(title),
        content=Markup("", "text/html"),
        raw=f'{{"guid":"{guid}"}}',
    )
    owned = source == "paper"
    return Draft(
        entry=entry,
        entry_hash=hash64(body, str(url)),
        feed_id=feed,
        source=Source(source_id_of(source), source, ("paper.example",)),
        title=Evidence(title, "feed", 1.0),
        body=body,
        body_kind="full",
        summary=None,
        authors=Evidence(("Ada Berg",), "feed", 1.0),
        published_at=Evidence(NOW, "feed", 1.0),
        language=Evidence("en", "feed", 1.0),
        url=Evidence(canonical, "feed", 1.0),
        canonical_url=canonical,
        url_is_key=True,
        owned=owned,
        polled=True,
        word_count=len(body) // 6,
        content_hash=content_hash,
        fields=fields,
        state_hash=state_hash(fields),
        keys=keys_of(
            feed, entry, source_id_of(source), canonical, content_hash, url_is_key=True, owned=owned
        ),
    )


def part(drafts: list[Draft], number: int, feed: str = "feed") -> PollPart:
    """Return the drafts as one poll."""
    source = Source("paper", "paper", ("paper.example",))
    poll = Poll(
        short_id("poll", str(number)), feed, "run", NOW, "new", 200, 0, 0, 0, 0, 0, 0, 0, 0,
        None, None,
    )  # fmt: skip
    reading = OpenPoll(poll, Feed(feed, source, "rss", "https://paper.example/rss"), 10**9)
    return PollPart(reading, 1, drafts, (), 0, last=True)


def fill(context: CommitContext, articles: int, size: int = 10_000) -> None:
    """Store this many articles of some 700 characters, in large batches."""
    filler = texts.text(1, 600)
    for first in range(0, articles, size):
        drafts = [
            draft(n, f"Story {n} of {n * 7919 % 99_991}. {filler}", n)
            for n in range(first, min(first + size, articles))
        ]
        store(context, [part(drafts, -1 - first)], NOW)


def batches(stored: int, count: int) -> Iterator[list[Draft]]:
    """Yield batches of 500 as the module's first lines say."""
    filler = texts.text(1, 600)
    for number in range(count):
        made = []
        for n in range(500):
            fresh = 10_000_000 + number * 500 + n
            old = (number * 500 + n) * 7907 % max(stored, 1)
            body = f"Story {old} of {old * 7919 % 99_991}. {filler}"
            if n % 2 == 0 or not stored:
                made.append(draft(fresh, texts.text(fresh, 2_200), fresh))
            elif n % 10 == 1:
                made.append(draft(old, f"{body} Corrected in batch {number}.", old))
            elif n % 100 == 3:
                made.append(draft(old, texts.text(fresh, 2_200), fresh))
            else:
                made.append(draft(fresh, body, fresh, source="hub", feed="feed"))
        yield made


def measure(context: CommitContext, stored: int, count: int) -> list[float]:
    """Return the seconds of each batch."""
    seconds = []
    for number, drafts in enumerate(batches(stored, count)):
        began = time.perf_counter()
        store(context, [part(drafts, number)], NOW)
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Measure both lakes and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=40)
    options = parser.parse_args()
    medians = []
    for stored in (1_000, options.articles):
        with (
            tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name,
            Lake.open(Path(name) / "lake") as lake,
        ):
            context = CommitContext(lake, RunRow("run", NOW, None, "0", "benchmark"))
            began = time.perf_counter()
            fill(context, stored)
            filled = time.perf_counter() - began
            seconds = sorted(measure(context, stored, options.batches))
            medians.append(statistics.median(seconds))
            print(
                f"{stored:>9,} articles (filled in {filled:.0f} s): batch of 500 p50"
                f" {medians[-1] * 1000:.0f} ms,"
                f" p95 {seconds[int(len(seconds) * 0.95)] * 1000:.0f} ms",
                flush=True,
            )
    print(f"ratio {medians[1] / medians[0]:.2f} (bar: 2)")


if __name__ == "__main__":
    main()
