"""How well groups agree with the truth: recall by class, precision, B-cubed, wrong merges."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from articles.duplicates.decision import Comparison
from articles.duplicates.matcher import Compared
from synthetic.rewrites import ALIKE, CARRYING
from synthetic.sets import Sample
from synthetic.variants import VARIANTS

CLASSES = (*VARIANTS, "live", *CARRYING)
"""What must match the text that it was made of."""
APART = ("followed_up", "retold", *ALIKE, "template", "report", "single")
"""What must match no other text."""


class Share(NamedTuple):
    """Some of all."""

    some: int
    all: int

    def __str__(self) -> str:
        """Return it in percent, or nothing where there is nothing to count."""
        return f"{100 * self.some / self.all:.1f}" if self.all else "-"


class Pair(NamedTuple):
    """Two texts, and the comparison of them if there was one."""

    sample: Sample
    other: Sample
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The samples, and what the matcher made of them."""

    samples: Mapping[str, Sample]
    canonical: Mapping[str, str]
    compared: Mapping[frozenset[str], Comparison]

    def of(self, language: str) -> "Outcome":
        """Return the outcome of one language's samples."""
        kept = {
            name: sample for name, sample in self.samples.items() if sample.language == language
        }
        return Outcome(kept, self.canonical, self.compared)

    def group_of(self, sample: Sample) -> str:
        """Return the canonical id of its group; its own where it stands alone."""
        return self.canonical.get(sample.id, sample.id)

    def pair(self, sample: Sample, other: Sample) -> Pair:
        """Return two samples with their comparison."""
        return Pair(sample, other, self.compared.get(frozenset((sample.id, other.id))))


def outcome(
    samples: Sequence[Sample], canonical: Mapping[str, str], compared: Sequence[Compared]
) -> Outcome:
    """Return what the matcher made of the samples; the last comparison of a pair counts."""
    by_pair = {
        frozenset((pair.article_id, pair.other_article_id)): pair.comparison for pair in compared
    }
    return Outcome({sample.id: sample for sample in samples}, canonical, by_pair)


def wanted(outcome: Outcome, kind: str | None = None) -> Iterator[Pair]:
    """Yield each text of a class (None: of all) with the first-told text that it carries."""
    for sample in outcome.samples.values():
        if sample.kind == kind or (kind is None and sample.kind in CLASSES):
            yield outcome.pair(sample, outcome.samples[sample.truth])


def missed(outcome: Outcome) -> list[Pair]:
    """Return the pairs that are not in one group, those with the lowest scores first."""
    pairs = [pair for pair in wanted(outcome) if not _together(outcome, pair)]
    return sorted(pairs, key=lambda pair: pair.comparison.score if pair.comparison else -1)


def recall(outcome: Outcome, kind: str | None = None) -> Share:
    """Return how many pairs of a class (None: of all) are in one group."""
    pairs = list(wanted(outcome, kind))
    return Share(sum(_together(outcome, pair) for pair in pairs), len(pairs))


def unsure(outcome: Outcome, kind: str | None = None) -> Share:
    """Return how many pairs of a class (None: of all) are apart and recorded as unsure."""
    pairs = list(wanted(outcome, kind))
    left = [pair for pair in pairs if not _together(outcome, pair)]
    return Share(sum(_decision(pair) == "unsure" for pair in left), len(pairs))


def unsure_apart(outcome: Outcome) -> int:
    """Return how many comparisons of unlike texts ended as unsure."""
    return sum(
        comparison.decision == "unsure"
        and len({outcome.samples[name].truth for name in names}) == 2
        for names, comparison in outcome.compared.items()
        if names <= outcome.samples.keys()
    )


def precision(outcome: Outcome) -> Share:
    """Return how many pairs of texts in one group carry the same text."""
    right = everything = 0
    for group in _groups(outcome).values():
        everything += len(group) * (len(group) - 1) // 2
        right += sum(n * (n - 1) // 2 for n in Counter(sample.truth for sample in group).values())
    return Share(right, everything)


def b_cubed(outcome: Outcome) -> float:
    """Return B-cubed F1 over all texts: each text's own precision and recall, averaged."""
    sizes = Counter(sample.truth for sample in outcome.samples.values())
    exact = whole = 0.0
    for group in _groups(outcome).values():
        for truth, n in Counter(sample.truth for sample in group).items():
            exact += n * n / len(group)
            whole += n * n / sizes[truth]
    count = len(outcome.samples)
    exact, whole = exact / count, whole / count
    return 2 * exact * whole / (exact + whole)


def merged_wrongly(outcome: Outcome, kind: str) -> Share:
    """Return how many texts of a kind are in a group with a text that they don't carry."""
    mixed = _mixed(outcome)
    texts = [sample for sample in outcome.samples.values() if sample.kind == kind]
    return Share(sum(outcome.group_of(sample) in mixed for sample in texts), len(texts))


def families(outcome: Outcome) -> dict[str, Share]:
    """Return how many texts of each family of automated news are in a wrong group."""
    mixed = _mixed(outcome)
    counts: dict[str, list[bool]] = defaultdict(list)
    for sample in outcome.samples.values():
        if sample.kind in ("template", "report"):
            counts[sample.subject].append(outcome.group_of(sample) in mixed)
    return {family: Share(sum(wrong), len(wrong)) for family, wrong in sorted(counts.items())}


def false_merges(outcome: Outcome) -> list[Pair]:
    """Return each text that is in a group whose canonical text is another, with the latter."""
    return [
        outcome.pair(sample, outcome.samples[canonical])
        for sample in outcome.samples.values()
        if (canonical := outcome.group_of(sample)) in outcome.samples
        and outcome.samples[canonical].truth != sample.truth
    ]


def _mixed(outcome: Outcome) -> set[str]:
    return {name for name, group in _groups(outcome).items() if len({o.truth for o in group}) > 1}


def _groups(outcome: Outcome) -> dict[str, list[Sample]]:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in outcome.samples.values():
        groups[outcome.group_of(sample)].append(sample)
    return groups


def _together(outcome: Outcome, pair: Pair) -> bool:
    return outcome.group_of(pair.sample) == outcome.group_of(pair.other)


def _decision(pair: Pair) -> str | None:
    return pair.comparison.decision if pair.comparison else None
