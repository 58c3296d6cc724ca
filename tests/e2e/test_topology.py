"""docker-compose.yml: its parts start together, natively, and a scheduled run completes on them."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"


@pytest.fixture
def services() -> dict[str, Any]:
    """Return the file's services."""
    read: dict[str, Any] = YAML(typ="safe").load(FILE)["services"]
    return read


def test_nothing_is_reached_from_outside(services: dict[str, Any]) -> None:
    """Every published port is on this machine only: the UI has no password."""
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_seeds_and_sources_are_only_read(services: dict[str, Any]) -> None:
    """What is the operator's is mounted read-only; the lake is a volume."""
    mounts = services["newslake"]["volumes"]
    assert all(mount.endswith(":ro") for mount in mounts if mount.startswith("."))
    lake = services["newslake"]["environment"]["NEWSLAKE_LAKE"]
    assert [mount for mount in mounts if not mount.startswith(".")] == [f"lake:{lake}"]


def test_each_part_waits_for_the_one_it_needs(services: dict[str, Any]) -> None:
    """PostgreSQL, then the server, then who runs the flows: each once the former is healthy."""
    healthy = {"condition": "service_healthy"}
    assert services["server"]["depends_on"] == {"postgres": healthy}
    assert services["newslake"]["depends_on"] == {"server": healthy}
    assert {"postgres", "server"} <= {n for n, said in services.items() if "healthcheck" in said}


def test_docker_takes_the_file() -> None:
    """`docker compose config` finds nothing to say."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and not _run([*command, "version"]).returncode:
            done = _run([*command, "--file", str(FILE), "config"])
            assert done.returncode == 0, done.stderr
            return
    pytest.skip("docker compose is not installed")


def test_interrupted_while_it_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C before a run ended: all is stopped, nothing is shown, and the exit code says so."""
    topology = _topology()
    stopped: list[object] = []

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    def stop(self: object) -> None:
        stopped.append(self)

    monkeypatch.setattr(topology.Topology, "start", interrupt)
    monkeypatch.setattr(topology.Topology, "stop", stop)
    monkeypatch.setattr(topology.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["topology"])
    assert topology.main() == 130
    assert len(stopped) == 1
    assert capsys.readouterr().out == ""


def _topology() -> Any:
    """Return scripts/topology, which has no suffix, as a module."""
    loader = SourceFileLoader("topology", str(ROOT / "scripts/topology"))
    spec = spec_from_loader("topology", loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules["topology"] = module  # dataclasses look there
    loader.exec_module(module)
    return module


@pytest.mark.postgres
@pytest.mark.e2e
def test_the_parts_work_together(tmp_path: Path) -> None:
    """Prefect on PostgreSQL schedules, newslake runs; no part ends, and nothing is left."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    done = _run([sys.executable, str(ROOT / "scripts/topology")])
    assert done.returncode == 0, done.stderr
    states = dict(line.split()[::2] for line in done.stdout.splitlines()[1:3])
    assert states == {"postgres": "running", "server": "running"}
    assert "newslake  -                 running" in done.stdout
    assert "COMPLETED" in done.stdout


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of this machine without its settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSLAKE_", "PREFECT_", "POSTGRES_"))
    }
    return subprocess.run(
        command, env=kept, capture_output=True, text=True, timeout=280, check=False
    )
