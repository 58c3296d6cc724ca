"""`newslake sql "select count(*) from articles"` as a whole process, with 2,000 Parquet files.

Run: python benchmarks/sql.py [--batches 250] [--turns 15]
Each batch writes some eight files (one a table) and nothing is merged. Bar: 0.8 s.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import texts
from commit import NOW, draft, part

from articles.model.poll_rows import RunRow
from flows.pipeline.store import CommitContext, store
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.publish.publish import publish


def main() -> None:
    """Fill a lake with small batches, publish it, and time the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=290)
    parser.add_argument("--articles", type=int, default=500, help="of a batch")
    parser.add_argument("--turns", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        root = Path(name) / "lake"
        filler = texts.text(1, 1_000)
        with Lake.open(root) as lake:
            context = CommitContext(lake, RunRow("run", NOW, None, "0", "benchmark"))
            for number in range(options.batches):
                first = number * options.articles
                drafts = [
                    draft(n, f"Story {n}. {filler}", n)
                    for n in range(first, first + options.articles)
                ]
                store(context, [part(drafts, number)], NOW)
            publish(lake)
            files = sum(map(len, reads.live_files(lake).values()))
        command = [
            str(Path(sys.executable).parent / "newslake"), "sql", "--lake", str(root),
            "select count(*) from articles",
        ]  # fmt: skip
        seconds = []
        for _ in range(options.turns):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - began)
        print(
            f"{files:,} files, {options.batches * options.articles:,} articles:"
            f" p50 {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s (bar 0.8)"
        )


if __name__ == "__main__":
    main()
