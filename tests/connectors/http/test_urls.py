"""URLs of feeds: judged in one way by whoever lists and whoever asks, and shown without secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.faults import Fault
from connectors.http.targets import target_of
from connectors.http.urls import SHOWN_LIMIT, address, shown_url

URLS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["http", "https", ":", "//", "/", "@", "?", "#", "\\", "a.test", "u", "%41", "[::1]",
             " ", "\t", ".", "80", "ü", "x=", "&", "\ud800"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@given(URLS)
def test_what_is_listed_can_be_asked(url: str) -> None:
    """A URL that may be listed is taken by the fetcher, which calls it by the same name."""
    try:
        listed = address(url)
    except ValueError:
        return
    target = target_of(url)
    assert (target.url, target.host) == (listed.href, listed.host.strip("[]"))


@pytest.mark.parametrize(
    "url", ["https://a.test:99999/", "https://./", "https://a.test/" + "x" * 2048, "http://[::1/"]
)
def test_a_bad_url_is_refused_in_the_same_words(url: str) -> None:
    """Whoever lists a URL and whoever asks for it say the same of what is wrong with it."""
    with pytest.raises(ValueError, match=r"^it ") as listed:
        address(url)
    with pytest.raises(Fault) as asked:
        target_of(url)
    assert asked.value.detail == f"its URL {str(listed.value).removeprefix('it ')}"


def test_two_spellings_of_a_url_are_one() -> None:
    """Case, the usual port, letters beyond ASCII and a fragment make no other URL."""
    spellings = ["https://BÜCHER.test:443/f#top", "https://xn--bcher-kva.test/f"]
    assert len({address(spelling).href for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.test/feed.xml", "https://news.test/feed.xml"),
        ("https://h.test/f?key=SECRET&n=1#SECRET", "https://h.test/f?key=…&n=…"),
        ("https://h.test/f?SECRET", "https://h.test/f?…"),
        ("https://h.test/f?SECRET==", "https://h.test/f?…"),
        ("https://h.test/f?a=SECRET;b=SECRET?c=SECRET", "https://h.test/f?a=…"),
        ("https://me:SECRET@h.test/f", "https://h.test/f"),
        ("https://me:SEC@RET@h.test/f", "https://h.test/f"),
        ("HTTPS:\\\\me:SECRET@h.test/f", "HTTPS:\\\\h.test/f"),
        ("https:me:SECRET@h.test/f", "https:h.test/f"),
        ("ht\ntps:/\t/me:SECRET@h.test/f", "https://h.test/f"),
        ("ftp://me:SECRET@h.test/f", "ftp://h.test/f"),
        ("me:SECRET@h.test/f", "h.test/f"),
        ("https://me:" + "SECRET" * 400 + "@h.test/f", "https://h.test/f"),
        ("https://h.test/@name/f?", "https://h.test/@name/f?"),
        ("https://h.test/\ud800\x1b[31mf", "https://h.test/[31mf"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    """User info, the fragment and the values of the query are not shown; the rest is."""
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "url",
    ["https://h.test/" + "x" * 500, "?a&" * 100_000, "http:" + "/" * 1_000_000, "x" * 201],
    ids=["path", "query", "slashes", "one more"],
)
def test_a_shown_url_is_short(url: str) -> None:
    """Of a long URL the beginning is shown, and that it goes on."""
    shown = shown_url(url)
    assert len(shown) == SHOWN_LIMIT
    assert shown.endswith("…")


@given(URLS)
def test_any_text_can_be_shown(text: str) -> None:
    """Whatever the text, what is shown of it fits into a line of UTF-8."""
    shown = shown_url(text)
    assert len(shown.encode().splitlines()) <= 1
    assert shown.isprintable()


@given(st.sampled_from(["https://", "http:", "https:/\\", "//"]), st.text(max_size=20))
def test_no_password_is_ever_shown(start: str, name: str) -> None:
    """Whatever else is in a user's name, what the fetcher takes for it is not shown."""
    user = "QQSECRETQQ" + "".join(char for char in name if char not in "/?#\\")
    assert "QQSECRETQQ" not in shown_url(f"{start}{user}@h.test/f")
