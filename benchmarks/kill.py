"""Kills ingestion with -9 at random points, then runs once more, and compares the tables.

Run: python benchmarks/kill.py [--kills 50] [--each 5] [--seed 1]
Each round begins an empty lake, kills `--each` runs of the same folders at random points, lets one
more run end, and compares every public table with those of a run that nobody disturbed. Poll,
batch and run ids and the times of polls are left out. Bar: no difference.
"""

import argparse
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import measure
import texts

TABLES = (
    "articles", "revisions", "sightings", "entries", "keys", "matches", "members", "duplicates",
    "quarantine", "feed_state", "sources", "feeds",
)  # fmt: skip
Tables = dict[str, list[tuple[object, ...]]]
LEFT_OUT = {"batch_no", "poll_id", "run_id", "position", "changed_batch_no", "next_poll_at"}


def main() -> None:
    """Run the rounds and exit with 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--each", type=int, default=5, help="kills a round")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - a choice of moments, not of secrets
    with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        root = Path(name)
        make_seeds(root / "seeds")
        began = time.monotonic()
        (root / "undisturbed").mkdir()
        measure.ingest(root / "undisturbed" / "lake", root / "seeds")
        whole = time.monotonic() - began
        expected = tables(root / "undisturbed" / "lake")
        done = 0
        while done < options.kills:
            home = root / f"round-{done}"
            home.mkdir()
            moments = [chance.uniform(0.2, whole) for _ in range(options.each)]
            for moment in moments:
                kill_after(moment, home / "lake", root / "seeds")
            done += len(moments)
            measure.ingest(home / "lake", root / "seeds")
            compare(expected, tables(home / "lake"))
            said = ", ".join(f"{moment:.2f}" for moment in moments)
            print(f"{done:>3} kills (after {said} s of {whole:.1f}): the same tables", flush=True)


def make_seeds(seeds: Path) -> None:
    """Write a folder of some seconds' work: small files, long ones of rows, broken ones."""
    (seeds / "small").mkdir(parents=True)
    for number in range(1_500):
        text = texts.text(number % 1_400, 1_500)  # the last 100 repeat the first
        (seeds / "small" / f"{number:05}.txt").write_text(text, encoding="utf-8")
    rows = [texts.row(number, 1_500) for number in range(10_000, 14_000)]
    lines = [json.dumps(row) + "\n" for row in rows]
    (seeds / "dump.jsonl").write_text("".join(lines[:2_500]), encoding="utf-8")
    (seeds / "more.jsonl.gz").write_bytes(gzip.compress("".join(lines[2_000:]).encode()))
    (seeds / "list.json").write_text(json.dumps(rows[:1_300]), encoding="utf-8")
    (seeds / "broken.json").write_text('{"title": "half a sto', encoding="utf-8")
    header, *cells = ["id,title,url,text\n"], *rows[3_000:3_900]
    table = "".join(f'{c["id"]}-csv,"{c["title"]}",{c["url"]}/x,"{c["text"]}"\n' for c in cells)
    (seeds / "table.csv").write_text("".join(header) + table, encoding="utf-8")


def kill_after(seconds: float, lake: Path, seeds: Path) -> None:
    """Start an ingestion and kill it (not its workers: they must end by themselves)."""
    script = lake.parent / "child.py"
    script.write_text(measure.CHILD)
    command = [sys.executable, str(script), str(lake), measure.NOW, str(seeds)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)


def tables(lake: Path) -> Tables:
    """Return the public tables, each as sorted rows without what may differ."""
    tables = {}
    with duckdb.connect(str(lake / "news.duckdb"), read_only=True) as connection:
        for table in TABLES:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            kept = ", ".join(f'"{c}"::VARCHAR' for c in columns if c not in LEFT_OUT)
            tables[table] = sorted(
                connection.execute(f"SELECT {kept} FROM {table}").fetchall(), key=repr
            )
    return tables


def compare(expected: Tables, got: Tables) -> None:
    """Exit with what differs first."""
    for table, rows in expected.items():
        if rows != got[table]:
            missing = [row for row in rows if row not in got[table]][:3]
            extra = [row for row in got[table] if row not in rows][:3]
            sys.exit(
                f"{table} differs: {len(rows)} rows expected, {len(got[table])} found;"
                f" missing {missing}, extra {extra}"
            )


if __name__ == "__main__":
    main()
