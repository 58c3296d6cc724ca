"""What is shipped: one distribution with four packages, pinned, hashed, quick to start."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("articles", "connectors", "flows", "warehouse")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, list[str]]:
    """Return the lock's requirements (name==version), each with its hashes."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / lock).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            name = line.split(" ")[0]
            found[name] = []
        elif "--hash=" in line:
            found[name].append(line.strip(" \\"))
    return found


def imported(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after the code."""
    script = f"{code}\nimport sys; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_ours(package: str) -> None:
    """PyPI has distributions of these names; one that got installed would overwrite ours."""
    assert packages_distributions().get(package) == ["newslake"]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_whole_and_name_no_index(lock: str) -> None:
    """Every requirement has a version and a hash; where it comes from is the installer's affair."""
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    requirements = pinned(lock)
    assert len(requirements) > 80
    for name, hashes in requirements.items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*(\[[a-z,]+\])?==[^=]+", name), name
        assert hashes, name


def test_the_locks_agree() -> None:
    """Tests run with the very versions that are shipped."""
    assert pinned(LOCKS[0]).items() <= pinned(LOCKS[1]).items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """A dependency that was added to pyproject.toml and not locked would be missing at run time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[=<>~! ]", text)[0].lower() for text in asked}
    locked = {re.split(r"[\[=]", name)[0] for name in pinned(LOCKS[1])}
    assert names <= locked


def test_the_version_is_the_projects() -> None:
    """What is installed is this checkout's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert version("newslake") == project["project"]["version"]


def test_sql_is_quick_to_start() -> None:
    """`newslake sql` loads nothing that costs more than its answer."""
    code = "from flows.terminal.app import run; run(['sql', '--lake', 'none', 'select 1'])"
    loaded = imported(code)
    assert "duckdb" in loaded
    assert not loaded & {"prefect", "pydantic", "pydantic_settings", "httpx", "pyarrow", "numpy"}


def test_the_list_of_commands_loads_no_command() -> None:
    """`newslake --help` is as quick as the list that it shows."""
    code = "from flows.terminal.app import run; run(['--help'])"
    assert not imported(code) & {"duckdb", "prefect", "pydantic", "connectors", "warehouse"}


def test_workers_are_quick_to_start() -> None:
    """Every worker process imports the command line's entry again: it must cost nothing."""
    assert not imported("import flows.commands") & {"cyclopts", "rich", "prefect", "asyncio"}


def test_direct_runs_import_no_prefect() -> None:
    """`newslake ingest --direct` is for rehearsals: Prefect's three seconds are left out."""
    assert "prefect" not in imported("import flows.commands.ingest")


def test_every_make_target_explains_itself() -> None:
    """`make help` lists all targets that a person would call."""
    text = (ROOT / "Makefile").read_text()
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    explained = re.findall(r"^([a-z-]+):.*## \S", text, flags=re.MULTILINE)
    assert sorted(phony) == sorted(explained)
