"""Telling encodings: from marks, declarations, and the bytes of short real paragraphs."""

from pathlib import Path

import pytest

from connectors.encodings.encodings import codec_of, decode, decode_lines, looks_binary

PARAGRAPHS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parents[1] / "cases/encodings/paragraphs.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize(("name", "codec", "text"), PARAGRAPHS)
def test_unmarked_paragraph_is_told(name: str, codec: str, text: str) -> None:
    """A paragraph in an unmarked encoding is read right, and the encoding recorded as a repair."""
    decoded = decode(text.encode(codec))
    assert decoded is not None
    assert (decoded.text, decoded.repairs) == (text, (f"encoding:{name}",))


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_text_is_told_with_and_without_a_mark(codec: str) -> None:
    """UTF-16 and UTF-32 are told by their byte order mark, else by where their NULs are."""
    text = "The government’s plan.\n\nПравительство объявило о мерах, и мы ждём.\n"
    decoded = decode(text.encode(codec))
    assert decoded is not None
    assert decoded.text == text
    assert looks_binary(text.encode(codec)) is None


def test_utf8_needs_no_repair() -> None:
    """UTF-8, with or without a byte order mark, is read without a repair and without the mark."""
    for data in ("Été".encode(), b"\xef\xbb\xbf" + "Été".encode()):
        decoded = decode(data)
        assert decoded is not None
        assert (decoded.text, decoded.repairs) == ("Été", ())


def test_utf8_beats_a_wrong_declaration() -> None:
    """Bytes that are UTF-8 are read as that, whatever the document declares."""
    decoded = decode("Été à Nîmes".encode(), "iso-8859-1")
    assert decoded is not None
    assert decoded.text == "Été à Nîmes"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("ISO-2022-JP", "iso2022_jp", "日本語のニュース"),
        ("csISO2022JP", "iso2022_jp_ext", "ﾆｭｰｽ"),
        ("iso-2022-jp-2", "iso2022_jp_2", "日本語 한국어"),
        ("iso-2022-kr", "iso2022_kr", "한국어 뉴스"),
        ("hz-gb-2312", "hz", "中文新闻"),
    ],
)
def test_declared_escapes_beat_utf8(label: str, codec: str, text: str) -> None:
    """An encoding that is all ASCII is read by its declaration; without its escapes it is UTF-8."""
    decoded = decode(text.encode(codec), label)
    assert decoded is not None
    assert (decoded.text, decoded.repairs) == (text, ())
    decoded = decode("Été".encode(), label)
    assert decoded is not None
    assert decoded.text == "Été"


def test_a_bad_character_among_escapes_is_replaced() -> None:
    """A character that the declared encoding does not know is replaced, and that is recorded."""
    data = "日本語のニュース".encode("iso2022_jp").replace(b"\x1b$B", b"\x1b$B-!", 1)
    decoded = decode(data, "iso-2022-jp")
    assert decoded is not None
    assert decoded.text == "\ufffd日本語のニュース"
    assert decoded.repairs == ("encoding:iso-2022-jp-broken",)


def test_declaration_beats_detection() -> None:
    """What a document declares is used where it fits, and needs no repair."""
    decoded = decode("Été".encode("mac_roman"), "macintosh")
    assert decoded is not None
    assert (decoded.text, decoded.repairs) == ("Été", ())


def test_broken_utf8_stays_utf8() -> None:
    """A bad byte in UTF-8 is replaced and recorded, and the rest is not misread."""
    decoded = decode("Das größte Übel, größer als alle Bäche.".encode() + b"\xff")
    assert decoded is not None
    assert decoded.text == "Das größte Übel, größer als alle Bäche.\ufffd"
    assert decoded.repairs == ("encoding:utf-8-broken",)


def test_lines_of_two_encodings_are_read_each_in_its_own() -> None:
    """In a file of rows the lines that are UTF-8 are read as that, the others as detected."""
    french = "Le marché a été déplacé près de l’église, où la fête a commencé."
    decoded = decode_lines(french.encode() + b"\n" + french.encode("cp1252"))
    assert decoded is not None
    assert decoded.text == f"{french}\n{french}"


@pytest.mark.parametrize("label", ["zip", "rot13", "utf-7", "idna", "unicode_escape", "x" * 99, ""])
def test_labels_that_are_no_text_encoding_are_refused(label: str) -> None:
    """A name that is unknown, or a codec of Python's that is no charset, counts as none."""
    assert codec_of(label) is None


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7", b"PK\x03\x04rest", b"\x1f\x8b\x08", bytes(range(256)), b"a\0b" * 50]
)
def test_binary_is_told(data: bytes) -> None:
    """Known magic numbers, NULs and many control characters are no text."""
    assert looks_binary(data) is not None
