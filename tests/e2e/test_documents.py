"""README.md and docs/: every command in them works, and every command and option is in them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

import pytest

from flows.settings_file import KEYS
from flows.terminal.menu import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUNNABLE = ("sh", "python", "sql")
# What sets up a checkout: the tests run in one that is.
SETTING_UP = ("git clone ", "cd newslake", "make ")

pytestmark = pytest.mark.e2e
Newslake = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a document."""

    document: str
    line_no: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line_no}"


def blocks() -> Iterator[Block]:
    """Yield the runnable blocks of all documents, in order."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"^```(\w+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
            if found[1] in RUNNABLE:
                line_no = text.count("\n", 0, found.start()) + 1
                yield Block(str(path.relative_to(ROOT)), line_no, found[1], found[2])


@pytest.fixture(scope="module")
def places(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a folder a document, as a reader has it after `make run`: blocks follow each other."""
    made: dict[str, Path] = {}

    def place(document: str) -> Path:
        if document not in made:
            made[document] = tmp_path_factory.mktemp("reader") / "newslake"
            shutil.copytree(filled, made[document])
        return made[document]

    return place


def command(block: Block) -> list[str]:
    """Return the program that runs a block."""
    if block.language == "python":
        return [sys.executable, "-c", block.text]
    if block.language == "sql":
        return ["newslake", "sql", block.text]
    lines = [line for line in block.text.splitlines() if not line.startswith(SETTING_UP)]
    return ["sh", "-e", "-c", "\n".join(lines)]


@pytest.mark.parametrize("block", [*blocks()], ids=str)
def test_a_block_works(block: Block, places: Callable[[str], Path], home: Path) -> None:
    """What a document shows can be pasted: it ends with exit code 0."""
    variables = {name: value for name, value in os.environ.items() if name[:8] != "PREFECT_"}
    variables["PATH"] = f"{get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    # Prefect itself is tested once; here it would only cost seconds a block.
    variables |= {"NEWSLAKE_DIRECT": "true", "HOME": str(home)}
    done = subprocess.run(
        command(block),
        cwd=places(block.document),
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_make_targets_exist() -> None:
    """Every `make x` of the documents is a target of the Makefile; run and test are shown."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    shown = set()
    for block in blocks():
        if block.language == "sh":
            shown |= set(re.findall(r"^make ([a-z-]+)", block.text, flags=re.MULTILINE))
    assert shown <= targets
    assert {"run", "test"} <= shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(
    name: str, newslake: Newslake, tmp_path: Path
) -> None:
    """Nothing that `--help` offers is missing from the documents."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    shown = newslake(name, "--help", cwd=tmp_path).stdout.partition("Examples:")[0]
    options = set(re.findall(r"--[a-z][a-z-]+", shown)) - {"--help", "--version"}
    offered = {option for option in options if not option.startswith("--no-")}
    assert "--lake" in offered
    assert f"newslake {name}" in text
    assert {option for option in offered if option not in text} == set()


def test_every_setting_is_documented() -> None:
    """Each key of newslake.toml and its variable stand in the documents."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    for key in KEYS:
        assert f"`{key}`" in text
        assert f"NEWSLAKE_{key.upper()}" in text


def test_every_spelling_of_a_field_is_documented() -> None:
    """docs/how-it-works.md lists the field names that are read."""
    from connectors.rows.names import SPELLINGS

    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    spellings = {word for words in SPELLINGS.values() for word in words.split()}
    assert {word for word in spellings if f"`{word}`" not in text} == set()
