"""Bounded, polite HTTP: one question for a document -> its bytes, or what kept it from us."""

import asyncio
import logging
import re
import ssl
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self
from zlib import crc32

import httpcore
import httpx

from articles.errors import SettingsError
from articles.identity.urls import URL_LIMIT
from connectors.http.faults import Fault, explained
from connectors.http.guard import Allowed, Guard
from connectors.http.host_limiter import HostLimiter
from connectors.http.messages import FetchRequest, FetchResult
from connectors.http.response import Response
from connectors.http.targets import Target, target_of

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
HOPS = 5
"""Redirects that are followed."""
DEADLINE = 30.0
"""Seconds for an exchange in all: look-up, connecting, redirects, body; not waiting for turns."""

# httpcore looks at every connection of a pool for each request: many small pools, not a large one.
_POOLS = 16
_CONNECTIONS = 8
_IDLE_SECONDS = 3.0  # many servers close an idle connection after 5: not to meet in that moment
_VALUE = re.compile(rb"[^\0\s]+(?:[ \t]+[^\0\s]+)*")  # what h11 sends

log = logging.getLogger(__name__)


class Fetcher:
    """Asks for documents over HTTP/1.1, politely and within bounds; an async context manager."""

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: Allowed,
        concurrency: int = 2,
        spacing: float = 5.0,
        deadline: float = DEADLINE,
        guard: Guard | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raise SettingsError for a user agent that no request can carry.

        Per host at most `concurrency` requests at once and `spacing` seconds between their starts;
        `deadline` seconds for an exchange. A `guard` given is closed with the fetcher, and has
        its own `allowed`. Without `tls` the authorities of certifi and of this machine are trusted.
        """
        if not (user_agent.isascii() and user_agent.isprintable() and user_agent.strip()):
            raise SettingsError(
                f"The user agent {user_agent!r} can't be sent.",
                "Write the contact in ASCII: a URL or a mail address.",
            )
        self._headers = (
            (b"User-Agent", user_agent.strip().encode()),
            (b"Accept", ACCEPT.encode()),
            (b"Accept-Encoding", b"gzip"),
        )
        self._deadline = deadline
        self._turns = HostLimiter(concurrency=concurrency, spacing=spacing)
        self._guard = Guard(allowed) if guard is None else guard
        trusted = _trusted() if tls is None else tls
        self._pools = [_pool(trusted, self._guard) for _ in range(_POOLS)]
        # A seat is taken before the deadline runs; waiting in a pool's own queue it would run.
        self._seats = [asyncio.Semaphore(_CONNECTIONS) for _ in self._pools]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._guard.close()
        for pool in self._pools:
            await pool.aclose()

    def rest(self, host: str) -> None:
        """Ask this host nothing more: `fetch` returns None, also to who waits for a turn."""
        self._turns.rest(host)

    async def fetch(
        self,
        ask: FetchRequest,
        *,
        until: float | None = None,
        room: asyncio.Semaphore | None = None,
    ) -> FetchResult | None:
        """Return the answer; the network's faults are answers too.

        None: the host rests, or its turn would come after `until` (of time.monotonic()), and
        nothing was sent. Where that is so of a redirect's host only, the answer is a `timeout`.
        With `room`, a place of it is taken before the request and kept with the answer: the caller
        releases it when it has done with the body, and so bounds the bodies in memory.
        """
        place = _Slot(room)
        try:
            target = target_of(ask.url)
        except Fault as fault:
            await place.acquire()
            shown = ask.url[:URL_LIMIT].encode(errors="replace").decode()
            return FetchResult(shown, error=fault.kind, detail=fault.detail)
        if not await self._take(target, place, until):
            return None
        try:
            return await self._follow(target, _validators(ask), until, place)
        except BaseException:
            place.release()
            raise

    async def _follow(
        self,
        target: Target,
        validators: "_Validators | None",
        until: float | None,
        place: "_Slot",
    ) -> FetchResult:
        """Ask a server whose turn was taken, then those that redirects lead to."""
        seen, spent = {target.url}, 0.0
        while True:
            started = monotonic()
            try:
                hop = await self._ask(target, validators, self._deadline - spent)
            finally:
                self._turns.leave(target.host)
                self._seats[_number(target)].release()
            spent += monotonic() - started
            following = hop.following(seen, HOPS + 1 - len(seen))
            if following is None:
                return _answer(hop, spent)
            target = following
            # Waiting for a host while holding a place that the first of its queue waits for would
            # be for ever.
            place.release()
            if not await self._take(target, place, until):
                await place.acquire()
                return _answer(_late(target), spent)
            seen.add(target.url)

    async def _take(self, target: Target, place: "_Slot", until: float | None) -> bool:
        seats = (self._seats[_number(target)], place)
        return await self._turns.take(target.host, seats, until)

    async def _ask(self, target: Target, validators: "_Validators | None", left: float) -> Response:
        """Ask one server once, within so many seconds."""
        asked = validators is not None and validators.url == target.url
        headers = [(b"Host", target.netloc.encode()), *self._headers]
        headers += validators.headers if asked and validators else []
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        hop, task = Response(target, conditional=asked), asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            async with asyncio.timeout(left):
                request = httpcore.Request("GET", url, headers=headers)
                await hop.take(await self._pools[_number(target)].handle_async_request(request))
        except Exception as error:
            if task and task.cancelling() > cancelled:  # closing failed while being cancelled
                raise asyncio.CancelledError from None
            hop.fault = explained(error, target.host)
            if hop.fault is None:
                log.warning("fetch_failed", extra={"host": target.host}, exc_info=True)
                hop.fault = Fault("protocol", f"{target.host} can't be read: {error!r:.80}")
        return hop


class _Slot:
    """A place in the caller's room, if there is one; giving it back twice is harmless."""

    def __init__(self, room: asyncio.Semaphore | None) -> None:
        self._room = room
        self._held = False

    async def acquire(self) -> None:
        """Wait for the place."""
        if self._room is not None:
            await self._room.acquire()
            self._held = True

    def release(self) -> None:
        """Give the place back, if it is held."""
        if self._room is not None and self._held:
            self._held = False
            self._room.release()


def _number(target: Target) -> int:
    """Return which pool a host's connections are in."""
    return crc32(target.host.encode()) % _POOLS


@dataclass(frozen=True, slots=True)
class _Validators:
    """What makes a request conditional, and the URL that it may be sent to."""

    url: str
    headers: list[tuple[bytes, bytes]]


def _validators(ask: FetchRequest) -> _Validators | None:
    if ask.validated_url is None:
        return None
    found = []
    for name, text in ((b"If-None-Match", ask.etag), (b"If-Modified-Since", ask.last_modified)):
        try:
            value = (text or "").encode("latin-1")
        except UnicodeEncodeError:
            continue  # received it can't have been
        if _VALUE.fullmatch(value):
            found.append((name, value))
    try:
        return _Validators(target_of(ask.validated_url).url, found) if found else None
    except Fault:
        return None


def _answer(hop: Response, spent: float) -> FetchResult:
    fault = hop.fault
    log.debug("fetched", extra={"host": hop.target.host, "status": hop.status})
    return FetchResult(
        url=hop.target.url,
        status=hop.status,
        headers=hop.headers,
        body=hop.body if fault is None else b"",
        bytes=hop.received,
        duration_ms=round(spent * 1000),
        error=fault.kind if fault else None,
        detail=fault.detail if fault else "",
    )


def _late(target: Target) -> Response:
    detail = f"it redirects to {target.host}, whose turn did not come"
    return Response(target, fault=Fault("timeout", detail))


def _trusted() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _pool(trusted: ssl.SSLContext, guard: Guard) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=trusted,
        max_connections=_CONNECTIONS,
        keepalive_expiry=_IDLE_SECONDS,
        network_backend=guard,
    )
