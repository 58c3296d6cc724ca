"""Who owns a URL: whose feeds can write the next revision of an article there."""

from functools import lru_cache

import can_ada

from articles.model.entries import Feed
from articles.urls.canonical import canonical, canonical_host, registrable_domain
from articles.urls.customer_hosts import Hosts, customer_of


def domain_of(url: str, hosts: Hosts = ()) -> str | None:
    """Return what a URL's publisher owns: its registrable domain; None where there is none.

    On a host where each customer publishes alone it is the customer's place, such as
    `harbour.substack.com` or `medium.com/@mara`.
    """
    key = canonical(url)
    return (key and customer_of(key, hosts)) or registrable_domain_of(url)


def is_owned(feed: Feed, canonical_url: str | None) -> bool:
    """Tell whether a feed speaks for a URL: its source owns it, or the files are the operator's."""
    if feed.kind == "files":
        return True
    if canonical_url is None:
        return False
    hosts = feed.customer_hosts
    if feed.source.name == registrable_domain_of(feed.url):
        customer = customer_of(canonical_url, hosts)
        if customer is not None:
            # Such a source of a lake of before is a whole host: a feed speaks for its customer.
            return customer == domain_of(feed.url, hosts)
    return owns(feed.source.domains, canonical_url, hosts)


def owns(domains: tuple[str, ...], canonical_url: str, hosts: Hosts = ()) -> bool:
    """Tell whether a URL lies on one of the domains or under one of them.

    On a host where customers publish alone only the customer's own place counts.

    Args:
        domains: what a source owns: domains, or customers' places.
        canonical_url: as `urls.canonical` returns it.
        hosts: the operator's hosts where customers publish alone.

    """
    customer = customer_of(canonical_url, hosts)
    if customer is not None:
        return customer in domains
    host = canonical_host(canonical_url)
    return any(host == domain or host.endswith(f".{domain}") for domain in _hosts(domains))


@lru_cache(maxsize=4_096)
def _hosts(domains: tuple[str, ...]) -> tuple[str, ...]:
    """Bring an operator's domains into the form of canonical hosts: small, punycode, no `www.`."""
    hosts = (domain.strip().strip(".") for domain in domains if "/" not in domain)
    home_urls = (canonical(f"https://{host}/") for host in hosts)
    return tuple(canonical_host(url) for url in home_urls if url is not None)


@lru_cache(maxsize=4_096)
def registrable_domain_of(url: str) -> str | None:
    """Return the registrable domain of a URL's host, whichever of its customers it is of."""
    try:
        return registrable_domain(can_ada.parse(url).hostname)
    except (ValueError, TypeError):
        return None
