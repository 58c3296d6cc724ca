"""Runs `newslake ingest` over the feed server, and reads from both what a run cost.

The seconds of a run are those from the first request, by the server's clock, to the return of the
last commit: the start of Python before them, and merging and publishing after them, are in the
whole command's seconds only.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import psutil
from feeds.server import Counts, Server

CHILD = """
if __name__ == "__main__":  # workers import this file too: they must not load the lake
    import json, pathlib, sys, time
    from flows.commands import ingest
    from flows.terminal import app
    from warehouse.lake.writer import Writer
    shown, commit, ended = ingest.show, Writer.commit, [0.0]
    def timed(self, batch, committed_at):
        batch_no = commit(self, batch, committed_at)
        ended.append(time.time())
        return batch_no
    def show(report):
        shown(report)
        facts = {"stages": report.stages, "ended": ended[-1]}
        pathlib.Path(sys.argv[1]).write_text(json.dumps(facts))
    Writer.commit, ingest.show = timed, show
    sys.exit(app.run(sys.argv[2:]))
"""
"""The command line as it is, which leaves its stages and the time of its last commit in a file."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one run did and cost."""

    counts: Counts
    """Of the server."""
    seconds: float
    """From the first request to the last commit."""
    command: float
    """Seconds of the whole process."""
    peak_mb: float
    """Resident memory of the process and its workers together, sampled, in MB."""
    stages: dict[str, float]
    """Seconds; stages overlap."""
    cores: dict[str, float]
    """Processor seconds between the first request and the last commit, by who spent them."""
    polls: Counter[str]
    """By outcome: new, unchanged, or the kind of the error."""


@dataclass(slots=True)
class Product:
    """A lake that polls a server's feeds, with the settings of this benchmark."""

    home: Path
    """Holds the lake, the sources file and an empty folder of seeds."""
    server: Server
    plain: bool = True
    """The fast path may read feeds."""
    spacing: float = 0.0
    """Seconds between two requests to one host."""
    concurrency: int = 2
    """Requests to one host at once."""
    _batches: int = field(default=0)

    def __post_init__(self) -> None:
        (self.home / "seeds").mkdir(parents=True, exist_ok=True)
        (self.home / "child.py").write_text(CHILD)
        self.name_feeds(self.server.urls)

    def name_feeds(self, urls: Sequence[str], *, sourced: bool = True) -> None:
        """Write the sources file: each feed with one, which owns its links' domain, or none."""
        source = '[[source]]\nname = "Paper {0}"\ndomains = ["paper{0}.example"]\n'
        feed = '[[feed]]\nurl = "{1}"\n'
        shape = source + feed + 'source = "Paper {0}"\n' if sourced else feed
        tables = [shape.format(number, url) for number, url in enumerate(urls)]
        self.sources.write_text("\n".join(tables))

    @property
    def lake(self) -> Path:
        """Return the lake's folder."""
        return self.home / "lake"

    @property
    def sources(self) -> Path:
        """Return the sources file."""
        return self.home / "sources.toml"

    def environment(self) -> dict[str, str]:
        """Return the environment of a run; nothing of the caller's own newslake is in it."""
        theirs = {key: value for key, value in os.environ.items() if not key.startswith("NEWSLAKE")}
        return {
            **theirs,
            "NEWSLAKE_ALLOW_ADDRESSES": "127.0.0.0/8",
            "NEWSLAKE_HOST_SPACING": str(self.spacing),
            "NEWSLAKE_HOST_CONCURRENCY": str(self.concurrency),
            "NEWSLAKE_PLAIN_FEEDS": str(int(self.plain)),
        }

    def arguments(self, *, every_feed: bool = True) -> list[str]:
        """Return what follows `newslake` on the command line."""
        return [
            "ingest", "--direct", "--lake", str(self.lake), "--seeds", str(self.home / "seeds"),
            "--sources", str(self.sources), *(["--all-feeds"] if every_feed else []),
        ]  # fmt: skip

    def start(self, *, every_feed: bool = True) -> subprocess.Popen[str]:
        """Start a run, silent, and return its process."""
        facts = self.home / "facts.json"
        command = [sys.executable, str(self.home / "child.py"), str(facts)]
        return subprocess.Popen(
            [*command, *self.arguments(every_feed=every_feed)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=self.environment(),
        )

    def ingest(self, *, every_feed: bool = True) -> Polled:
        """Run once, to the end, and measure it. Ends this process if the run failed."""
        self.server.forget()
        began, samples = time.time(), list[_Sample]()
        with self.start(every_feed=every_feed) as child:
            while child.poll() is None:
                samples.append(_sample(child.pid, self.server.pid))
                time.sleep(0.05)
            said = child.stderr.read() if child.stderr else ""
        command = time.time() - began
        if child.returncode:
            sys.exit(f"newslake ingest ended with {child.returncode}: {said[-2_000:]}")
        counts = self.server.counts()
        facts = json.loads((self.home / "facts.json").read_text())
        return Polled(
            counts=counts,
            seconds=facts["ended"] - counts.first_at,
            command=command,
            peak_mb=max(sample.resident_mb for sample in samples),
            stages=facts["stages"],
            cores=_cores(samples, counts.first_at, facts["ended"]),
            polls=self._outcomes(),
        )

    def _outcomes(self) -> Counter[str]:
        """Return how the polls of feeds ended that were stored since the last call."""
        with duckdb.connect(str(self.lake / "news.duckdb"), read_only=True) as connection:
            outcomes = connection.execute(
                "SELECT coalesce(error, status), count(*) FROM polls"
                f" WHERE batch_no > {self._batches} AND feed_id IN"
                " (SELECT feed_id FROM feeds WHERE kind <> 'files') GROUP BY ALL"
            ).fetchall()
            last = connection.execute("SELECT coalesce(max(batch_no), 0) FROM batches").fetchall()
        self._batches = last[0][0]
        return Counter(dict(outcomes))


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    resident_mb: float
    spent: dict[str, float]
    """Processor seconds so far, by who."""


def _sample(run: int, server: int) -> _Sample:
    """Look at the run's process and its workers, and at the server."""
    resident, spent = 0.0, {"run": 0.0, "workers": 0.0, "server": 0.0}
    with suppress(psutil.NoSuchProcess):
        spent["server"] = sum(psutil.Process(server).cpu_times()[:2])
        process = psutil.Process(run)
        for child in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                resident += child.memory_info().rss
                spent["run" if child.pid == run else "workers"] += sum(child.cpu_times()[:2])
    return _Sample(time.time(), resident / 1e6, spent)


def _cores(samples: Sequence[_Sample], began: float, ended: float) -> dict[str, float]:
    within = [sample for sample in samples if began - 0.1 <= sample.at <= ended + 0.1]
    if not within:
        return {}
    first, last = within[0].spent, within[-1].spent
    return {name: max(0.0, last[name] - first[name]) for name in first}
