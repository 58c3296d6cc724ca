"""Prefect around a flow: a quiet environment, and no waiting for a server that is gone."""

import asyncio
import os
from pathlib import Path

import pytest

from articles.errors import SeedsError
from flows.service import environment, supervise


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int, str]]:
    """Record the deadlines that are set instead of starting timers; return them."""
    deadlines: list[tuple[float, int, str]] = []

    class Recorded:
        def __init__(self, seconds: float, code: int, sentence: str) -> None:
            self.deadline = (seconds, code, sentence)
            deadlines.append(self.deadline)

        def lift(self) -> None:
            if self.deadline in deadlines:
                deadlines.remove(self.deadline)

    monkeypatch.setattr(supervise, "Deadline", Recorded)
    return deadlines


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the process a home without any trace of Prefect, and put its environment back."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    monkeypatch.setattr(os, "environ", kept | {"HOME": str(tmp_path)})
    monkeypatch.delitem(os.environ, "XDG_CACHE_HOME", raising=False)
    return tmp_path


def test_prefect_is_quiet_and_at_home_in_our_cache(bare: Path) -> None:
    """No telemetry, no console lines, and a home that the next run finds warm."""
    environment.prepare("warning")
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PYTHONSAFEPATH"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] == "CRITICAL"
    assert Path(os.environ["PREFECT_HOME"]) == bare / ".cache/newslake/prefect"


def test_prefect_speaks_when_asked(bare: Path) -> None:
    """--log-level info lets Prefect's own lines through."""
    environment.prepare("info")
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "INFO"
    assert os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] == "NOTSET"


def test_what_the_operator_set_stays(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PREFECT_* variables win over ours."""
    monkeypatch.setitem(os.environ, "PREFECT_HOME", "/mine")
    monkeypatch.setitem(os.environ, "PREFECT_LOGGING_LEVEL", "DEBUG")
    environment.prepare("warning")
    assert os.environ["PREFECT_HOME"] == "/mine"
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert "PREFECT_PROFILES_PATH" not in os.environ


def test_the_profile_of_prefect_config_set_counts(bare: Path) -> None:
    """A server that the user's profile names is found although the home is ours."""
    profiles = bare / ".prefect/profiles.toml"
    profiles.parent.mkdir()
    profiles.touch()
    environment.prepare("warning")
    assert os.environ["PREFECT_PROFILES_PATH"] == str(profiles)
    assert "PREFECT_LOGGING_TO_API_ENABLED" not in os.environ


def test_a_home_that_is_no_folder_is_replaced(bare: Path) -> None:
    """Where the cache can't be made, a temporary folder serves."""
    (bare / ".cache").touch()
    environment.prepare("warning")
    assert Path(os.environ["PREFECT_HOME"]).is_dir()


def test_serve_has_a_database_that_is_kept(bare: Path) -> None:
    """Its home is in the user's data, not in the cache; runs are kept for thirty days."""
    assert environment.prepare_serving(4300, "warning") == bare / ".local/share/newslake/prefect"
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert os.environ["PREFECT_SERVER_UI_API_URL"] == "/api"
    assert os.environ["PREFECT_SERVER_UI_V2_ENABLED"] == "false"
    assert os.environ["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"] == "2592000"
    assert os.environ["PREFECT_SERVER_EVENTS_RETENTION_PERIOD"] == "P30D"
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "INFO"
    assert os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] == "CRITICAL"


def test_no_deadline_holds_while_the_flow_works(ends: list[tuple[float, int, str]]) -> None:
    """Prefect's start has a deadline, then its end; the work between takes as long as it takes."""
    supervised = supervise.SupervisedFlow()
    assert [deadline[:2] for deadline in ends] == [(supervise.START_SECONDS, 1)]
    supervised.began()
    assert ends == []
    supervised.stored()
    assert [deadline[:2] for deadline in ends] == [(supervise.END_SECONDS, 0)]


def test_a_failure_of_prefect_after_storing_fails_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The data are committed: one sentence says that Prefect could not note it."""
    supervised = supervise.SupervisedFlow()

    async def flow() -> None:
        supervised.began()
        supervised.stored()
        raise ConnectionError("all attempts failed")

    supervised.run(flow)
    err = capsys.readouterr().err
    assert "all attempts failed" in err
    assert "the data are committed" in err


def test_a_flow_that_never_began_is_prefects_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the server, the hint the way without it."""

    async def flow() -> None:
        raise ConnectionError("refused")

    with pytest.raises(supervise.PrefectError, match=r"temporary server .*refused") as caught:
        supervise.SupervisedFlow().run(flow)
    assert "--direct" in caught.value.hint
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.test/api")
    with pytest.raises(supervise.PrefectError, match=r"http://prefect\.test/api"):
        supervise.SupervisedFlow().run(flow)


def test_our_own_errors_pass_through() -> None:
    """A missing folder is reported as that, wherever it happens."""

    async def flow() -> None:
        raise SeedsError("gone")

    with pytest.raises(SeedsError, match="gone"):
        supervise.SupervisedFlow().run(flow)


def test_other_errors_of_the_flow_pass_through() -> None:
    """A bug in our code is not blamed on Prefect."""
    supervised = supervise.SupervisedFlow()

    async def flow() -> None:
        supervised.began()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        supervised.run(flow)


def test_an_interruption_gets_a_deadline(ends: list[tuple[float, int, str]]) -> None:
    """After Ctrl-C the flow is cancelled, and Prefect has seconds left, not minutes."""
    supervised = supervise.SupervisedFlow()
    cancelled: list[bool] = []

    async def flow() -> None:
        supervised.began()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def interrupted() -> None:
        outer = asyncio.ensure_future(supervised._interruptible(flow))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        outer.cancel()
        await outer

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert cancelled == [True]
    assert [deadline[:2] for deadline in ends] == [(supervise.INTERRUPT_SECONDS, 130)]
