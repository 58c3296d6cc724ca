"""Reading files: states, blocks, appended and half-written rows, gzip, bounds."""

import csv
import gzip
import io
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.model.entries import Entry, Rejected
from articles.model.ids import hash128
from articles.model.poll_rows import FeedState
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import is_unchanged, read
from connectors.limits import ARTICLE_LIMIT, BLOCK_BYTES, BLOCK_ROWS
from connectors.parsing.chunk import FileChunk

OLD = 1_700_000_000_000_000_000
SECOND = 1_000_000_000


@dataclass
class Reader:
    """Reads one file again and again, and keeps its state as the pipeline does."""

    path: Path
    state: FeedState | None = None
    chunks: list[FileChunk] = field(default_factory=list)

    def read(self, stop: int | None = None) -> list[Entry | Rejected]:
        """Return what is new; with `stop` the run is killed after so many chunks."""
        (listed,) = (parsed for parsed in walk(self.path.parent) if parsed.full == self.path)
        self.chunks, outcome = [], []
        if is_unchanged(listed, self.state):
            return []
        for chunk in read(listed, self.state):
            if stop is not None and len(self.chunks) == stop:
                break
            self.chunks.append(chunk)
            outcome += parse_chunk(chunk)
            self.state = FeedState(
                feed_id="f",
                path=chunk.path,
                reading=1,
                size=chunk.size,
                mtime_ns=chunk.mtime_ns,
                content_hash=chunk.digest,
                read_to=chunk.read_to,
                complete=chunk.last,
                hashes=b"",
            )
        return outcome


def row(number: int, size: int = 10) -> bytes:
    """Return a line of JSON."""
    text = {"id": number, "title": f"T{number}", "text": "é" * size}
    return json.dumps(text, ensure_ascii=False).encode() + b"\n"


def ids(outcome: list[Entry | Rejected]) -> list[str]:
    """Return guids and reasons."""
    return [
        (parsed.guid or "").rpartition("#")[2] if isinstance(parsed, Entry) else parsed.reason
        for parsed in outcome
    ]


def test_unchanged_file_is_not_opened(tmp_path: Path) -> None:
    """Same size and same time of a complete reading: the file need not be opened."""
    path = tmp_path / "a.txt"
    path.write_text("text")
    os.utime(path, ns=(OLD, OLD))
    reader = Reader(path)
    assert len(reader.read()) == 1
    (listed,) = walk(tmp_path)
    assert is_unchanged(listed, reader.state)
    assert not is_unchanged(listed, None)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.json", "a.rss", "half.jsonl"])
def test_touched_file_gives_nothing(tmp_path: Path, name: str) -> None:
    """Other times over the same bytes give no chunk, for a half-written last line too."""
    path = tmp_path / name
    path.write_bytes(
        {
            "a.txt": b"text",
            "a.jsonl": row(1) + row(2),
            "a.csv": b"title,text\na,b\nc,d",
            "a.json": b"[" + row(1).strip() + b"]",
            "a.rss": b"<rss><channel><item><title>t</title></item></channel></rss>",
            "half.jsonl": row(1) + b'{"tit',
        }[name]
    )
    reader = Reader(path)
    assert reader.read()
    os.utime(path, ns=(OLD, OLD))
    assert reader.read() == []
    assert reader.chunks == []


def test_file_of_this_moment_is_racy(tmp_path: Path) -> None:
    """The time of a file written in the moment of its reading proves nothing: the state holds 0."""
    path = tmp_path / "a.txt"
    path.write_text("one")
    moment = time.time_ns() // SECOND * SECOND  # as a file system without fractions says it
    os.utime(path, ns=(moment, moment))
    reader = Reader(path)
    reader.read()
    assert reader.state is not None
    assert reader.state.mtime_ns == 0
    path.write_text("two")
    assert len(reader.read()) == 1


def test_appended_rows_alone_are_read(tmp_path: Path) -> None:
    """When the bytes read so far are still its beginning, only what follows is read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(row(1) + row(2).strip())
    reader = Reader(path)
    assert ids(reader.read()) == ["1", "2"]
    with path.open("ab") as file:
        file.write(b"\n" + row(3))
    assert ids(reader.read()) == ["3"]
    assert not reader.chunks[0].from_start


def test_rewritten_rows_are_read_from_the_start(tmp_path: Path) -> None:
    """A file that begins otherwise, or is shorter, is read whole again."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(row(1) + row(2))
    reader = Reader(path)
    reader.read()
    path.write_bytes(row(9) + row(2) + row(3))
    assert ids(reader.read()) == ["9", "2", "3"]
    assert reader.chunks[0].from_start
    path.write_bytes(row(9))
    assert ids(reader.read()) == ["9"]
    assert reader.chunks[0].from_start


def test_half_written_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """A last line that does not parse is rejected, and read again once the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(row(1) + row(2)[:12])
    reader = Reader(path)
    outcome = reader.read()
    assert ids(outcome) == ["1", "half_written"]
    assert isinstance(outcome[1], Rejected)
    assert (outcome[1].retryable, outcome[1].raw) == (True, row(2)[:12])
    assert reader.read() == []
    path.write_bytes(row(1) + row(2) + row(3))
    assert ids(reader.read()) == ["2", "3"]
    assert not reader.chunks[0].from_start


def test_blocks_are_bounded_and_resumable(tmp_path: Path) -> None:
    """A run killed after some blocks is resumed behind the last one that was stored."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(row(number) for number in range(1800)))
    reader = Reader(path)
    first = reader.read(stop=2)
    assert len(first) == 2 * BLOCK_ROWS
    rest = reader.read()
    assert ids(first + rest) == [str(number) for number in range(1800)]
    assert [chunk.last for chunk in reader.chunks] == [False, True]
    assert reader.read() == []


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_lists_and_parquet_are_resumable_too(tmp_path: Path, kind: str) -> None:
    """A run killed within a .json list or a Parquet file goes on at its next row."""
    path = tmp_path / f"a.{kind}"
    rows = [{"id": number, "title": f"T{number}"} for number in range(1200)]
    if kind == "json":
        path.write_text(json.dumps(rows))
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=300)
    reader = Reader(path)
    first = reader.read(stop=1)
    assert len(first) == BLOCK_ROWS
    rest = reader.read()
    assert ids(first + rest) == [str(number) for number in range(1200)]
    assert reader.read() == []


def test_parquet_values_become_json(tmp_path: Path) -> None:
    """Times, decimals, bytes, lists and structs of Parquet are read as JSON would hold them."""
    from datetime import UTC, datetime
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    table = pa.table(
        {
            "title": ["A", None],
            "text": pa.array([b"caf\xc3\xa9", b"x"], pa.binary()),
            "published": pa.array([moment, None], pa.timestamp("ns", "UTC")),
            "authors": [["A", "B"], []],
            "source": [{"name": "The Mill"}, None],
            "id": [Decimal(12), Decimal(13)],
            "score": [float("nan"), 1.5],
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    first, second = Reader(path).read()
    assert isinstance(first, Entry)
    assert first.content is not None
    assert (first.content.value, first.published) == ("café", "2024-01-02T03:04:05+00:00")
    assert (first.authors, first.publisher, first.guid) == (("A", "B"), "The Mill", "a.parquet#12")
    assert json.loads(first.raw)["score"] is None
    assert isinstance(second, Entry)
    assert second.title is None


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"PAR1" + b"x" * 200 + b"\xff\xff\xff\x7fPAR1", b"text\n" * 99]
)
def test_broken_parquet_is_rejected(tmp_path: Path, data: bytes) -> None:
    """A file that is no Parquet is one rejection, once."""
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    reader = Reader(path)
    assert ids(reader.read()) == ["bad_parquet"]
    assert reader.read() == []


def test_parquet_with_a_huge_footer_is_not_opened(tmp_path: Path) -> None:
    """A footer over 16 MiB, which would grow many times in memory, is refused by its length."""
    path = tmp_path / "a.parquet"
    size = 17 * 1024 * 1024
    with path.open("wb") as file:
        file.write(b"PAR1")
        file.truncate(size + 4)
        file.seek(size + 4)
        file.write(size.to_bytes(4, "little") + b"PAR1")
    reader = Reader(path)
    (rejection,) = reader.read()
    assert isinstance(rejection, Rejected)
    assert rejection.reason == "bad_parquet"
    assert f"its footer has {size} bytes" in rejection.detail
    assert reader.read() == []


def test_parquet_without_known_columns_is_rejected(tmp_path: Path) -> None:
    """A Parquet file of which no column is a title or a text says which columns it has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": [1], "y": [2]}), path)
    (rejection,) = Reader(path).read()
    assert isinstance(rejection, Rejected)
    assert rejection.detail == "no column is a title or a text, of x, y"


def test_row_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    """A line over 8 MiB is too_large, with its first bytes; the lines around it are read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(row(1) + b"x" * (ARTICLE_LIMIT + 5) + b"\n" + row(2))
    reader = Reader(path)
    outcome = reader.read()
    assert sorted(ids(outcome)) == ["1", "2", "too_large"]
    assert max(len(parsed.raw) for parsed in outcome if isinstance(parsed, Rejected)) == 64 * 1024
    assert all(len(chunk.data) <= BLOCK_BYTES for chunk in reader.chunks)
    assert reader.read() == []


def test_long_line_without_an_end_is_not_split(tmp_path: Path) -> None:
    """A last line that is too long is read again from its start when the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(row(1) + b"x" * (ARTICLE_LIMIT + 5))
    reader = Reader(path)
    assert ids(reader.read()) == ["1", "too_large"]
    assert reader.read() == []
    with path.open("ab") as file:
        file.write(b'{"title": "inside"}\n' + row(2))
    assert sorted(ids(reader.read())) == ["2", "too_large"]


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.rss", "a.txt.gz"])
def test_article_over_the_bound_is_too_large(tmp_path: Path, name: str) -> None:
    """A one-article file over 8 MiB, decompressed, is too_large, and no more so when touched."""
    data = b"words " * (ARTICLE_LIMIT // 6 + 1)
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    reader = Reader(path)
    (rejection,) = reader.read()
    assert isinstance(rejection, Rejected)
    assert (rejection.reason, rejection.key, len(rejection.raw)) == ("too_large", name, 64 * 1024)
    assert reader.read() == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"Some text of an article, plain.\n" * 40),
        ("a.jsonl", b"".join(row(number) for number in range(400))),
        ("a.json", b"[" + b",".join(row(number) for number in range(400)) + b"]"),
        ("a.csv", b"id,title\n" + b"".join(b"%d,T\n" % number for number in range(900))),
    ],
)
def test_compressed_is_as_plain(tmp_path: Path, name: str, data: bytes) -> None:
    """A .gz file, of one member or several, gives what the plain file gives."""
    plain, packed = tmp_path / "p" / name, tmp_path / "q" / f"{name}.gz"
    for path in (plain, packed):
        path.parent.mkdir()
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data[:50]) + gzip.compress(data[50:]) + b"\0" * 20)
    expected, outcome = Reader(plain).read(), Reader(packed).read()
    assert [str(parsed).replace(".gz", "") for parsed in outcome] == [
        str(parsed) for parsed in expected
    ]


def test_broken_gzip_gives_what_is_readable(tmp_path: Path) -> None:
    """A gzip stream that ends early gives its whole rows and bad_gzip; once grown, the rest."""
    rows = [
        b'{"id":%d,"title":"%s"}\n' % (number, hash128(str(number)).encode())
        for number in range(3000)
    ]
    packed = gzip.compress(b"".join(rows))
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    reader = Reader(path)
    outcome = reader.read()
    assert isinstance(outcome[-1], Rejected)
    assert (outcome[-1].reason, outcome[-1].retryable) == ("bad_gzip", True)
    count = len(outcome) - 1
    assert 500 < count < 2500
    assert reader.read() == []
    path.write_bytes(packed)
    assert ids(reader.read()) == [str(number) for number in range(count, 3000)]


@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.json.gz"])
def test_what_is_no_gzip_is_rejected(tmp_path: Path, name: str) -> None:
    """What begins as a gzip stream and is none is bad_gzip, once."""
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\x08" + b'{"title":"plain"}\n')
    reader = Reader(path)
    assert ids(reader.read()) == ["bad_gzip"]
    assert reader.read() == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.json.gz", "a.txt", "a.csv"])
@pytest.mark.parametrize("packed", [False, True])
def test_compression_is_told_by_the_bytes(tmp_path: Path, name: str, *, packed: bool) -> None:
    """A browser unpacks what it saves, or not, and keeps the name: the bytes tell which."""
    path = tmp_path / name
    data = row(1) + row(2)
    path.write_bytes(gzip.compress(data) if packed else data)
    reader = Reader(path)
    assert ids(reader.read()) == ["1", "2"]
    os.utime(path, ns=(OLD, OLD))
    assert reader.read() == []


@pytest.mark.parametrize(
    ("name", "first", "more"),
    [
        ("a.txt", b"id,title,text\n1,A,x\n2,B,y\n", b"3,C,z\n"),
        ("a.csv", row(1) + row(2), row(3)),
        ("a.txt", row(1) + row(2), row(3)),
    ],
)
def test_rows_under_another_name_grow_too(
    tmp_path: Path, name: str, first: bytes, more: bytes
) -> None:
    """What is read as rows for its content goes on where it ended, and is no rest of a text."""
    path = tmp_path / name
    path.write_bytes(first)
    reader = Reader(path)
    assert ids(reader.read()) == ["1", "2"]
    os.utime(path, ns=(OLD, OLD))
    assert reader.read() == []
    path.write_bytes(first + more)
    assert ids(reader.read()) == ["3"]
    assert not reader.chunks[0].from_start
    path.write_bytes(b"Now it is a text, and nothing else.")
    assert len(reader.read()) == 1
    path.write_bytes(first)
    assert ids(reader.read()) == ["1", "2"]


def test_what_became_a_fifo_is_not_opened(tmp_path: Path) -> None:
    """A path that turned into a FIFO or a link after the walk is rejected without blocking."""
    path = tmp_path / "a.txt"
    path.write_text("text")
    (listed,) = walk(tmp_path)
    path.unlink()
    os.mkfifo(path)
    (chunk,) = read(listed, None)
    assert [rejection.reason for rejection in chunk.rejected] == ["not_a_file"]
    path.unlink()
    path.symlink_to("/etc/hostname")
    (chunk,) = read(listed, None)
    assert [rejection.reason for rejection in chunk.rejected] == ["symlink"]
    path.unlink()
    assert list(read(listed, None)) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_tried_again(tmp_path: Path) -> None:
    """A file without permission is rejected once, and read when it may be."""
    path = tmp_path / "a.txt"
    path.write_text("text")
    path.chmod(0)
    reader = Reader(path)
    assert ids(reader.read()) == ["unreadable"]
    assert reader.read() == []
    path.chmod(0o600)
    assert len(reader.read()) == 1


lines = st.lists(
    st.one_of(
        st.builds(row, st.integers(0, 50), st.integers(0, 40)),
        st.sampled_from([b"\n", b"\r\n", b"[]\n", b"{bad\n", b'{"title":"crlf"}\r\n', b"\xff\n"]),
    ),
    max_size=30,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=lines, cuts=st.lists(st.integers(0, 3000), max_size=4), compressed=st.booleans())
def test_growing_file_gives_what_the_whole_gives(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    lines: list[bytes],
    cuts: list[int],
    compressed: bool,
) -> None:
    """However a .jsonl grows, its readings together give each row that one reading gives."""
    data = b"".join(lines)
    folder = tmp_path_factory.mktemp("grow")
    path = folder / ("a.jsonl.gz" if compressed else "a.jsonl")
    pack: Callable[[bytes], bytes] = gzip.compress if compressed else bytes
    path.write_bytes(pack(data))
    whole = Reader(path).read()
    reader, grown = Reader(path), []
    for cut in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        path.write_bytes(pack(data[:cut]))
        grown += reader.read()
    passing = {"half_written", "empty", "bad_encoding"}
    expected = {str(parsed.key) for parsed in whole if getattr(parsed, "reason", "") not in passing}
    assert expected <= {str(parsed.key) for parsed in grown}
    assert [parsed for parsed in whole if isinstance(parsed, Entry)] == [
        parsed for parsed in grown if isinstance(parsed, Entry)
    ]


cells = st.text(st.sampled_from('ab ,;"\n\r\té'), max_size=12)


@settings(max_examples=100)
@given(table=st.lists(st.tuples(cells, cells), max_size=20), cr=st.booleans())
def test_csv_rows_survive_their_quoting(
    tmp_path_factory: pytest.TempPathFactory, *, table: list[tuple[str, str]], cr: bool
) -> None:
    """Whatever the csv module writes is read back row by row, quoted line ends and all."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n" if cr else "\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "text"), *table])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(buffer.getvalue().encode())
    outcome = [parsed for parsed in Reader(path).read() if isinstance(parsed, Entry)]
    read = [
        (parsed.title and parsed.title.value, parsed.content and parsed.content.value)
        for parsed in outcome
    ]
    expected = [
        tuple(cell if cell.strip() else None for cell in pair)
        for pair in table
        if any(cell.strip() for cell in pair)
    ]
    assert read == expected
