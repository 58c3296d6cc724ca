"""The room for bodies: bounded, given back, and never a reason to wait for ever."""

import asyncio
from typing import Any

from connectors.http.messages import FetchRequest, FetchResult

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
AWAY = b"HTTP/1.1 301 Moved\r\nLocation: http://b.test:PORT/ok\r\nContent-Length: 0\r\n\r\n"


def test_redirects_to_a_busy_host_do_not_wait_for_ever(web: Any) -> None:
    """Whoever waits for the turn of a redirect's host keeps no place from those before it."""

    async def play() -> list[FetchResult | None]:
        room = asyncio.Semaphore(2)
        async with (
            asyncio.timeout(10),
            web.serving({"/ok": OK, "/away": AWAY}) as server,
            web.fetcher(server, concurrency=1) as asking,
        ):

            async def one(host: str, path: str) -> FetchResult | None:
                answer: FetchResult | None = await asking.fetch(
                    FetchRequest(server.url(path, host)), room=room
                )
                room.release()
                return answer

            direct = [one("b.test", "/ok") for _ in range(3)]
            redirected = [one(f"{number}.test", "/away") for number in range(8)]
            answers = await asyncio.gather(*redirected, *direct)
            assert room._value == 2
            return answers

    answers = asyncio.run(play())
    assert [answer and answer.body for answer in answers] == [b"body"] * 11


def test_a_place_is_kept_with_an_answer_and_not_without(web: Any) -> None:
    """An answer of any kind holds one place until it is released; None and a cancel hold none."""

    async def play() -> None:
        room = asyncio.Semaphore(5)
        async with (
            asyncio.timeout(10),
            web.serving({"/ok": OK, "/away": AWAY}) as server,
            web.fetcher(server) as asking,
        ):
            for number, url in enumerate(
                (server.url("/ok"), server.url("/none"), server.url("/away"), "no URL"), start=1
            ):
                assert await asking.fetch(FetchRequest(url), room=room) is not None
                assert room._value == 5 - number
            asking.rest("127.0.0.1")
            assert await asking.fetch(FetchRequest(server.url("/ok")), room=room) is None
            await room.acquire()
            waiting = asyncio.create_task(
                asking.fetch(FetchRequest(server.url("/ok", "c.test")), room=room)
            )
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait({waiting})
            assert room._value == 0
            for _ in range(5):
                room.release()

    asyncio.run(play())
