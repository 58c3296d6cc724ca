"""Long saved feeds: cut into small ones as they are read, whole, resumed, in bounded memory."""

import gzip
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import connectors
from articles.model.entries import Entry, Rejected
from articles.model.poll_rows import FeedState
from connectors.feeds import cutting
from connectors.feeds.document import parse_saved
from connectors.files import feed_file
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import is_unchanged, read
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.chunk import FileChunk

RSS = (
    """<?xml version="1.0" encoding="utf-8"?>
<!-- <item> --><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>C</title><link>https://a.example/</link><language>de</language>
""",
    """<item><guid isPermaLink='false'>g%d</guid><title>T%d é</title><link>/p/%d</link>
<dc:creator>Ann</dc:creator><description><![CDATA[</item> <item> %d]]></description></item>
""",
    "<ttl>60</ttl></channel></rss>",
)
ATOM = (
    """<a:feed xmlns:a="http://www.w3.org/2005/Atom" xml:lang="fr"><a:title>C</a:title>
<a:author><a:name>Bob</a:name></a:author>""",
    """<a:entry><a:id>g%d</a:id><a:title>T%d é</a:title><a:link href='https://a.example/%d'/>
<a:content>x &lt;entry&gt; %d</a:content><!-- </a:entry> --></a:entry>""",
    "</a:feed>",
)
RDF = (
    """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://a.example/">
<title>C</title><link>https://a.example/</link><items><rdf:Seq/></items></channel>""",
    """<item rdf:about="https://a.example/g%d"><title>T%d é</title>
<link>https://a.example/%d</link><description>x > y %d</description></item>""",
    "</rdf:RDF>",
)
KINDS = {"rss": RSS, "atom": ATOM, "rdf": RDF}


def document(kind: str, count: int) -> str:
    """Return a feed of so many entries."""
    before, entry, after = KINDS[kind]
    return before + "".join(entry % ((n,) * 4) for n in range(count)) + after


def reading(
    folder: Path, state: FeedState | None, stop: int | None = None
) -> tuple[list[Entry | Rejected], FeedState | None, list[FileChunk]]:
    """Return what is new in the folder's file, the state then, and the chunks."""
    (listed,) = walk(folder)
    chunks = list(itertools.islice(read(listed, state), stop))
    outcome = [parsed for chunk in chunks for parsed in parse_chunk(chunk)]
    for chunk in chunks:
        state = FeedState(
            "f", chunk.path, 1, chunk.size, chunk.mtime_ns, chunk.digest, chunk.read_to,
            chunk.last, b"",
        )  # fmt: skip
    return outcome, state, chunks


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_file, "BLOCK_ROWS", 7)
    monkeypatch.setattr(feed_file, "ENTRY_LIMIT", 10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "windows-1252"])
def test_excerpts_give_what_the_document_gives(tmp_path: Path, kind: str, codec: str) -> None:
    """Each entry of a long feed has the fields that it has when the feed is read at once."""
    data = document(kind, 40).replace("utf-8", codec)
    if codec == "windows-1252" and "encoding" not in data:
        data = f'<?xml version="1.0" encoding="{codec}"?>{data}'
    (tmp_path / "a.xml").write_bytes(data.encode(codec))
    outcome, state, chunks = reading(tmp_path, None)
    whole = parse_saved(data.encode(codec), "a.xml")
    assert len(outcome) == 40
    assert [replace(parsed, repairs=()) for parsed in outcome if isinstance(parsed, Entry)] == [
        replace(parsed, repairs=()) for parsed in whole if isinstance(parsed, Entry)
    ]
    assert len(chunks) > 4
    (listed,) = walk(tmp_path)
    os.utime(listed.full)
    assert reading(tmp_path, state)[2] == []


@pytest.mark.parametrize("stop", [1, 3, 5])
@pytest.mark.parametrize("packed", [False, True])
def test_a_killed_reading_goes_on(tmp_path: Path, stop: int, *, packed: bool) -> None:
    """Behind the last excerpt that was stored, without an entry twice."""
    data = document("rss", 40).encode()
    (tmp_path / "a.rss").write_bytes(gzip.compress(data) if packed else data)
    first, state, _ = reading(tmp_path, None, stop)
    rest, state, chunks = reading(tmp_path, state)
    assert [parsed.key for parsed in first + rest] == [f"g{number}" for number in range(40)]
    assert not chunks[0].from_start
    (listed,) = walk(tmp_path)
    assert state is not None
    assert not is_unchanged(replace(listed, mtime_ns=1), state)
    (tmp_path / "a.rss").write_bytes(document("rss", 41).encode())
    assert len(reading(tmp_path, state)[0]) == 41


def test_a_fault_costs_its_excerpt_its_fast_reading_alone(tmp_path: Path) -> None:
    """An ampersand that stands alone, or an entity of HTML, hides no entry."""
    data = document("rss", 40).replace("T20", "T & T &nbsp;")
    (tmp_path / "a.xml").write_text(data)
    outcome, _, _ = reading(tmp_path, None)
    assert [parsed.key for parsed in outcome] == [f"g{number}" for number in range(40)]
    broken = [parsed for parsed in outcome if getattr(parsed, "repairs", ())]
    assert 0 < len(broken) <= 7


def test_a_document_that_ends_early_gives_what_it_has(tmp_path: Path) -> None:
    """Its last entry, which is cut, does not hide the ones before it."""
    data = document("rss", 40)
    (tmp_path / "a.xml").write_text(data[: data.index("g39") + 20])
    outcome, state, _ = reading(tmp_path, None)
    assert [parsed.key for parsed in outcome][:39] == [f"g{number}" for number in range(39)]
    assert reading(tmp_path, state)[2] == []


def test_an_entry_that_is_too_long_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is held but its first bytes; those around it are read."""
    for module in (cutting, feed_file):
        monkeypatch.setattr(module, "ARTICLE_LIMIT", 5000)
    data = document("rss", 40).replace("T20", "T" * 9000)
    (tmp_path / "a.xml").write_text(data)
    outcome, _, _ = reading(tmp_path, None)
    assert [parsed.key for parsed in outcome if isinstance(parsed, Entry)] == [
        f"g{number}" for number in range(40) if number != 20
    ]
    assert [parsed.reason for parsed in outcome if isinstance(parsed, Rejected)] == ["too_large"]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "<item>a</item><item/><item >b</item>tail",
        "<item><![CDATA[</item>]]></item><!-- <item> --><?x <item>?><item>c</item>",
        "<item><item>inner</item></item><items/><item>d",
        "</item><item>e</item",
    ],
)
def test_slices_joined_are_the_document(text: str, size: int) -> None:
    """However the bytes come, they are cut alike, and none is lost."""
    data = text.encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    slices = list(cutting.cut(iter(pieces), b"item"))
    assert b"".join(part for _, part in slices) == data
    assert slices == list(cutting.cut(iter([data]), b"item"))


PROBE = """
import resource, sys, time
from pathlib import Path
from connectors.files.folder import walk
from connectors.files.read import read
listed = next(walk(Path(sys.argv[1])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
count = sum(chunk.data.count(b"<item>") for chunk in read(listed, None))
seconds = time.process_time() - begun
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, seconds)
"""


def entries(count: int) -> Iterator[str]:
    """Yield a long document in parts."""
    before, entry, after = RSS
    yield before
    for number in range(count):
        yield entry.replace("%d]]>", "word " * 1000 + "%d]]>") % ((number,) * 4)
    yield after


@pytest.mark.slow
def test_fifty_megabytes_are_cut_in_bounded_memory(tmp_path: Path) -> None:
    """A feed of 50 MB is read whole, at the speed of a disk; its size does not show in memory."""
    with (tmp_path / "a.xml").open("w") as file:
        file.writelines(entries(10_000))
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(connectors.__file__).parents[1],
    )
    count, grown, seconds = ran.stdout.split()
    assert int(count) >= 10_000
    assert int(grown) < 64
    assert float(seconds) < 20


def test_more_entries_than_one_reading_takes_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file with many entries is cut, too."""
    monkeypatch.undo()
    data = document("rss", ENTRY_LIMIT + 50).replace("<!-- <item> -->", "")
    (tmp_path / "a.xml").write_text(data)
    assert len(reading(tmp_path, None)[0]) == ENTRY_LIMIT + 50
