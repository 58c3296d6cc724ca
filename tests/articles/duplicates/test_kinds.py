"""Kinds of pairs that a matcher gets wrong: rewordings that part, twins that are not the same."""

import tomllib
from pathlib import Path

import pytest

from articles.duplicates.decision import judge
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.terms.find import NUMBER, find_terms
from articles.text.normal_form import squash

PAIRS = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))["pairs"]


def fingerprint_of(text: str) -> Fingerprint:
    """Return the fingerprint of a text that has one."""
    (one,) = fingerprint([squash(text)])
    assert one is not None
    return one


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["kind"] for pair in PAIRS])
def test_a_pair_is_what_an_editor_says_of_it(pair: dict[str, str]) -> None:
    """The same, or never the same: `unsure` merges nothing."""
    text, other = fingerprint_of(pair["text"]), fingerprint_of(pair["other"])
    (comparison,) = judge([(text, other)])
    assert (comparison.decision == "same") == (pair["is"] == "same"), comparison.evidence


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("they paid 3.5 million", "they paid 3,5 million"),
        ("they paid 1,250.75 crowns", "they paid 1.250,75 crowns"),
        ("they met fourteen nurses", "they met 14 nurses"),
        ("zweiundvierzig Schulen", "42 Schulen"),
        ("约三千五百人", "约3500人"),
        ("约4.7万元", "约47,000元"),
        ("약 3만5000명", "약 35,000명"),
    ],
)
def test_one_number_is_one_term_however_it_is_written(text: str, other: str) -> None:
    """Decimal signs, separators of thousands, words, and Han and Korean numerals."""
    found = find_terms([squash(text), squash(other)])
    numbers = [
        found.stems[begin:end][found.kinds[begin:end] == NUMBER].tolist()
        for begin, end in zip(found.starts[:-1], found.starts[1:], strict=True)
    ]
    assert numbers[0] == numbers[1] != []


@pytest.mark.parametrize(
    ("text", "other"), [("3.5", "35"), ("1.5.2024", "152024"), ("2,50", "250"), ("12:30", "1230")]
)
def test_different_numbers_are_different_terms(text: str, other: str) -> None:
    """A decimal sign is none of thousands; the parts of a date are numbers of their own."""
    found = find_terms([text, other])
    assert set(found.stems[: found.starts[1]]).isdisjoint(found.stems[found.starts[1] :])
