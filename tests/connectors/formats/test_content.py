"""What a file is by its first bytes: a table of texts, honest ones and others."""

import json
import time
from pathlib import Path

import pytest

from connectors.formats.content import HEAD_BYTES, content_of

TABLE = Path(__file__).parents[1] / "cases" / "formats" / "contents.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['case']} ({row['named']})")
def test_first_bytes_tell_what_a_file_is(row: dict[str, str | None]) -> None:
    """Each text is read as what it is, set aside with a sentence, or left to its name."""
    content = content_of((row["text"] or "").encode(), row["named"], whole=True)
    says = content.problem[1] if content.problem else None
    assert (content.kind, says) == (row["kind"], row["says"])


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_every_encoding_is_looked_into(codec: str) -> None:
    """Byte order marks and wide characters hide nothing."""
    text = '[{"title": "some title", "text": "and a text"}]'
    assert content_of(text.encode(codec), "txt", whole=True).kind == "json"


@pytest.mark.parametrize(
    "crumb",
    ["{", "[", "[ ", '{"a":', "<a ", "<!--", "<!x[", "a.b ", "((", "a:\n", "- a: b\n", "a,b,", '"',
     "cb(", "=\t", "\t", " at", "x", "a; ", "<!doctype [", "'", "/* ", "function("],
)  # fmt: skip
def test_hostile_bytes_cost_no_time(crumb: str) -> None:
    """Whatever the first bytes repeat, they are looked through in a moment."""
    head = (crumb * HEAD_BYTES)[:HEAD_BYTES].encode()
    for data in (head, b"\n".join([head[:300]] * 200)):
        for named in ("txt", "md", "html", "json", "jsonl", "csv", "feed", None):
            begun = time.process_time()
            content_of(data, named, whole=False)
            assert time.process_time() - begun < 0.5
