"""Messages of agencies that are hostile, broken or empty: a reason each, never a traceback."""

import pytest

from articles.model.entries import Rejected
from articles.model.reasons import REASONS
from connectors.limits import ENTRY_LIMIT
from connectors.wire.documents import is_message, parse_message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<nitf>" + "<a>" * 10_000, "bad_xml"),
        ("<nitf><p>never closed</nitf>", "bad_xml"),
        ('<!DOCTYPE nitf [<!ENTITY a "b">]><nitf>&a;</nitf>', "bad_xml"),
        ("<nitf>&unheard;</nitf>", "bad_xml"),
        ("<nitf/>", "empty"),
        ("<NewsML/>", "empty"),
        ("<newsMessage><newsItem guid='x'/></newsMessage>", "empty"),
        ("<newsItem guid='x'><itemMeta><pubStatus qcode='stat:withheld'/></itemMeta></newsItem>",
         "withheld"),
        ("<packageItem guid='x'/>", "package"),
    ],
)  # fmt: skip
def test_what_is_no_message_has_its_reason(text: str, reason: str) -> None:
    """It is rejected once, under a reason of the list."""
    outcome = parse_message(text, "a.xml", ())
    assert outcome is not None
    (rejected,) = outcome
    assert isinstance(rejected, Rejected)
    assert rejected.reason in REASONS
    assert rejected.reason == reason, rejected.detail


def test_messages_of_one_document_are_bounded() -> None:
    """Beyond the limit of entries nothing is read, and a row says so."""
    text = "<itemSet>" + "<newsItem guid='x'/>" * (ENTRY_LIMIT + 5) + "</itemSet>"
    outcome = parse_message(text, "a.xml", ())
    assert outcome is not None
    assert len(outcome) == ENTRY_LIMIT + 1
    assert isinstance(outcome[-1], Rejected)
    assert outcome[-1].reason == "too_large"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<?xml version="1.0"?><nitf>', True),
        (b"\xef\xbb\xbf<n:newsItem xmlns:n='x' guid='y'>", True),
        (b"<rss><channel><title>nitf</title>", False),
        (b"<newsletter>", False),
        (b"<!-- <rss> --><!DOCTYPE nitf SYSTEM 'x' [<!ENTITY a 'b'>]><nitf>", True),
        (b"<rss><channel><item><newsItem>1</newsItem>", False),
    ],
)
def test_a_message_is_told_by_its_root(data: bytes, *, expected: bool) -> None:
    """The element's name decides, whatever its prefix."""
    assert is_message(data) is expected
