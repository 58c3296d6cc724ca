"""Trains the matcher and writes articles/duplicates/model.json; prints what it is worth.

Run: python benchmarks/train_matcher.py [--texts ../shared/texts] [--news DIR] [--try] [--print]

Needs scikit-learn 1.9.1 (pip install scikit-learn==1.9.1). It is fitted on one half of the base
texts, and reported on the other; with the same texts the same model comes out. `--texts` holds
rewordings by language models and reports of the same events, `--news` real news (LANG.*.jsonl, a
`text` a line); what is absent is left out. `--try` writes nothing; `--print` prints the model that
is shipped. Made-up news and the rewritten texts are in the repository.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matching import pairs as given
from matching.pairs import Pair
from synthetic.language import codes

from articles.duplicates import model
from articles.duplicates.alignment import align
from articles.duplicates.decision import SAME_FROM, SHORT, SHORT_SAME_FROM
from articles.duplicates.fingerprint import fingerprint
from articles.duplicates.first_look import is_worth
from articles.duplicates.measures import NAMES, measure
from articles.duplicates.model import Tree
from articles.text.normal_form import squash

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "articles" / "duplicates" / "model.json"
MOST_BYTES = 100_000
FITTED, REPORTED = 3, 1_003
"""Seeds of made-up news."""
NOTICES = ("de", "es")
"""Languages whose short notices are fitted on; those of the others are for the report alone."""
MORE = frozenset(
    """
    cover_short cover_long once_share once_share_long kept_short kept_long sentences_least
    once_in_order once_rising once_near sentences_rising sentences_short sentences_long
    told_short told_long told_both lead_short lead_long lead_terms_short lead_terms_long
    numbers_kept numbers_kept_long names_kept names_kept_long topics_kept_short topics_kept_long
    told_numbers told_names told_topics numbers_against_words facts_against_words
    topics_against_words
    """.split()  # noqa: SIM905 - a line a name would be thirty
)
"""Measures of which more never speaks against one text. Runs of equal words are not among them:
the next issue of a notice has more of them than any rewording."""
LESS = frozenset(
    """
    names_lost_long numbers_lost_long once_drift head_short head_long numbers_lost
    numbers_lost_in_told names_lost numbers_swapped names_swapped told_facts_lost facts_changed
    """.split()  # noqa: SIM905
)
"""Measures of which more never speaks for one text."""
MOST = 900
"""Pairs of a family, beyond which more have no more weight."""
UNLIKE_WEIGHT = 2.0
"""A false merge hides an article, a missed one shows it twice."""
WEIGHTS = {
    "reworded by GPT-4o": 2, "reworded by GPT-3-Turbo": 2, "reworded by Llama-3-70B": 2,
    "reworded summary": 1.5, "same event": 4, "beginning of another report": 2,
    "copy of a report": 3, "real unlike": 2, "real wire": 2.5, "real revised": 2.5,
    "told wire": 1.5, "told revised": 1.5, "real short_exact": 1.5, "real short_corrected": 3,
    "real short_revised": 1.5, "real notice_words": 0.3, "told notice_words": 0.6,
    "real follow_up": 2, "real also follow_up": 2, "told also follow_up": 3, "told follow_up": 2,
    "made followed_up": 2, "real issue": 1.5, "told issue": 1.5, "real also regional": 2,
    "real regional": 1.5, "made notice": 2, "real short_unlike": 1.5,
}  # fmt: skip
LEAVES, TREES, RATE, DEPTH = 16, 330, 0.07, 7
BATCH = 128
_BINS, _LEAST_IN_BIN = 15, 50


@dataclass(frozen=True, slots=True)
class Measured:
    """Pairs with their measures, a row a pair."""

    rows: np.ndarray[Any, Any]
    same: np.ndarray[Any, Any]
    family: np.ndarray[Any, Any]
    half: np.ndarray[Any, Any]
    language: np.ndarray[Any, Any]
    keys: np.ndarray[Any, Any]
    """How many keys both have."""
    words: np.ndarray[Any, Any]
    """The words of the shorter text."""
    is_worth: np.ndarray[Any, Any]
    """Whether the first look lets it pass: the others are different, whatever is measured."""


def main() -> None:
    """Gather the pairs, fit on one half, report on the other, write the model."""
    options = _options()
    if options.print:
        print_model()
        return
    measured = measured_pairs(gathered(options.texts, options.news))
    fitted = fit(measured)
    shipped = model.parsed(fitted)
    report(measured, np.where(measured.is_worth, shipped.probabilities(measured.rows), 0.0))
    text = json.dumps(fitted, separators=(",", ":")) + "\n"
    print(f"{len(text):,} bytes of {MOST_BYTES:,}")
    if not options.dry:
        TARGET.write_text(text, encoding="utf-8")


def gathered(texts: Path, news: Path) -> Iterator[Pair]:
    """Yield all pairs that there are texts for."""
    if texts.exists():
        yield from given.rewordings(texts)
        yield from given.same_event(texts)
    else:
        print(f"no rewordings: {texts} is not there")
    for language in given.languages_of(news):
        yield from given.real(news, language, 1_000 if language == "en" else 60)
        yield from given.unlike(news, language, 3_000 if language == "en" else 150)
    for language in codes():
        yield from given.made(FITTED, language, 60)
    yield from given.notices(FITTED, NOTICES)
    for seed in (FITTED, REPORTED):
        yield from given.synthetic(seed)
    yield from given.rewritten()


def measured_pairs(pairs: Iterable[Pair]) -> Measured:
    """Measure pairs whose texts have fingerprints."""
    chosen = list(pairs)
    texts = list(dict.fromkeys(text for pair in chosen for text in pair[:2]))
    made = dict(zip(texts, fingerprint([squash(text) for text in texts]), strict=True))
    kept, prints = [], []
    for pair in chosen:
        one, other = made[pair.text], made[pair.other]
        if one is None or other is None:
            continue
        if pair.same or one.terms.tolist() != other.terms.tolist():  # else it is not to be seen
            kept.append(pair)
            prints.append((one, other))
    batches = [prints[n : n + BATCH] for n in range(0, len(prints), BATCH)]
    rows, looks = (
        [measure(align(batch)) for batch in batches],
        [is_worth(batch) for batch in batches],
    )
    return Measured(
        np.concatenate(rows),
        np.array([pair.same for pair in kept]),
        np.array([pair.family for pair in kept]),
        np.array([pair.half for pair in kept]),
        np.array([pair.language for pair in kept]),
        np.array([len(np.intersect1d(one.keys, other.keys)) for one, other in prints]),
        np.array([min(one.words, other.words) for one, other in prints]),
        np.concatenate(looks),
    )


def weights(measured: Measured) -> np.ndarray[Any, Any]:
    """Return the weight of each pair: no family counts more for being large."""
    sizes = Counter(measured.family.tolist())
    return np.array(
        [
            min(1, MOST / sizes[family]) * WEIGHTS.get(family, 1) * (1 if same else UNLIKE_WEIGHT)
            for family, same in zip(measured.family.tolist(), measured.same, strict=True)
        ]
    )


def fit(measured: Measured) -> dict[str, Any]:
    """Return the model, fitted on the first half, as it is stored."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    chosen = (measured.half == 0) & measured.is_worth
    signs = [1 if name in MORE else -1 if name in LESS else 0 for name in NAMES]
    trees = HistGradientBoostingClassifier(
        max_leaf_nodes=LEAVES, max_iter=TREES, learning_rate=RATE, max_depth=DEPTH,
        l2_regularization=3, min_samples_leaf=30, monotonic_cst=signs, early_stopping=False,
        random_state=0,
    )  # fmt: skip
    weight = weights(measured)
    trees.fit(measured.rows[chosen], measured.same[chosen], sample_weight=weight[chosen])
    return {
        "version": "1",
        "measures": list(NAMES),
        "base": round(float(trees._baseline_prediction.ravel()[0]), 4),  # noqa: SLF001 - there is no other way
        "slope": 1.0,
        "offset": 0.0,
        "trees": [_tree(predictors[0].nodes) for predictors in trees._predictors],  # noqa: SLF001
    }


def _tree(nodes: Any, at: int = 0) -> Tree:
    """Return a tree as it is stored, from a node on: [measure, cut, left, right] or a value."""
    node = nodes[at]
    if node["is_leaf"]:
        return round(float(node["value"]), 3)
    cut = float(f"{node['num_threshold']:.5g}")
    return [int(node["feature_idx"]), cut, _tree(nodes, node["left"]), _tree(nodes, node["right"])]


def report(measured: Measured, likely: np.ndarray[Any, Any]) -> None:
    """Print for each family of the second half how many are the same, and how far that holds."""
    reported = measured.half == 1
    is_same = likely >= np.where(measured.words < SHORT, SHORT_SAME_FROM, SAME_FROM)
    for same in (True, False):
        print("must match" if same else "must not match")
        for family in sorted(set(measured.family[reported & (measured.same == same)].tolist())):
            chosen = reported & (measured.family == family) & (measured.same == same)
            share, most = is_same[chosen].mean(), likely[chosen].max()
            more = "" if same else f"  highest {most:.2f}"
            print(f"  {family:40} {int(chosen.sum()):6,} {share:7.4f}{more}")
    for language in sorted(set(measured.language[reported].tolist())):
        of = reported & (measured.language == language)
        same, unlike = of & measured.same, of & ~measured.same
        print(
            f"  {language}: recall {is_same[same].mean():.4f}, "
            f"wrong {is_same[unlike].mean():.4f} of {int(unlike.sum()):,}"
        )
    brought = reported & (measured.keys > 0)
    between = brought & (likely > 0.05) & (likely < 0.95)
    for name, chosen in (("all", brought), ("between .05 and .95", between)):
        print(
            f"calibration error, {name}: {calibration(likely[chosen], measured.same[chosen]):.4f}"
        )


def calibration(likely: np.ndarray[Any, Any], same: np.ndarray[Any, Any]) -> float:
    """Return the expected calibration error over bins of like size (Naeini et al. 2015)."""
    if not len(likely):
        return 0.0
    bins = np.array_split(np.argsort(likely), max(1, min(_BINS, len(likely) // _LEAST_IN_BIN)))
    return float(sum(len(b) * abs(likely[b].mean() - same[b].mean()) for b in bins) / len(likely))


def print_model() -> None:
    """Print the model that is shipped: what each measure is worth, and every tree."""
    shipped = model.shipped()
    print(f"version {shipped.version}, {len(shipped.roots)} trees, log odds before {shipped.base}")
    moved: Counter[str] = Counter()
    lines = []
    for node, (column, cut, left, right) in enumerate(
        zip(shipped.measures, shipped.cuts, shipped.left, shipped.right, strict=True)
    ):
        value = shipped.values[node]
        start = "tree: " if node in set(shipped.roots.tolist()) else "  "
        if left == node:
            lines.append(f"{start}{node}: {value:+.4f}")
        else:
            moved[NAMES[column]] += abs(shipped.values[left] - shipped.values[right])
            lines.append(f"{start}{node}: {NAMES[column]} <= {cut:.5g}? {left} : {right}")
    for name, amount in moved.most_common():
        print(f"  {name:24} {amount:8.2f}")
    print("\n".join(lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "texts")
    parser.add_argument("--news", type=Path, default=ROOT / "none", help="a folder of LANG.*.jsonl")
    parser.add_argument("--try", dest="dry", action="store_true", help="write nothing")
    parser.add_argument("--print", action="store_true", help="print the model that is shipped")
    return parser.parse_args()


if __name__ == "__main__":
    main()
