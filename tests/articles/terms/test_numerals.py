"""Han and Korean numerals: which runs of signs are numbers, and that none takes long to read."""

import pytest

from articles.terms.find import NUMBER, find_terms


def numbers(text: str) -> list[str]:
    """Return the numbers of a text, as they stand in it."""
    found = find_terms([text])
    spans = zip(found.begins, found.ends, found.kinds, strict=True)
    return [text[begin:end] for begin, end, kind in spans if kind == NUMBER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二〇二四年三月", ["二〇二四", "三"]),
        ("共三千五百人", ["三千五百"]),
        ("十二名", ["十二"]),
        ("4.7万元和3亿2000万元", ["4.7万", "3亿2000万"]),
        ("3만5000명", ["3만5000"]),
        ("千万不要", []),
        ("第三届", []),
    ],
)
def test_numerals_are_told_from_words(text: str, expected: list[str]) -> None:
    """A year, a count, figures with units; no word of such signs, no ordinal of one sign."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "九" + "9" * 300_000,
        "九" + "1," * 150_000,
        "九" + "1.1" * 100_000,
        "九" * 300_000,
        "万" * 300_000,
        "1万" * 150_000,
        "九 " + "9" * 300_000 + "万",
    ],
    ids=["digits", "commas", "points", "signs", "units", "digits and units", "a long figure"],
)
def test_no_run_takes_long_and_none_is_a_number_of_the_news(text: str) -> None:
    """Hundreds of thousands of signs are read in a moment; the test would not end otherwise."""
    assert len(find_terms([text]).words) == 1
