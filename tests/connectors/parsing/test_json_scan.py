"""Looking through JSON: the elements that json finds too, in linear time, without their values."""

import json
import re
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.model.entries import Entry
from connectors.files.folder import walk
from connectors.files.json_shape import shape_of
from connectors.files.parse import parse_chunk
from connectors.files.read import read
from connectors.limits import ARTICLE_LIMIT, SCAN_STEPS
from connectors.parsing.json_scan import Scan, is_whole

MIB = 1024 * 1024
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(),
        st.text(st.sampled_from('"\\\n[]{},: é'), max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)
styles = st.sampled_from([(None, (",", ":")), (None, (", ", ": ")), (1, (",", ": "))])


def written(value: object, style: tuple[int | None, tuple[str, str]], *, escaped: bool) -> bytes:
    """Return the value as JSON in a style of spaces and escapes."""
    indent, separators = style
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=escaped)
    return text.encode("utf-8", "surrogatepass")


def elements(data: bytes, *, closed: bool = True) -> list[object]:
    """Return the values of the elements that a scan finds behind the first bracket."""
    scan = Scan(data)
    elements = scan.elements(data.index(b"[") + 1 if closed else 0, closed=closed)
    return [json.loads(data[start:end]) for start, end in elements]


@given(several=st.lists(values, max_size=6), style=styles, escaped=st.booleans())
def test_elements_are_those_of_json(
    *, several: list[object], style: tuple[int | None, tuple[str, str]], escaped: bool
) -> None:
    """Of every list, and of values in a row, the scan finds the elements that json finds."""
    assert elements(written(several, style, escaped=escaped)) == several
    rows = b"\n".join(written(value, style, escaped=escaped) for value in several)
    assert elements(rows, closed=False) == several


@given(value=values, style=styles)
def test_whole_values_are_told(value: object, style: tuple[int | None, tuple[str, str]]) -> None:
    """A value is whole, and with an end that is missing or too much it is not."""
    data = written([value], style, escaped=False)
    assert is_whole(data)
    assert not is_whole(data[:-1])
    assert not is_whole(data + b"]")


names = st.sampled_from(["articles", "results", "docs", "data"])
envelopes = st.lists(st.sampled_from(["response", "data", "result", "payload"]), max_size=4)
others = st.dictionaries(
    st.sampled_from(["status", "total", "took", "aggs"]), values, max_size=3
).map(lambda members: list(members.items()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(values, min_size=1, max_size=5),
    name=names,
    path=envelopes,
    beside=others,
    style=styles,
)
def test_wrapped_elements_are_found(
    tmp_path: Path,
    *,
    rows: list[object],
    name: str,
    path: list[str],
    beside: list[tuple[str, object]],
    style: tuple[int | None, tuple[str, str]],
) -> None:
    """In up to four envelopes, whatever stands beside it, the list of articles is found."""
    articles = [{"id": number, "title": "T", "x": row} for number, row in enumerate(rows)]
    value: dict[str, object] = {**dict(beside), name: articles, "end": 1}
    for envelope in path:
        value = {**dict(beside), envelope: value}
    (tmp_path / "a.json").write_bytes(written(value, style, escaped=True))
    (listed,) = walk(tmp_path)
    outcome = [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]
    assert [parsed.guid for parsed in outcome if isinstance(parsed, Entry)] == [
        f"a.json#{number}" for number in range(len(rows))
    ]
    assert len(outcome) == len(rows)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield texts that would grow many times as values, or be gone over again and again."""
    size = ARTICLE_LIMIT - 1024
    empties = b'{"a":[' + b"[]," * (size // 3) + b"0]}"
    yield "one object", empties
    yield "one element", b"[" + empties + b"]"
    yield "one wrapped element", b'{"data":[' + empties + b"]}"
    yield "envelopes", b'{"data":' * 60 + b"[" + b"[]," * (size // 3) + b"0]" + b"}" * 60
    yield "open brackets", b"[" * size
    yield "open objects", b'{"a":' * (size // 5)
    yield "deep ends", (b"[" * 9 + b"]" * 9 + b",") * (size // 19)
    yield "members", b"{" + b'"":0,' * (size // 5) + b'"a":0}'
    yield "open string", b'[{"a":"' + b'\\"' * (size // 2)
    yield "candidates", b"{" + b'"data":[{"a":[[]]}],' * (size // 20) + b'"a":0}'


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in hostile()])
def test_hostile_json_is_read_in_linear_time(tmp_path: Path, data: bytes) -> None:
    """Eight MiB that a parser would be lost in are passed on, or rejected, in seconds."""
    (tmp_path / "a.json").write_bytes(data)
    (listed,) = walk(tmp_path)
    began = time.thread_time()
    assert [chunk.last for chunk in read(listed, None)][-1]
    assert time.thread_time() - began < 10


@pytest.mark.parametrize(
    "data",
    [pytest.param(data, id=name) for name, data in hostile() if name.startswith(("one", "mem"))],
)
def test_hostile_json_is_not_built(tmp_path: Path, data: bytes) -> None:
    """Values that would take thirty times their text take a few times it: they are not built."""
    (tmp_path / "a.json").write_bytes(data)
    (listed,) = walk(tmp_path)
    tracemalloc.start()
    try:
        assert [chunk.last for chunk in read(listed, None)][-1]
        assert tracemalloc.get_traced_memory()[1] < 5 * len(data)
    finally:
        tracemalloc.stop()


def test_time_is_linear_in_nesting_and_size() -> None:
    """Sixty envelopes around a MiB cost about what one costs, not sixty times that."""

    def seconds(depth: int) -> float:
        data = b'{"data":' * depth + b"[" + b'"words",' * (MIB // 8) + b"0]" + b"}" * depth
        began = time.thread_time()
        assert shape_of(Scan(data)).kind == "object"
        return time.thread_time() - began

    assert seconds(60) < 10 * seconds(1) + 0.5


@pytest.mark.parametrize("size", [10, MIB, ARTICLE_LIMIT + 1])
def test_wrapper_is_known_by_a_long_first_article(tmp_path: Path, size: int) -> None:
    """Of a first article too long to look into the names tell; one over the bound is rejected."""
    articles = [{"title": "A", "text": "x" * size}, {"title": "B"}]
    (tmp_path / "a.json").write_text(json.dumps({"total": 2, "articles": articles}))
    (listed,) = walk(tmp_path)
    outcome = [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]
    kinds = sorted(getattr(parsed, "reason", "entry") for parsed in outcome)
    assert kinds == ["entry", "too_large" if size > ARTICLE_LIMIT else "entry"]
    (tmp_path / "a.json").write_text(json.dumps({"articles": [{"x": "x" * min(size, MIB)}]}))
    (chunk,) = read(listed, None)
    assert chunk.kind == "json"


def test_long_last_line_is_not_built(tmp_path: Path) -> None:
    """The last line of a .jsonl, whole without a line end, is looked through and not parsed."""
    line = b'{"title":"T","a":[' + b"[]," * (MIB // 3) + b"0]}"
    (tmp_path / "a.jsonl").write_bytes(line)
    (listed,) = walk(tmp_path)
    tracemalloc.start()
    try:
        (chunk,) = read(listed, None)
        assert tracemalloc.get_traced_memory()[1] < 8 * len(line)
    finally:
        tracemalloc.stop()
    (entry,) = parse_chunk(chunk)
    assert isinstance(entry, Entry)
    (tmp_path / "a.jsonl").write_bytes(line[:-1])
    (chunk,) = read(listed, None)
    assert [rejection.reason for rejection in chunk.rejected] == ["half_written"]


def test_too_many_brackets_end_the_scan() -> None:
    """Brackets that only a loop can count are counted up to a bound."""
    deep = b"[" * (SCAN_STEPS + 9) + b"]" * (SCAN_STEPS + 9)
    with pytest.raises(ValueError, match=re.compile(r"^\d+$")):
        Scan(deep).end(0)
    assert Scan(deep[SCAN_STEPS:-SCAN_STEPS]).end(0) == 18


def test_elements_around_a_malformed_one_are_read(tmp_path: Path) -> None:
    """An element that is malformed between its brackets is rejected alone."""
    (tmp_path / "a.json").write_bytes(b'[{"title":"A"},{"title" "B"},\r\n{"title":\n"C"}]')
    (listed,) = walk(tmp_path)
    outcome = [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]
    assert [getattr(parsed, "reason", "entry") for parsed in outcome] == [
        "entry",
        "bad_json",
        "entry",
    ]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_long_texts_in_other_encodings_are_converted(tmp_path: Path, encoding: str) -> None:
    """A list of more than 8 MiB that is not plain UTF-8 is converted in parts, losing nothing."""
    text = "Новости дня и мира, погода и спорт. " * 100
    rows = [{"id": number, "title": f"T{number}", "text": text} for number in range(2600)]
    data = json.dumps(rows, ensure_ascii=False).encode(encoding)
    assert len(data) > ARTICLE_LIMIT
    (tmp_path / "a.json").write_bytes(data)
    (listed,) = walk(tmp_path)
    chunks = list(read(listed, None))
    known = {"cp1251": "windows-1251", "utf-16": "utf-16-le"}
    assert {chunk.encoding for chunk in chunks} == {known.get(encoding)}
    lines = [line for chunk in chunks for line in chunk.data.splitlines()]
    assert [json.loads(line) for line in lines] == rows
