"""Runs a flow under Prefect for the command line, quietly, and ends where Prefect would hang."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable

from articles.errors import NewslakeError

log = logging.getLogger(__name__)

START_SECONDS = 180.0
"""How long Prefect may take to the flow's first line (a cold temporary server: 8 to 30 s)."""
END_SECONDS = 20.0
"""How long Prefect may go on once the data are stored; it drains events, 7 s a connection."""
INTERRUPT_SECONDS = 5.0
"""How long Prefect may go on after Ctrl-C, which its temporary server got as well."""


class PrefectError(NewslakeError):
    """Prefect can't be reached or failed before the flow began."""

    passing = True


class Deadline:
    """Ends the process with a sentence if not lifted in time; Prefect can hang for minutes."""

    def __init__(self, seconds: float, code: int, sentence: str) -> None:
        self._timer = threading.Timer(seconds, end_process, (code, sentence))
        self._timer.daemon = True  # runs during the interpreter's shutdown, never delays it
        self._timer.start()

    def lift(self) -> None:
        """Let the process run on."""
        self._timer.cancel()


def end_process(code: int, sentence: str) -> None:
    """Say why and end at once, with the temporary server, without waiting for anybody."""
    sys.stderr.write(f"newslake: {sentence}\n")
    sys.stderr.flush()
    sys.stdout.flush()
    server = sys.modules.get("prefect.server.api.server")
    if server is not None:
        server.SubprocessASGIServer().stop()
    os._exit(code)


class SupervisedFlow:
    """Runs a flow's coroutine and keeps what it achieved apart from what Prefect did with it."""

    def __init__(self) -> None:
        sentence = f"Prefect did not start within {START_SECONDS:.0f} s."
        self._deadline = Deadline(START_SECONDS, 1, sentence)
        self._began = False
        self._stored = False

    def began(self) -> None:
        """Note that the flow's first line ran."""
        self._began = True
        self._deadline.lift()

    def stored(self) -> None:
        """Note that all data are committed: whatever comes now is Prefect's own business."""
        self._stored = True
        sentence = f"Prefect did not end within {END_SECONDS:.0f} s; the data are committed."
        self._deadline = Deadline(END_SECONDS, 0, sentence)

    def run(self, start: Callable[[], Awaitable[object]]) -> None:
        """Run the coroutine that `start` makes, and return when Prefect has noted its end.

        Raises what the flow's own code raised, PrefectError if it never began, and
        KeyboardInterrupt with the signal's number.
        """
        from prefect.exceptions import TerminationSignal

        try:
            asyncio.run(self._interruptible(start))
        except NewslakeError:
            raise
        except TerminationSignal as error:  # Prefect takes SIGTERM over while a flow runs
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would break into the end
            raise KeyboardInterrupt(signal.SIGTERM) from error
        except Exception as error:
            log.debug("prefect_failed", exc_info=True)
            if self._stored:
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                sentence = f"Prefect could not note the end of this run ({reason});"
                sys.stderr.write(f"newslake: {sentence} the data are committed.\n")
            elif self._began:
                raise
            else:
                raise _unreachable(error) from error
        finally:
            if not self._stored:
                self._deadline.lift()

    async def _interruptible(self, start: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.ensure_future(start())
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            self._deadline.lift()
            sentence = "Interrupted; what was committed is kept."
            self._deadline = Deadline(INTERRUPT_SECONDS, 128 + signal.SIGINT, sentence)
            task.cancel()
            await asyncio.wait({task})
            raise
        task.result()


def _unreachable(error: Exception) -> PrefectError:
    """Return the error for a flow that never began."""
    reason = f"{type(error).__name__}: {error}".splitlines()[0]
    url = os.environ.get("PREFECT_API_URL")
    if url:
        message = f"The Prefect server at {url} can't be used: {reason}"
        hint = "Start it, unset PREFECT_API_URL for a temporary one, or run with --direct."
        return PrefectError(message, hint)
    message = f"Prefect's temporary server can't be used: {reason}"
    return PrefectError(message, "Run with --direct, or see more with --log-level debug.")
