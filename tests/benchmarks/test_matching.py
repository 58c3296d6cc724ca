"""What the matcher is fitted on: pairs with the truth, in halves that share nothing."""

import json
from pathlib import Path
from random import Random

import pytest
import train_matcher
from matching import pairs
from matching.variants import split, variants, vocabulary
from synthetic import sets

from articles.duplicates.fingerprint import fingerprint
from articles.duplicates.measures import NAMES
from articles.text.normal_form import squash


@pytest.fixture(scope="module")
def stories() -> list[str]:
    """Return some made-up news."""
    samples = sets.build(5, ("en",), bases=12, templates=1)
    return [sample.text for sample in samples if sample.kind in {"story", "single"}]


def test_variants_follow_from_the_seed(stories: list[str]) -> None:
    """The same texts and seed give the same variants, of which some carry the text, some don't."""
    words = vocabulary(stories)
    made = [
        list(variants(stories[0], stories[1:], words, Random(1)))  # noqa: S311 - no secret
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert {variant.same for variant in made[0]} == {True, False}


def test_sentences_are_found_in_many_scripts() -> None:
    """A text is cut after its stops, and nothing is lost."""
    assert split("One came. Two left! Three? Four") == ["One came.", "Two left!", "Three?", "Four"]
    assert split("港口关闭。船只等待！") == ["港口关闭。", "船只等待！"]
    assert split("यह खबर है। वह गया।") == ["यह खबर है।", "वह गया।"]


def test_halves_share_no_text(tmp_path: Path, stories: list[str]) -> None:
    """What is reported was not fitted on, whatever was made of it."""
    lines = "\n".join(json.dumps({"text": text}) for text in stories)
    (tmp_path / "en.jsonl").write_text(lines, encoding="utf-8")
    assert pairs.languages_of(tmp_path) == ["en"]
    made = [*pairs.real(tmp_path, "en", 12), *pairs.unlike(tmp_path, "en", 50)]
    texts = [{text for pair in made if pair.half == half for text in pair[:2]} for half in (0, 1)]
    assert texts[0]
    assert texts[0].isdisjoint(texts[1])
    assert {pair.same for pair in made} == {True, False}


def test_pairs_are_measured_in_their_order(stories: list[str]) -> None:
    """A row a pair, unless one of its texts says too little or nothing tells them apart."""
    long, short = stories[0], "No."
    assert fingerprint([squash(short)]) == [None]
    given = [
        pairs.Pair(long, long, True, "equal", 0),
        pairs.Pair(long, short, True, "short", 0),
        pairs.Pair(long, long, False, "not to be told apart", 0),
        pairs.Pair(long, stories[1], False, "unlike", 1),
    ]
    measured = train_matcher.measured_pairs(given)
    assert measured.family.tolist() == ["equal", "unlike"]
    assert measured.rows.shape == (2, len(NAMES))
    assert measured.rows[0, NAMES.index("cover_short")] == 1
    assert measured.half.tolist() == [0, 1]


def test_the_model_is_printed_and_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Every measure that it looks at and every tree; the file has at most 100 kB."""
    train_matcher.print_model()
    printed = capsys.readouterr().out
    assert "facts_against_words" in printed
    assert printed.count("tree: ") > 100
    assert train_matcher.TARGET.stat().st_size <= train_matcher.MOST_BYTES


def test_every_direction_is_of_a_measure() -> None:
    """A name that is misspelt would leave a measure without its direction."""
    assert set(NAMES) >= train_matcher.MORE | train_matcher.LESS
    assert not train_matcher.MORE & train_matcher.LESS
