"""Who owns a URL: domains, customers of shared hosts, and sources of before."""

from importlib.resources import files
from pathlib import Path

import pytest

from articles.identity.feed_ids import resolved
from articles.identity.known_ids import KnownFeed, KnownIds, KnownSource, Listing
from articles.identity.readable_ids import source_id_of
from articles.model.entries import Feed, Source
from articles.urls.canonical import canonical
from articles.urls.customer_hosts import customer_of, place_problem
from articles.urls.ownership import domain_of, is_owned, owns

CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "cases" / "owners.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
SHIPPED = [
    line.split()
    for line in (files("articles.urls") / "customer_hosts.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def feed_at(url: str, hosts: tuple[tuple[str, ...], ...] = ()) -> Feed:
    """Return a feed as a sources file has it that names no source."""
    domain = domain_of(url, hosts) or url
    source = Source(source_id_of(domain), domain, (domain,))
    return Feed(f"feed of {url}", source, "rss", url, customer_hosts=hosts)


def key_of(url: str) -> str:
    """Return a URL's key form, which is one."""
    key = canonical(url)
    assert key is not None
    return key


@pytest.mark.parametrize(("url", "owner"), CASES)
def test_owner_of_a_url(url: str, owner: str) -> None:
    """Each address belongs to whom the case file names."""
    assert (domain_of(url) or "none") == owner


@pytest.mark.parametrize("places", SHIPPED, ids=lambda places: places[0])
def test_shipped_host_tells_customers_apart(places: list[str]) -> None:
    """On each shipped host all places of a customer are one owner, and another's are not."""
    customers = []
    for customer in ("mara-holt", "omar"):
        urls = [place.replace("{any}", "en") for place in places]
        urls = [url.replace("{name}", customer).replace("{path}", customer) for url in urls]
        owners = {customer_of(key_of(f"https://{url}")) for url in urls}
        owners |= {customer_of(key_of(f"http://www.{url}/")) for url in urls[:1] if "?" not in url}
        assert len(owners) == 1, owners
        customers.append(owners.pop())
    assert customers[0] != customers[1]
    assert None not in customers
    assert [place for place in places if place_problem(place)] == []


@pytest.mark.parametrize(
    "place",
    ["{name}", "example.org", "{name}.{name}.example.org", "a.example.org/{who}", "a b.c/{name}"],
)
def test_what_tells_no_customers_apart_is_no_place(place: str) -> None:
    """A place without a customer's name, or with two, is refused with a sentence."""
    assert place_problem(place)


def test_owns_domain_and_what_is_under_it() -> None:
    """A source owns its domains and their subdomains, however the operator wrote them."""
    assert owns(("Example.com",), "https://example.com/a")
    assert owns(("example.com",), "https://news.example.com:8443/a")
    assert owns(("www.example.com",), "https://example.com/a")
    assert owns(("пример.рф",), "https://xn--e1afmkfd.xn--p1ai/a")


def test_owns_nothing_else() -> None:
    """A name that ends alike, or a part of the path, is not owned."""
    assert not owns(("xample.com",), "https://example.com/a")
    assert not owns(("example.com",), "https://example.com.evil.test/a")
    assert not owns(("example.com",), "https://evil.test/example.com")
    assert not owns((), "https://example.com/a")


def test_customers_of_a_host_own_nothing_of_each_other() -> None:
    """Two newsletters on one host speak for their own place alone."""
    mara, omar = (
        feed_at("https://mara.substack.com/feed"),
        feed_at("https://omar.substack.com/feed"),
    )
    assert is_owned(mara, "https://mara.substack.com/p/fares")
    assert is_owned(mara, "https://substack.com/@mara/p/fares")
    assert not is_owned(omar, "https://mara.substack.com/p/fares")
    assert not owns(("substack.com",), "https://mara.substack.com/p/fares")
    assert mara.source.source_id != omar.source.source_id


def test_path_names_the_owner() -> None:
    """Where the path names the author, another author's page is not owned."""
    mara = feed_at("https://medium.com/feed/@mara")
    assert is_owned(mara, key_of("https://medium.com/@Mara/fares-12?source=rss"))
    assert is_owned(mara, "https://mara.medium.com/fares-12")
    assert not is_owned(mara, "https://medium.com/@omar/fares-12")
    assert not is_owned(mara, "https://medium.com/the-ferry/fares-12")


def test_operator_adds_a_host() -> None:
    """A host that the operator lists is told apart like the shipped ones."""
    hosts = (("blogs.example.org/u/{name}",),)
    mara = feed_at("https://blogs.example.org/u/mara/rss", hosts)
    assert mara.source.name == "blogs.example.org/u/mara"
    assert is_owned(mara, "https://blogs.example.org/u/mara/12")
    assert not is_owned(mara, "https://blogs.example.org/u/omar/12")
    assert is_owned(feed_at("https://blogs.example.org/u/mara/rss"), "https://x.example.org/u/omar")


def test_known_feed_keeps_the_source_that_was_its_host() -> None:
    """Feeds that a lake has under their host's name keep that source, and speak for themselves."""
    urls = ("https://mara.substack.com/feed", "https://omar.substack.com/feed")
    known = KnownIds(
        (KnownSource("substack.com", ("substack.com",)),),
        tuple(
            KnownFeed(f"f{number}", "substack.com", "rss", (url,))
            for number, url in enumerate(urls)
        ),
    )
    listing = Listing((), (*map(feed_at, urls), feed_at("https://new.substack.com/feed")))
    mara, omar, new = resolved(listing, known).feeds
    assert {mara.source.source_id, omar.source.source_id} == {"substack.com"}
    assert new.source.source_id == "new.substack.com"
    assert is_owned(mara, "https://mara.substack.com/p/fares")
    assert not is_owned(omar, "https://mara.substack.com/p/fares")


def test_source_of_two_places_owns_both() -> None:
    """Whoever publishes at two places, as the operator says, owns both."""
    places = ("mara.substack.com", "medium.com/@mara")
    feed = Feed("f", Source("mara", "Mara", places), "rss", "https://mara.substack.com/feed")
    assert is_owned(feed, "https://medium.com/@mara/fares")
    assert is_owned(feed, "https://mara.substack.com/p/fares")
