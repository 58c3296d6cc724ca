"""Field names: the usual spellings, which one wins, and JSON in its odder forms."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles.model.entries import Entry, Rejected
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import read
from connectors.limits import RAW_ROW_LIMIT
from connectors.parsing.named_fields import entry_of
from connectors.rows.names import KIND_NAMES, MARK_NAMES, SPELLINGS, role_of


def test_no_spelling_has_two_roles() -> None:
    """Each spelling stands for one field alone."""
    words = [word for spellings in SPELLINGS.values() for word in spellings.split()]
    words += [*KIND_NAMES, *MARK_NAMES]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", ["pubDate", "pub_date", "PUB-DATE", "Pub Date", "pubdate"])
def test_case_and_punctuation_do_not_count(name: str) -> None:
    """One spelling is known in every case and with every punctuation."""
    role = role_of(name)
    assert role is not None
    assert role[0] == "published"


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"link": "b", "url": "a"}, "url", "a"),
        ({"canonical_url": "b", "link": "a"}, "url", "a"),
        ({"url": "", "link": "a"}, "url", "a"),
        ({"url": "https://x.example/" + "a" * 3000}, "url", None),
        ({"created": "2", "published": "1"}, "published", "1"),
        ({"published": None, "created": 1700000000}, "published", "1700000000"),
        ({"published": 1700000000.5}, "published", "1700000000.5"),
        ({"updated_at": "u"}, "updated", "u"),
        ({"_id": "b", "id": "a"}, "guid", "p#a"),
        ({"id": True}, "guid", None),
        ({"id": 7.0}, "guid", "p#7"),
        ({"by": " Ada "}, "authors", ("Ada",)),
        ({"authors": ["Ada", {"name": "Bo"}, "Ada", 7]}, "authors", ("Ada", "Bo")),
        ({"author": {"name": "Ada"}}, "authors", ("Ada",)),
        ({"authors": "['Ada', \"O'Neil\"]"}, "authors", ("Ada", "O'Neil")),
        ({"authors": "[]"}, "authors", ()),
        ({"source": {"id": "x", "name": "The Mill"}}, "publisher", "The Mill"),
        ({"source": "https://www.mill.example/"}, "publisher", "mill.example"),
        ({"source": "https://mill.example/a"}, "url", "https://mill.example/a"),
        ({"lang": ["en", "fr"]}, "language", "en"),
    ],
)
def test_value_of_a_field(fields: dict[str, object], name: str, expected: object) -> None:
    """The first spelling with a usable value wins, and its value is read in its usual shapes."""
    entry = entry_of({"title": "T", **fields}, "p")
    assert entry is not None
    assert getattr(entry, name) == expected


@pytest.mark.parametrize(
    ("fields", "expected", "kind"),
    [
        ({"text": "short", "body": "the longest"}, "the longest", "text/plain"),
        ({"text": "much longer text", "content_html": "<p>x</p>"}, "<p>x</p>", "text/html"),
        ({"text": "text", "html": "<html>whole page</html>"}, "text", "text/plain"),
        ({"html": "<html>whole page</html>"}, "<html>whole page</html>", "text/html"),
        ({"body": "a <b>bold</b> word"}, "a <b>bold</b> word", "text/html"),
        ({"body": "a < b and c > d"}, "a < b and c > d", "text/plain"),
        ({"body": "write to <ada@x.example>"}, "write to <ada@x.example>", "text/plain"),
    ],
)
def test_content_is_the_longest_html_first(
    fields: dict[str, object], expected: str, kind: str
) -> None:
    """An HTML fragment is preferred, then the longest text; tags make a text HTML (rule 22)."""
    entry = entry_of(fields, "p")
    assert entry is not None
    assert entry.content is not None
    assert (entry.content.value, entry.content.media_type) == (expected, kind)


def test_key_is_guid_else_link_else_hash() -> None:
    """An entry's key is its guid, else its link, else a hash of its title and text."""
    guid, link, neither, other = (
        entry_of(fields, "p")
        for fields in (
            {"id": 1, "url": "https://x.example", "title": "T"},
            {"url": "https://x.example", "title": "T"},
            {"title": "T", "text": "x"},
            {"title": "T", "text": "y"},
        )
    )
    assert guid
    assert link
    assert neither
    assert other
    assert (guid.key, link.key) == ("p#1", "https://x.example")
    assert neither.key != other.key
    assert len(neither.key) == 32


def test_huge_row_keeps_what_was_used() -> None:
    """Of a row over 1 MiB only the fields that were used are kept as delivered."""
    entry = entry_of({"title": "T", "blob": "x" * RAW_ROW_LIMIT}, "p")
    assert entry is not None
    assert json.loads(entry.raw) == {"title": "T"}


def test_row_of_unknown_fields_is_no_entry() -> None:
    """A row without one known field is no entry."""
    assert entry_of({"x": 1, "": "y"}, "p") is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
names = st.sampled_from(["title", "text", "id", "url", "author", "source", "date", "x", "data"])


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.dictionaries(names, values, max_size=5), min_size=1),
    indent=st.none() | st.just(2),
)
@example(rows=[{"title": None, "data": [{"LINK": False}]}], indent=None)
def test_list_gives_what_its_lines_give(
    tmp_path: Path, rows: list[dict[str, object]], indent: int | None
) -> None:
    """A .json list, however it is laid out, gives the entries of the same rows as .jsonl."""

    def outcome(name: str, text: str) -> list[Entry | Rejected]:
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "a.json").write_text(text)
        (listed,) = walk(tmp_path / name)
        return [parsed for chunk in read(listed, None) for parsed in parse_chunk(chunk)]

    listed = outcome("list", json.dumps(rows, indent=indent))
    lines = outcome("lines", "\n".join(json.dumps(row) for row in [*rows, {"title": "end"}]))
    assert [parsed for parsed in listed if isinstance(parsed, Entry)] == [
        parsed for parsed in lines[:-1] if isinstance(parsed, Entry)
    ]
    assert len(listed) == len(lines) - 1
