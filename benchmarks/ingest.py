"""Feeds to the lake: entries/s from the first request to the last commit, stages, peak memory.

Run: python benchmarks/ingest.py [--sources 200] [--ticks 5] [--entries 25] [--sets half new]
Each set is polled tick by tick by `newslake ingest --direct --all-feeds`, a process a tick, from a
feed server on the same machine. Entries are those in the documents that the server sent. "half":
half of each feed is repeated from the tick before (its first tick, where nothing can be, counts
for nothing in the figure); "new": every entry is new at every tick. Then the last tick is polled
again: with validators (all 304), and from a server that has none and sends the same bytes.
Bars: 2,000 (half) and 1,500 (new) entries/s; 900 and 700 with the fast path off; 700 feeds/s;
700 MB.
"""

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import measure
from feeds import plan as feed_plan
from feeds.plan import Plan
from feeds.server import Server
from polled import Polled, Product

BARS = {("half", True): 2_000, ("new", True): 1_500, ("half", False): 900, ("new", False): 700}


def main() -> None:
    """Poll each set, with the fast path and without, and print a line a run."""
    options = read_options()
    print(f"{'set':<6}{'path':<6}{'tick':<9}{'feeds':>6}{'entries':>9}{'seconds':>9}{'/s':>8}"
          f"{'peak MB':>9}{'command':>9}  processor seconds; stages")  # fmt: skip
    for name in options.sets:
        plan = Plan(
            sources=options.sources, entries=options.entries, seed=options.seed,
            hosts=options.hosts, everything_new=name == "new",
        )  # fmt: skip
        with Server(plan) as server:
            for plain in [path == "fast" for path in options.paths]:
                with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as home:
                    product = Product(
                        Path(home), server, plain, options.spacing, options.concurrency
                    )
                    poll_set(product, name, options.ticks, options.repolls)


def poll_set(product: Product, name: str, ticks: int, repolls: int) -> None:
    """Poll every tick, then the last one again, and print what each cost."""
    server, label = product.server, f"{name:<6}{'fast' if product.plain else 'slow':<6}"
    server.validators(on=True)
    runs = []
    for tick in range(1, ticks + 1):
        server.tick(tick)
        runs.append(product.ingest())
        line(f"{label}{tick:<9}", runs[-1], runs[-1].counts.entries)
    counted = runs[1:] if name == "half" and ticks > 1 else runs
    entries = sum(run.counts.entries for run in counted)
    seconds = sum(run.seconds for run in counted)
    print(
        f"{label}{f'{ticks - len(counted) + 1} to {ticks}':<9}{'':>6}{entries:>9,}{seconds:>9.2f}"
        f"{entries / seconds:>8,.0f}{max(run.peak_mb for run in runs):>9.0f}{'':>9}"
        f"  {shares(counted)}   <- the figure, bar {BARS[name, product.plain]:,}",
        flush=True,
    )
    repoll(product, f"{label}{'304':<9}", repolls)
    server.validators(on=False)
    repoll(product, f"{label}{'same':<9}", repolls)


def repoll(product: Product, label: str, times: int) -> None:
    """Poll a tick that was read again and print the median in feeds/s."""
    runs = [product.ingest() for _ in range(times)]
    runs.sort(key=lambda run: run.seconds)
    line(label, runs[len(runs) // 2], 0, unit="feeds/s")
    others = Counter[str]()
    for run in runs:
        others += run.polls
    if set(others) != {"unchanged"}:
        print(f"  not only unchanged polls: {dict(others)}")


def line(label: str, run: Polled, entries: int, unit: str = "") -> None:
    """Print one run; feeds that failed are told, for they make a figure worth nothing."""
    rate = entries / run.seconds if entries else run.counts.requests / run.seconds
    print(
        f"{label}{run.counts.requests:>6,}{entries:>9,}{run.seconds:>9.2f}{rate:>8,.0f}"
        f"{run.peak_mb:>9.0f}{run.command:>9.2f}  {shares([run])}"
        f"  {unit}".rstrip(),
        flush=True,
    )
    failed = {kind: count for kind, count in run.polls.items() if kind not in {"new", "unchanged"}}
    if failed or run.polls.total() != run.counts.requests:
        sys.exit(f"not every feed was read: {dict(run.polls)} of {run.counts.requests} requests")


def shares(runs: Sequence[Polled]) -> str:
    """Return who spent how many seconds of processor, and the stages as shares of the time."""
    spent, stages = defaultdict[str, float](float), defaultdict[str, float](float)
    for run in runs:
        for name, seconds in run.cores.items():
            spent[name] += seconds
        for name, seconds in run.stages.items():
            if not name.startswith("wait"):  # many feeds wait at once: the sum says nothing
                stages[name] += seconds
    cores = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items())
    return f"{cores}; {measure.shares(stages, sum(run.seconds for run in runs))}"


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    feed_plan.add_options(parser, Plan())
    parser.add_argument("--ticks", type=int, default=5)
    parser.add_argument("--sets", nargs="+", choices=["half", "new"], default=["half", "new"])
    parser.add_argument("--paths", nargs="+", choices=["fast", "slow"], default=["fast", "slow"],
                        help="slow: every feed by feedparser")  # fmt: skip
    parser.add_argument("--repolls", type=int, default=3, help="of a tick that was read")
    parser.add_argument("--spacing", type=float, default=0.0, help="seconds, of one host")
    parser.add_argument("--concurrency", type=int, default=2, help="requests to one host at once")
    return parser.parse_args()


if __name__ == "__main__":
    main()
