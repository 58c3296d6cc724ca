"""The settings of Prefect under which newslake runs its flows."""

import os
import tempfile
from pathlib import Path

from articles.errors import SettingsError
from flows.logs import ROOMS

KEEP_DAYS = 30
"""Days that `newslake serve` keeps runs and their logs; the lake keeps its own account for ever."""


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
        "PREFECT_LOGGING_HANDLERS_API_CLASS": "flows.service.run_log.ToRun",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        # `serve` takes a run for dead that is silent for longer (stale_runs.SILENCE).
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
