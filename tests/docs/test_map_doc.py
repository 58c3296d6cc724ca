"""The map of the code in docs/how-it-works.md: every folder is in it, what it names is there."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "connectors", "articles", "warehouse")
MAP = (
    (ROOT / "docs/how-it-works.md").read_text(encoding="utf-8").partition("## Where to find it")[2]
)
RECORD = (ROOT / "docs/decisions/0018-rooms.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in MAP.splitlines()
    if line.startswith("| ")
]
FOLDERS = [row[0].strip("`/") for row in ROWS if row[0].startswith("`")]
PLACES = [
    (path, name)
    for row in ROWS
    for path in re.findall(r"`(\w+/\S+\.py)`", " ".join(row))
    for name in re.findall(r"`(\w+)`", row[-1])
    if name not in {"matches", "members", "polls", "run_id"}
]
"""Files of the map, each with the names that it says stand there; tables and columns do not."""


def names_in(path: Path) -> set[str]:
    """Return the functions and classes that a file defines, methods too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, defined)}


def test_every_folder_is_in_the_map() -> None:
    """Two levels, each folder once, and none that is not there."""
    folders = {
        f"{package}/{folder.name}"
        for package in PACKAGES
        for folder in (ROOT / package).iterdir()
        if folder.is_dir() and folder.name != "__pycache__"
    }
    assert sorted(FOLDERS) == sorted({*PACKAGES, *folders})


@pytest.mark.parametrize(("path", "name"), PLACES, ids=" ".join)
def test_what_the_map_names_is_there(path: str, name: str) -> None:
    """A function that was moved or renamed takes its place in the map along."""
    assert name in names_in(ROOT / path)


def test_the_map_answers_what_a_newcomer_asks() -> None:
    """Each question is there, and the map names something for it."""
    asked = {
        "when is a date judged",
        "what stops a redirect to a private address",
        "where is a batch committed",
        "why were two articles grouped",
        "which run polled this feed",
    }
    assert asked <= {row[0] for row in ROWS}
    assert len(PLACES) > 2 * len(asked)


def test_the_order_of_imports_is_what_is_checked() -> None:
    """The map's order is import-linter's, layer by layer."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    checked = {
        " > ".join(re.sub(r"\w+\.", "", layer) for layer in contract["layers"])
        for contract in contracts
        if contract["type"] == "layers"
    }
    block = MAP.partition("```text\n")[2].partition("```")[0]
    shown = {re.sub(r"[()]", "", line.split(maxsplit=1)[1]) for line in block.splitlines()}
    assert shown == checked


def test_the_record_names_files_that_are_there() -> None:
    """What it says is new is where it says."""
    files = {
        path
        for line in RECORD.splitlines()
        if line.startswith(("| `", "- "))
        for path in re.findall(r"`((?:\w+/)+\w+\.py)`", line.split(" | ")[-1])
    }
    assert len(files) > 15
    assert not [path for path in sorted(files) if not (ROOT / path).is_file()]
