"""A feed that hangs whoever parses it, among 50 good ones: how much longer does the run take?

Run: python benchmarks/hang.py [--sources 50] [--hanging 1]
The trap is 60 KB that keep feedparser busy for a minute or so, and that no fast path reads. Bar:
every good entry is stored, the run takes at most 12 s longer.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb
from feeds import plan as feed_plan
from feeds.plan import Plan
from feeds.server import Server
from polled import Polled, Product


def main() -> None:
    """Ingest without the trap and with it, and compare seconds and articles."""
    parser = argparse.ArgumentParser(description=__doc__)
    feed_plan.add_options(parser, Plan(sources=50))
    parser.add_argument("--hanging", type=int, default=1)
    options = parser.parse_args()
    plan = Plan(
        options.sources, options.entries, options.seed, hosts=options.hosts,
        hanging=options.hanging,
    )  # fmt: skip
    with Server(plan) as server, tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        good = Product(Path(name) / "good", server)
        good.name_feeds(server.urls[: plan.sources])
        without = good.ingest()
        say("without", without)
        trapped = Product(Path(name) / "trapped", server)
        within = trapped.ingest()
        say("with", within)
        expected, stored = articles(good), articles(trapped)
        print(
            f"{within.command - without.command:.1f} s longer (bar 12);"
            f" {len(stored):,} of {len(expected):,} good articles stored"
        )
        if stored != expected:
            sys.exit("the good feeds' articles are not all there, or there are others")


def say(name: str, run: Polled) -> None:
    """Print what one run cost and how its polls ended."""
    print(
        f"{name} the trap: {run.command:.1f} s, {run.peak_mb:.0f} MB, polls {dict(run.polls)}",
        flush=True,
    )


def articles(product: Product) -> list[tuple[object, ...]]:
    """Return the articles' names and texts."""
    with duckdb.connect(str(product.lake / "news.duckdb"), read_only=True) as connection:
        return connection.execute(
            "SELECT article_id, url, body FROM articles ORDER BY 1"
        ).fetchall()


if __name__ == "__main__":
    main()
