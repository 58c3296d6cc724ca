"""Ids and key hashes: fixed inputs get what every lake out there already holds."""

from collections.abc import Callable
from datetime import datetime

import pytest

from articles.fields.normalize import entry_hash
from articles.identity.keys import content_key, entry_key_hash, has_guid_hash, keys_of
from articles.identity.last_seen import poll_hash
from articles.identity.readable_ids import feed_id_of, folder_id_of, source_id_of
from articles.model.drafts import ArticleKey, Draft
from articles.model.entries import Entry, Markup
from articles.model.ids import short_id
from articles.model.known import Known
from articles.model.seen import pair_hash
from articles.revisions.revise import ReceivedEntry, revise

MakeDraft = Callable[..., Draft]

FEED = "harbour.example_rss"
SOURCE = "harbour.example"
CANONICAL_URL = "https://harbour.example/2024/ferry"
CONTENT_HASH = "00112233445566778899aabbccddeeff"
ENTRY = Entry(
    key="urn:ferry:1",
    guid="urn:ferry:1",
    url="https://harbour.example/2024/ferry?utm_source=rss",
    title=Markup("The ferry is late"),
    content=Markup("<p>The ferry came an hour late.</p>", "text/html"),
    summary=Markup("An hour late."),
    authors=("Jane Doe", "John Roe"),
    published="Tue, 02 Jul 2024 10:00:00 GMT",
    language="en",
)
LINKED = keys_of(FEED, ENTRY, SOURCE, CANONICAL_URL, CONTENT_HASH, url_is_key=True, owned=True)
TEXT_FILE = keys_of(
    "seeds", Entry(key="a.txt", guid="a.txt", path="a.txt"), "seeds", None, CONTENT_HASH,
    url_is_key=False, owned=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "pinned"),
    [
        (source_id_of("Nördliche Post / Abend"), "nördliche-post---abend-90b0900b"),
        (
            feed_id_of("https://harbour.example/rss?section=world"),
            "harbour.example_rss-564b6c1a",
        ),
        (folder_id_of("archive/2024 07"), "2024-07-1bcd5419"),
        (short_id("batch", "poll-1/0", "poll-2/1"), "985cbcd970d79d7c"),
    ],
)
def test_ids_never_change(made: str, pinned: str) -> None:
    """A lake owns its ids: by another rule its sources and feeds would be new ones."""
    assert made == pinned


@pytest.mark.parametrize(
    ("key", "pinned"),
    [
        (LINKED.guid, ("guid", -8861762349287756214, "2abb1a23c64d82e1")),
        (LINKED.urls[0], ("url", -4287678491450195071, "e9e59734266faba1")),
        (LINKED.urls[1], ("url", 2134172709729648615, "27edc2a6ad111e0d")),
        (TEXT_FILE.text, ("text", 3937517369111843931, "460fda67af961774")),
        (content_key(CONTENT_HASH), ("content", 6537531522611834469, "741a84cf9b24c4c1")),
    ],
)
def test_articles_are_minted_from_the_same_keys(
    key: ArticleKey, pinned: tuple[str, int, str]
) -> None:
    """A guid in its feed, a URL without a scope and in its source, a text, any content."""
    assert (key.kind, key.key_hash, key.minted_id) == pinned


def test_a_draft_is_looked_up_by_the_same_hashes() -> None:
    """Its entry key, its URL, and the id that it gets where those of its keys are taken."""
    assert LINKED.entry_key_hash == -6775649823028681246
    assert LINKED.url_hash == -4132232065744951548
    assert LINKED.last_resort == "194b2d08c4892b4b"


@pytest.mark.parametrize(
    ("made", "pinned"),
    [
        (entry_hash(ENTRY), 1535263556913682993),
        (
            entry_hash(Entry(key="", publisher="Harbour Daily", origin="file")),
            4066759299863589622,
        ),
        (entry_key_hash(FEED, ENTRY.key), -6775649823028681246),
        (has_guid_hash(FEED, "0123456789abcdef"), 4574076643973912492),
        (poll_hash("poll-1"), 2501745975998841435),
        (pair_hash(ENTRY.key, 42), 5498317324189898441),
    ],
)
def test_hashes_never_change(made: int, pinned: int) -> None:
    """Under another hash all that was read before would be read as new."""
    assert made == pinned


def test_entry_ids_never_change(make_draft: MakeDraft, now: datetime) -> None:
    """Each is chained to what the key carried before, so A, B and A again are three."""
    received = [
        ReceivedEntry(make_draft(body, guid="urn:ferry:1", feed=FEED), FEED, poll_id, now)
        for poll_id, body in (("poll-1", "A."), ("poll-2", "B."), ("poll-3", "A."))
    ]
    entry_ids = [row.entry_id for row in revise(received, Known()).entries]
    assert entry_ids == ["19e484ad940b4a11", "b59db1debe225e48", "25eb49e90d4fc673"]
