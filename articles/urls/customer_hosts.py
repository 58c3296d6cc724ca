"""Hosts on which each customer publishes alone: whose place a URL is on.

The public suffix list knows the hosts whose owners asked for it; others did not, or tell their
customers by the path. Those are in customer_hosts.txt, and in the operator's sources file.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from articles.urls.canonical import canonical_host

_PLACE = re.compile(
    r"(?P<host>(?:\{name\}\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?P<rest>/[^\s#]*)?", re.IGNORECASE
)
_FIELD = re.compile(r"\{(name|path|any)\}")
_FIELDS = {"name": "(?P<name>[^/?&]+)", "path": "(?P<name>[^?]+)", "any": "[^/?&]+"}
_END = "(?=[/?&:]|$)"
Hosts = tuple[tuple[str, ...], ...]
"""Each customer's places, the first of them the customer's name."""
LONGEST_PLACE = 200
"""Characters of a place, as a sources file may say it."""


@dataclass(frozen=True, slots=True)
class _Place:
    pattern: re.Pattern[str]
    """Matches a canonical URL from its host on."""
    customer: str
    """The customer's name, with `{name}` in it."""
    literal: int
    """Characters that are not a field: of two places that match, the closer one counts."""


def place_problem(place: str) -> str | None:
    """Say why this is no place of a customer, as `{name}.example.org`; None if it is one."""
    if len(place) > LONGEST_PLACE or not _PLACE.fullmatch(place):
        return "this is no host with a path"
    fields = _FIELD.findall(place)
    if len([field for field in fields if field != "any"]) != 1 or "{" in _FIELD.sub("", place):
        return "it must say {name} or {path} once"
    return None


def customer_of(canonical_url: str, listed: Hosts = ()) -> str | None:
    """Return the name of the customer whose place a canonical URL is on.

    Such as `harbour.substack.com` or `medium.com/@mara`, in small letters; None where the host is
    not shared by customers, or the URL is nobody's in particular.

    Args:
        canonical_url: as `urls.canonical` returns it.
        listed: the operator's hosts, which come before those that are known.

    """
    host = canonical_host(canonical_url)
    places = _places_of(host, _shipped())
    if listed:
        places = _places_of(host, _listed(listed)) + places
    rest = canonical_url.partition("://")[2].replace("%40", "@") if places else ""
    for place in places:
        if match := place.pattern.match(rest):
            return place.customer.replace("{name}", match["name"].lower())
    return None


@lru_cache(maxsize=16_384)
def _places_of(host: str, hosts: "_Hosts") -> tuple[_Place, ...]:
    """Return the places that a URL on this host may be, the closest first."""
    labels = host.split(".")
    suffixes = (".".join(labels[start:]) for start in range(len(labels) - 1))
    # Only here a place is compiled: a run meets few of the hosts.
    places = [_place(*said) for suffix in suffixes for said in hosts.said.get(suffix, ())]
    return tuple(sorted(places, key=lambda place: -place.literal))


@dataclass(frozen=True, eq=False)
class _Hosts:
    said: Mapping[str, Sequence[tuple[str, str]]]
    """Places and the names of their customers, by the part of the host that all of them share."""


@lru_cache(maxsize=1)
def _shipped() -> _Hosts:
    text = (files("articles.urls") / "customer_hosts.txt").read_text(encoding="utf-8")
    return _hosts(line.split() for line in text.splitlines() if line and line[0] != "#")


@lru_cache(maxsize=64)
def _listed(listed: Hosts) -> _Hosts:
    return _hosts(listed)


def _hosts(customers: Iterable[Sequence[str]]) -> _Hosts:
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for places in customers:
        name = places[0].lower().replace("{path}", "{name}")
        for place in map(str.lower, places):
            said[place.partition("/")[0].removeprefix("{name}.")].append((place, name))
    return _Hosts(said)


def _place(place: str, customer: str) -> _Place:
    parts = _FIELD.split(place.rstrip("/"))
    # Canonical URLs have their parameters in order: others may stand before this one.
    pattern = "".join(
        _FIELDS[part] if number % 2 else re.escape(part).replace(r"\?", r"\?(?:[^/?]*&)?")
        for number, part in enumerate(parts)
    )
    return _Place(re.compile(pattern + _END, re.IGNORECASE), customer, sum(map(len, parts[::2])))
