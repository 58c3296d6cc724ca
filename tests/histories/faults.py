"""Where a run can be killed: the product's own functions, wrapped for the time of one run."""

import os
import pkgutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from steps import Kill

PLACES = {
    "before_batch": ("flows.polling.batch_buffer.store", True),
    "before_commit": ("warehouse.lake.writer.Writer._store", True),
    "after_commit": ("warehouse.lake.writer.Writer._store", False),
    "before_index": ("warehouse.index.keys.KeyIndex.apply", True),
    "after_index": ("warehouse.lake.lake.Lake.committed", False),
    "before_merge": ("flows.run.merge", True),
    "before_publish": ("flows.run.publish", True),
    "after_publish": ("flows.run.publish", False),
    "before_sweep": ("flows.run.sweep", True),
}
"""By point: a function, and whether the run ends before it or after it."""


class Killed(BaseException):
    """Stands for the end of a process: nothing of the product may catch it."""


@dataclass(slots=True)
class _Victim:
    """A run that ends at a point; what it then still tries to do comes to nothing."""

    kill: Kill
    reached: int = 0
    dead: bool = False

    def wrap(self, point: str, real: Callable[..., Any]) -> Callable[..., Any]:
        _, before = PLACES[point]

        def wrapped(*given: Any, **named: Any) -> Any:
            if before:
                self.reach(point)
            self.live()
            result = real(*given, **named)
            if not before:
                self.reach(point)
            return result

        return wrapped

    def live(self) -> None:
        if self.dead:
            raise Killed

    def reach(self, point: str) -> None:
        if point == self.kill.point and not self.dead:
            self.reached += 1
            if self.reached == self.kill.count:
                self.dead = True
                if self.kill.process:
                    os.kill(os.getpid(), signal.SIGKILL)
        self.live()


@contextmanager
def killed_at(kill: Kill | None) -> Iterator[None]:
    """End what runs inside at a point; without one, let it be."""
    with ExitStack() as stack:
        if kill is not None:
            victim = _Victim(kill)
            for point, (target, _) in PLACES.items():
                real = _found(target)
                stack.enter_context(mock.patch(target, victim.wrap(point, real)))
        yield


@contextmanager
def small_batches(entries: int) -> Iterator[None]:
    """Let a batch hold so many entries."""
    with ExitStack() as stack:
        for room in ("batch_buffer", "feed_poller", "folder_poller"):
            stack.enter_context(mock.patch(f"flows.polling.{room}.BATCH_ENTRIES", entries))
        yield


def _found(target: str) -> Callable[..., Any]:
    """Return what stands there now: a function may be wrapped more than once."""
    found: Callable[..., Any] = pkgutil.resolve_name(target)
    return found
