"""Laws of parsing: whatever the bytes, the outcome is entries and rejections that can be stored."""

import gzip
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.model.entries import RAW_LIMIT, Entry, Rejected
from articles.model.reasons import REASONS
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import read

NAMES = [
    f"a.{suffix}"
    for suffix in (
        [
            "txt",
            "md",
            "html",
            "htm",
            "json",
            "jsonl",
            "ndjson",
            "csv",
            "parquet",
            "xml",
            "rss",
            "atom",
            "txt.gz",
            "json.gz",
            "csv.gz",
        ]
    )
]
STARTS = {
    "html": [b"<html><body>", b"<article><p>", b'<script type="application/ld+json">'],
    "json": [b"[", b'{"items":[', b'{"title":', b'{"articles":[{"title":"x"},'],
    "csv": [b"title,text\n", b'"title";"text"\n', b"sep=;\n"],
    "xml": [b"<rss><channel><item><title>", b"<feed><entry>", b"<!DOCTYPE rss ["],
    "md": [b"---\ntitle: x\n", b"+++\n", b"# "],
    "parquet": [b"PAR1"],
}
crumbs = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([b'"', b"{", b"}", b"[", b"]", b"<", b">", b"]]>", b"\r", b"\n", b"\0", b","]),
    st.sampled_from([b'"title":', b'"text"', b"NaN", b"1e999", b"\\ud800", b"<p>", b"&nbsp;"]),
)


@st.composite
def nasty(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a file name and bytes that begin a little like such a file."""
    name = draw(st.sampled_from(NAMES))
    plain = name.removesuffix(".gz").rpartition(".")[2]
    family = {"rss": "xml", "atom": "xml", "htm": "html", "jsonl": "json", "ndjson": "json"}
    starts = STARTS.get(family.get(plain, plain), [b""])
    data = draw(st.sampled_from([b"", *starts])) + b"".join(draw(st.lists(crumbs, max_size=8)))
    if name.endswith(".gz") and draw(st.booleans()):
        data = gzip.compress(data)
    return name, data


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nasty())
def test_any_bytes_become_entries_or_rejections(tmp_path: Path, case: tuple[str, bytes]) -> None:
    """Nothing raises; every outcome is valid UTF-8, bounded, and has a key and a known reason."""
    name, data = case
    path = tmp_path / name
    path.write_bytes(data)
    (listed,) = (parsed for parsed in walk(tmp_path) if parsed.full == path)
    chunks = list(read(listed, None))
    assert chunks
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    for chunk in chunks:
        outcome = parse_chunk(pickle.loads(pickle.dumps(chunk)))  # noqa: S301 - our own bytes
        for parsed in outcome:
            assert parsed.key
            str(parsed).encode()
            if isinstance(parsed, Entry):
                json.loads(parsed.raw)
                assert parsed.raw.isascii() or parsed.raw.encode()
            else:
                assert parsed.reason in REASONS
                assert parsed.reason != "parse_crash", parsed.detail
                assert len(parsed.raw) <= RAW_LIMIT
    path.unlink()


@pytest.mark.parametrize("name", NAMES)
def test_parsing_is_the_same_twice(tmp_path: Path, name: str) -> None:
    """Two readings of one file give equal entries and rejections, hashes and all."""
    path = tmp_path / name
    path.write_bytes(b'{"title": "T", "text": "x"}\n<rss><channel><item><title>a</title>')
    (listed,) = walk(tmp_path)

    def outcome() -> list[Entry | Rejected]:
        return [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]

    assert outcome() == outcome()
    assert outcome()
