"""Rows in the shapes of crawlers, interfaces, dumps and exports: `fieldcases/rows.jsonl`.

Each line names the shape's source, a made-up row, and what it becomes (or why it is set aside).
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.model.entries import Entry, Markup, Rejected
from articles.model.reasons import REASONS
from connectors.parsing.named_fields import article_of
from connectors.rows.kinds import Aside
from connectors.rows.names import KIND_NAMES, MARK_NAMES, NESTS, PARTS, SPELLINGS
from connectors.wire.message import parsed
from connectors.wire.ninjs import is_ninjs, message_of

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "fieldcases" / "rows.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case["shape"])
def test_row_becomes_what_stands_beside_it(case: Mapping[str, Any]) -> None:
    """Each shape is read under the names and in the objects that it has."""
    outcome = article_of(case["row"], "p")
    if isinstance(outcome, Aside):
        assert outcome.reason in REASONS
        assert {"reason": outcome.reason} == case["becomes"], outcome.detail
        return
    assert isinstance(outcome, Entry)
    seen = {}
    for name in case["becomes"]:
        value = getattr(outcome, name, "no such field")
        value = value.value if isinstance(value, Markup) else value
        seen[name] = list(value) if isinstance(value, tuple) else value
    assert seen == case["becomes"]


HOSTILE = {
    "quotes": "[" + "'" * 100_000 + "]",
    "escapes": '["' + '\\"' * 100_000 + "]",
    "brackets": "[" * 100_000 + "]",
    "braces": "{" * 100_000 + "}",
    "a token": "a" * 100_000,
    "a slug": "a-" * 1_000,
    "cuts": "[+1 chars] " * 10_000,
}


@pytest.mark.parametrize("name", ["author", "title", "text", "id", "url", "publisher", "date"])
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_value_takes_long(name: str, value: str) -> None:
    """Whatever a cell holds, it is read in a time that grows with its length."""
    started = time.process_time()
    assert isinstance(article_of({"summary": "S", name: value}, "p"), Entry)
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize("name", ["author", "title", "text", "url", "publisher", "date", "data"])
def test_no_depth_is_too_deep(name: str) -> None:
    """Objects and lists in one another end somewhere, without a traceback."""
    deep: dict[str, Any] = {}
    listed: list[Any] = []
    inner = deep
    for _ in range(900):
        inner["name"] = {"person": {}}
        inner = inner["name"]["person"]
        listed = [listed]
    for value in (deep, listed):
        assert isinstance(article_of({"summary": "S", name: value}, "p"), Entry)


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
known_names = st.sampled_from(
    [*KIND_NAMES, *MARK_NAMES, *PARTS, *NESTS, *(w.split()[0] for w in SPELLINGS.values()), "uri"]
)


@settings(max_examples=300, deadline=None)
@given(row=st.dictionaries(known_names, odd, max_size=6))
def test_no_row_ends_in_a_traceback(row: dict[str, Any]) -> None:
    """Whatever stands under the names that are known, the outcome is an entry or a reason."""
    outcome = article_of(row, "p")
    assert outcome is None or isinstance(outcome, Entry | Aside)
    if is_ninjs(row):
        assert isinstance(parsed(message_of(row), "p"), Entry | Rejected)
