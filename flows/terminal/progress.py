"""Says on standard error how far a run is: a live line on a terminal, else one now and then."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from flows.outcome import Progress
from flows.terminal.text import plural

SECONDS = 5.0
"""The least time between two lines where standard error is a file or a pipe."""


class Reporter:
    """Follows a run; call it with each Progress, from one thread."""

    def __init__(
        self, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._clock = clock
        self._said_at = clock()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __call__(self, progress: Progress) -> None:
        """Show the newest state of the run."""
        if progress.entries or progress.files or progress.feeds:
            self.say(sentence(progress))

    def say(self, text: str) -> None:
        """Show what the run is at; lines in a file or pipe are SECONDS apart."""
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            else:
                self._status.update(text)
        elif self._clock() - self._said_at >= SECONDS:
            self._said_at = self._clock()
            sys.stderr.write(f"newslake: {text}\n")

    def close(self) -> None:
        """Take the live line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def sentence(progress: Progress) -> str:
    """Return how far a run is, for a person."""
    files = plural(progress.files, "file") if progress.files or not progress.feeds else ""
    feeds = plural(progress.feeds, "feed") if progress.feeds else ""
    entries = plural(progress.entries, "entry", "entries")
    return f"{entries} from {' and '.join(filter(None, (files, feeds)))}"
