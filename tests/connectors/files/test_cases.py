"""Case files: what each file of `cases/` becomes stands beside it, in `<name>.expected` (JSON)."""

import json
from pathlib import Path

import pytest

from articles.model.entries import Entry, Markup, Rejected
from connectors.files.folder import ListedPath, walk
from connectors.files.parse import parse_chunk
from connectors.files.read import may_be_read, read

CASES = Path(__file__).parents[1] / "cases"
# What lies in folders below are tables for other tests, and feeds.
FILES = [
    listed
    for listed in walk(CASES)
    if "/" not in listed.path and (listed.kind is not None or may_be_read(listed))
]


def view(parsed: Entry | Rejected) -> dict[str, object]:
    """Return the fields as an expectation names them."""
    if isinstance(parsed, Rejected):
        names = ("key", "reason", "detail", "path", "retryable")
        return {name: getattr(parsed, name) for name in names}
    fields: dict[str, object] = {}
    for name in Entry.__slots__:
        value = getattr(parsed, name)
        if isinstance(value, Markup):
            fields[name], fields[f"{name}_type"] = value.value, value.media_type
        else:
            fields[name] = list(value) if isinstance(value, tuple) else value
    return fields


@pytest.mark.parametrize("listed", FILES, ids=lambda listed: listed.path)
def test_case_file_becomes_what_stands_beside_it(listed: ListedPath) -> None:
    """Each file gives the entries and rejections that its expectation names, in that order."""
    expected = json.loads(Path(f"{listed.full}.expected").read_text(encoding="utf-8"))
    outcome = [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]
    assert len(outcome) == len(expected), [view(parsed) for parsed in outcome]
    for parsed, wanted in zip(outcome, expected, strict=True):
        seen = view(parsed)
        for word in wanted.pop("lacks", []):
            assert word not in str(seen)
        if "raw_has" in wanted:
            assert isinstance(parsed, Entry)
            assert json.loads(parsed.raw).items() >= wanted.pop("raw_has").items()
        assert {name: seen.get(name) for name in wanted} == wanted
        assert seen["path"] == listed.path


def test_every_case_has_an_expectation() -> None:
    """No case file stands without its expectation, and no expectation without its case."""
    names = {path.name for path in CASES.iterdir() if path.is_file()}
    assert {name for name in names if not name.endswith(".expected")} == {
        name.removesuffix(".expected") for name in names if name.endswith(".expected")
    }
