"""What a comparison rests on, as JSON that a person can read."""

import json
from dataclasses import asdict

from articles.duplicates.decision import Comparison
from articles.duplicates.passages import common_passages


def evidence(comparison: Comparison, text: str, other: str) -> str:
    """Return what a match shows a person, as JSON; both texts in normal form (`squash`).

    `sentence` says what decided. `spans` (begin and end in this and in the other text, in
    characters), `sequence` and `changed` are those of `passages.CommonPassages`.
    """
    shown = {
        "sentence": comparison.evidence,
        "covered": round(comparison.covered, 4),
        "other_covered": round(comparison.other_covered, 4),
        **asdict(common_passages(text, other)),
    }
    return json.dumps(shown, ensure_ascii=False)
