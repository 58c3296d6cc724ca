"""`newslake serve` as a person runs it: a scheduled run, the UI, Ctrl-C, and after a kill -9."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.e2e

SECONDS = 150.0
"""How long a test waits for what takes seconds; a new database takes 15 s on an idle machine."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one seed, with Prefect's home, and with a package `flows` that is not ours."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "flows").mkdir()
    (folder / "flows/__init__.py").write_text("raise SystemExit('not newslake')\n")
    (folder / "seeds").mkdir()
    (folder / "seeds/bridge.txt").write_text("The bridge is open\n\nIt was opened on Monday.\n")
    return folder


class Served:
    """A running `newslake serve` and its server's API."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, path: str, question: dict[str, Any] | None = None) -> Any:
        """Return what the server answers; with a question it is posted."""
        request = urllib.request.Request(  # noqa: S310 loopback
            f"{self.address}{path}",
            None if question is None else json.dumps(question).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def runs(self, *states: str) -> list[dict[str, Any]]:
        """Return the scheduled runs in these states, the oldest first; none while it starts."""
        chosen = {"flow_runs": {"state": {"type": {"any_": states}}}}
        question = {"sort": "EXPECTED_START_TIME_ASC", **chosen}
        try:
            found = self.ask("/api/flow_runs/filter", question)
        except OSError:
            return []
        return [run for run in found if run["auto_scheduled"]]

    def first(self, *states: str, after: str = "") -> dict[str, Any]:
        """Wait for a scheduled run in one of these states, expected after a time; return it."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None
            for run in self.runs(*states):
                if run["expected_start_time"] > after:
                    return run
            time.sleep(0.1)
        pytest.fail(f"no run in {states}: {self.runs('FAILED', 'CRASHED', 'CANCELLED')}")

    def tree(self) -> list[psutil.Process]:
        """Return its processes."""
        serve = psutil.Process(self.process.pid)
        return [serve, *serve.children(recursive=True)]


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that are still there some seconds later; a zombie is gone."""
    _, alive = psutil.wait_procs(processes, timeout=30)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


@contextmanager
def serving(folder: Path, every: str) -> Iterator[Served]:
    """Run `newslake serve` on a free port; kill what is left of it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSLAKE_", "PREFECT_"))
    }
    with subprocess.Popen(
        [f"{sysconfig.get_path('scripts')}/newslake", "serve", "--port", str(port),
         "--every", every],
        cwd=folder,
        env=kept | {"HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        served = Served(process, port)
        processes: list[psutil.Process] = []
        try:
            yield served
        finally:
            if process.poll() is None:
                processes = served.tree()
            for one in processes:
                one.kill()


@contextmanager
def writer_of(lake: Path) -> Iterator[None]:
    """Hold the lake as another writer does: a run waits for it."""
    with (lake / "writer.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def first_run(folder: Path) -> Iterator[tuple[Served, dict[str, Any]]]:
    """Serve with a new database, once an hour, until the first scheduled run is done."""
    with serving(folder, "3600") as served:
        yield served, served.first("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


Started = tuple[Served, dict[str, Any]]


def test_a_scheduled_run_completes(first_run: Started, folder: Path) -> None:
    """Nobody has to wait for the first interval, or to start anything."""
    _, run = first_run
    assert run["state_type"] == "COMPLETED"
    assert run["deployment_id"]
    assert (folder / "lake/news.duckdb").exists()


def test_the_ui_is_there_on_any_port(first_run: Started) -> None:
    """It asks the address that it was loaded from, and is the one that calls nobody else."""
    served, _ = first_run
    settings = served.ask("/ui-settings")
    assert (settings["api_url"], settings["default_ui"]) == ("/api", "v1")
    with urllib.request.urlopen(f"{served.address}/", timeout=30) as page:  # noqa: S310 loopback
        assert page.headers["content-type"].startswith("text/html")


def test_a_runs_log_holds_our_lines_once(first_run: Started) -> None:
    """Events with their fields, at level info, whatever the terminal shows."""
    served, run = first_run
    question = {"logs": {"flow_run_id": {"any_": [run["id"]]}}}
    until = time.monotonic() + SECONDS
    ours: list[str] = []
    while not ours and time.monotonic() < until:  # they are sent now and then
        said = served.ask("/api/logs/filter", question)
        ours = [line["message"] for line in said if line["name"] == "flows.pipeline.store"]
    assert ours == ["committed batch_no=1 polls=1 entries=1"]


def test_the_deployment_in_the_ui(first_run: Started, folder: Path) -> None:
    """It says what it does; its form shows the folders, absolute, and explains each field."""
    served, run = first_run
    made = served.ask(f"/api/deployments/{run['deployment_id']}")
    assert made["description"]
    assert made["parameters"]["lake"] == str(folder / "lake")
    assert made["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    shapes = made["parameter_openapi_schema"]["properties"]
    assert all(shape.get("description") for shape in shapes.values())
    artifacts = served.ask("/api/artifacts/filter", {})
    assert [one["key"] for one in artifacts if one["flow_run_id"] == run["id"]] == ["ingest-report"]


def test_ctrl_c_ends_everything(first_run: Started, folder: Path) -> None:
    """It says where it was and what ran, ends with 0, and leaves no process behind."""
    served, run = first_run
    processes = served.tree()
    assert len(processes) > 2
    served.process.send_signal(signal.SIGINT)
    said, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    assert served.address in said
    assert "every 60 minutes" in said
    assert f"{run['name']}: completed" in said
    assert "Traceback" not in said
    assert left(processes) == []
    assert (folder / "prefect/prefect.db").exists()


def test_a_killed_serve_stops_nothing_for_ever(folder: Path) -> None:
    """A run that was killed is told so at the next start, and the schedule goes on."""
    with serving(folder, "3600") as served:
        with writer_of(folder / "lake"):
            running = served.first("RUNNING")
            processes = served.tree()
            for one in processes:
                one.kill()
        assert left(processes) == []
    with serving(folder, "3600") as served:
        done = served.first("COMPLETED", after=running["expected_start_time"])
        crashed = [run["id"] for run in served.runs("CRASHED")]
        assert crashed == [running["id"]]
        assert served.runs("CANCELLED") == []
        served.process.terminate()
        said, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    assert f"{running['name']}: crashed" in said
    assert f"{done['name']}: completed" in said


def test_a_run_under_way_is_cancelled_by_the_end(folder: Path) -> None:
    """It is not left RUNNING: serve ends within seconds, and the run with it."""
    with serving(folder, "3600") as served, writer_of(folder / "lake"):
        running = served.first("RUNNING")
        processes = served.tree()
        served.process.terminate()
        said, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    assert f"{running['name']}: cancelled" in said
    assert left(processes) == []


def test_a_port_that_is_taken(folder: Path) -> None:
    """A sentence and a hint, no traceback."""
    newslake = f"{sysconfig.get_path('scripts')}/newslake"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [newslake, "serve", "--port", port],
            cwd=folder,
            env=os.environ | {"HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert port in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
