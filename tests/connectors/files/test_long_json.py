"""Long JSON texts: lists of any size as a stream, JSON Feeds in excerpts."""

import itertools
import json
from pathlib import Path

import pytest

from articles.model.entries import Entry, Rejected
from articles.model.poll_rows import FeedState
from connectors.files import json_file, long_json, stream
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import read
from connectors.limits import ENTRY_LIMIT

ROWS = [{"id": n, "title": f"T{n} é", "text": f"[{n}] {{x}}"} for n in range(60)]
FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "F", "language": "de",
    "home_page_url": "https://a.example/",
    "items": [{"id": f"{n}", "url": f"/{n}", "content_text": f"T{n}"} for n in range(60)],
    "authors": [{"name": "Ann"}],
}  # fmt: skip


def reading(
    folder: Path, state: FeedState | None, stop: int | None = None
) -> tuple[list[Entry | Rejected], FeedState | None]:
    """Return what is new in the folder's file, and the state then."""
    (listed,) = walk(folder)
    outcome: list[Entry | Rejected] = []
    for chunk in itertools.islice(read(listed, state), stop):
        outcome += parse_chunk(chunk)
        state = FeedState(
            "f", chunk.path, 1, chunk.size, chunk.mtime_ns, chunk.digest, chunk.read_to,
            chunk.last, b"",
        )  # fmt: skip
    return outcome, state


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps(ROWS)),
        ("a.json", json.dumps(ROWS, indent=2, ensure_ascii=False)),
        ("a.json", "\n".join(map(json.dumps, ROWS))),
        ("a.json", json.dumps(ROWS[:30]) + "\n" + json.dumps(ROWS[30:])),
        ("a.json", json.dumps({"status": "ok", "articles": ROWS, "total": 60})),
        ("a.jsonl", json.dumps(ROWS)),
        ("a.json", json.dumps(FEED)),
    ],
)
@pytest.mark.parametrize("step", [1000, 7000])
def test_over_the_limit_a_list_is_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, step: int
) -> None:
    """What a short text gives a long one gives too, in blocks; a killed reading goes on."""
    (tmp_path / name).write_text(text)
    short, _ = reading(tmp_path, None)
    monkeypatch.setattr(json_file, "JSON_LIMIT", 500)
    monkeypatch.setattr(json_file, "BLOCK_ROWS", 7)
    monkeypatch.setattr(long_json, "ARTICLE_LIMIT", 1200)
    monkeypatch.setattr(stream, "READ_BYTES", step)
    first, state = reading(tmp_path, None, 3)
    rest, state = reading(tmp_path, state)
    assert first + rest == short
    assert len(short) == 60
    assert reading(tmp_path, state) == ([], state)


@pytest.mark.parametrize("end", [" oops", "", "]]", '{"a":'])
def test_a_broken_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """What comes before the fault is read; the fault is one rejection."""
    (tmp_path / "a.json").write_text(json.dumps(ROWS)[:-1] + end)
    monkeypatch.setattr(json_file, "JSON_LIMIT", 500)
    outcome, state = reading(tmp_path, None)
    assert [getattr(parsed, "reason", "") for parsed in outcome] == [""] * 60 + ["bad_json"]
    assert reading(tmp_path, state) == ([], state)


def test_jsonfeed_with_many_entries_is_read_whole(tmp_path: Path) -> None:
    """Each entry inherits what the feed says, before its entries or after them."""
    items = [{"id": f"{n}", "url": f"/{n}", "content_text": "x"} for n in range(ENTRY_LIMIT + 9)]
    (tmp_path / "a.json").write_text(json.dumps({**FEED, "items": items}))
    outcome, _ = reading(tmp_path, None)
    assert len(outcome) == ENTRY_LIMIT + 9
    last = outcome[-1]
    assert isinstance(last, Entry)
    assert (last.authors, last.language, last.url) == (
        ("Ann",), "de", f"https://a.example/{ENTRY_LIMIT + 8}",
    )  # fmt: skip
