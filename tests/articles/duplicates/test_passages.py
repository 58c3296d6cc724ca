"""What two articles share: passages, names and numbers in order, corrections."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.duplicates.passages import (
    LEAST_WEIGHT,
    MOST_ANCHORS,
    MOST_CHANGED,
    MOST_IN_SEQUENCE,
    MOST_SPANS,
    CommonPassages,
    Span,
    common_passages,
)
from articles.text.normal_form import squash

ENGLISH = (
    "The port authority of Zeebrugge said on Tuesday that 1,250 containers were stuck after a crane"
    " broke down. According to Ilse Vermeulen, who runs the terminal, repairs would take 3 weeks"
    " and cost 4.7 million euros. Shipping lines have sent 18 vessels on to Rotterdam, and the"
    " hauliers of West Flanders fear for the season."
)
REWORDED = (
    "Zeebrugge's port cannot ship some 1250 boxes because a crane is out of order. Terminal head"
    " Ilse Vermeulen expects 3 weeks of mending at a price of 4.7 million. Meanwhile 18 ships were"
    " diverted towards Rotterdam; truckers across West Flanders worry."
)
CHINESE = (
    "港务局星期二表示,由于一台起重机发生故障,共有1250个集装箱滞留码头。负责人说,维修工作预计需要3个星期,"
    "费用约为470万欧元。航运公司已经安排18艘货轮改道前往鹿特丹港。"
)
ARABIC = (
    "قالت سلطة الميناء يوم الثلاثاء إن ١٢٥٠ حاوية بقيت عالقة بعد تعطل رافعة كبيرة."
    " وأضافت مديرة المحطة أن أعمال الإصلاح ستستغرق 3 أسابيع وستكلف 4.7 مليون يورو."
    " وحولت شركات الشحن مسار 18 سفينة."
)
FRAGMENTS = [
    "The ", "harbour ", "HARBOUR ", "Leeds ", "York ", "Dr. ", "minister ", ". ", " ", "1,250",
    "12 ", "14 ", "of ", "it ", "中", "港口", "的", "서울", "カタカナ", "ประเทศไทย", "กำ", "مدرسة ",
    "ß", "İstanbul ", "ΟΔΟΣ ", "οδος ", "\0", "\n", "\ud800", "\U00020000\U00020001", "😀",
    "e\u0301",
]  # fmt: skip
anything = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=80).map("".join),
)
parts = st.lists(st.sampled_from([*ENGLISH.split(". "), *CHINESE.split("。"), ARABIC, REWORDED]))
texts = st.one_of(anything, parts.map(". ".join))


def caseless(text: str) -> str:
    """Return a text without case; the Turkish capital İ is an i as any other."""
    return text.replace("İ", "i").casefold()


def stretches(text: str, found: CommonPassages) -> list[str]:
    """Return the spans of the first text as they stand in it."""
    return [text[span.begin : span.end] for span in found.spans]


class TestSpans:
    """Stretches in which two texts are equal but for case."""

    @pytest.mark.parametrize("text", [ENGLISH, CHINESE, ARABIC, REWORDED, "it is as it was"])
    def test_exact_copy(self, text: str) -> None:
        """A copy is one span over the whole text, and nothing has changed."""
        found = common_passages(text, text)
        assert found.spans == (Span(0, len(text), 0, len(text)),)
        assert found.changed == ()
        assert found.is_whole

    def test_cut(self) -> None:
        """What was left of a cut text is one span at its place in the other."""
        begin, end = ENGLISH.index("According"), ENGLISH.index(" Shipping")
        cut = ENGLISH[begin:end]
        assert common_passages(cut, ENGLISH).spans == (Span(0, len(cut), begin, end),)

    def test_case_says_nothing(self) -> None:
        """A text in capitals is equal to the text."""
        found = common_passages(ENGLISH.upper(), ENGLISH)
        assert found.spans == (Span(0, len(ENGLISH), 0, len(ENGLISH)),)

    def test_moved_passage(self) -> None:
        """Passages are found in another order as well, in order of the first text."""
        one, two, three = ENGLISH.split(". ")
        moved = f"{three} {two}. {one}"
        assert [text.strip(" .") for text in stretches(moved, common_passages(moved, ENGLISH))] == [
            three.strip("."), two, one,
        ]  # fmt: skip

    def test_spans_are_whole_words(self) -> None:
        """A span ends before a word or number that goes on in another way in the other text."""
        one = "Yesterday the minister visited the harbour of Ostend with 1,250 guests"
        two = "Yesterday the minister visited the harbour of Ostend with 1,260 guests"
        assert stretches(one, common_passages(one, two)) == [one.removesuffix(" 1,250 guests")]
        two = one.replace("harbour", "harbours")
        assert stretches(one, common_passages(one, two))[0] == "Yesterday the minister visited the"

    def test_few_words_are_no_span(self) -> None:
        """Fewer than four words, or twelve characters where no spaces are, say too little."""
        assert common_passages("the harbour authority", "the harbour authority").spans == ()
        assert common_passages("the harbour authority says", "the harbour authority says").spans
        assert common_passages(CHINESE[:9], CHINESE[:9]).spans == ()

    def test_thai_marks_stay(self) -> None:
        """A span does not part a Thai character from the mark above it."""
        ministry = "กระทรวงมหาดไทยประกาศ"
        for one, two, both in (("กลับ", "กรม", "ก"), ("กลับ", "ก่อน", ""), ("กี่", "ก่อน", "")):
            found = common_passages(ministry + one, ministry + two)
            assert stretches(ministry + one, found) == [ministry + both]

    def test_passage_that_stands_twice(self) -> None:
        """A passage that the other text has once is shown once."""
        twice = f"{ENGLISH} {ENGLISH}"
        assert common_passages(twice, ENGLISH).spans == (Span(0, len(ENGLISH), 0, len(ENGLISH)),)

    def test_unrelated_texts(self) -> None:
        """Texts in different languages have no span."""
        assert common_passages(ENGLISH, CHINESE).spans == ()


class TestNamesAndNumbers:
    """What survives rewording, and what was corrected."""

    def test_reworded(self) -> None:
        """Names and numbers that survive are shown in their order, as the first text has them."""
        rest = ("Ilse Vermeulen", "3", "4.7", "18", "Rotterdam", "West Flanders")
        assert common_passages(ENGLISH, REWORDED).sequence == ("Zeebrugge", "1,250", *rest)
        assert common_passages(REWORDED, ENGLISH).sequence == ("Zeebrugge", "1250", *rest)
        assert common_passages(ENGLISH, REWORDED).changed == ()

    def test_corrected_number(self) -> None:
        """A number in the place of another is a change; the rest is kept."""
        found = common_passages(ENGLISH, ENGLISH.replace("18", "21"))
        assert found.changed == (("18", "21"),)
        assert "18" not in found.sequence
        assert len(found.spans) == 2

    def test_corrected_name(self) -> None:
        """The parts of a name are shown together."""
        found = common_passages(ENGLISH, ENGLISH.replace("Ilse Vermeulen", "Greet de Backer"))
        assert found.changed == (("Ilse Vermeulen", "Greet, Backer"),)
        found = common_passages(ENGLISH, ENGLISH.replace("Ilse Vermeulen", "Greet Backer"))
        assert found.changed == (("Ilse Vermeulen", "Greet Backer"),)

    def test_moved_name_is_no_change(self) -> None:
        """A name that stands elsewhere in the other text has moved."""
        one = "The minister met Laval officials, then travelled to Quebec for separate meetings"
        two = "The minister met Quebec officials, then travelled to Laval for separate meetings"
        assert common_passages(one, two).changed == ()

    def test_unrelated_texts_have_no_changes(self) -> None:
        """Without anything kept nothing has taken the place of anything."""
        assert common_passages("Seven ships left Ostend", "12 trains reached Ghent").changed == ()

    @pytest.mark.parametrize(
        ("text", "sequence"),
        [(CHINESE, ("1250", "3", "470万")), (ARABIC, ("١٢٥٠", "3", "4.7"))],
    )
    def test_scripts_without_capitals(self, text: str, sequence: tuple[str, ...]) -> None:
        """In other scripts numbers are kept and corrected, and the words around them equal."""
        found = common_passages(text, text.replace("18", "21"))
        assert found.changed == (("18", "21"),)
        assert found.sequence == sequence
        assert stretches(text, found)[0] == text.partition("18")[0].rstrip()

    def test_digits_of_all_scripts(self) -> None:
        """A number is the same in other digits, and printed as in the first text."""
        western = ARABIC.replace("١٢٥٠", "1,250")
        assert common_passages(ARABIC, western).sequence[0] == "١٢٥٠"
        assert common_passages(western, ARABIC).sequence[0] == "1,250"


class TestBounds:
    """What is shown is bounded."""

    def test_long_texts_are_cut(self) -> None:
        """Of a text with too many anchors the beginning is looked at, and it is said."""
        text = " ".join(f"number {n}" for n in range(MOST_ANCHORS))
        found = common_passages(text, text)
        assert not found.is_whole
        assert [(span.begin, span.other_begin) for span in found.spans] == [(0, 0)]
        assert found.spans[0].end == text.index(" number 1000")
        assert len(found.sequence) == MOST_IN_SEQUENCE

    def test_longest_spans_are_kept(self) -> None:
        """Of more spans than are shown the longest are, in order of the text."""
        passages = [f"passage {n} of the report" + " again" * (n % 7) for n in range(70)]
        one, two = " / A / ".join(passages), " / B / ".join(passages)
        found = common_passages(one, two)
        assert len(found.spans) == MOST_SPANS
        assert list(found.spans) == sorted(found.spans)
        assert min(map(len, stretches(one, found))) > len("/ passage 0 of the report /")

    def test_changes_are_bounded(self) -> None:
        """No more changes are shown than MOST_CHANGED."""
        one = " ".join(f"passage {chr(97 + n)}{'x' * 7} {n}" for n in range(26))
        two = " ".join(f"passage {chr(97 + n)}{'x' * 7} {n + 500}" for n in range(26))
        assert len(common_passages(one, two).changed) == MOST_CHANGED

    def test_repetition_is_bounded(self) -> None:
        """A text that repeats itself thousands of times is still one span."""
        assert len(common_passages("12 " * 1999 + "x", "12 " * 1990 + "y").spans) == 1


class TestLaws:
    """What holds for any two texts."""

    @settings(max_examples=300)
    @given(texts, texts)
    def test_spans_are_equal_stretches(self, one: str, two: str) -> None:
        """Spans lie within both texts, are equal there but for case, in order, and apart."""
        found = common_passages(one, two)
        assert list(found.spans) == sorted(found.spans)
        end = 0
        for span in found.spans:
            assert end <= span.begin < span.end <= len(one)
            assert 0 <= span.other_begin < span.other_end <= len(two)
            own, other = one[span.begin : span.end], two[span.other_begin : span.other_end]
            assert caseless(own) == caseless(other)
            assert len(own) >= LEAST_WEIGHT // 2
            end = span.end

    @settings(max_examples=300)
    @given(texts, texts)
    def test_swapping_swaps_columns(self, one: str, two: str) -> None:
        """The order of the texts decides the order of the columns, and nothing else."""
        found, mirrored = common_passages(one, two), common_passages(two, one)
        swapped = sorted(Span(*span[2:], *span[:2]) for span in found.spans)
        assert list(mirrored.spans) == swapped
        assert mirrored.changed == tuple((b, a) for a, b in found.changed)
        assert len(mirrored.sequence) == len(found.sequence)

    @settings(max_examples=200)
    @given(texts)
    def test_copies_are_whole(self, text: str) -> None:
        """A text equals itself as a whole, or is too short."""
        text = squash(text)
        found = common_passages(text, text)
        assert found.spans in {(), (Span(0, len(text), 0, len(text)),)}
        assert found.changed == ()
        assert found == common_passages(text, text)
