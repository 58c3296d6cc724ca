"""Seed files to the lake: files/s and rows/s, the share of each stage, peak memory of the tree.

Run: python benchmarks/seeds.py [--files 10000] [--rows 200000] [--size 3000]
Bars: 2,000 files/s; 3,000 rows/s; 700 MB.
"""

import argparse
import json
import tempfile
from pathlib import Path

import measure
import texts


def main() -> None:
    """Make the folders, ingest each into a lake of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--size", type=int, default=3_000, help="characters of a text")
    options = parser.parse_args()
    print(f"{'input':<10}{'entries':>10}{'seconds':>10}{'entries/s':>11}{'peak MB':>9}  stages")
    with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
        root = Path(name)
        txt = root / "txt"
        txt.mkdir()
        for number in range(options.files):
            text = texts.text(number, options.size)
            (txt / f"{number:06}.txt").write_text(text, encoding="utf-8")
        report(".txt", measure.ingest(root / "lake-txt", txt))
        report("again", measure.ingest(root / "lake-txt", txt))
        jsonl = root / "jsonl"
        jsonl.mkdir()
        with (jsonl / "dump.jsonl").open("w", encoding="utf-8") as out:
            for number in range(options.rows):
                out.write(json.dumps(texts.row(number, options.size)) + "\n")
        report(".jsonl", measure.ingest(root / "lake-jsonl", jsonl))
        report("again", measure.ingest(root / "lake-jsonl", jsonl))


def report(name: str, measured: measure.Measured) -> None:
    """Print one line of the table."""
    rate = measured.read / measured.seconds
    print(
        f"{name:<10}{measured.read:>10,}{measured.seconds:>10.1f}{rate:>11,.0f}"
        f"{measured.peak_mb:>9.0f}  {measure.shares(measured.stages, measured.seconds)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
