"""The text of feed documents: its encoding, and whether it is a feed, whatever stands before it."""

import pytest

from connectors.feeds.decode import feed_text, xml_text
from connectors.feeds.document import parse_saved, read_document

TITLE = "日本語のニュース"
HEAD = '<?xml version="1.0" encoding="{}"?>'
FEED = f"<rss><channel><item><guid>1</guid><title>{TITLE}</title></item></channel></rss>"
ROOT = "<rss><channel/></rss>"


@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("ISO-2022-JP", "ISO-2022-JP"),
        ("iso-2022-jp", "utf-8"),
        (None, "ISO-2022-JP"),
        ("utf-8", "iso-2022-jp"),
    ],
)
def test_escapes_are_read_as_declared(charset: str | None, declared: str) -> None:
    """ISO-2022-JP, which is UTF-8 too, is read by the header or the XML declaration."""
    data = (HEAD.format(declared) + FEED).encode("iso2022_jp")
    found = feed_text(data, charset)
    assert found is not None
    assert (TITLE in found.text, found.repairs) == (True, ())


def test_escapes_reach_the_title() -> None:
    """A polled and a saved document in ISO-2022-JP both have their title."""
    data = (HEAD.format("ISO-2022-JP") + FEED).encode("iso2022_jp")
    for entries in (read_document(data).entries, parse_saved(data, "feed.xml")):
        title = getattr(entries[0], "title", None)
        assert title is not None
        assert title.value == TITLE


@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE rss>",
        "<!DOCTYPE rss [<!ENTITY a 'b]>'>]>",
        "<!DOCTYPE rss [<!ENTITY a \"b'\"><!-- don't ]> --><?x don't ]> ?>] >",
        "<!-- <!DOCTYPE a> --><?x <!DOCTYPE b> ?><!doctype rss>",
    ],
)
def test_a_doctype_is_no_hindrance(before: str) -> None:
    """A DOCTYPE is passed over, and its subset is left out whatever stands in it."""
    text, why = xml_text(before + ROOT)
    assert why == ""
    assert text.endswith(ROOT)
    assert "[" not in text


def test_a_second_doctype_is_no_feed() -> None:
    """XML has one DOCTYPE at most."""
    assert xml_text(f"<!DOCTYPE rss><!DOCTYPE rss>{ROOT}")[1] == "it has more than one DOCTYPE"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE " * 800_000,
        b"<!DOCTYPE a []>" * 500_000,
        b"<!DOCTYPE a '" * 500_000,
        b"<!DOCTYPE a [>" + b"\"'" * 1_000_000,
        b"<!DOCTYPE a [>" + b"<!--" * 1_000_000,
        b"<!DOCTYPE a [>" + b"\"<!--'" * 500_000,
        b"<!DOCTYPE a [>" + b"<?" * 2_000_000,
        b"<!DOCTYPE a [>" + b"] " * 1_000_000,
        b"<!--" * 1_000_000,
        b"<!-- -->" * 500_000,
        b"<?" * 2_000_000,
        b" " * 4_000_000 + b"<",
    ],
    ids=[
        "doctypes", "subsets", "quotes", "quotes in a subset", "comments in a subset",
        "quoted comments", "instructions in a subset", "brackets", "open comments", "comments",
        "open instructions", "spaces",
    ],
)  # fmt: skip
def test_what_never_closes_is_read_once(data: bytes) -> None:
    """Megabytes of beginnings without an end are no feed; to seek each end would take minutes."""
    assert read_document(data).error == "not_a_feed"
