"""Runs a flow under Prefect for the command line, quietly, and ends where Prefect would hang."""

import asyncio
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from articles.errors import NewslakeError, SettingsError
from flows.logs import ROOMS

log = logging.getLogger(__name__)

START_SECONDS = 180.0
"""For Prefect to reach the flow's first line (a cold temporary server takes 8 to 30 s)."""
END_SECONDS = 20.0
"""For Prefect to end after the data are stored; it drains events, 7 s a dead connection."""
KEEP_DAYS = 30
"""How long `newslake serve` keeps runs and their logs; the lake keeps its own account for ever."""
INTERRUPT_SECONDS = 5.0
"""For Prefect to end after Ctrl-C, which its temporary server got as well."""


class PrefectError(NewslakeError):
    """Prefect can't be reached or failed before the flow began."""

    passing = True


def prepare(log_level: str) -> None:
    """Set up the environment that Prefect reads, to be called before `import prefect`.

    What the operator set stays. Without it: no telemetry, no log lines on the terminal unless
    `log_level` is `info` or `debug` (a server gets them all the same), and a home of newslake's
    own in the user's cache, which makes every start but the first one fast.
    """
    chatty = log_level in ("debug", "info")
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": log_level.upper() if chatty else "WARNING",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "NOTSET" if chatty else "CRITICAL",
        "PREFECT_LOGGING_INTERNAL_LEVEL": "WARNING" if chatty else "CRITICAL",
        # Prefect starts processes by `python -m`: a folder `flows` where the operator stands,
        # which many projects have, must not be taken for ours.
        "PYTHONSAFEPATH": "1",
        # A run's log in the UI holds our lines, with their fields.
        "PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(ROOMS),
        "PREFECT_LOGGING_HANDLERS_API_CLASS": "flows.runlogs.ToRun",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        # `serve` takes a run for dead that is silent for longer (leftovers.SILENCE).
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }
    if "PREFECT_HOME" not in os.environ:
        defaults["PREFECT_HOME"] = str(_home())
        # `prefect config set` keeps a server's URL in the profile, which the move would hide.
        profiles = Path("~/.prefect/profiles.toml").expanduser()
        if profiles.exists():
            defaults["PREFECT_PROFILES_PATH"] = str(profiles)
        elif "PREFECT_API_URL" not in os.environ:
            # Nobody can read a temporary server's log; when it dies, writing there is noise.
            defaults["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def prepare_serving(port: int, log_level: str) -> Path:
    """Set up the environment of `newslake serve` with a server of its own; return Prefect's home.

    The home, with the database of runs, is in the user's data: it outlives a restart. Raises
    SettingsError if it can't be written.
    """
    data = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share")
    home = Path(os.environ.get("PREFECT_HOME") or data / "newslake" / "prefect").expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK)
    except (OSError, RuntimeError):
        writable = False
    if not writable:
        message = f"Prefect's home {home} can't be written."
        raise SettingsError(message, "Name a folder for its database by PREFECT_HOME.")
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    defaults = {
        # Whatever name and port the browser came by, it asks there.
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The newer UI has the browser call a tracking service, whatever was said about analytics.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_DAYS * 86400),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{KEEP_DAYS}D",
        "PREFECT_LOGGING_LEVEL": "DEBUG" if log_level == "debug" else "INFO",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    prepare(log_level)
    return home


def _home() -> Path:
    """Return a folder for the temporary server's own database, made if need be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    home = cache / "newslake" / "prefect"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a container without a home or with a read-only one
        return Path(tempfile.mkdtemp(prefix="newslake-prefect-"))
    return home if os.access(home, os.W_OK) else Path(tempfile.mkdtemp(prefix="newslake-prefect-"))


class Limit:
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


class Watched:
    """Runs a flow's coroutine and keeps what it achieved apart from what Prefect did with it."""

    def __init__(self) -> None:
        sentence = f"Prefect did not start within {START_SECONDS:.0f} s."
        self._limit = Limit(START_SECONDS, 1, sentence)
        self._began = False
        self._stored = False

    def began(self) -> None:
        """Note that the flow's first line ran."""
        self._began = True
        self._limit.lift()

    def stored(self) -> None:
        """Note that all data are committed: whatever comes now is Prefect's own business."""
        self._stored = True
        sentence = f"Prefect did not end within {END_SECONDS:.0f} s; the data are committed."
        self._limit = Limit(END_SECONDS, 0, sentence)

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
                self._limit.lift()

    async def _interruptible(self, start: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.ensure_future(start())
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            self._limit.lift()
            sentence = "Interrupted; what was committed is kept."
            self._limit = Limit(INTERRUPT_SECONDS, 128 + signal.SIGINT, sentence)
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
