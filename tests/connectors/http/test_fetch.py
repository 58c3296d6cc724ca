"""The fetcher against a real server on loopback: documents, validators, redirects, turns."""

import asyncio
import gzip
from time import monotonic
from typing import Any

import pytest
from httpanswers import FEED, answer, chunked, head

from connectors.http.fetch import ACCEPT
from connectors.http.messages import FetchRequest, FetchResult


class TestDocument:
    """A document that is there."""

    def test_bytes_and_headers_go_on_as_received(self, web: Any) -> None:
        """The body is handed on as bytes, with its headers and what it took."""
        script = answer(FEED, "Content-Type: text/xml; charset=x-\xe9", 'ETag: "a"', 'ETAG: "b"')
        result, server = web.fetch(script)
        assert (result.status, result.error, result.detail) == (200, None, "")
        assert (result.url, result.body, result.bytes) == (server.url("/"), FEED, len(FEED))
        assert result.headers["content-type"] == "text/xml; charset=x-\xe9"
        assert result.headers["etag"] == '"a"'  # the first one
        assert result.duration_ms >= 0

    def test_lists_are_joined(self, web: Any) -> None:
        """A header in several lines is one list."""
        result, _ = web.fetch(answer(FEED, "Cache-Control: a", "cache-control: b", "Vary: c"))
        assert result.headers["cache-control"] == "a, b"

    def test_a_request_says_what_it_must_and_no_more(self, web: Any) -> None:
        """A request has no cookie, no Referer and nothing else that a feed does not need."""
        _, server = web.fetch(
            {"/": answer(b"", "Location: /b?c", "Set-Cookie: a=b", status="302 Found"),
             "/b": answer(FEED, "Set-Cookie: a=b")}
        )  # fmt: skip
        assert [request.partition("\r\n")[0] for request in server.requests] == [
            "GET / HTTP/1.1",
            "GET /b?c HTTP/1.1",
        ]
        for number in range(2):
            assert server.headers(number) == {
                "Host": f"127.0.0.1:{server.port}",
                "User-Agent": "newslake/0 (+https://n.test)",
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip",
            }

    def test_cookies_are_not_handed_on(self, web: Any) -> None:
        """A cookie may be a secret: it is not among the headers."""
        result, _ = web.fetch(answer(FEED, "Set-Cookie: a=b"))
        assert "set-cookie" not in result.headers

    def test_gzip_is_unpacked_and_counted_as_sent(self, web: Any) -> None:
        """A body in gzip is decoded; its bytes are those of the wire."""
        packed = gzip.compress(FEED * 100)
        result, _ = web.fetch(answer(packed, "Content-Encoding: gzip"))
        assert (result.body, result.bytes) == (FEED * 100, len(packed))

    def test_chunks_are_joined(self, web: Any) -> None:
        """A body in chunks, and one that ends with its connection, are read."""
        assert web.fetch(chunked(FEED))[0].body == FEED
        assert web.fetch(head("HTTP/1.0 200 OK") + FEED)[0].body == FEED

    def test_interim_answers_are_passed_over(self, web: Any) -> None:
        """An answer 103 (early hints) comes before the answer."""
        assert web.fetch(head("HTTP/1.1 103 Early Hints", "Link: </x>") + answer())[0].body == FEED

    def test_a_connection_is_used_again(self, web: Any) -> None:
        """A second request goes over the same connection, after a 304 too."""

        async def play() -> None:
            scripts: dict[str, bytes] = {"/": answer(), "/b": head("HTTP/1.1 304 Not Modified")}
            async with web.serving(scripts, keep=True) as server, web.fetcher(server) as asking:
                for path in ("/", "/b", "/"):
                    url = server.url(path)
                    result = await asking.fetch(FetchRequest(url, '"x"', validated_url=url))
                    assert result is not None
                    assert result.error is None
                assert server.connections == 1

        asyncio.run(play())


class TestValidators:
    """Conditional requests."""

    def test_both_go_back_byte_for_byte(self, web: Any) -> None:
        """Validators are sent exactly as received, whatever bytes they hold."""
        result, server = web.fetch(
            head("HTTP/1.1 304 Not Modified", 'ETag: "\xe9"'), etag='W/"\xe9  ,x', validated="/",
            last_modified="yesterday, I think",
        )  # fmt: skip
        assert server.headers()["If-None-Match"] == 'W/"\xe9  ,x'
        assert server.headers()["If-Modified-Since"] == "yesterday, I think"
        assert (result.status, result.error, result.headers["etag"]) == (304, None, '"\xe9"')

    def test_they_belong_to_the_url_that_gave_them(self, web: Any) -> None:
        """Validators are sent on the request to their URL and on no other."""
        _, server = web.fetch(
            {"/": answer(b"", "Location: /b", status="301 Moved Permanently"), "/b": answer()},
            etag='"x"', validated="/b",
        )  # fmt: skip
        assert ["If-None-Match" in server.headers(n) for n in range(2)] == [False, True]

    def test_without_their_url_they_are_not_sent(self, web: Any) -> None:
        """Validators of an unknown or of another URL are kept back."""
        assert "If-None-Match" not in web.fetch(answer(), etag='"x"')[1].headers()
        assert "If-None-Match" not in web.fetch(answer(), etag='"x"', validated="/b")[1].headers()

    @pytest.mark.parametrize("etag", ["", " ", "a\r\nX: y", "a\n", "\u20ac", "a\0"])
    def test_what_was_never_received_is_not_sent(self, web: Any, etag: str) -> None:
        """A validator that no server can have sent stays out of the request."""
        result, server = web.fetch(answer(), etag=etag, validated="/")
        assert result.error is None
        assert set(server.headers()) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}

    def test_a_304_that_nobody_asked_for_is_no_answer(self, web: Any) -> None:
        """Without validators a 304 says nothing."""
        assert web.kind(head("HTTP/1.1 304 Not Modified")) == "protocol"


class TestRedirects:
    """Redirects, followed by hand."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_they_are_followed(self, web: Any, status: int) -> None:
        """Each kind of redirect is followed; the answer is the last URL's."""
        result, server = web.fetch(
            {"/": answer(b"", "Location: /b", status=f"{status} Moved"), "/b": answer()}
        )
        assert (result.url, result.body, result.error) == (server.url("/b"), FEED, None)

    @pytest.mark.parametrize(("hops", "error"), [(5, None), (6, "redirect")])
    def test_five_are_followed(self, web: Any, hops: int, error: str | None) -> None:
        """Five redirects are followed, the sixth is not."""
        scripts: dict[str, bytes] = {
            f"/{n or ''}": answer(b"", f"Location: /{n + 1}", status="302 Found")
            for n in range(hops)
        }
        result, server = web.fetch({**scripts, f"/{hops}": answer()})
        assert (result.error, len(server.requests)) == (error, 6)

    @pytest.mark.parametrize(
        "location",
        ["Location: /", "Location: ftp://a.test/", "Location: http://u:p@a.test/", "X: y"],
    )
    def test_some_lead_nowhere(self, web: Any, location: str) -> None:
        """A circle, another scheme, a password or no Location end with the kind redirect."""
        result, _ = web.fetch(answer(b"", location, status="302 Found"))
        assert (result.status, result.error) == (302, "redirect")

    def test_a_circle_of_two_ends(self, web: Any) -> None:
        """A circle is seen where it closes."""
        scripts: dict[str, bytes] = {
            "/": answer(b"", "Location: /b", status="302 Found"),
            "/b": answer(b"", "Location: /", status="302 Found"),
        }
        result, server = web.fetch(scripts)
        assert (result.error, len(server.requests)) == ("redirect", 2)

    @pytest.mark.parametrize("there", ["/", "/check"], ids=["itself", "another"])
    def test_a_cookie_asked_for_by_a_redirect_is_sent_once(self, web: Any, there: str) -> None:
        """A circle that sets a cookie is asked again with it, and ends in the document."""

        async def gate(writer: asyncio.StreamWriter) -> None:
            wanted = answer(b"", f"Location: {there}", "Set-Cookie: ok=1; Path=/",
                            "Set-Cookie: old=x; Max-Age=0", status="302 Found")  # fmt: skip
            writer.write(answer(FEED) if "Cookie: ok=1" in server[0].requests[-1] else wanted)

        async def play() -> FetchResult | None:
            back = answer(b"", "Location: /", status="302 Found")
            async with web.serving({"/": gate, "/check": back}) as serving:
                server.append(serving)
                async with web.fetcher(serving) as asking:
                    result: FetchResult | None = await asking.fetch(FetchRequest(serving.url("/")))
                    return result

        server: list[Any] = []
        result = asyncio.run(play())
        assert result is not None
        assert (result.status, result.body, result.error) == (200, FEED, None)
        assert "Cookie" not in server[0].headers(0)
        assert server[0].headers()["Cookie"] == "ok=1"

    def test_a_cookie_is_sent_to_its_host_alone(self, web: Any) -> None:
        """What another host set is not sent, and the circle is told."""
        scripts: dict[str, bytes] = {
            "/": answer(b"", "Location: http://localhost:PORT/b", "Set-Cookie: a=b",
                        status="302 Found"),
            "/b": answer(b"", "Location: http://localhost:PORT/b", status="302 Found"),
        }  # fmt: skip
        _, server = web.fetch(scripts)
        assert not any("Cookie" in request for request in server.requests)

    def test_a_cookie_in_vain_is_told(self, web: Any) -> None:
        """A server that goes on asking for a cookie that it was sent is the true cause."""
        script = answer(b"", "Location: /", "Set-Cookie: a=b", status="302 Found")
        result, server = web.fetch(script)
        assert (result.error, len(server.requests)) == ("redirect", 2)
        assert result.detail == (
            "127.0.0.1 redirects in a circle, asking for a cookie that it was sent"
        )

    @pytest.mark.parametrize("place", ["10.0.0.1", "[::1]", "2130706433", "169.254.169.254"])
    def test_each_hop_is_guarded(self, web: Any, place: str) -> None:
        """A redirect into a private network is blocked."""
        result, _ = web.fetch(answer(b"", f"Location: http://{place}/", status="302 Found"))
        assert (result.status, result.error) == (None, "blocked_address")

    def test_another_port_of_an_allowed_address_is_blocked(self, web: Any) -> None:
        """What is allowed is an address with its port."""
        assert web.kind(answer(b"", "Location: http://127.0.0.1:1/", status="302 Found")) == (
            "blocked_address"
        )

    def test_another_answer_of_three_hundred_leads_nowhere(self, web: Any) -> None:
        """A 300 names several places: none is taken."""
        assert web.kind(answer(FEED, "Location: /b", status="300 Multiple Choices")) == "redirect"


class TestTurns:
    """Waiting for hosts."""

    def test_waiting_for_a_turn_is_not_counted(self, web: Any) -> None:
        """A turn that comes later than the deadline lasts is still used."""

        async def play() -> None:
            async with (
                web.serving({"/": answer()}) as server,
                web.fetcher(server, spacing=0.6, deadline=0.5) as asking,
            ):
                results = await asyncio.gather(
                    *(asking.fetch(FetchRequest(server.url("/"))) for _ in "ab")
                )
                assert [fetched and fetched.error for fetched in results] == [None, None]

        asyncio.run(play())

    def test_what_comes_too_late_is_not_sent(self, web: Any) -> None:
        """If the turn would come after `until`, there is no answer and no request."""

        async def play() -> None:
            async with (
                web.serving({"/": answer()}) as server,
                web.fetcher(server, spacing=60) as asking,
            ):
                ask = FetchRequest(server.url("/", "News.test"))
                assert await asking.fetch(ask, until=monotonic() + 1) is not None
                assert await asking.fetch(ask, until=monotonic() + 1) is None
                other = FetchRequest(server.url("/", "other.test"))
                assert await asking.fetch(other, until=monotonic() + 1) is not None
                assert server.paths() == ["news.test/", "other.test/"]

        asyncio.run(play())

    def test_a_redirect_waits_for_its_own_host(self, web: Any) -> None:
        """A redirect counts for its host; if its turn comes too late, the answer says so."""

        async def play() -> None:
            scripts: dict[str, bytes] = {
                "/": answer(b"", "Location: http://b.test:PORT/b", status="302 Found"),
                "/b": answer(),
            }
            async with web.serving(scripts) as server, web.fetcher(server, spacing=60) as asking:
                until = monotonic() + 1
                first = await asking.fetch(FetchRequest(server.url("/", "a.test")), until=until)
                assert first is not None
                assert (first.url, first.error) == (server.url("/b", "b.test"), None)
                late = await asking.fetch(FetchRequest(server.url("/", "c.test")), until=until)
                assert late is not None
                assert (late.url, late.error) == (server.url("/b", "b.test"), "timeout")
                assert server.paths() == ["a.test/", "b.test/b", "c.test/"]

        asyncio.run(play())

    def test_cancelling_passes_and_frees_the_turn(self, web: Any) -> None:
        """Only a cancellation is raised; the host can be asked again after it."""

        async def play() -> None:
            came = asyncio.Event()

            async def say_nothing(writer: asyncio.StreamWriter) -> None:
                came.set()
                await asyncio.sleep(5)

            async with (
                web.serving({"/": say_nothing, "/b": answer()}) as server,
                web.fetcher(server, concurrency=1) as asking,
            ):
                asked = asyncio.create_task(asking.fetch(FetchRequest(server.url("/"))))
                waiting = asyncio.create_task(asking.fetch(FetchRequest(server.url("/b"))))
                await came.wait()
                asked.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asked
                result = await waiting
                assert result is not None
                assert result.error is None

        asyncio.run(play())

    def test_many_hosts_are_asked_at_once(self, web: Any) -> None:
        """More questions than there are connections all get their answers."""

        async def play() -> None:
            scripts: dict[str, bytes] = {"/": answer()}
            async with web.serving(scripts, keep=True) as server, web.fetcher(server) as asking:
                asks = [FetchRequest(server.url("/", f"n{number}.test")) for number in range(150)]
                results = await asyncio.gather(*map(asking.fetch, asks))
                assert {fetched and fetched.error for fetched in results} == {None}

        asyncio.run(play())
