"""Kills ingestion of feeds with -9 at random points, then runs once more, and compares the lakes.

Run: python benchmarks/killfeeds.py [--kills 50] [--each 5] [--sources 120] [--seed 1]
A round begins an empty lake and goes through two ticks of the feeds (half of the second repeated,
some of it edited; one feed longer than a batch). Each tick's runs are killed at random points
between their first request and the end of a whole run, then one more run ends. Feeds answer in
any order, so the lakes are compared by names (feeds, guids, links) and hashes, not by numbers.
Bar: nothing lost, nothing doubled.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
import psutil
from feeds import plan as feed_plan
from feeds.plan import Plan
from feeds.server import Server
from polled import Product

QUERIES = {
    "articles": "SELECT a.feed_id, a.guid, a.url, a.title, md5(a.body), r.state_hash,"
    " a.published_at, a.language, a.authors, a.revision_no, a.revision_count,"
    " a.group_id IS NULL, a.flapping"
    " FROM articles AS a JOIN revisions AS r USING (article_id, revision_no)",
    "revisions": "SELECT article_id, revision_no, feed_id, guid, url, state_hash, content_hash,"
    " changed_fields FROM revisions",
    "sightings": "SELECT s.feed_id, s.guid, s.url, s.revision_no, s.moves, r.state_hash"
    " FROM sightings AS s JOIN revisions AS r USING (article_id, revision_no)",
    "entries": "SELECT feed_id, entry_key, entry_hash, guid, url, md5(raw) FROM entries",
    "keys": "SELECT DISTINCT kind, scope, value, if(kind IN ('guid', 'url'), article_id, NULL)"
    " FROM keys",
    "matches": "SELECT least(article_id, other_article_id), greatest(article_id, other_article_id),"
    " method, decision FROM matches",
    "duplicates": "SELECT list_sort(list(article_id)) FROM duplicates GROUP BY group_id",
    "quarantine": "SELECT feed_id, entry_key, reason FROM quarantine",
    "held": "SELECT feed_id, md5(max_by(hashes, batch_no)) FROM feed_state GROUP BY feed_id",
    "batches without gaps": "SELECT count(*) = max(batch_no), min(batch_no) FROM batches",
}
"""What has to be equal, as sorted rows; of copies in two feeds either may have been the first."""
Lake = dict[str, list[tuple[object, ...]]]
TICKS = (1, 2)


def main() -> None:
    """Run the rounds and exit with 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--each", type=int, default=5, help="kills a round")
    feed_plan.add_options(parser, Plan(sources=120))
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - a choice of moments, not of secrets
    plan = Plan(options.sources, options.entries, options.seed, long=1_400, hosts=options.hosts)
    home = Path(tempfile.mkdtemp(prefix="newslake-benchmark-"))  # what differs is left to look at
    with Server(plan) as server:
        expected, spans = undisturbed(Product(home / "undisturbed", server))
        done = 0
        while done < options.kills:
            product, moments = Product(home / f"round-{done}", server), list[float]()
            for tick in TICKS:
                server.tick(tick)
                moments += kills(chance, product, spans[tick], options.each // 2 + tick % 2)
                product.ingest()
            done += len(moments)
            compare(expected, contents(product), product.lake)
            shutil.rmtree(product.home)
            said = ", ".join(f"{moment:.2f}" for moment in moments)
            print(f"{done:>3} kills (after {said} s): 0 lost, 0 doubled", flush=True)
    shutil.rmtree(home)


def undisturbed(product: Product) -> tuple[Lake, dict[int, float]]:
    """Return what a lake holds after both ticks, and each run's seconds from its first request."""
    spans = {}
    for tick in TICKS:
        product.server.tick(tick)
        began = time.time()
        run = product.ingest()
        spans[tick] = began + run.command - run.counts.first_at
    lake = contents(product)
    counted = ", ".join(f"{len(lake[name]):,} {name}" for name in list(QUERIES)[:3])
    print(f"undisturbed: {counted}; runs of {spans[1]:.1f} and {spans[2]:.1f} s", flush=True)
    return lake, spans


def kills(chance: random.Random, product: Product, span: float, times: int) -> list[float]:
    """Kill that many runs, each some time after its first request; return these times.

    The more is stored the less is left to do: a run that ended first shortens the next ones' span.
    """
    moments: list[float] = []
    for _ in range(3 * times):
        moment = chance.uniform(0, span)
        lived = kill_after(moment, product)
        if lived is None:
            moments.append(moment)
            if len(moments) == times:
                break
        else:
            span = lived
    return moments


def kill_after(seconds: float, product: Product) -> float | None:
    """Start a run and kill it (not its workers: they must end by themselves).

    Return how long it lived after its first request if it ended before that. Ends this process if
    a worker lives on.
    """
    product.server.forget()
    with product.start() as child:
        while child.poll() is None and not (first_at := product.server.counts().first_at):
            time.sleep(0.01)
        while child.poll() is None and time.time() < first_at + seconds:
            time.sleep(0.001)
        if child.poll() is not None:
            return time.time() - first_at
        workers = psutil.Process(child.pid).children(recursive=True)
        os.kill(child.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=30)
    if alive:
        sys.exit(f"{len(alive)} workers outlived their run by 30 s")
    return None


def contents(product: Product) -> Lake:
    """Return what the lake holds, without what may differ."""
    with duckdb.connect(str(product.lake / "news.duckdb"), read_only=True) as connection:
        return {
            name: sorted(connection.execute(query).fetchall(), key=repr)
            for name, query in QUERIES.items()
        }


def compare(expected: Lake, got: Lake, lake: Path) -> None:
    """Exit with what differs first."""
    for name, rows in expected.items():
        if rows != got[name]:
            had, has = Counter(map(repr, rows)), Counter(map(repr, got[name]))
            sys.exit(
                f"{name} differ in {lake}: {len(rows)} rows expected, {len(got[name])} found;"
                f" {(had - has).total()} lost, such as {list(had - has)[:2]},"
                f" {(has - had).total()} too many, such as {list(has - had)[:2]}"
            )


if __name__ == "__main__":
    main()
