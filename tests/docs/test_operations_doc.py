"""docs/operations.md: its commands do what the page says, on a lake with a damaged file."""

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


def test_the_page_mends_a_lake(reader: Path, tmp_path: Path) -> None:
    """The first command tells the damage, the second ends it; then the lake is whole."""
    place = tmp_path / "place"
    shutil.copytree(reader, place)
    damaged = max((place / "lake/data/main/revisions").glob("*.parquet"))
    damaged.write_bytes(b"")
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            shlex.split(line), cwd=place, env=os.environ | {"PATH": path}, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
        )  # fmt: skip

    verify, repair = COMMANDS
    told = run(verify)
    assert told.returncode == 1, told.stderr
    assert f"data/main/revisions/{damaged.name}: 0 bytes instead of" in told.stdout
    done = run(repair)
    assert done.returncode == 0, done.stderr
    assert "is repaired" in done.stdout
    again = run(verify)
    assert again.returncode == 0, again.stdout
    assert "is whole" in again.stdout
