"""`newslake ingest --direct` with 10,000 feeds of which none is due, as a whole process.

Run: python benchmarks/due.py [--feeds 10000] [--turns 5]
The lake first polls each of them once (a short document each). Then the sources file names a
source for each feed, as an operator would, or none, as `newslake sources add` does. Bar: 2 s.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from feeds.plan import Plan
from feeds.server import Server
from polled import Product


def main() -> None:
    """Fill the lake with schedules, then time runs that have nothing to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--hosts", type=int, default=200)
    options = parser.parse_args()
    plan = Plan(sources=options.feeds, tiny=True, hosts=options.hosts)
    with Server(plan) as server, tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        product = Product(Path(name), server)
        first = product.ingest()
        print(
            f"{options.feeds:,} feeds polled in {first.seconds:.1f} s"
            f" ({options.feeds / first.seconds:,.0f} feeds/s, {first.peak_mb:.0f} MB),"
            f" {dict(first.polls)}",
            flush=True,
        )
        time_nothing(product, "a source each in the file", options.turns)
        product.name_feeds(server.urls, sourced=False)
        product.ingest(every_feed=False)  # stores that their sources are other ones now
        time_nothing(product, "feeds alone in the file", options.turns)


def time_nothing(product: Product, name: str, turns: int) -> None:
    """Print the seconds of runs that have nothing to do; a request ends this process."""
    runs = [product.ingest(every_feed=False) for _ in range(turns)]
    if any(run.counts.requests for run in runs):
        sys.exit("a feed was polled although it was not due")
    seconds = [run.command for run in runs]
    print(
        f"nothing due, {name}: p50 {statistics.median(seconds):.2f} s,"
        f" worst {max(seconds):.2f} s (bar 2), {max(run.peak_mb for run in runs):.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
