"""Judges a feed's URL by its syntax; asks nobody."""

import re
from dataclasses import dataclass

import can_ada

from articles.urls import LONGEST_HOST, URL_LIMIT

_AUTHORITY = re.compile(r"https?://([^/?#\\]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A feed's URL, judged by its syntax only."""

    href: str
    """As browsers write it (WHATWG URL): two spellings of one address have one."""
    host: str
    path: str


def address(url: str) -> Address:
    """Judge the syntax of a feed's URL. Raises ValueError with a sentence on what is wrong."""
    if len(url) > URL_LIMIT:
        raise ValueError(f"it is longer than {URL_LIMIT:,} characters")
    if not url.isprintable() or " " in url:
        raise ValueError("it holds a space or a control character")
    authority = _AUTHORITY.match(url)
    if authority is None:
        raise ValueError("it does not begin with http:// or https://")
    if "@" in authority[1]:
        raise ValueError("it holds a user name or a password")
    try:
        parsed = can_ada.parse(url)
    except (ValueError, TypeError) as error:
        raise ValueError("it is no web address") from error
    host = parsed.hostname
    if not host.strip(".") or len(host) > LONGEST_HOST:
        raise ValueError("it names no host")
    return Address(parsed.href, host, parsed.pathname)
