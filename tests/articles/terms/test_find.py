"""Terms and anchors: what a text is read as, in many scripts."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.terms.find import NAME, NUMBER, WORD, find_terms

FRAGMENTS = [
    "The ", "harbour ", "Leeds ", "Dr. ", "minister ", "BREAKING ", ". ", "\n", " ", "", "1,250",
    "1.", "٣", "٬", "中", "港口", "的", "서울", "カタカナ", "の", "ประเทศ", "مدرسة", "ـ", "\u0301",
    "\0", "\ud800", "\udc00", "\U00020000\U00020001", "😀", "\U0001e900", "\U000e0100", "ß", "İ",
]  # fmt: skip
anything = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join),
)


def anchored(text: str) -> list[str]:
    """Return the anchors of a text as they stand in it."""
    found = find_terms([text])
    spans = zip(found.begins, found.ends, found.is_anchor, strict=True)
    return [text[begin:end] for begin, end, is_anchor in spans if is_anchor]


def of_kind(text: str, kind: int) -> list[str]:
    """Return the anchors of one kind."""
    found = find_terms([text])
    kinds = found.kinds[found.is_anchor]
    return [word for word, own in zip(anchored(text), kinds, strict=True) if own == kind]


def hashes(text: str) -> list[int]:
    """Return the hashes of the anchors of a text."""
    found = find_terms([text])
    anchors: list[int] = found.hashes[found.is_anchor].tolist()
    return anchors


@settings(max_examples=300)
@given(st.lists(anything, max_size=6))
def test_terms_lie_in_their_texts_one_after_the_other(texts: list[str]) -> None:
    """Begins grow within each text, and no term is empty or reaches over the end of its text."""
    found = find_terms(texts)
    assert len(found.starts) == len(texts) + 1
    for n, text in enumerate(texts):
        own = slice(found.starts[n], found.starts[n + 1])
        begins, ends = found.begins[own], found.ends[own]
        assert (np.diff(begins) > 0).all()
        assert (begins < ends).all()
        assert (ends <= len(text)).all()


ENGLISH = (
    "In the harbour of Leeds the minister met 250 nurses from Wales on Monday, and they spoke of "
    "the hospital until Anna Kovač left for Bristol with about twenty engineers."
)


@pytest.mark.parametrize(
    "changed",
    [
        ENGLISH.replace(" ", "  "),
        ENGLISH.replace("č", "c"),
        ENGLISH.replace("č", unicodedata.normalize("NFD", "č")),
        ENGLISH.replace("the ", '"the" '),
        ENGLISH.replace("250", "٢٥٠"),
        ENGLISH.replace("nurses", "NURSES"),
        ENGLISH.replace(" the ", " a "),
    ],
    ids=["spaces", "accents", "composed", "quotes", "digits", "case", "grammar"],
)
def test_what_a_copyist_changes_without_thought_changes_no_anchor(changed: str) -> None:
    """Spaces, accents, quotes, case, the script of digits and small words leave anchors alone."""
    assert changed != ENGLISH
    assert hashes(changed) == hashes(ENGLISH)


@pytest.mark.parametrize(
    "number", ["1,250,000", "1.250.000", "1'250'000", "١٬٢٥٠٬٠٠٠", "१,२५०,०००"]
)
def test_separators_of_thousands_say_nothing(number: str) -> None:
    """A number is the same with every separator, and one anchor."""
    assert hashes(f"about {number} people came") == hashes("about 1250000 people came")
    assert of_kind(f"about {number} people came", NUMBER) == [number]


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    """Nor after a colon, unless the text has the word as a name elsewhere."""
    text = (
        "Bakers met in the hall of the town. Nobody there had seen what was to come, but all "
        "of them trusted Leeds. Leeds has money: Wigs it has too."
    )
    assert of_kind(text, NAME) == ["Leeds", "Leeds"]


def test_a_capital_after_an_abbreviation_makes_a_name() -> None:
    """The full stop of a title ends no sentence."""
    text = "In the hall of the town people said that Dr. Smith had not been seen there since May."
    assert "Smith" in of_kind(text, NAME)


@pytest.mark.parametrize(
    "text",
    [
        "Der Minister sagte am Montag in Berlin, die Regierung habe neue Stellen im Haushalt.",
        "Minister Meets Nurses Of The Harbour Town After Long Dispute",
        "THE MINISTER MET THE NURSES OF THE HARBOUR TOWN",
    ],
    ids=["german", "headline", "capitals"],
)
def test_where_most_words_have_capitals_there_are_no_names(text: str) -> None:
    """German nouns and headlines count by their length, as other words do."""
    assert of_kind(text, NAME) == []
    assert "minister" in [word.lower() for word in of_kind(text, WORD)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国务院的港口12亿", ["国务", "务院", "港口", "12亿"]),
        ("東京の港でカタカナを15日", ["東京", "カタカナ", "15"]),
        ("서울시는 3월 새 대책", ["서울", "울시", "시는", "3", "대책"]),
        ("ประเทศ 25", ["ประเ", "ระเท", "ะเทศ", "25"]),
        ("وزارة الصحة من مصر ١٬٢٥٠ في", ["وزارة", "الصحة", "١٬٢٥٠"]),
        ("ראש הממשלה על 12 תקנות", ["הממשלה", "12", "תקנות"]),
        ("وزیر بهداشت در ۱۵ گفت", ["وزیر", "بهداشت", "۱۵"]),
        ("የኢትዮጵያ ጠቅላይ ሰው", ["የኢትዮጵያ", "ጠቅላይ"]),
        ("प्रधानमंत्री ने १२ योजनाएं", ["प्रधानमंत्री", "१२", "योजनाएं"]),
        ("министр он здесь говорил", ["министр", "говорил"]),
        ("\U00020000\U00020001\U00020002 😀😀", ["\U00020000\U00020001", "\U00020001\U00020002"]),
    ],
    ids=["zh", "ja", "ko", "th", "ar", "he", "fa", "am", "hi", "ru", "rare Han"],
)
def test_each_script_has_its_anchors(text: str, expected: list[str]) -> None:
    """Pairs in Han and Hangul, runs of four where nothing parts words, long words elsewhere."""
    assert anchored(text) == expected


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("مدرســـة", "مدرسة"),
        ("مَدْرَسَة", "مدرسه"),
        ("کتابی", "كتابي"),
        ("שָׁלוֹם", "שלום"),
        ("Straßen", "strasen"),
        ("Ελλάδα", "ελλαδα"),
    ],
    ids=["stretched", "vowels and endings", "persian letters", "points", "sharp s", "accent"],
)
def test_spellings_of_one_word_are_one_anchor(text: str, other: str) -> None:
    """What the press writes now so and now so has one hash."""
    assert hashes(text) == hashes(other) != []


def test_words_are_counted_by_script() -> None:
    """Two characters of Han, four of Thai make a word."""
    assert find_terms(["one two 3", "港口建设", "ประเทศไทย", ""]).words.tolist() == [3, 2, 2, 0]


def test_a_long_text_without_spaces_is_read() -> None:
    """Two million characters without a space, and a text of more than a megabyte."""
    assert len(find_terms(["x" * 2_000_000]).hashes) < 8
    long = find_terms(["harbour 1 nurses 2 " * 60_000])
    assert long.words.tolist() == [240_000]
