"""`newslake serve`: Prefect's server and UI, and `ingest` on a schedule, until Ctrl-C."""

import fcntl
import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from articles.errors import SettingsError
from flows import logs, settings_file
from flows.polling.plan import plan_polls
from flows.polling.seed_folders import folders_of
from flows.service import environment
from flows.service.child_process import ChildProcess, is_free, stop_all
from flows.service.serve_options import ServeOptions
from flows.service.supervise import PrefectError
from flows.settings import Settings, load
from flows.terminal.options import Config, Every, Lake, Level, Port, Seeds, Sources
from flows.terminal.text import folder, plural

START_SECONDS = 120.0
"""How long a server may take to answer: its first start makes its database (15 s, idle)."""
STOP_SECONDS = 12.0
"""How long a child process may take to end by itself; then it is killed."""
LOOK_SECONDS = 0.2
"""The time between two looks at the child processes."""


def serve(
    *,
    port: Port = None,
    every: Every = None,
    lake: Lake = None,
    seeds: Seeds = None,
    sources: Sources = None,
    config: Config = None,
    log_level: Level = None,
) -> int:
    """Ingest on a schedule, with the Prefect UI to watch it, until Ctrl-C.

    Examples:
        newslake serve
        newslake serve --port 4300 --every 60 --lake /data/lake
        PREFECT_API_URL=http://prefect:4200/api newslake serve
    """
    options = {
        "port": port,
        "every": every,
        "lake": lake,
        "seeds": seeds,
        "sources": sources,
        "log_level": log_level,
    }
    settings = load(options, config)
    folders_of(settings.seeds, settings.lake)  # a typo should not wait for the first run
    plan_polls(settings)
    logs.start(settings.log_level)
    _set_childrens_environment(settings, config)
    if url := os.environ.get("PREFECT_API_URL"):
        environment.prepare(settings.log_level)
        return _supervised([], url, settings, alone=False)
    home = environment.prepare_serving(settings.port, settings.log_level)
    with _only_one(home):
        if not is_free(settings.port):
            raise PrefectError(
                f"Port {settings.port} of 127.0.0.1 is taken.",
                "Choose another one by --port. If a Prefect server is there, use it: "
                f"PREFECT_API_URL=http://127.0.0.1:{settings.port}/api newslake serve",
            )
        log = home / "server.log"
        api_server = ChildProcess("flows.service.api_server", str(settings.port), log=log)
        return _supervised([api_server], os.environ["PREFECT_API_URL"], settings, alone=True)


def _set_childrens_environment(settings: Settings, config: Path | None) -> None:
    """Put into the environment what runs, as processes of their own, read from there."""
    os.environ["NEWSLAKE_LOG_LEVEL"] = settings.log_level
    if path := settings_file.locate(config):
        os.environ["NEWSLAKE_CONFIG"] = str(path.absolute())


def _supervised(children: list[ChildProcess], url: str, settings: Settings, *, alone: bool) -> int:
    """Start the runner, say what is there, and wait; return the exit code.

    A first Ctrl-C or SIGTERM stops all in order, which is no failure; a second one at once.
    """
    options = _serve_options(settings, alone=alone).to_json()
    try:
        # The first is stopped first: runs tell the server how they ended.
        children.insert(0, ChildProcess("flows.service.runner", options))
        if alone:
            sys.stderr.write("newslake: starting Prefect; its first start takes half a minute\n")
        _wait_for(url, children)
        print(greeting(url, settings, alone=alone), flush=True)  # noqa: T201
        while not any(code is not None for code in map(ChildProcess.ended, children)):
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        print("Stopping. What was committed is kept.", flush=True)  # noqa: T201
        stop_all(children, STOP_SECONDS)
        return 0
    finally:
        stop_all(children, STOP_SECONDS)
    raise _ended(alone=alone)


def _serve_options(settings: Settings, *, alone: bool) -> ServeOptions:
    # The default file may come later; one that is named has to be there.
    sources = str(settings.sources.absolute()) if settings.sources.exists() else None
    return ServeOptions(
        lake=str(settings.lake.absolute()),
        seeds=[str(seed.absolute()) for seed in settings.seeds],
        sources=sources,
        every=settings.every,
        alone=alone,
    )


def _wait_for(url: str, children: list[ChildProcess]) -> None:
    """Return when the server answers. Raises PrefectError if it doesn't, or if a child ended."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if any(child.ended() is not None for child in children):
            raise _ended(alone=len(children) > 1)
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310 as configured
                return
        except (OSError, URLError, ValueError):
            time.sleep(LOOK_SECONDS)
    message = f"The Prefect server at {url} did not answer within {START_SECONDS:.0f} s."
    raise PrefectError(message, "Check PREFECT_API_URL, or unset it to get a server with serve.")


def _ended(*, alone: bool) -> PrefectError:
    where = f"{os.environ['PREFECT_HOME']}/server.log" if alone else "The server's log"
    hint = f"{where} may say why; --log-level info says more."
    return PrefectError("Prefect's server or runner ended by itself.", hint)


def greeting(url: str, settings: Settings, *, alone: bool) -> str:
    """Return what a person needs to know: where to look, what happens, how to stop it."""
    where = url.removesuffix("/api")
    lines = [
        f"Prefect UI  {where}" if alone else f"Prefect     {where} (PREFECT_API_URL)",
        f"Schedule    ingest every {interval(settings.every)} into {folder(settings.lake)}",
        "Stop        Ctrl-C",
    ]
    return "\n".join(lines)


def interval(seconds: float) -> str:
    """Return an interval in words: `5 minutes`, `90 seconds`."""
    if seconds % 60 == 0:
        minutes = int(seconds) // 60
        return "minute" if minutes == 1 else plural(minutes, "minute")
    return "second" if seconds == 1 else f"{seconds:g} seconds"


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home: two servers on one database would take each other's runs for dead."""
    with (home / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"newslake serve runs already, with its database in {home}.",
                "For a second one set PREFECT_HOME to another folder, and --port.",
            ) from error
        yield
