"""One chain of redirects: what was asked, and the cookies that end what would else be a circle.

A server may ask for a cookie by a redirect to where one came from. It gets back what it set, within
one fetch and to the host that set it; the next fetch knows of none (POLLING.md, rule 5).
"""

import re
from collections.abc import Sequence

from connectors.http.targets import Target

_PAIR = re.compile(r"\s*([^\x00-\x20;=,\x7f]{1,200})\s*=\s*([^\x00-\x1f;\x7f]{0,4000})")
_OVER = re.compile(r";\s*(?:max-age\s*=\s*\"?(?:0|-)|expires\s*=[^;]*\b19[67]\d\b)", re.IGNORECASE)
_MOST = 20
"""Cookies of a host that are kept."""


class RedirectChain:
    """The URLs that were asked in one fetch, and what their answers set."""

    def __init__(self) -> None:
        self.asked = 0
        """Requests so far."""
        self._cookies: dict[str, dict[str, str]] = {}
        self._sent: dict[str, tuple[str, str]] = {}
        self._sending = False

    def __contains__(self, url: object) -> bool:
        """Tell whether a URL was asked before, with all cookies that there are for it now."""
        origin, sent = self._sent.get(str(url), ("", ""))
        return bool(origin) and self._pairs(origin) in {"", sent}

    @property
    def sent_cookies(self) -> bool:
        """Whether a request gave a cookie back."""
        return any(pairs for _, pairs in self._sent.values())

    @property
    def wants_cookies(self) -> bool:
        """Whether a redirect set a cookie."""
        return any(self._cookies.values())

    def begin(self, target: Target) -> str:
        """Note a request; return its Cookie header, "" for none: none before a circle closes."""
        self.asked += 1
        self._sending = self._sending or target.url in self._sent
        pairs = self._pairs(_origin(target)) if self._sending else ""
        self._sent[target.url] = (_origin(target), pairs)
        return pairs

    def take(self, target: Target, lines: Sequence[str]) -> None:
        """Keep the cookies that the Set-Cookie lines (RFC 6265) of a redirect set."""
        for line in lines:
            cookies = self._cookies.setdefault(_origin(target), {})
            pair = _PAIR.match(line)
            if pair and _OVER.search(line, pair.end()):
                cookies.pop(pair[1], None)
            elif pair and (pair[1] in cookies or len(cookies) < _MOST):
                cookies[pair[1]] = pair[2].strip()

    def _pairs(self, origin: str) -> str:
        cookies = self._cookies.get(origin, {})
        return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _origin(target: Target) -> str:
    """Return the scheme and host that alone get a cookie back: none goes out in clear."""
    return f"{target.scheme}://{target.netloc}"
