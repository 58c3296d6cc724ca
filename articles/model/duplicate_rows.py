"""A dataclass for each table of duplicates: its fields are the columns, in their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Match:
    """Table `matches`: a comparison of two articles' revisions."""

    article_id: str
    other_article_id: str
    method: str
    score: float
    threshold: float
    version: str
    decision: Literal["same", "different", "unsure"]
    evidence: str
    """What the decision rests on, as JSON."""
    decided_at: datetime
    revision_no: int | None = None
    """The revision of `article_id` that was compared; None in rows of a schema without it."""
    other_revision_no: int | None = None
    """The revision of `other_article_id` that was compared; None in rows of a schema without it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Table `members`: an article's place in a group, or None for none; the latest batch wins."""

    article_id: str
    group_id: str | None
    canonical_article_id: str | None
    canonical_rule: str
    method: str
    score: float
