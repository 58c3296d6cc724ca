"""The slots for bodies: bounded, given back, and never a reason to wait for ever."""

import asyncio
from typing import Any

from connectors.http.messages import FetchRequest, FetchResult

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
AWAY = b"HTTP/1.1 301 Moved\r\nLocation: http://b.test:PORT/ok\r\nContent-Length: 0\r\n\r\n"


def test_redirects_to_a_busy_host_do_not_wait_for_ever(web: Any) -> None:
    """Whoever waits for a redirect's host keeps no slot from those before it."""

    async def play() -> list[FetchResult | None]:
        slots = asyncio.Semaphore(2)
        async with (
            asyncio.timeout(10),
            web.serving({"/ok": OK, "/away": AWAY}) as server,
            web.fetcher(server, concurrency=1) as asking,
        ):

            async def ask(host: str, path: str) -> FetchResult | None:
                result: FetchResult | None = await asking.fetch(
                    FetchRequest(server.url(path, host)), slots=slots
                )
                slots.release()
                return result

            direct = [ask("b.test", "/ok") for _ in range(3)]
            redirected = [ask(f"{number}.test", "/away") for number in range(8)]
            results = await asyncio.gather(*redirected, *direct)
            assert slots._value == 2
            return results

    results = asyncio.run(play())
    assert [result and result.body for result in results] == [b"body"] * 11


def test_a_slot_is_kept_with_an_answer_and_not_without(web: Any) -> None:
    """An answer of any kind holds one slot until it is released; None and a cancel hold none."""

    async def play() -> None:
        slots = asyncio.Semaphore(5)
        async with (
            asyncio.timeout(10),
            web.serving({"/ok": OK, "/away": AWAY}) as server,
            web.fetcher(server) as asking,
        ):
            for number, url in enumerate(
                (server.url("/ok"), server.url("/none"), server.url("/away"), "no URL"), start=1
            ):
                assert await asking.fetch(FetchRequest(url), slots=slots) is not None
                assert slots._value == 5 - number
            asking.block("127.0.0.1")
            assert await asking.fetch(FetchRequest(server.url("/ok")), slots=slots) is None
            await slots.acquire()
            waiting = asyncio.create_task(
                asking.fetch(FetchRequest(server.url("/ok", "c.test")), slots=slots)
            )
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait({waiting})
            assert slots._value == 0
            for _ in range(5):
                slots.release()

    asyncio.run(play())
