"""`newslake serve` until its first scheduled run is done: with a new database, then with that one.

Run: python benchmarks/serve.py
Bar: 45 s.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
SECONDS = 300.0
ENDED = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


def main() -> None:
    """Serve the project's seeds twice with one home and print a table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(f"{'database':<10}{'server answers':>16}{'first run done':>16}{'stopped in':>12}")
    with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        folder = Path(name)
        shutil.copytree(SEEDS, folder / "seeds")
        for database in ("new", "kept"):
            answers, done, stopped = measured(folder)
            print(f"{database:<10}{answers:>14.1f} s{done:>14.1f} s{stopped:>10.1f} s", flush=True)


def measured(folder: Path) -> tuple[float, float, float]:
    """Return the seconds from start to answer and to the first scheduled run's end, and to stop."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    newslake = Path(sys.executable).parent / "newslake"
    before = time.time()
    began = time.monotonic()
    with subprocess.Popen(
        [str(newslake), "serve", "--port", port],
        cwd=folder,
        env=kept | {"PREFECT_HOME": str(folder / "prefect")},
        stdout=subprocess.DEVNULL,
    ) as serve:
        answers = done = 0.0
        while not done:
            if serve.poll() is not None or time.monotonic() - began > SECONDS:
                sys.exit("newslake serve failed")
            time.sleep(0.1)
            runs = ended(port, before)
            elapsed = time.monotonic() - began
            answers = answers or (elapsed if runs is not None else 0.0)
            done = elapsed if runs else 0.0
        began = time.monotonic()
        serve.send_signal(signal.SIGINT)
        serve.wait(60)
    return answers, done, time.monotonic() - began


def ended(port: str, since: float) -> list[Any] | None:
    """Return the scheduled runs that ended since then (seconds), None if nobody answers."""
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since))
    chosen = {"flow_runs": {"state": {"type": {"any_": ENDED}}, "end_time": {"after_": after}}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/flow_runs/filter",
        json.dumps(chosen).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 ours
            return [run for run in json.load(answer) if run["auto_scheduled"]]
    except OSError:
        return None


if __name__ == "__main__":
    main()
