"""Hosts that the operator adds to the sources file: their customers publish alone."""

from pathlib import Path

import pytest

from articles.errors import SettingsError
from articles.model.entries import Feed
from articles.urls.ownership import is_owned
from connectors.sources.checked_values import SourcesFile
from connectors.sources.edits import add, switch
from connectors.sources.sources_file import listing, listing_of, tables_of

HOSTS = """\
[[host]] # the campus
customers = ["{name}.campus.example.org", "campus.example.org/~{name}"]

[[feed]]
url = "https://mara.campus.example.org/feed.xml"

[[feed]]
url = "https://campus.example.org/~omar/rss"
"""


def feeds(text: str) -> tuple[Feed, ...]:
    """Return the feeds of a text."""
    file = SourcesFile("s.toml", text)
    return listing_of(file, tables_of(file)).feeds


def test_customers_are_sources_of_their_own() -> None:
    """On a listed host each customer is a source, and owns its own places alone."""
    mara, omar = feeds(HOSTS)
    assert mara.source.name == "mara.campus.example.org"
    assert omar.source.name == "omar.campus.example.org"
    assert is_owned(mara, "https://campus.example.org/~mara/fares")
    assert not is_owned(mara, "https://omar.campus.example.org/fares")


def test_source_may_list_a_place() -> None:
    """A place of a customer, shipped or listed, is a domain that a source may own."""
    text = (
        HOSTS
        + '[[source]]\nname = "M"\ndomains = ["Medium.com/@Mara", "campus.example.org/~mara"]\n'
    )
    file = SourcesFile("s.toml", text)
    (source,) = listing_of(file, tables_of(file)).sources
    assert source.domains == ("medium.com/@mara", "mara.campus.example.org")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[[host]]", "s.toml, line 1: this host has no customers."),
        ('[[host]]\ncustomers = "x"', "s.toml, line 2, customers: this is no list of texts."),
        ("[[host]]\ncustomers = [1]", "s.toml, line 2, customers: 1: this is no text."),
        (
            '[[host]]\ncustomers = ["example.org"]',
            "s.toml, line 2, customers: 'example.org': it must say {name} or {path} once.",
        ),
        (
            '[[host]]\ncustomers = ["https://{name}.example.org"]',
            "s.toml, line 2, customers: 'https://{name}.example.org': this is no host with a path.",
        ),
        ('[[host]]\nname = "x"', "s.toml, line 2, name: a host has no such key."),
    ],
)  # fmt: skip
def test_refused(table: str, said: str) -> None:
    """What is no host of customers is refused with its line and key."""
    with pytest.raises(SettingsError) as raised:
        feeds(table)
    assert str(raised.value) == said


def test_edits_keep_it(tmp_path: Path) -> None:
    """Feeds are added and switched around the table, which stays as it is."""
    path = tmp_path / "sources.toml"
    path.write_text(HOSTS)
    add(path, ["https://campus.example.org/~nora/rss"])
    switch(path, ["omar.campus.example.org"], enabled=False)
    assert path.read_text().startswith(HOSTS.partition("[[feed]]")[0])
    assert [feed.source.name.partition(".")[0] for feed in listing(path).feeds] == [
        "mara",
        "omar",
        "nora",
    ]
