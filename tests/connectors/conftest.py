"""A scripted HTTP server on loopback, and fetchers that may ask it and nobody else."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore
import pytest

from articles.model.reasons import ERRORS
from connectors.http.fetch import Fetcher
from connectors.http.guard import Guard, allowed
from connectors.http.messages import FetchRequest, FetchResult

Script = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A server that answers each path as its script says; it ends a connection if told to."""

    port: int
    scripts: dict[str, Script]
    keep: bool = False
    requests: list[str] = field(default_factory=list)
    """Heads of the requests that came, as Latin-1."""
    connections: int = 0

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return the URL of a path."""
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return host and path of each request."""
        paths = []
        for request in self.requests:
            host = request.partition("Host: ")[2].partition(":")[0]
            paths.append(host + request.split()[1])
        return paths

    def headers(self, number: int = -1) -> dict[str, str]:
        """Return the headers of a request."""
        lines = self.requests[number].strip().split("\r\n")[1:]
        return dict(line.split(": ", 1) for line in lines)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        self.connections += 1
        try:
            while True:
                first = await reader.readexactly(1)
                if first == b"\x16":  # a TLS handshake, and this server has no TLS
                    writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    break
                request = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                self.requests.append(request)
                script = self.scripts.get(request.split()[1].partition("?")[0])
                script = b"HTTP/1.1 404 Not Found\r\n\r\n" if script is None else script
                if isinstance(script, bytes):
                    writer.write(script.replace(b"PORT", b"%d" % self.port))
                    await writer.drain()
                else:
                    await script(writer)
                if not self.keep:
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class LoopbackOnly(httpcore.AnyIOBackend):
    """Dials the servers of tests, and no other address whatever a redirect comes up with."""

    async def connect_tcp(self, host: str, *args: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        """Connect, if it is loopback."""
        if host != "127.0.0.1":
            raise httpcore.ConnectError(host)
        return await super().connect_tcp(host, *args, **named)


class Web:
    """Servers on loopback, and fetchers that may ask them."""

    @contextlib.asynccontextmanager
    async def serving(
        self, scripts: dict[str, Script], *, keep: bool = False, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Server]:
        """Run a server while a test asks it."""
        server = Server(0, scripts, keep)
        running = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
        server.port = running.sockets[0].getsockname()[1]
        async with running:
            yield server

    def fetcher(
        self,
        server: Server,
        *,
        spacing: float = 0.0,
        concurrency: int = 2,
        deadline: float = 5.0,
        resolve: Callable[[str, int], Sequence[str]] = lambda *_: ["127.0.0.1"],
        tls: ssl.SSLContext | None = None,
    ) -> Fetcher:
        """Return a fetcher for which every name is the server, which alone is allowed."""
        loopback = allowed(f"127.0.0.1:{server.port}")
        return Fetcher(
            user_agent="newslake/0 (+https://n.test)",
            allowed=loopback,
            concurrency=concurrency,
            spacing=spacing,
            deadline=deadline,
            guard=Guard(loopback, resolve=resolve, dialer=LoopbackOnly()),
            tls=tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def fetch(
        self,
        scripts: dict[str, Script] | Script,
        *,
        deadline: float = 5.0,
        etag: str | None = None,
        last_modified: str | None = None,
        validated: str | None = None,
    ) -> tuple[FetchResult, Server]:
        """Ask a server with these scripts for `/`; return the result and the server."""

        async def play() -> tuple[FetchResult, Server]:
            by_path = scripts if isinstance(scripts, dict) else {"/": scripts}
            async with (
                self.serving(by_path) as server,
                self.fetcher(server, deadline=deadline) as asking,
            ):
                url = validated and server.url(validated)
                request = FetchRequest(server.url("/"), etag, last_modified, url)
                result = await asking.fetch(request)
                assert result is not None
                return result, server

        return asyncio.run(play())

    def kind(self, scripts: dict[str, Script] | Script, *, deadline: float = 5.0) -> str | None:
        """Return the kind that a fetch ends with; an error has a sentence and no body."""
        result, server = self.fetch(scripts, deadline=deadline)
        assert result.error is None or result.error in ERRORS
        assert bool(result.error) == bool(result.detail)
        assert result.error is None or result.body == b""
        assert str(server.port) not in result.detail  # no URL is told
        return result.error


@pytest.fixture(scope="session")
def web() -> Web:
    """Return the maker of servers and fetchers."""
    return Web()
