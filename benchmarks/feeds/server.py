"""Serves the benchmark's feeds on loopback, in a process of its own, and counts what it served.

Run: (cd benchmarks && python -m feeds.server '{"sources": 50}'); it prints its port when ready.
`POST /tick/N` moves all feeds to a tick, `POST /validators/off` takes ETag and Last-Modified away,
`GET /counts` tells what was served since the last of these or `POST /forget`. Every document of a
tick is made and compressed before the answer to `POST /tick/N`.
"""

import argparse
import asyncio
import contextlib
import gc
import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from feeds.plan import Document, Plan, documents


@dataclass(slots=True)
class Counts:
    """What was served since the last control request."""

    requests: int = 0
    full: int = 0
    """Answers with a document (200)."""
    not_modified: int = 0
    entries: int = 0
    """Entries in these documents."""
    wire_bytes: int = 0
    first_at: float = 0.0
    """Unix time of the first request for a feed, in seconds."""
    last_at: float = 0.0
    connections: int = 0


class Desk:
    """Answers requests: the feeds of the present tick, and the control paths."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._made: dict[int, list[Document]] = {}
        self._feeds: list[Document] = []
        self._validators = True
        self.counts = Counts()
        self.move(1)

    def move(self, tick: int) -> None:
        """Make a tick's documents, unless they are made, and serve them from now on."""
        if tick not in self._made:
            self._made[tick] = documents(self._plan, tick)
        self._feeds = self._made[tick]
        gc.freeze()

    def answer(self, head: bytes) -> bytes:
        """Return the whole answer to a request, given its head without the last empty line."""
        request, *lines = head.split(b"\r\n")
        method, path, _ = request.split(b" ", 2)
        if method == b"POST" or path == b"/counts":
            return self._controlled(path.decode().split("/")[1:])
        number = path.split(b"/", 2)[1]
        if not number.isdigit() or int(number) >= len(self._feeds):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        headers = dict(_field(line) for line in lines)
        return self._feed(self._feeds[int(number)], headers)

    def _feed(self, feed: Document, headers: dict[bytes, bytes]) -> bytes:
        counts = self.counts
        counts.last_at = time.time()
        counts.first_at = counts.first_at or counts.last_at
        counts.requests += 1
        validators = b""
        if self._validators:
            validators = b"ETag: %b\r\nLast-Modified: %b\r\n" % (feed.etag, feed.last_modified)
            if headers.get(b"if-none-match") == feed.etag:
                counts.not_modified += 1
                return b"HTTP/1.1 304 Not Modified\r\n%b\r\n" % validators
        body, encoding = feed.body, b""
        if b"gzip" in headers.get(b"accept-encoding", b""):
            body, encoding = feed.zipped, b"Content-Encoding: gzip\r\n"
        counts.full += 1
        counts.entries += feed.entries
        counts.wire_bytes += len(body)
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b%b"
            b"Vary: Accept-Encoding\r\n\r\n%b"
            % (feed.media_type.encode(), len(body), encoding, validators, body)
        )

    def _controlled(self, path: list[str]) -> bytes:
        if path[0] == "tick":
            self.move(int(path[1]))
        elif path[0] == "validators":
            self._validators = path[1] == "on"
        body = json.dumps(
            {field.name: getattr(self.counts, field.name) for field in fields(Counts)}
        )
        if path[0] != "counts":
            self.counts = Counts()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body.encode())


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.lower(), value.strip()


class Connection(asyncio.Protocol):
    """One connection, kept alive: each request is answered as soon as its head is there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._desk.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        """Answer every request whose head is complete; none has a body."""
        self._got += data
        while b"\r\n\r\n" in self._got and self._transport:
            head, _, self._got = self._got.partition(b"\r\n\r\n")
            self._transport.write(self._desk.answer(head))


async def serve(plan: Plan) -> None:
    """Listen on all of the plan's addresses at one port, say which, and serve until killed."""
    desk = Desk(plan)
    loop = asyncio.get_running_loop()
    addresses = [f"127.0.0.{number}" for number in range(1, plan.hosts + 1)]
    server = await loop.create_server(lambda: Connection(desk), addresses[0], 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    if addresses[1:]:
        await loop.create_server(lambda: Connection(desk), addresses[1:], port, backlog=1024)
    print(port, flush=True)
    await server.serve_forever()


class Server:
    """The server in a process of its own, for `with`; raises if it can't start."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.port = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "feeds.server", json.dumps(plan_values(self.plan))]
        benchmarks = Path(__file__).resolve().parents[1]  # which `-m` looks into
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=benchmarks)
        said = self._process.stdout.readline() if self._process.stdout else ""
        if not said.strip().isdigit():
            self.__exit__(None, None, None)
            sys.exit("the feed server did not start")
        self.port = int(said)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Return the process's id."""
        return self._process.pid

    @property
    def urls(self) -> list[str]:
        """Return the URL of each feed."""
        return self.plan.urls(self.port)

    def tick(self, number: int) -> None:
        """Move all feeds to a tick; returns once its documents are made."""
        self._ask("POST", f"/tick/{number}")

    def validators(self, *, on: bool) -> None:
        """Send and judge ETag and Last-Modified, or neither."""
        self._ask("POST", f"/validators/{'on' if on else 'off'}")

    def forget(self) -> None:
        """Count from 0 again."""
        self._ask("POST", "/forget")

    def counts(self) -> Counts:
        """Return what was served since the last of the three above."""
        return Counts(**json.loads(self._ask("GET", "/counts")))

    def _ask(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        with contextlib.closing(connection):
            connection.request(method, path)
            return connection.getresponse().read()


def plan_values(plan: Plan) -> dict[str, int | bool]:
    """Return a plan as its process is told it."""
    return {field.name: getattr(plan, field.name) for field in fields(Plan)}


def main() -> None:
    """Serve the plan that the command line tells as JSON, or the default one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?", default="{}", help="such as '{\"sources\": 50}'")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Plan(**json.loads(parser.parse_args().plan))))


if __name__ == "__main__":
    main()
