"""Hashes of runs of characters, for all places of a text at once (Karp and Rabin 1987)."""

from functools import lru_cache

import numpy as np

from articles.terms import characters

Array = characters.Array

_FACTOR = 0x9E3779B97F4A7C15
"""Odd, so it has an inverse: a run of characters has the same hash wherever it stands."""


def prefix_sums(numbers: Array) -> Array:
    """Return, up to and with each character, the sum of plain form times the power of its place."""
    powers, _ = _powers(max(17, len(numbers).bit_length()))
    sums = (numbers & characters.PLAIN).astype(np.uint64)
    sums *= powers[: len(sums)]
    return np.cumsum(sums, out=sums)


def run_hashes(sums: Array, begins: Array, ends: Array) -> Array:
    """Return the hashes (uint64) of runs of characters, from the sums of their places' powers."""
    _, inverses = _powers(max(17, len(sums).bit_length()))
    hashes: Array = (sums[ends - 1] - sums[begins - 1]) * inverses[begins]
    return hashes


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[Array, Array]:
    """Return 2**bits powers of the factor modulo 2**64, and of its inverse."""
    rows = np.empty((2, 1 << bits), np.uint64)
    rows[0], rows[1] = _FACTOR, pow(_FACTOR, -1, 1 << 64)
    rows[:, 0] = 1
    np.multiply.accumulate(rows, axis=1, out=rows)
    powers, inverses = rows
    return powers, inverses


def mix(values: Array) -> Array:
    """Spread 64-bit values evenly (the finalizer of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = values ^ (values >> np.uint64(31))
    return mixed
