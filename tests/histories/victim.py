"""One run in a process of its own, which a history kills by SIGKILL at a point."""

import asyncio
import json
import sys
from pathlib import Path

from faults import killed_at, small_batches
from lakehouse import running
from steps import Kill, Run, World
from trusted import trust_extensions

from articles.model.entries import Feed, Source


def main(order: str) -> None:
    """Run as the order says."""
    told = json.loads(order)
    feeds = [
        Feed(
            **{
                **one,
                "source": Source(**{**one["source"], "domains": tuple(one["source"]["domains"])}),
            }
        )
        for one in told["feeds"]
    ]
    step = Run(World({}, {}), told["hours"])
    with small_batches(told["batch_entries"]), killed_at(Kill(**told["kill"])):
        asyncio.run(
            running(
                Path(told["lake"]), Path(told["seeds"]), tuple(feeds), told["run_id"], step, None
            )
        )


if __name__ == "__main__":
    trust_extensions()
    main(sys.argv[1])
