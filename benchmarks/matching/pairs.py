"""Pairs of texts with the truth, to fit the matcher on and to report on.

Each pair belongs to a family and to one of two halves, which share no base text: the matcher is
fitted on one and reported on the other. Texts that are not ours (`--texts`, `--news`) are read
where they lie and never shipped.
"""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from itertools import combinations, permutations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from synthetic import real as written
from synthetic.language import codes
from synthetic.sets import REPORTED, Sample, build

from articles.duplicates.fingerprint import fingerprint
from articles.text.normal_form import squash
from matching.variants import Vocabulary, notice, split, variants, vocabulary

REWRITTEN = Path(__file__).parent.parent / "rewritten"
MODELS = ("GPT-4o", "GPT-3-Turbo", "Llama-3-70B")
_RUN = 5
_UNLIKE = 0.06
"""Share of all runs of five words that two texts of one event may share without being copies."""
_COPY = 0.6
_SOME = 0.12
_KEPT = 0.6
"""Share of the variants that are taken of each text: the rest would say the same again."""
_WHOLE = {"exact", "byline", "words20", "words40", "clauses40"}
_CARRIERS = 6
"""A key that more texts have is a standing phrase."""
_SECOND = 0.3
_OTHER_KEPT = 0.5
_OTHER_TEXTS = 4
_TEXTS_OF_SYNTHETIC = 40
_NOTICES = 60
_LONG_REPORT = 1_200
"""Characters from which on a text that keeps its words was corrected, not filled in anew."""


class Pair(NamedTuple):
    """Two texts, and whether one carries the other."""

    text: str
    other: str
    same: bool
    family: str
    half: int
    """0: to fit on; 1: to report on."""
    language: str = "en"


def half_of(base: str) -> int:
    """Return the half that a base text, or whatever shares one, belongs to."""
    return int(md5(base.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def rewordings(folder: Path) -> Iterator[Pair]:
    """Yield texts that are not news with what three language models made of them."""
    rng, kinds = _seeded("rewordings"), defaultdict(list)
    for read in _rows(folder / "rewordings.jsonl"):
        kinds[read["id"].partition("/")[0]].append(read)
    for rows in kinds.values():
        bags = [{word[:6] for word in re.findall(r"\w{5,}", r["text"].lower())} for r in rows]
        for n, row in enumerate(rows):
            yield from _reworded(row, rng)
            yield from _others(rows, bags, n, rng)


def _reworded(row: dict[str, Any], rng: Random) -> Iterator[Pair]:
    text, half = row["text"], half_of(row["id"])
    models = [model for model in MODELS if row.get(model)]
    for model in models:
        other = row[model]
        yield Pair(text, other, True, f"reworded by {model}", half)
        if len(split(other)) >= 4 and rng.random() < 0.5:
            yield Pair(text, _lead(other, 0.5, 2), True, "half of a rewording", half)
        if len(split(text)) >= 3 and rng.random() < 0.35:
            yield Pair(_lead(text, 0.25, 1), _lead(other, 0.25, 1), True, "reworded summary", half)
    if len(models) > 1 and rng.random() < 0.4:
        one, other = rng.sample(models, 2)
        yield Pair(row[one], row[other], True, "two rewordings", half)


def _others(
    rows: Sequence[dict[str, Any]], bags: Sequence[set[str]], n: int, rng: Random
) -> Iterator[Pair]:
    """Yield the text with others of its kind: some that share most words, some that don't."""
    text, half = rows[n]["text"], half_of(rows[n]["id"])
    alike = {
        m: len(bags[n] & bags[m]) / (1 + min(len(bags[n]), len(bags[m])))
        for m in range(len(rows))
        if m != n and half_of(rows[m]["id"]) == half and rows[m]["text"][:80] != text[:80]
    }
    near = sorted(alike, key=lambda m: -alike[m])
    for m in [*near[:2], *rng.sample(near, min(2, len(near)))]:
        models = [model for model in MODELS if rows[m].get(model)]
        other = rows[m][rng.choice(models)] if models and rng.random() < 0.5 else rows[m]["text"]
        if alike[m] < _COPY:
            yield Pair(text, other, False, "another text of its kind", half)


def same_event(folder: Path) -> Iterator[Pair]:
    """Yield reports of one event: copies of each other, others, and the beginnings of others."""
    rng, topics = _seeded("event"), defaultdict(list)
    for row in _rows(folder / "same_event.jsonl"):
        topics[row["topic"]].append(row["text"])
    for topic, texts in topics.items():
        half = half_of(f"topic {topic}")
        for one, other in combinations(texts, 2):
            share = _runs_shared(one, other)
            if share < _UNLIKE:
                yield Pair(one, other, False, "same event", half)
            elif share >= _COPY:
                yield Pair(one, other, True, "copy of a report", half)
        for one, other in permutations(texts, 2):
            if rng.random() < 0.4:
                lead = _lead(one, rng.choice([0.15, 0.3, 0.5]), rng.choice([1, 2]))
                if len(lead.split()) > 12 and _runs_shared(lead, other) < _UNLIKE:
                    yield Pair(lead, other, False, "beginning of another report", half)


def real(folder: Path, language: str, count: int) -> Iterator[Pair]:
    """Yield real texts of a language with what becomes of them (variants.py)."""
    texts = [row["text"] for path in _files(folder, language) for row in _rows(path)]
    yield from _halved(texts, language, count, "real")


def made(seed: int, language: str, count: int) -> Iterator[Pair]:
    """Yield made-up stories with what becomes of them."""
    kinds = ("story", "single")
    samples = build(seed, (language,), _TEXTS_OF_SYNTHETIC * 4, 1)
    texts = [sample.text for sample in samples if sample.kind in kinds]
    yield from _halved(texts, language, count, "told")


def _halved(texts: Sequence[str], language: str, count: int, name: str) -> Iterator[Pair]:
    rng = _seeded(f"{name} {language}")
    of_half = {half: [t for t in texts if half_of(t[:60]) == half] for half in (0, 1)}
    words = {half: vocabulary(of_half[half][:3_000]) for half in (0, 1)}
    chosen = rng.sample(texts, min(count, len(texts)))
    yield from _by_another_hand(chosen[::_OTHER_TEXTS], of_half, language, name, rng)
    for text in chosen:
        half = half_of(text[:60])
        for pair in _varied(text, of_half[half], words[half], rng):
            family = f"{name} {pair.family}"
            yield pair._replace(family=family, half=half, language=language)


def _by_another_hand(
    texts: Sequence[str],
    of_half: Mapping[int, Sequence[str]],
    language: str,
    name: str,
    rng: Random,
) -> Iterator[Pair]:
    """Yield what the other generator makes of texts: no one's habits are to be learnt."""
    for half, others in of_half.items():
        known = written.vocabulary(others[:800], language)
        for text in texts:
            if half_of(text[:60]) != half:
                continue
            some = rng.sample(list(others), min(6, len(others)))
            for kind, variant, same, base in written.variants(text, some, known, rng):
                is_long = len(base) > _LONG_REPORT
                if kind == "notice" or (kind == "numbers_other" and is_long):
                    continue  # a correction has the same form
                if rng.random() < _OTHER_KEPT:
                    family = f"{name} also {kind}"
                    yield Pair(base, variant, same, family, half, language)


def _varied(text: str, others: Sequence[str], words: Vocabulary, rng: Random) -> Iterator[Pair]:
    made = list(variants(text, others, words, rng))
    later = [variant.text for variant in made if variant.kind == "follow_up"]
    for kind, variant, same, base in made:
        if rng.random() < _KEPT:
            yield Pair(base or text, variant, same, kind, 0)
        is_whole = same and kind in _WHOLE
        if is_whole and later and rng.random() < _SECOND:
            yield Pair(variant, later[0], False, "follow_up", 0)
    if words.spaced and (issues := notice(text, words, rng)):
        yield Pair(*issues, False, "notice", 0)


def unlike(folder: Path, language: str, count: int) -> Iterator[Pair]:
    """Yield real texts that share a key and are not copies."""
    rng = _seeded(f"unlike {language}")
    texts = [row["text"] for path in _files(folder, language) for row in _rows(path)][:2_500]
    yield from _unlike(texts, count, "real unlike", language, rng)
    leads = [_lead(text, 0, rng.randint(1, 4)) for text in texts]
    yield from _unlike(leads, count, "real short_unlike", language, rng)


def _unlike(
    texts: Sequence[str], count: int, family: str, language: str, rng: Random
) -> Iterator[Pair]:
    carriers: dict[int, list[int]] = defaultdict(list)
    for n, made in enumerate(fingerprint([squash(text) for text in texts])):
        for key in () if made is None else made.keys.tolist():
            carriers[key].append(n)
    pairs = dict.fromkeys(
        pair for ns in carriers.values() if len(ns) <= _CARRIERS for pair in combinations(ns, 2)
    )
    for n, m in rng.sample(list(pairs), min(count, len(pairs))):
        one, other = texts[n], texts[m]
        half = half_of(one[:60])
        if half == half_of(other[:60]) and _runs_shared(one, other) < _SOME:
            yield Pair(one, other, False, family, half, language)


def synthetic(seed: int, languages: Sequence[str] = ()) -> Iterator[Pair]:
    """Yield made-up stories with their variants, and automated news (benchmarks/synthetic)."""
    rng, half = _seeded(str(seed)), int(seed >= REPORTED)
    samples = build(seed, tuple(languages) or codes(), _TEXTS_OF_SYNTHETIC, 600)
    by_id = {sample.id: sample for sample in samples}
    by_subject: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_subject[sample.subject].append(sample)
        if sample.truth != sample.id:
            base = by_id[sample.truth]
            yield Pair(base.text, sample.text, True, f"made {sample.kind}", half, sample.language)
    for alike in by_subject.values():
        apart = [(a, b) for a, b in combinations(alike, 2) if a.truth != b.truth]
        for one, other in rng.sample(apart, min(len(apart), _TEXTS_OF_SYNTHETIC)):
            kind = {one.kind, other.kind} & {"followed_up", "retold", "template"}
            yield Pair(
                one.text, other.text, False, f"made {min(kind, default='other')}", half,
                one.language,
            )  # fmt: skip


def notices(seed: int, languages: Sequence[str]) -> Iterator[Pair]:
    """Yield short automated notices of one family each, of the report's kind."""
    rng = _seeded(f"notices {seed}")
    for language in languages:
        by_subject: dict[str, list[Sample]] = defaultdict(list)
        for sample in build(seed, (language,), 1, 1_000, wider=True):
            if sample.kind == "report":
                by_subject[sample.subject].append(sample)
        for alike in by_subject.values():
            pairs = list(combinations(alike, 2))
            for one, other in rng.sample(pairs, min(len(pairs), _NOTICES)):
                yield Pair(one.text, other.text, False, "made notice", 0, language)


def rewritten() -> Iterator[Pair]:
    """Yield invented news with rewordings by another model than those fitted on (rewritten/)."""
    for path in sorted(REWRITTEN.glob("*.toml")):
        language = path.stem.partition("_")[0]
        for read in tomllib.loads(path.read_text(encoding="utf-8"))["texts"]:
            text, kind = read["text"].strip(), read["kind"]
            for other in read.get("rewordings", ()):
                family = f"rewritten {kind}, {other['way']}"
                yield Pair(text, other["text"].strip(), True, family, 1, language)
            for other in read.get("others", ()):
                family = f"rewritten {other['way']}"
                yield Pair(text, other["text"].strip(), False, family, 1, language)


def _seeded(name: str) -> Random:
    return Random(name)  # noqa: S311 - no secret


def languages_of(folder: Path) -> list[str]:
    """Return the languages of which a folder of news has texts."""
    return sorted({path.name.partition(".")[0] for path in folder.glob("*.jsonl")})


def _files(folder: Path, language: str) -> list[Path]:
    return sorted([*folder.glob(f"{language}.*.jsonl"), *folder.glob(f"{language}.jsonl")])


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _lead(text: str, share: float, least: int) -> str:
    sentences = split(text)
    return " ".join(sentences[: max(least, round(share * len(sentences)))])


def _runs_shared(one: str, other: str) -> float:
    """Return the share of the shorter text's runs of five words (or characters) in the other."""
    runs = []
    for text in (one, other):
        units = re.findall(r"\w+", text.lower())
        units = units if len(units) * 20 > len(text) else list(text)
        runs.append({tuple(units[n : n + _RUN]) for n in range(len(units) - _RUN + 1)})
    return len(runs[0] & runs[1]) / max(1, min(map(len, runs)))
