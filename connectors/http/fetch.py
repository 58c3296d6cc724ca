"""Fetches a document over HTTP, politely and within bounds: its bytes, or why there are none."""

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
from articles.urls.canonical import URL_LIMIT
from connectors.http.cookies import RedirectChain
from connectors.http.faults import Fault, explained
from connectors.http.guard import Allowed, Guard
from connectors.http.host_limiter import HostLimiter
from connectors.http.messages import FetchRequest, FetchResult
from connectors.http.response import Response
from connectors.http.targets import Target, target_of
from connectors.limits import EXCHANGE_SECONDS

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)

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
        deadline: float = EXCHANGE_SECONDS,
        guard: Guard | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raise SettingsError for a user agent that no request can carry.

        Args:
            user_agent: the header, in ASCII.
            allowed: which addresses may be asked besides the public ones.
            concurrency: requests to one host at once, at most.
            spacing: seconds between two starts at one host, at least.
            deadline: seconds for an exchange.
            guard: one of the caller's, which is closed with the fetcher and has its own `allowed`.
            tls: without it the authorities of certifi and of this machine are trusted.

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
        self._limiter = HostLimiter(concurrency=concurrency, spacing=spacing)
        self._guard = Guard(allowed) if guard is None else guard
        trusted = _trusted() if tls is None else tls
        self._pools = [_pool(trusted, self._guard) for _ in range(_POOLS)]
        # Acquired before the deadline runs; while one waits in a pool's own queue it would run.
        self._connection_slots = [asyncio.Semaphore(_CONNECTIONS) for _ in self._pools]

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

    def block(self, host: str) -> None:
        """Ask this host nothing more: `fetch` returns None, also where it waits already."""
        self._limiter.block(host)

    async def fetch(
        self,
        request: FetchRequest,
        *,
        until: float | None = None,
        slots: asyncio.Semaphore | None = None,
    ) -> FetchResult | None:
        """Return what came of a request; the network's faults are results too.

        Args:
            request: the document that is asked for.
            until: nothing is sent after this time (of time.monotonic()).
            slots: a slot of these is acquired before anything is sent and kept with the result:
                the caller releases it when it is done with the body, and so bounds the bodies in
                memory.

        Returns:
            None where nothing was sent: the host is blocked, or the request would start after
            `until`. Where that is so of a redirect's host only, the result is a `timeout`.

        """
        slot = _Slot(slots)
        try:
            target = target_of(request.url)
        except Fault as fault:
            await slot.acquire()
            shown = request.url[:URL_LIMIT].encode(errors="replace").decode()
            return FetchResult(shown, error=fault.kind, detail=fault.detail)
        if not await self._acquire(target, slot, until):
            return None
        try:
            return await self._follow(target, _validators(request), until, slot)
        except BaseException:
            slot.release()
            raise

    async def _follow(
        self,
        target: Target,
        validators: "_Validators | None",
        until: float | None,
        slot: "_Slot",
    ) -> FetchResult:
        """Ask a server whose slots are acquired, then those that redirects lead to."""
        chain, spent = RedirectChain(), 0.0
        while True:
            started = monotonic()
            try:
                cookies, seconds = chain.begin(target), self._deadline - spent
                response = await self._exchange(target, validators, cookies, seconds)
            finally:
                self._limiter.release(target.host)
                self._connection_slots[_pool_number(target)].release()
            spent += monotonic() - started
            following = response.following(chain)
            if following is None:
                return _result(response, spent)
            target = following
            # Waiting for a host while holding a slot that the first of its queue waits for would
            # be for ever.
            slot.release()
            if not await self._acquire(target, slot, until):
                await slot.acquire()
                return _result(_late(target), spent)

    async def _acquire(self, target: Target, slot: "_Slot", until: float | None) -> bool:
        slots = (self._connection_slots[_pool_number(target)], slot)
        return await self._limiter.acquire(target.host, slots, until)

    async def _exchange(
        self, target: Target, validators: "_Validators | None", cookies: str, seconds: float
    ) -> Response:
        """Ask one server once, within so many seconds."""
        conditional = validators is not None and validators.url == target.url
        headers = [(b"Host", target.netloc.encode()), *self._headers]
        headers += validators.headers if conditional and validators else []
        headers += [(b"Cookie", cookies.encode("latin-1"))] if cookies else []
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        response, task = Response(target, conditional=conditional), asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            async with asyncio.timeout(seconds):
                request = httpcore.Request("GET", url, headers=headers)
                pool = self._pools[_pool_number(target)]
                await response.read(await pool.handle_async_request(request))
        except Exception as error:
            if task and task.cancelling() > cancelled:  # closing failed while being cancelled
                raise asyncio.CancelledError from None
            response.fault = explained(error, target.host)
            if response.fault is None:
                log.warning("fetch_failed", extra={"host": target.host}, exc_info=True)
                response.fault = Fault("protocol", f"{target.host} can't be read: {error!r:.80}")
        return response


class _Slot:
    """A slot among the caller's, if there are any; releasing it twice is harmless."""

    def __init__(self, slots: asyncio.Semaphore | None) -> None:
        self._slots = slots
        self._acquired = False

    async def acquire(self) -> None:
        """Wait for the slot."""
        if self._slots is not None:
            await self._slots.acquire()
            self._acquired = True

    def release(self) -> None:
        """Give the slot back, if it was acquired."""
        if self._slots is not None and self._acquired:
            self._acquired = False
            self._slots.release()


def _pool_number(target: Target) -> int:
    """Return which pool a host's connections are in."""
    return crc32(target.host.encode()) % _POOLS


@dataclass(frozen=True, slots=True)
class _Validators:
    """What makes a request conditional, and the URL that it may be sent to."""

    url: str
    headers: list[tuple[bytes, bytes]]


def _validators(request: FetchRequest) -> _Validators | None:
    if request.validated_url is None:
        return None
    headers = []
    for name, text in (
        (b"If-None-Match", request.etag),
        (b"If-Modified-Since", request.last_modified),
    ):
        try:
            value = (text or "").encode("latin-1")
        except UnicodeEncodeError:
            continue  # received it can't have been
        if _VALUE.fullmatch(value):
            headers.append((name, value))
    try:
        return _Validators(target_of(request.validated_url).url, headers) if headers else None
    except Fault:
        return None


def _result(response: Response, spent: float) -> FetchResult:
    fault = response.fault
    log.debug("fetched", extra={"host": response.target.host, "status": response.status})
    return FetchResult(
        url=response.target.url,
        status=response.status,
        headers=response.headers,
        body=response.body if fault is None else b"",
        bytes=response.received,
        left_out=response.left_out,
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
