"""URLs: the key form under which two addresses of one article are equal, and hosts.

The canonical form is a key and never stored over the URL as fetched. It may lead to nothing: a
reader is sent to the URL as fetched.
"""

import ipaddress
import re
from functools import lru_cache

import can_ada
from publicsuffixlist import PublicSuffixList

URL_LIMIT = 2_048
"""Characters of a URL, or of an id that may be one; longer ones are not taken."""

LONGEST_HOST = 253
"""Characters (RFC 1035)."""

_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.")
_AMP_CACHE = re.compile(r"/[a-z]/(?:s/)?([^/]+\.[^/]+(?:/.*)?)")
_AMP_VIEWER = re.compile(r"/amp/(?:s/)?([^/]+\.[^/]+/.*)")

_TRACKING_PREFIXES = (
    "utm_", "at_", "mc_", "hsa_", "pk_", "mtm_", "piwik_", "matomo_", "fb_", "ns_", "vero_", "wt_",
    "wt.", "__hs", "_hs", "oly_", "guce_", "amp_", "itm_", "cx_", "trk_",
)  # fmt: skip
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid igshid igsh twclid ttclid
    li_fat_id mkt_tok _ga _gl _openstat s_cid xtor cmpid ncid icid ocid ito smid smtyp spm
    sfnsn guccounter hsctatracking ref_src ref_url soc_src soc_trk __twitter_impression
    wprov phpsessid jsessionid usqp epik s_kwcid rb_clickid mkwid
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""Parameters that say how a reader came, never what is read: not `ref`, `source`, `cid`, `p`."""
_AMP_PARAMETERS = frozenset({("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp")})

_DEFAULT_PORTS = frozenset({"", "80", "443"})
_ESCAPED_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
_LEADING_ESCAPE = re.compile(r"\?(?:amp;)*", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_NEWLINES = re.compile(r"[\t\r\n]")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AMP_EXTENSION = re.compile(r"\.amp(?=(?:\.s?html?|\.php|\.aspx?)?$)")
_SESSION_OR_DOTS = re.compile(r";jsessionid=.*|/\.{1,2}$")
_SLASHES = re.compile("//+")
_ROOT_PATHS = frozenset({"/", "/index.html", "/index.htm", "/index.php", "/home", "/home.html"})


def canonical(url: str | None) -> str | None:
    """Return the key form of a web address (WHATWG URL, folded further), or None if it is none.

    Folds http into https, `www.`, `m.`, `mobile.` and `amp.`, AMP paths, parameters and caches,
    tracking parameters, ports 80 and 443, fragments other than `#!`, and a trailing slash. Sorts
    the other parameters by name: servers read them by name, and whoever passes a link on may
    reorder them; parameters of one name keep their order. Idempotent; never raises.
    """
    if url is None or len(url) > URL_LIMIT:
        return None
    url = url.strip()
    if not url.isprintable():
        url = _NEWLINES.sub("", url)  # browsers do so too
    while "%" in url and (folded := _PERCENT.sub(_folded_percent, url)) != url:
        url = folded
    while "&" in url and (match := _ESCAPED_AMPERSAND.search(url)):
        url = url.replace(match[0], "&")
    if url.startswith("//"):
        url = f"https:{url}"
    elif url[:4].lower() == "www.":
        url = f"https://{url}"
    while True:  # each unwrapping shortens it
        parts = _parts(url)
        if parts is None:
            return None
        host, port, path, query, fragment = parts
        inner = _unwrapped(host, path)
        if inner is None:
            break
        url = f"https://{inner}{query}"
    authority = f"{host}:{port}" if port else host
    key = f"https://{authority}{_folded_path(path)}{_folded_query(query)}{fragment}"
    return key if len(key) <= URL_LIMIT else None


def comparable_url(url: str) -> str:
    """Return the form under which two spellings of a feed's URL are one (WHATWG, no fragment)."""
    try:
        return can_ada.parse(url).href.partition("#")[0]
    except (ValueError, TypeError):
        return url


def _parts(url: str) -> tuple[str, str, str, str, str] | None:
    """Return host, port ("" for a usual one), path, query with "?" and a fragment that counts."""
    try:
        parsed = can_ada.parse(url)
    except (ValueError, TypeError):  # not a URL; a lone surrogate is no str to can_ada
        return None
    if parsed.protocol not in {"https:", "http:"}:
        return None
    host = parsed.hostname.rstrip(".")
    if not _HOST.fullmatch(host):
        return None
    port = parsed.port
    fragment = parsed.hash if parsed.hash.startswith("#!") else ""
    return (
        _folded_host(host), "" if port in _DEFAULT_PORTS else port, parsed.pathname,
        parsed.search, fragment,
    )  # fmt: skip


@lru_cache(maxsize=16_384)
def _folded_host(host: str) -> str:
    while host.startswith(_HOST_PREFIXES):
        rest = host.partition(".")[2]
        if registrable_domain(rest) is None:  # www.gov.uk, amp.com: the prefix is the name
            return host
        host = rest
    return host


def _unwrapped(host: str, path: str) -> str | None:
    """Return the address inside that of an AMP cache or viewer."""
    if host == "cdn.ampproject.org" or host.endswith(".cdn.ampproject.org"):
        match = _AMP_CACHE.fullmatch(path)
    elif host.startswith("google.") or ".google." in host:
        match = _AMP_VIEWER.fullmatch(path)
    else:
        return None
    return match[1] if match else None


def _folded_path(path: str) -> str:
    before = ""
    while path != before:  # /amp/story.amp/amp/ is rare, but a key must not change twice
        before = path
        path = _without_dots(_SLASHES.sub("/", path)).rstrip("/")
        path = _SESSION_OR_DOTS.sub("", path)
        path = path.removesuffix("/amp")
        path = path[4:] if path.startswith("/amp/") else path
        path = _AMP_EXTENSION.sub("", path)
    return path or "/"


def _without_dots(path: str) -> str:
    """Return a path without its `.` and `..` (RFC 3986 5.2.4).

    can_ada 3.0 leaves them where a segment begins with a dot: `/.a/./b`.
    """
    if "/./" not in path and "/../" not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "/" + "/".join(segments)


def _folded_percent(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _folded_query(query: str) -> str:
    if not query:
        return ""
    pairs = _LEADING_ESCAPE.sub("", query, count=1).split("&")
    pairs = [pair for pair in pairs if pair and not _is_tracking(pair)]
    pairs.sort(key=lambda pair: pair.partition("=")[0])
    return "?" + "&".join(pairs) if pairs else ""


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or (name, value.lower()) in _AMP_PARAMETERS
        or pair.startswith("CMP=")  # The Guardian's; in small letters it may be anything
    )


def is_root(canonical_url: str) -> bool:
    """Tell whether a canonical URL is a site's home page."""
    _, _, rest = canonical_url.partition("://")
    return f"/{rest.partition('/')[2]}" in _ROOT_PATHS


def home_pages(host: str) -> frozenset[str]:
    """Return the canonical URLs of a host's home page."""
    return frozenset(f"https://{host}{path}" for path in _ROOT_PATHS)


def canonical_host(canonical_url: str) -> str:
    """Return the host of a canonical URL, without a port."""
    authority = canonical_url.partition("://")[2].partition("/")[0]
    return authority if authority.endswith("]") else authority.rsplit(":", 1)[0]


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # the list comes with the package; nothing is fetched


def registrable_domain(host: str) -> str | None:
    """Return the domain that was registered (public suffix list, private part included).

    None for an IP address, a public suffix, and a name without a dot such as localhost.
    """
    return _registrable(host) if len(host) <= LONGEST_HOST else None


@lru_cache(maxsize=16_384)
def _registrable(host: str) -> str | None:
    host = host.strip().rstrip(".").lower()
    try:
        host.encode()
        ipaddress.ip_address(host.strip("[]"))
    except UnicodeEncodeError:
        return None
    except ValueError:
        return _suffixes().privatesuffix(host)
    return None
