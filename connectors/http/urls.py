"""Judges URLs by their syntax, and shows them without their secrets; asks nobody."""

import re
from dataclasses import dataclass

import can_ada

from articles.urls.canonical import LONGEST_HOST, URL_LIMIT

SHOWN_LIMIT = 200
"""Characters of a URL that is shown."""
_AUTHORITY = re.compile(r"https?://([^/?#\\]*)", re.IGNORECASE)
# Browsers take any number of slashes, of either kind, for those before a host.
_USER = re.compile(
    r"\A((?:https?:|[a-z][a-z0-9+.-]*:(?=[/\\]))?[/\\]*)[^/?#\\]*@", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class FeedUrl:
    """A feed's URL, judged by its syntax only."""

    href: str
    """The URL as it is asked (WHATWG), without a fragment: two spellings of one URL have one."""
    host: str
    path: str


def address(url: str) -> FeedUrl:
    """Judge the syntax of a feed's URL. Raises ValueError with a sentence on what is wrong.

    It is stricter than `web_url`, on how people write: what browsers mend is often a slip.
    """
    if not url.isprintable() or " " in url:
        raise ValueError("it holds a space or a control character")
    authority = _AUTHORITY.match(url)
    if authority is None:
        raise ValueError("it does not begin with http:// or https://")
    if "@" in authority[1]:
        raise ValueError("it holds a user name or a password")
    parsed = web_url(url)
    return FeedUrl(parsed.href.partition("#")[0], parsed.hostname, parsed.pathname)


def web_url(url: str) -> can_ada.URL:
    """Take a URL apart as browsers do (WHATWG).

    Raises ValueError with a sentence on why it can't be asked. A user name or password is a reason:
    URLs are stored where everybody may read them.
    """
    if len(url) > URL_LIMIT:
        raise ValueError(f"it is longer than {URL_LIMIT:,} characters")
    try:
        parsed = can_ada.parse(url)
    except (ValueError, TypeError) as error:  # no URL; a lone surrogate is no str to can_ada
        raise ValueError("it is no complete web address") from error
    if parsed.protocol not in {"http:", "https:"}:
        raise ValueError(f"it is not http or https, but {parsed.protocol[:20]}")
    if parsed.username or parsed.password:
        raise ValueError("it holds a user name or a password, which are never sent")
    host = parsed.hostname
    if not host.strip(".") or len(host) > LONGEST_HOST:
        raise ValueError("it names no host")
    return parsed


def dialled_host(parsed: can_ada.URL) -> str:
    """Return the host as it is dialled: lower case, punycode, an IPv6 address without brackets."""
    return parsed.hostname.strip("[]")


def host_of(url: str) -> str:
    """Return the host that a URL's requests go to (`Target.host`); "" where it can't be asked."""
    try:
        return dialled_host(web_url(url))
    except ValueError:
        return ""


def shown_url(url: str) -> str:
    """Return a URL for logs and people: 200 characters at most, and none of its secrets.

    User info, fragment and what can't be printed are left out; each value of the query is "…", and
    so is a name without a value, which may be the value itself. Never raises, whatever the text is.
    """
    printable = "".join(filter(str.isprintable, url)).strip().partition("#")[0]
    before, mark, query = _USER.sub(r"\1", printable, count=1).partition("?")
    shown = before + mark + "&".join(map(_shown_pair, query.split("&") if query else []))
    return shown if len(shown) <= SHOWN_LIMIT else f"{shown[: SHOWN_LIMIT - 1]}…"


def _shown_pair(pair: str) -> str:
    name, _, value = pair.partition("=")
    return f"{name}=…" if value.strip("=") else "…"
