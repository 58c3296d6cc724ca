"""Rows in the shapes of crawlers, interfaces, dumps and exports: `fieldcases/rows.jsonl`.

Each line names the shape's source, a made-up row, and what it becomes (or why it is set aside).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from articles.model.entries import Entry, Markup
from articles.model.reasons import REASONS
from connectors.parsing.kinds import Aside
from connectors.parsing.named_fields import article_of

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
