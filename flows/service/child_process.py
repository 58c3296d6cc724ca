"""The processes that `newslake serve` is made of: each in a session of its own, ended with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


class ChildProcess:
    """A child process that Ctrl-C does not reach; whoever started it ends it, with all below it."""

    def __init__(self, module: str, *arguments: str, log: Path | None = None) -> None:
        """Run a module of ours; `log` gets what it says (default: our own output gets it)."""
        # Not from a folder of the same name where the operator stands.
        environment = os.environ | {"PYTHONSAFEPATH": "1"}
        output: BinaryIO | None = log.open("wb") if log else None
        try:
            self._process = subprocess.Popen(  # noqa: S603 our own module
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()

    def ended(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.poll()

    def stop(self, seconds: float) -> None:
        """Ask it to end; after so many seconds end it and everything that it started."""
        if self.ended() is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it and everything that it started, at once."""
        with suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def on_parents_end(act: Callable[[], None], seconds: float) -> None:
    """In a child process: act once the parent is gone, however it ended, and die.

    Args:
        act: What to do, in a thread of its own.
        seconds: How long after that everything of this process's session is killed.
    """

    def watch() -> None:
        while os.read(0, 4096):
            pass
        act()
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def stop_all(children: Sequence[ChildProcess], seconds: float) -> None:
    """Stop one after the other, each within `seconds`; whatever happens, none is left."""
    try:
        for child in children:
            child.stop(seconds)
    finally:
        for child in children:
            child.kill()
