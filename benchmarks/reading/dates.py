"""How many forms of dates are read right or rightly given up, by group; how fast plain ones are.

Run: python benchmarks/reading/dates.py [--misses]. The second table was written before any of its
rows was read, and nothing was tuned on it but what it showed of a whole kind.
"""

import argparse
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import perf_counter

from articles.fields.date_zones import Hints
from articles.fields.dates import read_date

TABLES = Path(__file__).resolve().parents[2] / "tests" / "articles" / "fields"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
COUNT = 20_000


def verdict(row: list[str]) -> str:
    """Judge a row: `right`, `given up` (rightly), `missed`, `unsure` (confidence), `wrong`."""
    _, form, language, region, moment, confidence = row
    found = read_date(form, NOW, lambda: Hints(language, region))
    if found is None:
        return "missed" if moment else "given up"
    if not moment or found[0] != datetime.fromisoformat(moment):
        return "wrong"
    return "right" if found[1] == float(confidence) else "unsure"


def main() -> None:
    """Print the counts of both tables, and the speed of the plain forms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print the rows that are not right")
    misses = parser.parse_args().misses
    for name in ("date_forms.tsv", "date_forms_unseen.tsv"):
        lines = (TABLES / name).read_text("utf-8").splitlines()[1:]
        rows = [line.split("\t") for line in lines]
        verdicts = [verdict(row) for row in rows]
        print(f"\n{name}: {len(rows)} forms")
        for group in (*dict.fromkeys(row[0] for row in rows), ""):
            of_group = [v for row, v in zip(rows, verdicts, strict=True) if group in {row[0], ""}]
            counts = Counter(of_group)
            good = (counts["right"] + counts["given up"]) / len(of_group)
            told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
            print(f"  {group or 'all':12} {good:7.1%}  {told}")
        for row, found in zip(rows, verdicts, strict=True):
            if misses and found not in {"right", "given up"}:
                print("   ", found, row, read_date(row[1], NOW, lambda r=row: Hints(r[2], r[3])))  # type: ignore[misc]
    moments = [NOW - timedelta(minutes=number) for number in range(COUNT)]
    for kind, forms in (
        ("RFC 822", [format_datetime(moment, usegmt=True) for moment in moments]),
        ("ISO 8601", [moment.isoformat() for moment in moments]),
        ("American", [f"{moment:%B %d, %Y %I:%M %p} ET" for moment in moments]),
    ):
        started = perf_counter()
        for form in forms:
            read_date(form, NOW)
        print(f"{kind}: {COUNT / (perf_counter() - started):,.0f} a second")


main()
