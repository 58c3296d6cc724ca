"""What every test finds: no settings of the machine's, and Hypothesis without deadlines."""

import os

import pytest
from hypothesis import settings

# A deadline measures the machine, and this one is shared.
settings.register_profile("newslake", deadline=None)
settings.load_profile("newslake")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables that would steer newslake or Prefect."""
    for name in os.environ:
        if name.startswith(("NEWSLAKE_", "PREFECT_API", "PREFECT_HOME", "PREFECT_PROFILE")):
            monkeypatch.delenv(name)
