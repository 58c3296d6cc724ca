"""Our log lines: event names with their fields, on standard error, beside whatever Prefect logs."""

import logging
import sys
from typing import TextIO

ROOMS = ("flows", "connectors", "articles", "warehouse")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message", "asctime", "taskName", "flow_run_id",
}  # fmt: skip


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stderr` is now: a live progress bar replaces it while it is shown."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, stream: TextIO) -> None:
        raise AttributeError(stream)


class Fields(logging.Formatter):
    """`committed batch_no=3 entries=500`; log lines of others as they are."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event, its fields if it is ours, and its traceback if it has one."""
        line = record.getMessage()
        if record.name.partition(".")[0] in ROOMS:
            own = ((key, value) for key, value in vars(record).items() if key not in _STANDARD)
            line = " ".join([line, *(f"{key}={value}" for key, value in own)])
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line


class _Line(Fields):
    """`10:15:00 info flows.pipeline.store committed batch_no=3 entries=500`."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower()} {record.name}"
        return f"{head} {super().format(record)}"


def start(level: str) -> None:
    """Log our rooms from `level` (debug, info, warning, error) on; again replaces the level.

    The level is that of standard error; Prefect, where it listens, gets `info` in any case.
    """
    for room in ROOMS:
        logger = logging.getLogger(room)
        logger.setLevel(min(logging.INFO, logging.getLevelNamesMapping()[level.upper()]))
        logger.propagate = False  # Prefect's root handler would print the line a second time
        for handler in _ours(logger):
            logger.removeHandler(handler)
        handler = _ToStderr()
        handler.setLevel(level.upper())
        handler.setFormatter(_Line())
        logger.addHandler(handler)


def start_once(level: str) -> None:
    """As `start`, unless somebody has started our logs already, or there is no such level."""
    started = any(_ours(logging.getLogger(room)) for room in ROOMS)
    if not started and level.upper() in logging.getLevelNamesMapping():
        start(level)


def _ours(logger: logging.Logger) -> list[logging.Handler]:
    return [handler for handler in logger.handlers if isinstance(handler, _ToStderr)]
