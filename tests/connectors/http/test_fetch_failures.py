"""The fetcher against what goes wrong: every kind of failure is an answer."""

import asyncio
import gzip
import ssl
from collections.abc import Awaitable, Callable, Sequence
from time import sleep
from typing import Any

import httpcore
import pytest
from httpanswers import FEED, answer, chunked, head
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.errors import SettingsError
from articles.model.reasons import ERRORS
from connectors.http.fetch import Fetcher
from connectors.http.guard import Guard, allowed
from connectors.http.messages import FetchRequest, FetchResult
from connectors.limits import BODY_LIMIT

Script = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
BOMB = gzip.compress(b"x" * (BODY_LIMIT + 1), mtime=0)
"""Without a time: each worker of the tests must find the same parameters."""


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        ("400 Bad Request", [], "http_4xx"),
        ("401 Unauthorized", [], "http_4xx"),
        ("403 Forbidden", [], "http_4xx"),
        ("403 Forbidden", ["cf-mitigated: challenge"], "challenge"),
        ("404 Not Found", [], "http_404"),
        ("410 Gone", [], "http_410"),
        ("429 Too Many Requests", [], "http_429"),
        ("500 Internal Server Error", [], "http_5xx"),
        ("503 Service Unavailable", ["cf-mitigated: challenge"], "http_5xx"),
        ("202 Accepted", [], "protocol"),
        ("206 Partial Content", [], "protocol"),
        ("205 Reset Content", [], "empty"),
        ("203 Non-Authoritative Information", [], None),
        ("600 What", [], "protocol"),
        ("999 Request denied", [], "protocol"),
    ],
)
def test_a_status_has_its_kind(
    web: Any, status: str, headers: list[str], error: str | None
) -> None:
    """Each status other than 200 and 304 has its kind, and its headers go on."""
    result, _ = web.fetch(answer(FEED, *headers, "Retry-After: 7", status=status))
    assert (result.status, result.error) == (int(status[:3]), error)
    assert result.headers["retry-after"] == "7"
    assert (result.body == b"") == (error is not None)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (b"", "protocol"),
        (b"\r\n\r\n", "protocol"),
        (FEED, "protocol"),
        (b"HTTP/1.1 200", "protocol"),
        (b"HTTP/2 200 OK\r\n\r\n", "protocol"),
        (b"HTTP/1.1 99 Low\r\n\r\n", "protocol"),
        (head("HTTP/1.1 101 Switching", "Upgrade: h2c", "Connection: Upgrade"), "protocol"),
        (head("HTTP/1.1 200 OK", "Content-Length: x"), "protocol"),
        (head("HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 6"), "protocol"),
        (head("HTTP/1.1 200 OK", "no header"), "protocol"),
        (head("HTTP/1.1 200 OK", "Content-Length: 50") + FEED, "protocol"),
        (head("HTTP/1.1 200 OK", "Transfer-Encoding: gzip") + FEED, "protocol"),
        (chunked(FEED)[:-8], "protocol"),
        (chunked(FEED)[:-2].replace(b"15\r\n", b"zz\r\n"), "protocol"),
        (answer(b""), "empty"),
        (answer(b" \r\n"), "empty"),
        (chunked(b"")[:-5], "empty"),
        (answer(gzip.compress(b"", mtime=0), "Content-Encoding: gzip"), "empty"),
        (head("HTTP/1.1 204 No Content"), "empty"),
        (answer(FEED, "Content-Encoding: br"), "bad_encoding"),
        (answer(b"\x02" + FEED, "Content-Encoding: deflate"), "bad_encoding"),
        (answer(b"\x02" + FEED, "Content-Encoding: gzip, gzip"), "bad_encoding"),
        (answer(b"\x02" + FEED, "Content-Encoding: gzip"), "bad_encoding"),
        (answer(FEED, "Content-Encoding: deflate"), None),
        (answer(FEED, "Content-Encoding: gzip", "Content-Encoding: gzip"), None),
        (answer(FEED, "Content-Encoding: gzip"), None),
        (answer(gzip.compress(FEED, mtime=0)[:-9], "Content-Encoding: gzip"), "bad_encoding"),
        (answer(b"x" * (BODY_LIMIT + 1)), "too_large"),
        (chunked(b"x" * (BODY_LIMIT + 1)), "too_large"),
        (head("HTTP/1.1 200 OK", "Content-Length: " + "9" * 18), "too_large"),
        (answer(BOMB, "Content-Encoding: gzip"), "too_large"),
        (answer(FEED, "X: " + "x" * 33_000), "too_large"),
        (head("HTTP/1.1 200 OK", *["X: " + "x" * 1000] * 300), "too_large"),
        (head("HTTP/1.1 302 Found", "Location: /b", "X: " + "x" * 33_000), "too_large"),
    ],
)  # fmt: skip
def test_a_bad_answer_has_its_kind(web: Any, script: bytes, error: str | None) -> None:
    """What is malformed, cut, empty, packed in another way or too large is told as that."""
    assert web.kind(script) == error


def test_a_body_at_the_limit_is_read(web: Any) -> None:
    """A body of just the limit is no error."""
    assert len(web.fetch(answer(b"x" * BODY_LIMIT))[0].body) == BODY_LIMIT


@settings(max_examples=60)
@given(
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: "]),
    st.binary(max_size=120),
)
def test_any_bytes_are_an_answer(web: Any, start: bytes, rest: bytes) -> None:
    """Whatever a server sends, the fetcher returns an answer with a kind of the closed list."""
    assert web.kind(start + rest) in {None, *ERRORS}


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, for much longer than anybody should wait."""
    writer.write(head("HTTP/1.1 200 OK", "Content-Length: 5000"))
    for _ in range(5000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.002)


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    """Take the request and keep the connection open."""
    await asyncio.sleep(5)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Begin an answer and reset the connection."""
    writer.write(answer()[:-5])
    await writer.drain()
    writer.transport.abort()


class TestFailures:
    """Failures of the network."""

    @pytest.mark.parametrize("script", [drip, say_nothing])
    def test_slowness_ends_at_the_deadline(self, web: Any, script: Script) -> None:
        """A server that drips or says nothing is left at the deadline."""
        result, _ = web.fetch(script, deadline=0.05)
        assert result.error == "timeout"

    def test_redirects_share_the_deadline(self, web: Any) -> None:
        """Each redirect takes from the same time."""

        async def slow(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.03)
            place = str(len(server_paths))
            server_paths.append(place)
            writer.write(answer(b"", f"Location: /?{place}", status="302 Found"))

        server_paths: list[str] = []
        assert web.fetch(slow, deadline=0.07)[0].error == "timeout"
        assert len(server_paths) < 5

    def test_a_connection_that_breaks_off_is_told(self, web: Any) -> None:
        """A reset in the middle of a body has the kind protocol."""
        assert web.kind(reset) == "protocol"

    @pytest.mark.parametrize(
        "url",
        ["", "news.test", "ftp://news.test/", "http://", "http://u:p@news.test/", "\ud800"],
    )
    def test_a_bad_url_is_asked_of_nobody(self, web: Any, url: str) -> None:
        """What is no web address, or holds a password, is told without a request."""

        async def play() -> Any:
            async with web.serving({}) as server, web.fetcher(server) as asking:
                return await asking.fetch(FetchRequest(url))

        result = asyncio.run(play())
        assert result is not None
        assert (result.error, result.status) == ("bad_url", None)

    def test_a_name_without_an_address_is_told(self, web: Any) -> None:
        """A name that the resolver does not know has the kind dns."""

        def unknown(host: str, port: int) -> list[str]:
            raise OSError(-2, "Name or service not known")

        assert resolved(web, unknown, "news.invalid") == "dns"

    def test_a_slow_name_server_ends_at_the_deadline(self, web: Any) -> None:
        """Looking a name up counts, and does not hold up the others."""

        def slow(host: str, port: int) -> list[str]:
            if host == "slow.test":
                sleep(0.2)
            return ["127.0.0.1"]

        assert resolved(web, slow, "slow.test", deadline=0.05) == "timeout"
        assert resolved(web, slow, "quick.test", deadline=5) is None

    def test_a_mixed_answer_is_blocked(self, web: Any) -> None:
        """A name with one private address is not asked."""
        assert resolved(web, lambda *_: ["127.0.0.1", "10.0.0.1"], "news.test") == "blocked_address"

    def test_a_port_without_a_server_is_told(self, web: Any) -> None:
        """A connection that is refused has the kind connect."""

        async def play() -> Any:
            async with web.serving({}) as server:
                port = server.port
            async with web.fetcher(server) as asking:
                return await asking.fetch(FetchRequest(f"http://news.test:{port}/"))

        result = asyncio.run(play())
        assert result is not None
        assert result.error == "connect"
        assert "Connection refused" in result.detail

    def test_a_surprise_is_an_answer(self, web: Any) -> None:
        """An exception that nobody foresaw does not reach the caller."""

        class Broken(httpcore.AsyncNetworkBackend):
            async def connect_tcp(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
                raise ZeroDivisionError

        async def play() -> Any:
            guard = Guard(allowed("127.0.0.1"), dialer=Broken())
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            async with Fetcher(user_agent="x", allowed=allowed(""), guard=guard, tls=tls) as asking:
                return await asking.fetch(FetchRequest("http://127.0.0.1/"))

        result = asyncio.run(play())
        assert result is not None
        assert (result.error, result.status) == ("protocol", None)

    @pytest.mark.parametrize("agent", ["", " ", "n\u00e9wslake", "a\r\nCookie: b"])
    def test_a_user_agent_that_cannot_be_sent_is_refused(self, web: Any, agent: str) -> None:
        """A contact that no header can carry is an error of the settings."""
        with pytest.raises(SettingsError):
            Fetcher(user_agent=agent, allowed=allowed(""))


def resolved(
    web: Any, resolve: Callable[[str, int], Sequence[str]], host: str, *, deadline: float = 5.0
) -> str | None:
    """Return the kind of asking a host by a resolver."""

    async def play() -> Any:
        async with (
            web.serving({"/": answer()}) as server,
            web.fetcher(server, resolve=resolve, deadline=deadline) as asking,
        ):
            return await asking.fetch(FetchRequest(server.url("/", host)))

    result: FetchResult = asyncio.run(play())
    return result.error
