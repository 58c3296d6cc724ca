"""Finding copies among made-up news never falls below what a small run gives, with room to spare.

The figures that are reported come from `benchmarks/duplicates.py` and far more texts.
"""

import pytest
from synthetic import scores, sets
from synthetic.scores import Outcome

from articles.duplicates.matcher import match_all

LANGUAGES = ("en", "de", "zh", "ar")
COPIES = ("exact", "whitespace", "encoding", "byline", "boilerplate")


@pytest.fixture(scope="module")
def found() -> Outcome:
    """Return what is found among 900 texts in four languages that nothing was tuned on."""
    samples = sets.build(sets.REPORTED, LANGUAGES, bases=12, templates=200)
    matched = match_all({one.id: one.text for one in samples})
    return scores.outcome(samples, matched.canonical, matched.compared)


@pytest.mark.parametrize("kind", COPIES)
def test_every_copy_is_found(found: Outcome, kind: str) -> None:
    """None is missed in English, and at most one in the other languages."""
    some, of_all = scores.recall(found.of("en"), kind)
    assert some == of_all == 12
    some, of_all = scores.recall(found, kind)
    assert some >= of_all - 1


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        *[(kind, 0.9) for kind in ("lead", "half", "revised", "wire", "corrected", "live")],
        *[(kind, 0.85) for kind in ("spun20 words", "spun40 words", "spun20 facts")],
        *[(kind, 0.75) for kind in ("spun60 words", "spun40 facts", "reordered", "damaged")],
        ("spun60 facts", 0.6),
    ],
)
def test_cuts_and_rewordings_are_found(found: Outcome, kind: str, floor: float) -> None:
    """The more was changed, the more may be missed."""
    some, of_all = scores.recall(found, kind)
    assert some / of_all >= floor


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_copies_found(found: Outcome, language: str) -> None:
    """No language pays for another."""
    some, of_all = scores.recall(found.of(language))
    assert some / of_all >= 0.85


def test_most_carriers_are_found(found: Outcome) -> None:
    """Over all classes, languages and texts."""
    some, of_all = scores.recall(found)
    assert some / of_all >= 0.93
    assert scores.b_cubed(found) >= 0.95


def test_groups_hold_one_text(found: Outcome) -> None:
    """Hardly any two members of a group carry different texts."""
    right, of_all = scores.precision(found)
    assert of_all > 1_000
    assert right / of_all >= 0.97


def test_what_is_only_alike_stays_apart(found: Outcome) -> None:
    """Automated news and texts told once are in no wrong group, and at most one follow-up is."""
    assert scores.merged_wrongly(found, "template").some == 0
    assert scores.merged_wrongly(found, "single").some == 0
    assert scores.merged_wrongly(found, "followed_up").some <= 1
    assert scores.merged_wrongly(found, "retold").some <= 1
