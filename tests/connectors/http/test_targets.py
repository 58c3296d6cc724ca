"""URLs that are asked, and where redirects lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.faults import Fault
from connectors.http.targets import Target, next_target, target_of
from connectors.http.urls import host_of


def read(url: str) -> Target | str:
    """Return a URL taken apart, or the kind of its fault."""
    try:
        return target_of(url)
    except Fault as fault:
        return fault.kind


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Test", ("http://news.test/", "http", "news.test", None, "news.test", "/")),
        (
            "https://news.test:8443/a b?q=ü&utm_source=x#top",
            (
                "https://news.test:8443/a%20b?q=%C3%BC&utm_source=x",
                "https", "news.test", 8443, "news.test:8443", "/a%20b?q=%C3%BC&utm_source=x",
            ),
        ),
        ("http://a.test:80/", ("http://a.test/", "http", "a.test", None, "a.test", "/")),
        ("http://[::1]:81/x?", ("http://[::1]:81/x?", "http", "::1", 81, "[::1]:81", "/x?")),
        ("http://2130706433/", ("http://127.0.0.1/", "http", "127.0.0.1", None, "127.0.0.1", "/")),
        (
            "http://bücher.test/",
            (
                "http://xn--bcher-kva.test/", "http", "xn--bcher-kva.test", None,
                "xn--bcher-kva.test", "/",
            ),
        ),
    ],
)  # fmt: skip
def test_a_url_is_taken_apart(
    url: str, expected: tuple[str, str, str, int | None, str, str]
) -> None:
    """A URL is read as browsers read it; its fragment is dropped, its query kept whole."""
    assert target_of(url) == Target(*expected)


@pytest.mark.parametrize(
    "url",
    [
        "", "news.test/feed", "/feed", "http://", "http://a b/", "http://h:99999/", "\ud800",
        "ftp://news.test/", "file:///etc/passwd", "javascript:alert(1)", "feed://news.test/",
        "http://[fe80::1%25eth0]/", "http://1.2.3.4.5/", "http://news.test/" + "x" * 2048,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """A text that is no complete web address of http or https, or too long, is a bad URL."""
    with pytest.raises(Fault) as caught:
        target_of(url)
    assert caught.value.kind == "bad_url"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://München.example/f", "xn--mnchen-3ya.example"),
        ("http://127.1/", "127.0.0.1"),
        ("http://2130706433:80/", "127.0.0.1"),
        ("http://ex%61mple.com:8080", "example.com"),
        ("http://[::1]:81/x", "::1"),
        ("https://a.test\\@b.test/", "a.test"),
        ("news.test/feed", ""), ("ftp://news.test/", ""), ("http://me@news.test/", ""),
        ("http://./", ""), ("", ""), ("http://\ud800/", ""), ("http://[x/", ""),
    ],
)  # fmt: skip
def test_a_host_is_the_one_that_is_dialled(url: str, host: str) -> None:
    """A URL's host is named as its requests are sent to it; what can't be asked has none."""
    assert host_of(url) == host


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a.test"]))
def test_the_host_is_the_targets(text: str, start: str) -> None:
    """Whatever the text, its host is the target's, and never raises."""
    target = read(start + text)
    assert host_of(start + text) == (target.host if isinstance(target, Target) else "")


@pytest.mark.parametrize("url", ["http://me:secret@news.test/", "http://me@news.test/"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    """A user name or password is never sent, stored or told."""
    with pytest.raises(Fault) as caught:
        target_of(url)
    assert caught.value.kind == "bad_url"
    assert "secret" not in caught.value.detail


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a.test/", "//b.test?"]))
def test_the_normal_form_is_stable(text: str, start: str) -> None:
    """Whatever the text, it is refused, or its normal form stands for itself."""
    target = read(start + text)
    assert target == (read(target.url) if isinstance(target, Target) else "bad_url")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b", "http://a.test/b"),
        ("b?x=1", "http://a.test/dir/b?x=1"),
        ("?page=2", "http://a.test/dir/feed?page=2"),
        ("//b.test/", "http://b.test/"),
        ("https://b.test", "https://b.test/"),
        ("http://b.test/#part", "http://b.test/"),
        ("/a b", "http://a.test/a%20b"),
        ("/\xc3\xa9", "http://a.test/%C3%A9"),
        ("/\xe9", "http://a.test/%C3%A9"),
    ],
)
def test_a_location_is_relative_to_the_answer(location: str, expected: str) -> None:
    """A Location is resolved against the URL that answered; raw UTF-8 and Latin-1 are read."""
    here = target_of("http://a.test/dir/feed?z")
    assert next_target(here, location, {here.url}).url == expected


@pytest.mark.parametrize(
    "location",
    [
        None, "", "#top", "feed", "ftp://b.test/", "file:///etc/passwd", "http://me:pw@b.test/",
        "http://[x/", "http://", "javascript:alert(1)", "/" + "x" * 2048,
    ],
)  # fmt: skip
def test_a_redirect_that_leads_nowhere_is_told(location: str | None) -> None:
    """No Location, a circle, another scheme or no web address end a redirect."""
    here = target_of("http://a.test/feed")
    with pytest.raises(Fault) as caught:
        next_target(here, location, {here.url})
    assert caught.value.kind == "redirect"
    assert "pw" not in caught.value.detail


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_location_leads_somewhere_or_nowhere(location: str) -> None:
    """Whatever a server writes into Location, it is a target or the fault redirect."""
    here = target_of("http://a.test/feed")
    try:
        target = next_target(here, location, set()).scheme
    except Fault as fault:
        target = fault.kind
    assert target in {"http", "https", "redirect"}
