"""Telling reused guids from edits never falls below what a small run gives, in ten languages.

The figures that are reported come from `benchmarks/guids.py` and far more texts.
"""

import pytest
from guids import is_apart
from synthetic.guids import Pair, pairs
from synthetic.language import codes
from synthetic.sets import REPORTED


@pytest.fixture(scope="module")
def judged() -> list[tuple[Pair, bool]]:
    """Return pairs of two stories of each language, and whether each was told apart."""
    made = [pair for code in codes() for pair in pairs(REPORTED, code, 2)]
    return [(pair, is_apart(pair)) for pair in made]


@pytest.mark.parametrize("code", codes())
def test_reused_guids_are_told_apart(judged: list[tuple[Pair, bool]], code: str) -> None:
    """At least nine of ten in every language, follow-ups and automated news included."""
    aparts = [apart for pair, apart in judged if pair.language == code and not pair.is_edit]
    assert sum(aparts) >= 0.9 * len(aparts)


def test_reused_guids_of_all_languages(judged: list[tuple[Pair, bool]]) -> None:
    """At least 95 of a hundred; of unrelated reports all."""
    aparts = [(pair.kind, apart) for pair, apart in judged if not pair.is_edit]
    assert sum(apart for _, apart in aparts) >= 0.95 * len(aparts)
    assert all(apart for kind, apart in aparts if kind == "another article")


def test_honest_edits_stay_revisions(judged: list[tuple[Pair, bool]]) -> None:
    """At most one of two hundred is torn from its article."""
    aparts = [apart for pair, apart in judged if pair.is_edit]
    assert len(aparts) > 1_000
    assert sum(aparts) <= 0.005 * len(aparts)
