"""Canonical URLs, roots and registrable domains."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.urls.canonical import (
    URL_LIMIT,
    canonical,
    canonical_host,
    is_root,
    registrable_domain,
)
from articles.urls.customer_hosts import customer_of
from articles.urls.ownership import domain_of, owns

CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "cases" / "urls.tsv").read_text("utf-8").splitlines()
    if not line.startswith("# ")
]
FRAGMENTS = [
    "http://", "https://", "www.", "m.", "amp.", "/amp", "/amp/", ".amp", ".html", "/", "//", "?",
    "&", "=", "amp=1", "utm_x=1", "a", "b", "%41", "%2f", "%C3%A9", "é", ";jsessionid=", "#!", "#",
    "cdn.ampproject.org", "/c/s/", "google.com", ".com", "co.uk", "..", ".", "%2e", "%", "&amp;",
    "&#038;", " ", ":80", ":8080", "@", "[::1]", "\ud800", "\x00", "\t", "+", "amp;", "|", "\\",
]  # fmt: skip
made = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)
anything = st.one_of(st.text(), made, made.map("http://example.com/".__add__))


@pytest.mark.parametrize(("url", "expected"), CASES)
def test_key_form(url: str, expected: str) -> None:
    """Each address has the key form that the case file states."""
    assert canonical(url) == (None if expected == "none" else expected)


@settings(max_examples=500)
@given(anything)
def test_canonical_is_idempotent_and_never_raises(url: str) -> None:
    """Any string has a key form or none; the key form of a key form is itself."""
    key = canonical(url)
    assert key is None or (canonical(key) == key and key.startswith("https://"))


@settings(max_examples=500)
@given(anything)
def test_questions_about_any_url_are_answered(url: str) -> None:
    """Neither a strange host nor a strange domain raises."""
    key = canonical(url)
    if key is not None:
        assert owns((canonical_host(key),), key)
        assert not owns(("elsewhere.example",), key)
        assert customer_of(key) is None or domain_of(key) == customer_of(key)
    assert registrable_domain(url) != ""


def test_too_long_url_has_no_key() -> None:
    """What is longer than the limit is no key; what is as long is one."""
    url = "https://example.com/".ljust(URL_LIMIT, "a")
    assert canonical(url) == url
    assert canonical(url + "a") is None
    assert canonical(None) is None


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "http://www.example.com/?utm_source=rss", "https://example.com/index.html",
     "https://m.example.com/amp/"],
)  # fmt: skip
def test_home_pages_are_roots(url: str) -> None:
    """A site's home page is a root, however it is written."""
    key = canonical(url)
    assert key is not None
    assert is_root(key)


@pytest.mark.parametrize(
    "url", ["https://example.com/?p=1", "https://example.com/a", "https://a.b/c/"]
)
def test_other_pages_are_no_roots(url: str) -> None:
    """A page with a path or a parameter is no root."""
    key = canonical(url)
    assert key is not None
    assert not is_root(key)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("News.Example.COM.", "example.com"),
        ("jane.github.io", "jane.github.io"),
        ("co.uk", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("::1", None),
        ("", None),
    ],
)
def test_registrable_domain(host: str, domain: str | None) -> None:
    """The public suffix list decides, private part included; addresses have no domain."""
    assert registrable_domain(host) == domain
