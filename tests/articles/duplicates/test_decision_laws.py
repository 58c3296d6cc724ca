"""Deciding whether two texts are the same: what holds for any two that have fingerprints."""

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from articles.duplicates.decision import Comparison, judge
from articles.duplicates.fingerprint import Fingerprint, bits_of, fingerprint
from articles.text.normal_form import squash

WORDS = [
    "Leeds", "Anna", "Bergström", "Norlink", "minister", "harbour", "passengers", "announced", "14",
    "260", "1,850", "2011", "4.2", "the", "of", ".", ",", "Бюджет", "города", "министр", "大桥通车",
    "港口市政府", "の", "カタカナ", "서울시청", "ประเทศไทย", "أعلنت", "الوزارة", "दिल्ली",
    "सरकार", "😀",
]  # fmt: skip
some_words = st.lists(st.sampled_from(WORDS), min_size=10, max_size=60)


@st.composite
def retyped(draw: st.DrawFn, words: list[str]) -> list[str]:
    """Draw what is left of words with parts of them cut out, put elsewhere, or new."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(words)))
        parts.append(words[begin : draw(st.integers(begin, len(words)))])
        parts.append(draw(some_words))
    return [word for part in parts for word in part]


@st.composite
def fingerprints(draw: st.DrawFn) -> tuple[Fingerprint, Fingerprint]:
    """Draw the fingerprints of two texts that have something in common, or nothing."""
    words = draw(some_words)
    others = draw(st.one_of(some_words, retyped(words), st.permutations(words)))
    times, other_times = draw(st.tuples(*[st.sampled_from([1, 1, 1, 2, 30])] * 2))
    found = fingerprint([squash(" ".join(words * times)), squash(" ".join(others * other_times))])
    one, other = found
    assume(one is not None and other is not None)
    assert one is not None
    assert other is not None
    return one, other


def fingerprint_of(text: str) -> Fingerprint:
    """Return the fingerprint of a text that has one."""
    (one,) = fingerprint([squash(text)])
    assert one is not None
    return one


def emptied() -> Fingerprint:
    """Return a fingerprint of which no term is left at the thinning of another."""
    empty = np.zeros(0, np.uint16)
    terms = empty.astype(np.uint32)
    return Fingerprint(empty.astype(np.uint64), terms, empty, bits_of(terms), 3, 1_200)


def on_the_edge() -> tuple[Fingerprint, Fingerprint]:
    """Return two texts of which one is covered if it is not rounded, and not at all if it is."""
    return (
        fingerprint_of("schedule minister passengers announced passengers announced harbour"),
        fingerprint_of("harbour passengers passengers passengers harbour passengers harbour"),
    )


def alone(pair: tuple[Fingerprint, Fingerprint]) -> Comparison:
    """Compare one pair."""
    (comparison,) = judge([pair])
    return comparison


@given(fingerprints())
@example((emptied(), emptied()))
def test_the_order_of_two_texts_is_nothing(pair: tuple[Fingerprint, Fingerprint]) -> None:
    """A comparison is symmetric, to the last figure."""
    assert alone(pair) == alone(pair[::-1])


@given(st.lists(fingerprints(), max_size=5))
@example([(emptied(), emptied())] * 2)
@example([(fingerprint_of("harbour " * 6), fingerprint_of("harbour " * 6)), on_the_edge()])
def test_a_comparison_is_the_same_alone_and_in_any_batch(
    pairs: list[tuple[Fingerprint, Fingerprint]],
) -> None:
    """Pairs that are compared together have nothing to do with each other."""
    together = judge(pairs)
    assert together == [alone(pair) for pair in pairs]
    assert together == judge(pairs[::-1])[::-1]


@given(fingerprints())
@example((emptied(), emptied()))
def test_a_comparison_is_within_bounds(pair: tuple[Fingerprint, Fingerprint]) -> None:
    """Scores and shares are shares, a decision follows from the score, and what decided is said."""
    one = alone(pair)
    assert 0 <= one.score <= 1
    assert 0 < one.threshold <= 1
    assert 0 <= one.covered <= 1
    assert 0 <= one.other_covered <= 1
    assert (one.decision == "same") == (one.score >= one.threshold)
    assert one.evidence.endswith(".")


@given(fingerprints())
def test_a_text_is_the_same_as_itself_or_too_small(pair: tuple[Fingerprint, Fingerprint]) -> None:
    """From some terms on nothing keeps a text from itself; however small, it is not another."""
    for one in pair:
        comparison = alone((one, one))
        if len(one.terms) >= 12:
            assert (comparison.decision, comparison.covered) == ("same", 1.0)


@given(some_words)
def test_a_text_without_terms_left_is_never_the_same(words: list[str]) -> None:
    """Thinning may leave nothing of a text that repeats itself: there is nothing to go by."""
    for one in fingerprint([squash(" ".join(words))]):
        assert one is None or alone((one, emptied())).decision != "same"
    assert alone((emptied(), emptied())).decision != "same"
