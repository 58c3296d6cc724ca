"""Texts of more than one encoding: what is read right, and what one byte costs."""

from pathlib import Path

import pytest

from connectors.encodings.encodings import decode, decode_lines

PARAGRAPHS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parents[1] / "cases/encodings/paragraphs.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]
RUSSIAN = "Правительство объявило о новых мерах поддержки. По словам министра, средства поступят."


@pytest.mark.parametrize(("name", "codec", "text"), PARAGRAPHS)
def test_a_stray_byte_costs_its_character(name: str, codec: str, text: str) -> None:
    """Of a text in UTF-8 or another encoding with a stray byte the other lines are read right."""
    for used, expected in (("utf-8", "utf-8"), (codec, name)):
        line = text.encode(used)
        decoded = decode(b"<p>".join([line + b"\n"] * 4) + b"\xff\n" + line)
        assert decoded is not None
        lines = decoded.text.replace("<p>", "").split("\n")
        assert [lines[0], lines[3], lines[-1]] == [text] * 3
        assert any(expected in repair for repair in decoded.repairs) or text.isascii()


@pytest.mark.parametrize("codec", ["cp1251", "koi8_r"])
def test_a_line_of_another_encoding_is_read_in_its_own(codec: str) -> None:
    """A line in another encoding than the rest is read right, on either side."""
    lines = [RUSSIAN.encode()] * 3 + [RUSSIAN.encode(codec)]
    for data in (b"\n".join(lines), b"<b>".join(lines), b"\n".join([lines[0], *[lines[3]] * 3])):
        decoded = decode(data)
        assert decoded is not None
        assert set(decoded.text.replace("<b>", "\n").split("\n")) == {RUSSIAN}
        assert decoded.repairs


def test_quotes_of_a_code_page_are_signs_and_other_bytes_are_not() -> None:
    """Windows' quotes in UTF-8 are what they were; a letter's byte is unknown."""
    decoded = decode("Größe: ".encode() + b"\x93Caf\xe9 \x94 d\x92or")
    assert decoded is not None
    assert decoded.text == "Größe: “Caf� ” d’or"
    assert decoded.repairs == ("encoding:windows-1252", "encoding:utf-8-broken")


def test_a_cut_character_is_one_sign() -> None:
    """A character of several bytes that is cut becomes one sign of replacement."""
    decoded = decode("Größe und Übel ".encode() + b"\xe2\x80 <p>" + "für alle".encode())
    assert decoded is not None
    assert decoded.text == "Größe und Übel � <p>für alle"


@pytest.mark.parametrize(
    ("codec", "declared", "text"),
    [
        ("cp1251", "utf-8", RUSSIAN),
        ("cp1251", "iso-8859-1", RUSSIAN),
        ("cp1251", "koi8-r", RUSSIAN),
        ("cp1252", "iso-8859-1", "L’été — “chaud” — à Nîmes"),
        ("utf-8", "iso-8859-1", "L’été à Nîmes"),
        ("gb18030", "iso-8859-1", "政府周一宣布了支持小企业的新措施。"),
    ],
)
def test_a_wrong_declaration_is_seen_through(codec: str, declared: str, text: str) -> None:
    """What the letters say beats a declaration under which they are none of any language."""
    decoded = decode(text.encode(codec), declared)
    assert decoded is not None
    assert decoded.text == text


def test_rows_are_mended_one_by_one() -> None:
    """A stray byte in a row of ASCII, too, costs that byte alone."""
    decoded = decode_lines(b'{"title":"a \xff b"}\n' + f'{{"title":"{RUSSIAN}"}}'.encode())
    assert decoded is not None
    assert decoded.text == f'{{"title":"a � b"}}\n{{"title":"{RUSSIAN}"}}'


def test_utf16_out_of_step_is_no_text() -> None:
    """UTF-16 without a mark, and with a byte too many, is refused, not read byte by byte."""
    data = (RUSSIAN * 3).encode("utf-16-le")
    assert decode(data[:41] + b"\xe9" + data[41:]) is None
