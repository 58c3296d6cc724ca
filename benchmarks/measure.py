"""Runs one ingestion in a process of its own and measures it: time, stages, memory of its tree."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

CHILD = """
if __name__ == "__main__":  # workers import this file too: they must not load the lake
    import asyncio, json, sys, time
    from datetime import datetime
    from pathlib import Path
    from flows.run import run
    lake, now, *seeds = sys.argv[1:]
    began = time.perf_counter()
    report = asyncio.run(run(
        Path(lake), [Path(seed) for seed in seeds], now=datetime.fromisoformat(now),
        run_id=f"benchmark-{time.time_ns()}", command="benchmark",
    ))
    tallies = {name: vars_ for name, vars_ in (
        (name, {k: getattr(t, k) for k in t.__dataclass_fields__})
        for name, t in report.tallies.items()
    )}
    print(json.dumps({
        "seconds": time.perf_counter() - began, "stages": report.stages, "tallies": tallies,
        "batches": report.batches, "articles": report.articles,
    }))
"""
NOW = "2024-07-02T12:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one ingestion cost."""

    seconds: float
    """From the first look at the folders to the published lake."""
    stages: dict[str, float]
    peak_mb: float
    """Resident memory of the process and its workers together, sampled, in MB."""
    tallies: dict[str, dict[str, int]]
    batches: int
    articles: int

    @property
    def read(self) -> int:
        """Return the entries read."""
        return sum(tally["read"] for tally in self.tallies.values())


def ingest(lake: Path, *seeds: Path) -> Measured:
    """Ingest the folders in a child process (without Prefect) and measure it."""
    script = lake.parent / "child.py"
    script.write_text(CHILD)
    command = [sys.executable, str(script), str(lake), NOW, *map(str, seeds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        peak = 0.0
        while child.poll() is None:
            peak = max(peak, tree_mb(child.pid))
            time.sleep(0.05)
        said = child.stdout.read() if child.stdout else ""
    if child.returncode:
        sys.exit("the ingestion failed")
    answer = json.loads(said)
    return Measured(peak_mb=peak, **answer)


def tree_mb(pid: int) -> float:
    """Return the resident memory of a process and all below it, in MB."""
    total = 0
    try:
        process = psutil.Process(pid)
        for child in [process, *process.children(recursive=True)]:
            total += child.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total / 1e6


def shares(stages: dict[str, float], seconds: float) -> str:
    """Return the stages as shares of the whole; they overlap, so the sum may pass 100 %."""
    return ", ".join(f"{name} {spent / seconds:.0%}" for name, spent in stages.items())
