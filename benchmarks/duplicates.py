"""Finds copies among made-up news: recall by class and language, precision, wrong merges, speed.

Run: python benchmarks/duplicates.py [--seed 1000] [--languages en,de] [--stories 100] [--quick]
     [--narrow] [--worst 10]
Seeds below 1,000 are there to tune on. Every text is generated (benchmarks/synthetic): stories
with their copies, cuts and rewordings, follow-ups and other tellings of the same events, and
automated news; and, unless it is narrow, rewrites and reports that nothing was tuned on.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from random import Random

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from synthetic import scores
from synthetic.language import codes, load
from synthetic.scores import Outcome, Pair, Share
from synthetic.sets import REPORTED, Sample, build
from synthetic.stories import invent, text, told

from articles.duplicates.decision import Comparison, judge
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.duplicates.matcher import Matched, match_all
from articles.text.normal_form import squash

SHOWN = 300
"""Characters of a text that is shown."""
MOST_FALSE = 20
BATCH = 50
SIZE = 3_000
PAIRS = 20_000


def main() -> None:
    """Build the texts, match them, and print what was found and what was not."""
    options = _options()
    # Numbers must not be cut: what is narrower than the tables gets them wrapped by the terminal.
    console = Console(width=max(Console().width, 170))
    stories = min(options.stories, 10) if options.quick else options.stories
    templates = 100 if options.quick else 1_000
    languages = options.languages
    samples = build(options.seed, languages, stories, templates, wider=options.wider)
    began = time.perf_counter()
    matched = match(samples)
    seconds = time.perf_counter() - began
    outcome = scores.outcome(samples, matched.canonical, matched.compared)
    console.print(f"seed {options.seed}, {len(samples):,} texts, {', '.join(languages)}")
    console.print(classes_table(outcome, languages), apart_table(outcome, languages))
    console.print(totals_table(outcome, languages))
    wrong = scores.false_merges(outcome)
    if wrong:
        console.rule(f"{len(wrong):,} texts in a group with another text")
        show(console, wrong[:MOST_FALSE])
    if options.worst:
        missed = scores.missed(outcome)
        console.rule(f"{min(options.worst, len(missed)):,} of {len(missed):,} missed pairs")
        show(console, missed[: options.worst])
    console.print(f"{len(samples) / seconds:,.0f} texts/s matched, all in all")
    console.print(
        f"{fingerprints_per_second(languages[0]):,.0f} fingerprints/s of {SIZE:,} characters, "
        f"{languages[0]}"
    )
    for name, pairs in pairs_to_decide(samples).items():
        console.print(f"{decisions_per_second(pairs):,.0f} decisions/s on {name}")


def match(samples: Sequence[Sample]) -> Matched:
    """Return what the matcher makes of the texts, in the order in which they arrive."""
    return match_all({sample.id: sample.text for sample in samples})


def pairs_to_decide(samples: Sequence[Sample]) -> dict[str, list[tuple[Fingerprint, Fingerprint]]]:
    """Return pairs of fingerprints: of one text's copies and rewordings, and of any two texts."""
    fingerprints = fingerprint([squash(sample.text) for sample in samples[:1_000]])
    by_truth: dict[str, list[Fingerprint]] = defaultdict(list)
    for sample, fingerprint_ in zip(samples, fingerprints, strict=False):
        if fingerprint_ is not None:
            by_truth[sample.truth].append(fingerprint_)
    rng, anything = Random(1), list(filter(None, fingerprints))  # noqa: S311 - no secret
    alike = [pair for copies in by_truth.values() for pair in combinations(copies, 2)]
    unlike = [(rng.choice(anything), rng.choice(anything)) for _ in alike]
    return {"copies and rewordings": alike[:PAIRS], "any two texts": unlike[:PAIRS]}


def decisions_per_second(pairs: Sequence[tuple[Fingerprint, Fingerprint]]) -> float:
    """Decide about pairs in one call."""
    judge(pairs[:BATCH])  # what is loaded once is not what is measured
    began = time.perf_counter()
    judge(pairs)
    return len(pairs) / (time.perf_counter() - began)


def fingerprints_per_second(code: str, batches: int = 20) -> float:
    """Sketch texts of some 3,000 characters in batches of 50, each text once."""
    language, rng = load(code), Random(1)  # noqa: S311 - no secret
    texts: list[str] = []
    while len(texts) < batches * BATCH:
        whole = ""
        while len(whole) < SIZE:
            whole = f"{whole}\n\n{text(told(invent(language, rng)), language)}".strip()
        texts.append(squash(whole[:SIZE]))
    fingerprint(texts[:1])  # what is loaded once is not what is measured
    began = time.perf_counter()
    for first in range(0, len(texts), BATCH):
        fingerprint(texts[first : first + BATCH])
    return len(texts) / (time.perf_counter() - began)


def classes_table(outcome: Outcome, languages: Sequence[str]) -> Table:
    """Return recall in percent, a row a class, a column a language, and the unsure ones."""
    table = _table("Recall in % of (first-told text, variant) pairs", ["class", *languages])
    table.add_column("all", justify="right")
    table.add_column("unsure", justify="right")
    by_language = [outcome.of(code) for code in languages]
    kinds = [kind for kind in scores.CLASSES if scores.recall(outcome, kind).all]
    for kind in (*kinds, None):
        shares = [scores.recall(part, kind) for part in (*by_language, outcome)]
        table.add_row(
            kind or "all", *map(_coloured, shares), str(scores.unsure(outcome, kind)),
            end_section=kind == kinds[-1], style="" if kind else "bold",
        )  # fmt: skip
    return table


def apart_table(outcome: Outcome, languages: Sequence[str]) -> Table:
    """Return how many texts are in a wrong group, a row a kind, then those of each family."""
    table = _table("In a group with another text, of all texts of the kind", ["kind", *languages])
    table.add_column("all", justify="right")
    parts = [*map(outcome.of, languages), outcome]
    for kind in scores.APART:
        shares = [scores.merged_wrongly(part, kind) for part in parts]
        if shares[-1].all:
            table.add_row(kind, *(f"{share.some:,} of {share.all:,}" for share in shares))
    for family, share in scores.families(outcome).items():
        if share.some:
            table.add_row(f"  {family}", *[""] * len(languages), f"{share.some:,} of {share.all:,}")
    return table


def totals_table(outcome: Outcome, languages: Sequence[str]) -> Table:
    """Return a row a language: what is in groups that should not be, and the whole."""
    table = _table("All pairs in groups", ["language", "texts"])
    for column in (
        "recall %", "precision %", "B-cubed F1", "wrong templates", "wrong follow-ups %",
        "wrong retold %", "wrong singles", "unsure %", "unsure unlike",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for code in (*languages, None):
        part = outcome.of(code) if code else outcome
        table.add_row(code or "all", f"{len(part.samples):,}", *_totals(part))
    return table


def _totals(outcome: Outcome) -> list[str]:
    templates = scores.merged_wrongly(outcome, "template")
    return [
        str(scores.recall(outcome)),
        str(scores.precision(outcome)),
        f"{scores.b_cubed(outcome):.4f}",
        f"{templates.some:,} of {templates.all:,}",
        str(scores.merged_wrongly(outcome, "followed_up")),
        str(scores.merged_wrongly(outcome, "retold")),
        f"{scores.merged_wrongly(outcome, 'single').some:,}",
        str(scores.unsure(outcome)),
        f"{scores.unsure_apart(outcome):,}",
    ]


def show(console: Console, pairs: Sequence[Pair]) -> None:
    """Print pairs, both texts beside each other, with what the comparison says."""
    width = console.width // 2 - 1
    for pair in pairs:
        panels = [
            Panel(Text(sample.text[:SHOWN]), title=Text(sample.id), width=width)
            for sample in (pair.sample, pair.other)
        ]
        console.print(Columns(panels, padding=(0, 1)), Text(_said(pair)))


def _compared(pair: Pair) -> Comparison | None:
    """Compare two texts that were not, as an equal text stood for one of them."""
    first, second = fingerprint([squash(pair.sample.text), squash(pair.other.text)])
    return None if first is None or second is None else judge([(first, second)])[0]


def _said(pair: Pair) -> str:
    comparison = pair.comparison or _compared(pair)
    if comparison is None:
        return "too short to be compared\n"
    shares = f"{comparison.covered:.2f} and {comparison.other_covered:.2f} covered"
    score = f"{comparison.score:.2f} of {comparison.threshold:.2f}"
    how = f"{comparison.decision} by {comparison.method}"
    return f"{how}, {score}, {shares}: {comparison.evidence}\n"


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for n, column in enumerate(columns):
        table.add_column(column, justify="right" if n else "left")
    return table


def _coloured(share: Share) -> Text:
    missing = share.all - share.some
    return Text(str(share), style="red" if missing > share.all / 20 else "")


def _languages(given: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(code.strip() for code in given.split(",")))
    for code in chosen:
        if code not in codes():
            known = ", ".join(codes())
            raise argparse.ArgumentTypeError(f"no language {code!r}; there are {known}")
    return chosen


def _count(given: str) -> int:
    count = int(given)
    if count < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return count


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=REPORTED)
    parser.add_argument(
        "--languages", type=_languages, default=codes(), help="codes with commas between"
    )
    parser.add_argument(
        "--stories", type=_count, default=100, help="in English; elsewhere a quarter"
    )
    parser.add_argument("--quick", action="store_true", help="10 stories, 100 automated articles")
    parser.add_argument(
        "--narrow", dest="wider", action="store_false", help="no rewrites, no reports"
    )
    parser.add_argument("--worst", type=_count, default=0, metavar="K", help="show K missed pairs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
