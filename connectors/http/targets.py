"""URLs that are asked: taken apart as browsers do (WHATWG), and where a redirect leads from one."""

from collections.abc import Container
from dataclasses import dataclass
from urllib.parse import urljoin

from connectors.http.faults import Fault
from connectors.http.urls import dialled_host, web_url


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; two that are asked alike are equal."""

    url: str
    """The URL in normal form, without a fragment; nothing is added to its query."""
    scheme: str
    """`http` or `https`."""
    host: str
    """The host as it is dialled: lower case, punycode, an IPv6 address without brackets."""
    port: int | None
    """The port; None: the scheme's own."""
    netloc: str
    """The Host header: the port only where it is not the scheme's own."""
    path: str
    """The path with the query."""


def target_of(url: str) -> Target:
    """Take a URL apart; raise Fault (bad_url) if it can't be asked (`urls.web_url`)."""
    try:
        parsed = web_url(url)
    except ValueError as error:
        raise Fault("bad_url", f"its URL {str(error).removeprefix('it ')}") from None
    whole = parsed.href.partition("#")[0]
    return Target(
        url=whole,
        scheme=parsed.protocol.rstrip(":"),
        host=dialled_host(parsed),
        port=int(parsed.port) if parsed.port else None,
        netloc=parsed.host,
        path=whole.removeprefix(parsed.origin),
    )


def next_target(target: Target, location: str | None, seen: Container[str]) -> Target:
    """Return where a Location header (Latin-1) leads from here; raise Fault (redirect) if nowhere.

    Location is relative to the URL that answered (RFC 9110 10.2.2), and often raw UTF-8.
    """
    if location is None:
        raise Fault("redirect", f"{target.host} redirects, and does not say where to")
    try:
        next_ = target_of(urljoin(target.url, _as_utf8(location)))
    except Fault as fault:
        what = fault.detail.replace("its URL", "the URL that it leads to")
        raise Fault("redirect", f"{target.host} redirects: {what}") from None
    except ValueError:
        raise Fault("redirect", f"{target.host} redirects to no web address") from None
    if next_.url in seen:
        raise Fault("redirect", f"{target.host} redirects in a circle")
    return next_


def _as_utf8(text: str) -> str:
    data = text.encode("latin-1")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return text
