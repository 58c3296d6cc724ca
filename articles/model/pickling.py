"""Pickles the slotted dataclasses that cross to and from a worker as plain tuples, for speed."""

from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

C = TypeVar("C", bound=type)


def fast_pickle(cls: C) -> C:
    """Pickle a dataclass as a call with its fields: a fifth of what slots cost otherwise.

    Every entry crosses from a worker to the writer as a dozen of these.
    """
    names = [field.name for field in fields(cls)]
    values = attrgetter(*names)

    def reduce(self: object) -> tuple[C, tuple[object, ...]]:
        return cls, values(self)

    cls.__reduce__ = reduce  # type: ignore[assignment]
    return cls
