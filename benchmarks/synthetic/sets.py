"""The texts of one benchmark run, in the order of arrival, each with the text that it carries.

Seeds below 1,000 are there to tune on; figures that are reported come from 1,000 on.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

from articles.model.entries import Markup
from articles.text.clean import clean
from synthetic import templates as automated
from synthetic.language import Language, load
from synthetic.rewrites import rewrites
from synthetic.stories import followed_up, invent, retold, text, told
from synthetic.templates import Family
from synthetic.variants import variants

REPORTED = 1_000
"""The first seed that nothing was tuned on."""
SINGLES = 5
"""Stories that nobody took over, for each that was."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as it arrives, cleaned, and what it is."""

    id: str
    language: str
    kind: str
    """`story` (first told), a variant's or a rewrite's class, or any of `scores.APART`."""
    text: str
    truth: str
    """The id of the text that it carries; its own where nobody else carries it."""
    subject: str
    """The story or the family of templates that it belongs to; its own id for a single."""


def build(
    seed: int,
    languages: Sequence[str],
    bases: int = 100,
    templates: int = 1_000,
    *,
    wider: bool = False,
) -> list[Sample]:
    """Return the samples of some languages, shuffled.

    `bases` stories with all their variants and `templates` automated articles are English; other
    languages have a quarter of the stories and, a family, a 25th of the automated articles. A
    wider set has rewrites of the stories and reports beside them, and is the same but for those.
    """
    samples = [
        sample for code in languages for sample in _of_language(seed, load(code), bases, templates)
    ]
    if wider:
        samples += [
            sample for code in languages for sample in _wider(seed, load(code), bases, templates)
        ]
    _seeded(seed).shuffle(samples)
    return samples


def must_differ(samples: Sequence[Sample]) -> Iterator[tuple[Sample, Sample]]:
    """Yield the pairs that are alike and must not match.

    A follow-up or another telling with any text of its story, and automated news of one family.
    """
    by_subject: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_subject[sample.subject].append(sample)
    for alike in by_subject.values():
        yield from ((a, b) for a, b in combinations(alike, 2) if a.truth != b.truth)


def _of_language(seed: int, language: Language, bases: int, templates: int) -> Iterator[Sample]:
    stories = _stories(language, bases)
    for n in range(stories):
        yield from _of_story(language, f"{language.code}-{n}", _seeded(seed, language.code, n))
    rng = _seeded(seed, language.code, "singles")
    for n in range(SINGLES * stories):
        single = f"{language.code}-single-{n}"
        told_once = text(told(invent(language, rng)), language)
        yield _sample(single, language, "single", told_once, single, single)
    families = automated.families(language.code)
    yield from _automated(seed, language, families, "template", templates)


def _wider(seed: int, language: Language, bases: int, templates: int) -> Iterator[Sample]:
    for n in range(_stories(language, bases)):
        name = f"{language.code}-{n}"
        story = invent(language, _seeded(seed, language.code, n))
        for kind, rewritten, same in rewrites(story, f"{seed} {name}"):
            other = f"{name}-{kind}"
            yield _sample(other, language, kind, rewritten, name if same else other, name)
    yield from _automated(seed, language, automated.reports(language.code), "report", templates)


def _stories(language: Language, bases: int) -> int:
    return bases if language.code == "en" else max(1, bases // 4)


def _of_story(language: Language, name: str, rng: Random) -> Iterator[Sample]:
    story = invent(language, rng)
    yield _sample(name, language, "story", text(told(story), language), name, name)
    for n, (kind, variant) in enumerate(variants(story, rng)):
        yield _sample(f"{name}-{n:02}-{kind}", language, kind, variant, name, name)
    for kind, tell in (("followed_up", followed_up), ("retold", retold)):
        other = f"{name}-{kind}"
        yield _sample(other, language, kind, text(tell(story, rng), language), other, name)


def _automated(
    seed: int, language: Language, families: Sequence[Family], kind: str, templates: int
) -> Iterator[Sample]:
    for family in families:
        count = templates // len(families) if language.code == "en" else templates // 25
        rng = _seeded(seed, language.code, family.name)
        subject = f"{language.code}-{family.name}"
        for n, article in enumerate(automated.written(family, language, rng, count)):
            name = f"{subject}-{n}"
            yield _sample(name, language, kind, article, name, subject)


def _sample(
    name: str, language: Language, kind: str, whole: str, truth: str, subject: str
) -> Sample:
    return Sample(name, language.code, kind, clean(Markup(whole))[0], truth, subject)


def _seeded(*parts: object) -> Random:
    return Random(" ".join(map(str, parts)))  # noqa: S311 - no secret
