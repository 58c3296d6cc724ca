"""Guids that come with another text: which are told apart as reused, which edits are torn apart.

Run: python benchmarks/guids.py [--seed 1000] [--languages en,de] [--stories 20]
     [--texts FILE.jsonl]
Seeds below 1,000 are there to tune on. Every pair of entries goes through `normalize` and
`revise`, as in a run. Texts are generated (benchmarks/synthetic); with --texts they are read from
rows with `lang`, `title` (or null) and `body`.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from rich import box
from rich.console import Console
from rich.table import Table
from synthetic.guids import FIRST, Content, Pair, edits, pairs, real_edits, reuses, words_of
from synthetic.language import codes
from synthetic.sets import REPORTED

from articles.fields.normalize import normalize
from articles.identity.unrelated import unrelated
from articles.model.entries import Feed, Source
from articles.model.known import Known, Text
from articles.revisions.revise import ReceivedEntry, revise

FEED = Feed(
    "feed", Source("paper", "Paper", ("paper.example",)), "rss", "https://paper.example/feed"
)
MOST_REAL = 60
"""Texts of each language that are taken of a file."""
MOST_SIGNS = 8_000
MOST_OF_SUMMARY = 240
POOL = 50


def main() -> None:
    """Judge every pair and print two tables, and what a comparison costs."""
    options = _options()
    console = Console(width=max(Console().width, 190))
    if options.texts:
        judged = list(_judged(_real(options.texts, Random(options.seed))))  # noqa: S311 - no secret
    else:
        judged = list(
            _judged(p for c in options.languages for p in pairs(options.seed, c, options.stories))
        )
    console.print(_table("Reused guids told apart, %", judged, is_edit=False))
    console.print(_table("Honest edits torn apart, %", judged, is_edit=True))
    console.print(f"{_cost([pair for pair, _ in judged]):,.0f} µs a comparison of two texts")


def is_apart(pair: Pair) -> bool:
    """Return whether the second entry becomes another article than the first."""
    known, article_ids = Known(), []
    for n, entry in enumerate(pair.entries):
        now = FIRST + timedelta(days=n + 2)
        [draft] = normalize([(entry, n)], FEED, now)
        revised = revise([ReceivedEntry(draft, FEED.feed_id, str(n), now)], known)
        known = revised.known
        article_ids += [sighting.article_id for sighting in revised.sightings]
    return len(set(article_ids)) == 2


def _judged(made: Iterable[Pair]) -> Iterator[tuple[Pair, bool]]:
    return ((pair, is_apart(pair)) for pair in made)


def _real(path: Path, rng: Random) -> Iterator[Pair]:
    """Yield pairs made of the texts of a file."""
    texts: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts[row["lang"]].append((row.get("title"), row["body"][:MOST_SIGNS]))
    for code, read in sorted(texts.items()):
        chosen = rng.sample(read, min(MOST_REAL, len(read)))
        pool = [word for _, body in read[:POOL] for word in words_of(body)]
        # A headline of its own where the file has none: another text's first words are as unlike.
        titled = [(title or body[:40], body) for title, body in chosen]
        for (title, body), (other_title, other) in pairwise(titled):
            yield from edits(code, real_edits(body, pool, rng), (title, other_title))
            yield from reuses(
                code, "another article", Content(title, body), Content(other_title, other)
            )
            before, after = (
                Content(heading, whole[:MOST_OF_SUMMARY], "summary")
                for heading, whole in ((title, body), (other_title, other))
            )
            yield from reuses(code, "other summary", before, after)


def _table(title: str, judged: Sequence[tuple[Pair, bool]], *, is_edit: bool) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    chosen = [(pair, apart) for pair, apart in judged if pair.is_edit == is_edit]
    languages = sorted({pair.language for pair, _ in chosen})
    for n, column in enumerate(("kind", "link", *languages, "all", "pairs")):
        table.add_column(column, justify="right" if n > 1 else "left")
    groups: dict[tuple[str, str], list[tuple[Pair, bool]]] = defaultdict(list)
    for pair, apart in chosen:
        groups[pair.kind, pair.links].append((pair, apart))
    groups["all", ""] = chosen
    for (kind, links), group in groups.items():
        shares = [_share([a for p, a in group if p.language == code]) for code in languages]
        total = _share([a for _, a in group])
        table.add_row(kind, links, *shares, total, f"{len(group):,}")
    return table


def _share(aparts: Sequence[bool]) -> str:
    return f"{100 * sum(aparts) / len(aparts):.1f}" if aparts else ""


def _cost(made: Sequence[Pair]) -> float:
    """Return the microseconds that comparing the texts of a pair takes."""
    texts = [[Text(c.title, c.body) for c in (p.before, p.after)] for p in made[:2_000]]
    began = time.process_time()
    for text, other in texts:
        unrelated(text, other)
    return (time.process_time() - began) / len(texts) * 1e6


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=REPORTED)
    parser.add_argument("--languages", type=lambda given: given.split(","), default=codes())
    parser.add_argument("--stories", type=int, default=20)
    parser.add_argument("--texts", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
