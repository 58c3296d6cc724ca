"""A TCP relay to a PostgreSQL server's socket that loses the answer to a COMMIT when it is told."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Literal, Self

Loss = Literal["before", "after", "gone", "late"]
"""What happens to the next COMMIT: the server never hears it; its answer is lost; then no new
connection is taken either; it reaches the server only when its client has been cut off already."""
_LATE = 0.7


class Relay:
    """Listens on 127.0.0.1 at `port` and forwards to a Unix socket; a context manager."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._thread = threading.Thread(target=self._accept)
        self._open = True
        self._pairs: list[tuple[socket.socket, socket.socket, threading.Thread]] = []
        self.port: int = self._listener.getsockname()[1]
        self.next: Loss | None = None
        self.only_after: Callable[[], bool] = lambda: True
        """The loss waits for a COMMIT at which this says yes."""
        self.reachable = True
        self.lost = 0

    def conninfo(self, given: str) -> str:
        """Return libpq's connection string by way of the relay for one by way of the socket."""
        rest = " ".join(part for part in given.split() if not part.startswith("host="))
        return f"host=127.0.0.1 port={self.port} {rest} sslmode=disable gssencmode=disable"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()
        self._listener.close()
        for client, server, thread in self._pairs:
            _cut(client, server)
            thread.join()
            client.close()
            server.close()

    def _accept(self) -> None:
        while self._open:
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                if not self.reachable:
                    client.close()
                    continue
                client.settimeout(None)
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                thread = threading.Thread(target=self._forward, args=(client, server))
                self._pairs.append((client, server, thread))
                thread.start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        lost = threading.Event()
        answers = threading.Thread(target=_answer, args=(client, server, lost))
        answers.start()
        with contextlib.suppress(OSError):
            server.sendall(_message(client, kind=False))
            while True:
                message = _message(client, kind=True)
                loss = self._loss(message)
                if loss is None:
                    server.sendall(message)
                else:
                    lost.set()
                    self._lose(loss, message, client, server)
                    break
        _cut(client, server)
        answers.join()

    def _loss(self, message: bytes) -> Loss | None:
        if message[:1] != b"Q" or b"COMMIT" not in message or not self.only_after():
            return None
        loss, self.next = self.next, None
        if loss is not None:
            self.lost += 1
        return loss

    def _lose(
        self, loss: Loss, message: bytes, client: socket.socket, server: socket.socket
    ) -> None:
        if loss == "gone":
            self.reachable = False
        if loss == "late":
            _cut(client)
            time.sleep(_LATE)
        if loss != "before":
            server.sendall(message)
            # The server ends the connection when it has answered all: nothing else is sent to it.
            server.shutdown(socket.SHUT_WR)
            server.settimeout(10)
            _wait_for_end(server)


def _wait_for_end(server: socket.socket) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.recv(1, socket.MSG_PEEK):
        time.sleep(0.005)  # the other thread takes what has come


def _answer(client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while data := server.recv(65_536):
            if not lost.is_set():
                client.sendall(data)
    if not lost.is_set():
        _cut(client)


def _message(client: socket.socket, *, kind: bool) -> bytes:
    head = _exactly(client, 5 if kind else 4)
    return head + _exactly(client, int.from_bytes(head[-4:]) - 4)


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise OSError
        data += more
    return data


def _cut(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
