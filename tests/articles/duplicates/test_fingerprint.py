"""Anchors and fingerprints: what of a text survives, in many scripts, and what copies share."""

import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.duplicates import anchors as anchors_room
from articles.duplicates.anchors import NAME, NUMBER, WORD, find_anchors
from articles.duplicates.fingerprint import ANCHORS, KEYS, Fingerprint, fingerprint, is_kept
from articles.text.normal_form import squash

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
    found = find_anchors([text])
    return [text[begin:end] for begin, end in zip(found.begins, found.ends, strict=True)]


def of_kind(text: str, kind: int) -> list[str]:
    """Return the anchors of one kind."""
    kinds = find_anchors([text]).kinds
    return [word for word, own in zip(anchored(text), kinds, strict=True) if own == kind]


def hashes(text: str) -> list[int]:
    """Return the hashes of the anchors of a text."""
    found: list[int] = find_anchors([text]).hashes.tolist()
    return found


def fingerprint_of(text: str) -> Fingerprint:
    """Return the fingerprint of a text that has one."""
    (one,) = fingerprint([text])
    assert one is not None
    return one


def plain(one: Fingerprint | None) -> object:
    """Return a fingerprint as something that == compares."""
    return one and (one.keys.tolist(), one.anchors.tolist(), one.thinned, one.words)


def report(words: int, seed: int) -> str:
    """Return a text of made-up words, with names and numbers among them."""
    rng = random.Random(seed)  # noqa: S311 - made-up words are no secrets
    syllables = ["ba", "re", "lo", "min", "tar", "ves", "ku", "sol", "ad", "pi", "nor", "gel"]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(3_000)]
    names = [word.capitalize() for word in vocabulary[:300]]
    told = []
    for _ in range(words):
        kind = rng.random()
        pool = names if kind < 0.06 else vocabulary
        told.append(str(rng.randint(2, 9_000)) if kind > 0.97 else rng.choice(pool))
    return " ".join(told)


@settings(max_examples=300)
@given(st.lists(anything, max_size=6))
def test_a_fingerprint_is_bounded_and_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    """Any texts have fingerprints, within bounds, whatever texts are read with them."""
    together = fingerprint(texts)
    assert [plain(one) for one in together] == [plain(fingerprint([text])[0]) for text in texts]
    for one in together:
        if one is not None:
            assert len(one.keys) <= KEYS
            assert len(one.anchors) <= ANCHORS
            assert (np.diff(one.keys.astype(np.int64)) > 0).all()


@settings(max_examples=300)
@given(st.lists(anything, max_size=6))
def test_anchors_lie_in_their_texts_one_after_the_other(texts: list[str]) -> None:
    """Begins grow within each text, and no anchor is empty or reaches over the end of its text."""
    found = find_anchors(texts)
    assert len(found.starts) == len(texts) + 1
    for n, text in enumerate(texts):
        own = slice(found.starts[n], found.starts[n + 1])
        begins, ends = found.begins[own], found.ends[own]
        assert (np.diff(begins) > 0).all()
        assert (begins < ends).all()
        assert (ends <= len(text)).all()


def test_no_texts_have_no_fingerprintes() -> None:
    """Nothing in, nothing out; a text without letters has none."""
    assert fingerprint([]) == []
    assert fingerprint(["", "😀 ... !", "  "]) == [None, None, None]


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
        ("国务院的港口12亿", ["国务", "务院", "港口", "12"]),
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


def test_a_null_sign_parts_words_and_not_texts() -> None:
    """It is read as a space."""
    assert hashes("harbour\0nurses") == hashes("harbour nurses")
    assert len(fingerprint(["harbour\0nurses", "other"])) == 2


def test_words_are_counted_by_script() -> None:
    """Two characters of Han, four of Thai make a word."""
    assert find_anchors(["one two 3", "港口建设", "ประเทศไทย", ""]).words.tolist() == [3, 2, 2, 0]


@pytest.mark.parametrize("begin", [0.0, 0.35, 0.7])
def test_a_cut_copy_shares_keys_with_its_whole(begin: float) -> None:
    """Thirty percent of a text are found by its keys, from wherever they are cut."""
    whole = report(500, seed=1)
    cut = whole[int(begin * len(whole)) :][: int(0.3 * len(whole))]
    assert len(np.intersect1d(fingerprint_of(whole).keys, fingerprint_of(cut).keys)) >= 5


def test_unrelated_texts_share_no_keys() -> None:
    """Keys do not meet by chance."""
    one, other = fingerprint_of(report(500, seed=1)), fingerprint_of(report(500, seed=2))
    assert not len(np.intersect1d(one.keys, other.keys))


def test_a_report_and_its_half_share_anchors_at_their_shared_thinning() -> None:
    """Of two long texts the same anchors are kept, once both are thinned alike."""
    whole = report(20_000, seed=3)
    one, half = fingerprint_of(whole), fingerprint_of(whole[: len(whole) // 2])
    assert one.thinned > half.thinned > 0
    assert one.words == 20_000
    kept = half.anchors[is_kept(half.anchors, one.thinned)]
    assert len(kept) > 50
    # Seen from the half, a word may be no name yet: the kind is left out, and one may be missing.
    assert len(np.setdiff1d(kept >> 2, one.anchors >> 2)) <= 1


def test_a_text_that_repeats_itself_has_all_its_keys() -> None:
    """Pairs that come again and again leave room for the others."""
    rare = report(120, seed=4)
    repeated = " ".join([report(40, seed=5)] * 60) + " " + rare
    assert len(fingerprint_of(repeated).keys) == KEYS


def test_a_text_read_in_parts_has_the_anchors_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a text is cut for reading shows neither in its anchors nor in its keys."""
    texts = [squash(report(words, seed=words)).lower() for words in (300, 5, 700)]
    whole = find_anchors(texts)
    fingerprints = [plain(one) for one in fingerprint(texts)]
    monkeypatch.setattr(anchors_room, "_PART_CHARACTERS", 500)
    monkeypatch.setattr(anchors_room, "_BATCH_CHARACTERS", 1_200)
    parts = find_anchors(texts)
    for name in ("hashes", "kinds", "begins", "ends", "starts", "words"):
        assert (getattr(whole, name) == getattr(parts, name)).all(), name
    assert [plain(one) for one in fingerprint(texts)] == fingerprints


def test_a_long_text_without_spaces_is_read() -> None:
    """Two million characters without a space, and a text of more than a megabyte."""
    assert len(find_anchors(["x" * 2_000_000]).hashes) < 8
    long = find_anchors(["harbour 1 nurses 2 " * 60_000])
    assert long.words.tolist() == [240_000]


def test_a_text_that_only_repeats_itself_has_no_fingerprint() -> None:
    """Of a few words, a thousand times over, a sample may keep none: that tells nothing."""
    assert fingerprint(["Leeds harbour hospital 260 " * 500]) == [None]
