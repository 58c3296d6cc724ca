"""The installed `newslake`, run as a person runs it: a process, in a folder of its own."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sysconfig.get_path("scripts")

Done = subprocess.CompletedProcess[str]
Newslake = Callable[..., Done]


def environment(home: Path) -> dict[str, str]:
    """Return this machine's environment without its settings, the venv's programs first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSLAKE_", "PREFECT_"))
    }
    path = f"{SCRIPTS}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "HOME": str(home), "PREFECT_HOME": str(home / "prefect")}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's home: Prefect's database in it is made once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def newslake(home: Path) -> Newslake:
    """Run `newslake` with arguments in a folder; return exit code and output."""

    def run(*arguments: str, cwd: Path, given: str | None = None, **variables: str) -> Done:
        return subprocess.run(
            [str(Path(SCRIPTS) / "newslake"), *arguments],
            cwd=cwd,
            env=environment(home) | variables,
            input=given or "",
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, newslake: Newslake) -> Path:
    """A folder with the project's seeds and the lake made of them, for reading only."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    done = newslake("ingest", "--direct", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder
