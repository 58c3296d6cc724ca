"""What it costs to find that an article has no copy, among a million keys; decisions a second.

Run: python benchmarks/nocopy.py [--articles 16000] [--news DIR]

The articles are made up, some 3 KB each, of words of grammar and 60,000 others that come as often
as words of a language do, so that texts share keys by chance only; or, with `--news`, the articles
of DIR (LANG.*.jsonl, a `text` a line), cut to 3 KB. Time is that of one process (CPU), in batches.
"""

import argparse
import gc
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, combinations
from pathlib import Path
from random import Random

from articles.duplicates.decision import judge
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.duplicates.matcher import match_all
from articles.text.normal_form import squash

SIZE = 3_000
WORDS = 60_000
NAMED, NUMBERED = 0.07, 0.03
PAIRS = 60_000
_SYLLABLES = [a + b for a in "bdfgklmnprstvwz" for b in "aeiou"]
_GRAMMAR = """
the to and of a in is it you that for on was with this he i as be have at are we from but or by not
his they her she an will my one all would there their what so up out if about who get which go me
when make can like time no just him know take people into year your good some could them see other
than then now look only come its over think also back after use two how our work first well way even
new want because any these give day most us very where here much through many those still
""".split()  # noqa: SIM905 - a line a word would be a hundred


def main() -> None:
    """Match all articles, then decide about pairs that share a key by chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=16_000)
    parser.add_argument("--news", type=Path)
    options = parser.parse_args()
    texts = read(options.news) if options.news else made(options.articles)
    articles = {str(n): text for n, text in enumerate(texts[: options.articles])}
    match_all(dict(list(articles.items())[:300]))  # what is loaded once is not what is measured
    gc.collect()
    gc.freeze()
    began = time.process_time()
    matched = match_all(articles)
    each = (time.process_time() - began) / len(articles)
    full = sum(pair.comparison.measures is not None for pair in matched.compared)
    prints = [one for one in fingerprint([squash(t) for t in articles.values()]) if one]
    keys = sum(len(one.keys) for one in prints)
    print(f"{len(articles):,} articles, {keys:,} keys, {len(matched.canonical):,} in groups")
    print(f"{1000 * each:.3f} ms an article, all in all")
    print(
        f"{len(matched.compared) / len(articles):.1f} comparisons an article, "
        f"{full / len(articles):.2f} of them with all measures"
    )
    pairs = sharing(prints)
    began = time.process_time()
    judge(pairs)
    print(f"{len(pairs) / (time.process_time() - began):,.0f} decisions/s on {len(pairs):,} pairs")


def made(count: int) -> list[str]:
    """Return texts of words by Zipf's law, with names and numbers among them."""
    rng = Random(1)  # noqa: S311 - no secret
    rare = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 5))) for _ in range(WORDS)]
    words = [*_GRAMMAR, *rare]
    chances = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    texts = []
    for _ in range(count):
        drawn = rng.choices(words, cum_weights=chances, k=SIZE // 6)
        told = [_told(word, rng) for word in drawn]
        sentences = [" ".join(told[n : n + 18]).capitalize() + "." for n in range(0, len(told), 18)]
        texts.append(" ".join(sentences))
    return texts


def _told(word: str, rng: Random) -> str:
    chance = rng.random()
    if chance < NUMBERED:
        return str(rng.randint(2, 9_000))
    return word.capitalize() if chance < NUMBERED + NAMED else word


def read(folder: Path) -> list[str]:
    """Return the texts of a folder, cut to SIZE, in a fixed order."""
    texts = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:SIZE] for line in lines]
    texts = list(dict.fromkeys(texts))
    Random(1).shuffle(texts)  # noqa: S311
    return texts


def sharing(prints: Sequence[Fingerprint]) -> list[tuple[Fingerprint, Fingerprint]]:
    """Return pairs that share a key which at most six have."""
    carriers: dict[int, list[int]] = defaultdict(list)
    for n, one in enumerate(prints):
        for key in one.keys.tolist():
            carriers[key].append(n)
    pairs = dict.fromkeys(
        pair for ns in carriers.values() if len(ns) <= 6 for pair in combinations(ns, 2)
    )
    chosen = Random(1).sample(list(pairs), min(PAIRS, len(pairs)))  # noqa: S311
    return [(prints[a], prints[b]) for a, b in chosen]


if __name__ == "__main__":
    main()
