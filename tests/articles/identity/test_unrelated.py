"""Unrelated texts are told from edits, in every language and for a reason: cases, then laws."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.identity.unrelated import kept, other_figures, unrelated
from articles.model.known import Text

CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "cases" / "related.tsv")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]
LANGUAGES = [case[0] for case in CASES]
WORD = st.sampled_from(
    ["the", "of", "and", "in", "a", "to", *(f"word{n}" for n in range(40)), "桥", "河"]
)
BODY = st.one_of(st.none(), st.text(max_size=80), st.lists(WORD, max_size=60).map(" ".join))
TEXT = st.builds(Text, st.one_of(st.none(), st.just("One title"), st.just("Another")), BODY)


@pytest.mark.parametrize(("code", "text", "edited", "other"), CASES, ids=LANGUAGES)
def test_reports_of_one_language_are_unrelated(
    code: str, text: str, edited: str, other: str
) -> None:
    """Two reports of one place and paper share only what their grammar makes."""
    assert code
    assert unrelated(Text("One", text), Text("Two", other))
    assert unrelated(Text(None, text), Text(None, other))
    assert unrelated(Text("News", text), Text("News", other))
    assert unrelated(Text("One", edited), Text("Two", other))


@pytest.mark.parametrize(("code", "text", "edited", "other"), CASES, ids=LANGUAGES)
def test_edits_are_related(code: str, text: str, edited: str, other: str) -> None:
    """A correction, an extension, a cut and a page that grew are the same article."""
    assert code
    third = text[: len(text) // 3]
    for after in (edited, third, f"{text} {other}", f"{other} {text}"):
        assert not unrelated(Text("One", text), Text("One", after))
        assert not unrelated(Text("One", text), Text("Two", after))


@pytest.mark.parametrize(
    ("every", "title", "expected"),
    [(5, "Two", False), (2.5, "One", False), (2.5, None, False), (1.2, "One", True)],
)
def test_share_of_words_that_may_be_replaced(
    every: float, title: str | None, *, expected: bool
) -> None:
    """A fifth of the words in any edit; two fifths where the title is kept, or there is none."""
    words = [f"w{n}" for n in range(200)]
    replaced = {round(n * every) for n in range(200)}
    after = ["x" + word if n in replaced else word for n, word in enumerate(words)]
    one = Text(title and "One", " ".join(words))
    assert unrelated(one, Text(title, " ".join(after))) is expected


def test_follow_up_that_repeats_half_is_another_article() -> None:
    """Under another title half of the text is background, under the same title it is an edit."""
    old = [f"old{n}" for n in range(100)]
    follow_up = " ".join([f"new{n}" for n in range(60)] + old[50:])
    assert unrelated(Text("One", " ".join(old)), Text("Two", follow_up))
    assert not unrelated(Text("One", " ".join(old)), Text("One", follow_up))


def test_words_in_another_order_are_another_text() -> None:
    """All words and none of their order: frequent words alone make no edit."""
    words = [f"w{n % 40}" for n in range(120)]
    assert unrelated(Text("One", " ".join(words)), Text("Two", " ".join(sorted(words))))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Text("Storm floods the harbour", None), Text("Ferry starts again", None), True),
        (Text("Storm floods the harbour", None), Text("Storm floods harbour: live", None), False),
        (Text("Storm floods the harbour", "Too short"), Text("Ferry starts again", "Words"), True),
        (Text("Storm floods the harbour", None), Text(None, "A text of five words."), False),
        (Text(None, None), Text(None, None), False),
        (Text(None, "One"), Text(None, "Two"), False),
    ],
)
def test_titles_decide_where_a_text_is_missing(one: Text, other: Text, *, expected: bool) -> None:
    """What can't be compared at all is not unrelated."""
    assert unrelated(one, other) is expected


def test_a_summary_says_it_in_words_of_its_own() -> None:
    """Under one title a summary and a full text are one article, whatever they share."""
    one = Text("Storm", "A night of wind and water left the quay in ruins.")
    other = Text("Storm", "Lindby was flooded on Tuesday, and the mayor thanked all crews.")
    assert unrelated(one, other)
    assert not unrelated(one, other, summarized=True)


def test_other_figures_are_of_another_day() -> None:
    """The same words with other figures are another day's; some corrected figures are not."""
    day = "High {} and low {}, wind {} to {} km/h, {} mm of rain and {} hours of sun."
    monday, tuesday, few = ((21, 9, 14, 33, 2, 7), (25, 13, 8, 20, 0, 11), (21, 9, 14, 35, 3, 7))
    texts = [Text("Weather", day.format(*figures)) for figures in (monday, tuesday, few)]
    assert not unrelated(texts[0], texts[1])
    assert other_figures(texts[0], texts[1])
    assert not other_figures(texts[0], texts[2])
    assert not other_figures(Text("Weather", "Some 3 of 7 days."), Text("Weather", "4 of 9 days."))


@given(one=TEXT, other=TEXT, summarized=st.booleans())
def test_symmetric(one: Text, other: Text, *, summarized: bool) -> None:
    """It does not matter which of two texts came first."""
    there, back = (unrelated(a, b, summarized=summarized) for a, b in ((one, other), (other, one)))
    assert there == back
    assert other_figures(one, other) == other_figures(other, one)


@given(text=TEXT, begin=st.booleans())
def test_never_unrelated_to_itself_nor_to_its_half(text: Text, *, begin: bool) -> None:
    """An edit may cut a text in two at any sign, even within a word."""
    assert not unrelated(text, text)
    assert not other_figures(text, text)
    if text.body:
        half = len(text.body) // 2
        cut = text.body[:half] if begin else text.body[half:]
        assert not unrelated(text, Text(text.title, cut))


@given(one=st.lists(st.sampled_from("abcde")), other=st.lists(st.sampled_from("abcde")))
def test_kept_is_the_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    """Counted with bits or with the table of the textbook, the share is the same."""
    rows = [0] * (len(other) + 1)
    for sign in one:
        before = rows[:]
        for n, there in enumerate(other):
            rows[n + 1] = before[n] + 1 if sign == there else max(before[n + 1], rows[n])
    shorter = min(len(one), len(other))
    assert kept(one, other) == pytest.approx(rows[-1] / shorter if shorter else 1.0)
