"""A server's response to one request: what counts of it is read, within bounds, and judged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import responses

import httpcore

from connectors.http.cookies import RedirectChain
from connectors.http.faults import Fault
from connectors.http.long_body import LongBody
from connectors.http.targets import Target, next_target
from connectors.limits import HEADERS_LIMIT, REDIRECTS

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DOCUMENTS = frozenset({200, 203})
_OUTCOMES = {204: "empty", 205: "empty", 404: "http_404", 410: "http_410", 429: "http_429"}
# Of these the first line counts; others are lists and may come in several (RFC 9110 5.3).
_SINGLE = frozenset(
    {"content-type", "date", "etag", "expires", "last-modified", "location", "retry-after"}
)


@dataclass(slots=True)
class Response:
    """A server's response as far as it came."""

    target: Target
    conditional: bool = False
    fault: Fault | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """The Set-Cookie lines of a redirect."""
    body: bytes = b""
    received: int = 0
    left_out: int = 0
    """Entries between the two ends of a long body."""

    async def read(self, response: httpcore.Response) -> None:
        """Read what counts of the response; its connection is kept if it was read to its end."""
        try:
            self.status = response.status
            self.headers = _headers(response.headers)
            if self.status in _REDIRECTS and "set-cookie" in self.headers:
                self.cookies = _cookies(response.headers)
            self.headers.pop("set-cookie", None)
            size = sum(len(name) + len(value) + 4 for name, value in response.headers)
            if size > HEADERS_LIMIT:
                raise Fault("too_large", f"the headers of {self.target.host} are too large")
            if self.status in _DOCUMENTS:
                await self._read_body(response)
            elif self.status == 304 and self.conditional:
                async for _ in response.aiter_stream():
                    pass  # there is none: it ends the exchange
            elif self.status not in _REDIRECTS:
                raise self._refusal(self.status)
        finally:
            await response.aclose()

    def following(self, chain: RedirectChain) -> Target | None:
        """Return where a redirect leads; None if there is none, or it is the fault."""
        if self.fault is not None or self.status not in _REDIRECTS:
            return None
        chain.take(self.target, self.cookies)
        asks = ", asking for a cookie" if chain.wants_cookies else ""
        if chain.asked > REDIRECTS:
            detail = f"it redirects too often{asks}, the last time at {self.target.host}"
            self.fault = Fault("redirect", detail)
            return None
        try:
            return next_target(self.target, self.headers.get("location"), chain)
        except Fault as fault:
            in_vain = ""
            if asks and "circle" in fault.detail:
                in_vain = f"{asks} that it was sent" if chain.sent_cookies else asks
            self.fault = Fault(fault.kind, fault.detail + in_vain)
        return None

    async def _read_body(self, response: httpcore.Response) -> None:
        encoding = self.headers.get("content-encoding", "")
        body = LongBody(encoding, self.headers.get("content-length"))
        try:
            async for chunk in response.aiter_stream():
                body.add(chunk)
        finally:
            self.received = body.received
        self.body, self.left_out = body.whole(), body.left_out
        if not self.body or self.body.isspace():
            raise Fault("empty", f"{self.target.host} answered {self.status} without a body")

    def _refusal(self, status: int) -> Fault:
        says = f"{self.target.host} answered {status} {responses.get(status, '')}".rstrip()
        if status == 403 and "cf-mitigated" in self.headers:
            return Fault("challenge", f"{self.target.host} wants a browser to prove itself")
        if status == 304:
            return Fault("protocol", f"{says} to a request without validators")
        kind = _OUTCOMES.get(status)
        if kind is None:
            kind = {3: "redirect", 4: "http_4xx", 5: "http_5xx"}.get(status // 100, "protocol")
        return Fault(kind, says)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name not in _SINGLE:
            headers[name] += f", {value}"
    return headers


def _cookies(raw: Iterable[tuple[bytes, bytes]]) -> tuple[str, ...]:
    return tuple(value.decode("latin-1") for name, value in raw if name.lower() == b"set-cookie")
