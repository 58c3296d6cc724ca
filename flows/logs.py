"""Our log lines: event names with their fields, on standard error, beside whatever Prefect logs."""

import logging
import sys
from typing import TextIO

ROOMS = ("flows", "connectors", "articles", "warehouse")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


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


class _Line(logging.Formatter):
    """`10:15:00 info flows.pipeline committed batch_no=3 entries=500`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        said = " ".join(f"{key}={value}" for key, value in fields.items())
        head = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower()} {record.name}"
        line = f"{head} {record.getMessage()} {said}".rstrip()
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line


def start(level: str) -> None:
    """Log our rooms from `level` (debug, info, warning, error) on; again replaces the level."""
    for room in ROOMS:
        logger = logging.getLogger(room)
        logger.setLevel(level.upper())
        logger.propagate = False  # Prefect's root handler would print the line a second time
        if not any(isinstance(handler, _ToStderr) for handler in logger.handlers):
            handler = _ToStderr()
            handler.setFormatter(_Line())
            logger.addHandler(handler)
