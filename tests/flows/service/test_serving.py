"""`newslake serve` before Prefect starts: settings, the port, who holds the home, what it says."""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from articles.errors import SeedsError, SettingsError
from flows.commands import serve as module
from flows.commands.serve import greeting, interval, serve
from flows.service import supervise
from flows.service.stale_runs import SILENCE
from flows.settings import Settings


class FakeChild:
    """A child process that runs until it is asked for the third time, and notes its start."""

    started: ClassVar[list[tuple[str, ...]]] = []
    environments: ClassVar[dict[str, dict[str, str]]] = {}

    def __init__(self, *words: str, log: Path | None = None) -> None:
        self.started.append(words)
        self.environments[words[0]] = dict(os.environ)
        self.asked = 0

    def ended(self) -> int | None:
        """Run on, then press Ctrl-C."""
        self.asked += 1
        if self.asked > 2:
            raise KeyboardInterrupt
        return None

    def stop(self, seconds: float) -> None:
        """Note it."""
        self.started.append(("stopped",))

    def kill(self) -> None:
        """Do nothing: there is no process."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with seeds, an environment that is put back, and children that never start."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    monkeypatch.setattr(os, "environ", kept | {"XDG_DATA_HOME": str(tmp_path / "data")})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/sources.toml").touch()
    monkeypatch.setattr(FakeChild, "started", [])
    monkeypatch.setattr(FakeChild, "environments", {})
    monkeypatch.setattr(module, "ChildProcess", FakeChild)
    monkeypatch.setattr(module, "_wait_for", lambda url, children: None)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    return tmp_path


def test_what_is_started_and_in_which_order_it_ends(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server and who runs the flows, on the port; Ctrl-C stops both, which is no failure."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert serve(port=port, every=60, lake=Path("mine")) == 0
    (first, who), (second, text), *rest = FakeChild.started
    assert (first, who, second) == ("flows.service.api_server", str(port), "flows.service.runner")
    assert rest[0] == ("stopped",)
    assert json.loads(text) == {
        "lake": str(here / "mine"),
        "seeds": [str(here / "seeds")],
        "sources": str(here / "seeds/sources.toml"),
        "every": 60,
        "alone": True,
    }
    said = capsys.readouterr().out
    assert f"http://127.0.0.1:{port}" in said
    assert "every minute" in said
    assert "Ctrl-C" in said
    assert os.environ["PREFECT_HOME"] == str(here / "data/newslake/prefect")
    assert os.environ["PREFECT_API_URL"] == f"http://127.0.0.1:{port}/api"


def test_a_server_that_is_there_already(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With PREFECT_API_URL no server is started, and others may run flows on it."""
    os.environ["PREFECT_API_URL"] = "http://prefect.test/api"
    assert serve() == 0
    assert [words[0] for words in FakeChild.started if words != ("stopped",)] == [
        "flows.service.runner"
    ]
    assert json.loads(FakeChild.started[0][1])["alone"] is False
    assert "http://prefect.test (PREFECT_API_URL)" in capsys.readouterr().out


@pytest.mark.parametrize("url", [None, "http://prefect.test/api"], ids=["own server", "shared"])
def test_runs_are_heard_before_they_are_taken_for_dead(here: Path, url: str | None) -> None:
    """With either kind of server, two signs of life fit into the silence that means death."""
    if url:
        os.environ["PREFECT_API_URL"] = url
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert serve(port=port) == 0
    seconds = FakeChild.environments["flows.service.runner"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]
    assert 2 * int(seconds) < SILENCE.total_seconds()


def test_a_port_that_is_taken(here: Path) -> None:
    """The error names the port; the hint, both ways out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(supervise.PrefectError, match=str(port)) as caught:
            serve(port=port)
    assert "--port" in caught.value.hint
    assert f"PREFECT_API_URL=http://127.0.0.1:{port}/api" in caught.value.hint
    assert FakeChild.started == []


def test_a_second_serve_on_the_same_database(here: Path) -> None:
    """It is refused: each would take the other's runs for dead."""
    home = here / "data/newslake/prefect"
    home.mkdir(parents=True)
    with (home / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match="runs already") as caught:
            serve()
    assert "PREFECT_HOME" in caught.value.hint


def test_a_home_that_can_not_be_written(here: Path) -> None:
    """A database that would be lost at the next start is no choice: the operator names another."""
    (here / "data").write_text("a file")
    with pytest.raises(SettingsError, match="can't be written"):
        serve()


def test_a_mistyped_folder_is_told_at_once(here: Path) -> None:
    """Not by the first run, minutes later."""
    with pytest.raises(SeedsError, match="nowhere"):
        serve(seeds=[Path("nowhere")])


def test_sources_that_are_not_there(here: Path) -> None:
    """The default file may be absent, the runs look for it then; a named one may not."""
    (here / "seeds/sources.toml").unlink()
    os.environ["PREFECT_API_URL"] = "http://prefect.test/api"
    assert serve() == 0
    assert json.loads(FakeChild.started[0][1])["sources"] is None
    with pytest.raises(SettingsError, match=r"other\.toml"):
        serve(sources=Path("other.toml"))


def test_the_settings_file_is_for_the_runs_too(here: Path) -> None:
    """Runs are processes of their own: they find it by its absolute path, and the log level."""
    (here / "my.toml").write_text("every = 30\nlog_level = 'error'\n")
    os.environ["PREFECT_API_URL"] = "http://prefect.test/api"
    serve(config=Path("my.toml"))
    assert os.environ["NEWSLAKE_CONFIG"] == str(here / "my.toml")
    assert os.environ["NEWSLAKE_LOG_LEVEL"] == "error"
    assert json.loads(FakeChild.started[0][1])["every"] == 30


def test_a_child_that_ends_by_itself(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve ends too, says where to look, and leaves nothing running."""
    monkeypatch.setattr(FakeChild, "ended", lambda _: 3)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(supervise.PrefectError, match="ended by itself") as caught:
        serve(port=port)
    assert "server.log" in caught.value.hint
    assert ("stopped",) in FakeChild.started


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit an error names its address."""
    monkeypatch.setattr(module, "START_SECONDS", 0.0)
    url = "http://127.0.0.1:9/api"
    with pytest.raises(supervise.PrefectError, match=re.escape(url)):
        module._wait_for(url, [])


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "second"), (90, "90 seconds"), (60, "minute"), (300, "5 minutes"), (0.5, "0.5 seconds")],
)
def test_an_interval_in_words(seconds: float, said: str) -> None:
    """As a person says it after “every”."""
    assert interval(seconds) == said


def test_the_greeting_says_where_what_and_how_to_stop() -> None:
    """Three lines, the address first."""
    lines = greeting("http://127.0.0.1:4200/api", Settings(), alone=True).splitlines()
    assert lines[0].endswith("http://127.0.0.1:4200")
    assert "every 5 minutes into lake/" in lines[1]
    assert "Ctrl-C" in lines[2]


def test_starting_serve_imports_no_prefect() -> None:
    """The process that waits is small; Prefect's server starts at once beside it."""
    code = "import sys, flows.commands.serve; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
