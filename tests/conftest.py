"""What every test finds: no settings of the machine's, Hypothesis without deadlines, workers."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from trusted import trust_extensions
from xdist.scheduler import LoadScopeScheduling

from warehouse.lake.lake import Lake

# A deadline measures the machine, and this one is shared.
settings.register_profile("newslake", deadline=None)
settings.load_profile("newslake")
trust_extensions()


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables that would steer newslake or Prefect."""
    for name in os.environ:
        if name.startswith(("NEWSLAKE_", "PREFECT_API", "PREFECT_HOME", "PREFECT_PROFILE")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def new_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an empty lake, to be copied: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("new") / "lake"
    Lake.open(folder).close()
    return folder


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Let a file, or a test by its name, run in this process; folders get a worker a core.

    Workers take seconds to start, and no debugger reaches into them. `-n 2` and `-n 0` are obeyed.
    """
    files = [name.partition("::")[0] for name in config.args]
    return 0 if all(name.endswith(".py") for name in files) else None


class Dealing(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Deals tests to workers function by function, so that both are busy to the end.

    A function's parameters stay together, since a module's fixture may be made for them alone; so
    do a file of tests/benchmarks, whose figures are made once, and all of tests/e2e, which share a
    lake and a home, and some of which follow each other. (Marks `xdist_group` would say it, but
    xdist 3.8.0 does not see them under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/e2e/"):
            return "e2e"
        parts = "::" if nodeid.startswith("tests/benchmarks/") else "["
        return nodeid.partition(parts)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Let tests be dealt as above."""
    return Dealing(config, log)
