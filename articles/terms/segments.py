"""What numpy lacks for columns whose rows belong together in runs."""

import numpy as np

from articles.terms.characters import Array


def edges_of(values: Array) -> Array:
    """Return where a run of equal values begins."""
    is_edge = np.concatenate(([True], values[1:] != values[:-1]))
    return np.flatnonzero(is_edge[: len(values)])


def ranges(sizes: Array) -> tuple[Array, Array]:
    """Return for 3, 1, 2: (0, 0, 0, 1, 2, 2) and (0, 1, 2, 0, 0, 1)."""
    owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    begins = (np.cumsum(sizes) - sizes).astype(np.int32)
    return owner, np.arange(len(owner), dtype=np.int32) - begins[owner]


def is_among(values: Array, others: Array) -> Array:
    """Return which values are among the others; quicker than `np.isin` for some thousands."""
    if not len(others):
        return np.zeros(len(values), bool)
    others = np.sort(others)
    is_equal: Array = others.take(np.searchsorted(others, values), mode="clip") == values
    return is_equal
