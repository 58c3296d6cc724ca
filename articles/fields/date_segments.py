"""A date's words and numbers, each with the part that it plays."""

from dataclasses import dataclass, field
from typing import Literal

Label = Literal["", "published", "updated"]
Part = Literal["", "year", "month", "day"]


@dataclass(slots=True)
class Number:
    """A number without a sign of its own."""

    value: int
    digits: int
    part: Part = ""
    place: int = 0
    """How many words with a month or weekday came before."""


@dataclass(slots=True)
class Segment:
    """One date: the pieces of a text from one label to the next."""

    label: Label = ""
    numbers: list[Number] = field(default_factory=list)
    words: list[tuple[frozenset[int], frozenset[int]]] = field(default_factory=list)
    """Months and weekdays that each word may mean."""
    triple: tuple[str, str] | None = None
    """`ymd` or `dmy`, and the three numbers as they stand."""
    clock: str | None = None
    is_afternoon: bool | None = None
    offset: str | None = None
    zones: list[str] = field(default_factory=list)
    is_critical: bool = False
    """Whether a zone in brackets must agree with the offset (RFC 9557)."""
    has_unknown_zone: bool = False
    era: str | None = None
    pending: Part = ""
    """The part that the next number is said to be."""

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing that a date is made of."""
        return not (self.numbers or self.words or self.triple or self.clock)
