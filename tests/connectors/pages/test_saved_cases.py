"""Saved pages: each file of `pagecases/` ends with a comment that says what must be read of it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.fields.bylines import authors
from articles.fields.published import published_at
from articles.model.entries import Entry
from articles.text.clean import clean
from connectors.pages.saved import parse_html
from connectors.parsing.chunk import FileChunk

CASES = sorted((Path(__file__).parents[1] / "pagecases").iterdir())
EXPECTED = re.compile(rb"<!-- expected (\{.*\}) -->\s*\Z", re.DOTALL)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def read_page(path: Path, data: bytes) -> dict[str, object]:
    """Return what an article's row says of the page."""
    (entry,) = parse_html(FileChunk(path=path.name, kind="html", data=data))
    assert isinstance(entry, Entry)
    body = clean(entry.content)[0] if entry.content else ""
    published = published_at(entry, body, NOW)
    return {
        "title": entry.title and entry.title.value,
        "url": entry.url,
        "authors": list(authors(entry).value),
        "published": published.value and published.value.isoformat().replace("+00:00", "Z"),
        "published_from": published.origin,
        "confidence": published.confidence,
        "language": entry.language,
        "paragraphs": body.split("\n\n"),
        "body": body,
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_page_is_read_as_its_comment_says(path: Path) -> None:
    """Each page gives the values of its comment; `has` and `lacks` are words of its text."""
    data = path.read_bytes()
    match = EXPECTED.search(data)
    assert match is not None
    expected = json.loads(match[1])
    seen = read_page(path, data[: match.start()])
    assert all(words in str(seen["body"]) for words in expected.pop("has", [])), seen["body"]
    assert not any(words in str(seen["body"]) for words in expected.pop("lacks", [])), seen["body"]
    assert {name: seen[name] for name in expected} == expected
