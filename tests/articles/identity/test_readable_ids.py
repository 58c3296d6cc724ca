"""What new sources, feeds and folders are called."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.identity.readable_ids import (
    LONGEST_ID,
    feed_id_of,
    folded_name,
    folder_id_of,
    source_id_of,
)
from articles.urls.canonical import comparable_url


@pytest.mark.parametrize(
    ("name", "source_id"),
    [
        ("Harbour  Daily ", "harbour-daily"),
        ("HARBOUR DAILY", "harbour-daily"),
        ("my-paper.example", "my-paper.example"),
        ("港新聞", "港新聞"),
        ("Ελευθερία", "ελευθερία"),
        ("दैनिक भास्कर", "दैनिक-भास्कर"),
        ("الأهرام", "الأهرام"),
        ("ＡＢＣ\u3000News", "abc-news"),
    ],
)
def test_a_plain_name_is_its_id(name: str, source_id: str) -> None:
    """Letters of any script are kept; two spellings have one id."""
    assert source_id_of(name) == source_id


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("Al-Ahram", "al-ahram"), ("St. Louis Post", "st.-louis-post"), ("A&B", "ab"),
        ("../press", "press"), ("other/seeds", "other-seeds"), ("!!!", "source"),
        ("x" * 200, "x" * LONGEST_ID), ("harbour daily 0123abcd", "harbour-daily-0123abcd"),
        ("a\u115fb", "ab"), ("\udc80", "source"), ("", "source"),
    ],
)  # fmt: skip
def test_what_was_dropped_or_cut_has_a_hash(name: str, readable: str) -> None:
    """So a name that reads alike is another's."""
    assert re.fullmatch(re.escape(readable) + "-[0-9a-f]{8}", source_id_of(name))


names = st.text("aAbB -._/0é港\u0301", max_size=8) | st.text(max_size=60)


@given(names, names)
def test_other_names_have_other_ids(one: str, other: str) -> None:
    """Names have one id if they are spellings of one, and else never."""
    assert (source_id_of(one) == source_id_of(other)) == (folded_name(one) == folded_name(other))


@given(names | st.text("ab/._- 港", max_size=300))
@example("U\u00a8")  # a character that stands for a blank and a mark
def test_ids_are_safe(text: str) -> None:
    """An id is never empty, and needs no quotes in a file name, in TOML's strings or in SQL's."""
    for found in (source_id_of(text), folder_id_of(text)):
        assert found
        assert len(found) <= LONGEST_ID + 9
        assert len(found.encode()) <= 255
        assert not found.startswith((".", "-"))
        assert all(char in "-._" or unicodedata.category(char)[0] in "LMN" for char in found)
        assert found == unicodedata.normalize("NFKC", found).casefold()


@pytest.mark.parametrize(
    ("url", "feed_id"),
    [
        ("https://feeds.harbour.example/all.xml", "feeds.harbour.example_all.xml"),
        ("HTTPS://A.example", "a.example"),
        ("https://a.example/world-news/feed/", "a.example_world-news_feed_"),
        ("https://a.example/%E6%B8%AF#top", "a.example_港"),
        ("https://港.example/rss", "港.example_rss"),
    ],
)
def test_a_feed_is_called_by_host_and_path(url: str, feed_id: str) -> None:
    """Readable where nothing else tells it from others."""
    assert feed_id_of(comparable_url(url)) == feed_id


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/feed?c=1", "https://a.example:8443/feed", "https://a.example/a_b",
        "https://a.example/" + "x" * 100, "https://a.example/Feed", "https://a.example/%ff",
        "http://[::1]/feed",
    ],
)  # fmt: skip
def test_other_urls_have_a_hash(url: str) -> None:
    """A query, a port, what was folded or cut."""
    assert re.search("-[0-9a-f]{8}$", feed_id_of(comparable_url(url)))


def test_folders() -> None:
    """A folder beside the lake is called as it is called; others have a hash of their path."""
    assert folder_id_of("seeds") == "seeds"
    found = {folder_id_of(path) for path in ("Seeds", "../seeds", "other/seeds", ".", "..")}
    assert len(found) == 5
    assert all(re.fullmatch("(seeds|folder)-[0-9a-f]{8}", one) for one in found)
