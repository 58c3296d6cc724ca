"""Fingerprints: a bounded sketch of a text, by which copies find and judge each other.

A sketch holds two things. Its *keys*, at most 64, are for an index: hashes of two neighbouring
anchors, of which the smallest are taken (bottom-k sampling, Broder 1997), so that two texts that
share pairs are likely to share keys. Its *anchors*, at most 320 in the order of the text, are for
the decision; of a long text only those are kept whose hash ends in enough zeros, a sample that
is the same in every copy (FracMinHash, Irber et al. 2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.duplicates.anchors import WORD, Anchors, batches, find_anchors
from articles.duplicates.characters import Array
from articles.duplicates.segments import edges_of, is_among

VERSION = "anchors-1"
KEYS = 64
ANCHORS = 320
FEWEST_ANCHORS = 4
"""A text with fewer says too little to be told from others: it gets no sketch."""
_LEAD_ANCHORS = 20
_LEAD_KEYS = 16
_STRONG_KEYS = 16
_KEY_BITS = np.uint64(56)
"""Above them, while the keys of a batch are chosen, stands the number of the text."""
_OF_TEXT = np.uint64(1) << _KEY_BITS
_MOST_THINNED = 30
_OF_PAIRS = np.uint64(0xD6E8FEB86659FD93)
_OF_STRONG_PAIRS = np.uint64(0xA0761D6478BD642F)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text to find and to judge its copies."""

    keys: Array
    """uint64 below 2**56, sorted, at most KEYS."""
    anchors: Array
    """uint32 in the order of the text, at most ANCHORS: a hash whose last two bits are the kind."""
    thinned: int
    """Of the anchors one in 2**thinned is kept."""
    words: int
    """Of the whole text."""


def fingerprint(texts: Sequence[str]) -> list[Fingerprint | None]:
    """Return the sketch of each text in its normal form (`text.squash`); None where it has none.

    Texts are read in batches: one at a time costs several times as much.
    """
    return [one for batch in batches(texts) for one in _fingerprints(find_anchors(batch))]


def is_kept(anchors: Array, thinned: int | Array) -> Array:
    """Return which anchors belong to a sample that keeps one in 2**thinned."""
    mask = (np.uint32(1) << np.asarray(thinned, np.uint32)) - np.uint32(1)
    kept: Array = (anchors >> np.uint32(2)) & mask == 0
    return kept


def _fingerprints(found: Anchors) -> list[Fingerprint | None]:
    sizes = np.diff(found.starts)
    texts = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    keys, key_starts = _keys(found, texts)
    anchors, starts, thinned = _thinned(found, texts)
    return [
        Fingerprint(
            keys[key_starts[n] : key_starts[n + 1]],
            anchors[starts[n] : starts[n + 1]],
            int(thinned[n]),
            int(found.words[n]),
        )
        if starts[n + 1] - starts[n] >= FEWEST_ANCHORS
        else None
        for n in range(len(sizes))
    ]


def _keys(found: Anchors, texts: Array) -> tuple[Array, Array]:
    """Return the keys of all texts, and where those of each begin (one more than texts)."""
    count = len(found.words)
    places = np.arange(len(texts)) - np.repeat(found.starts[:-1], np.diff(found.starts))
    is_lead, is_strong = places < _LEAD_ANCHORS, found.kinds != WORD
    lead = _near(found.hashes[is_lead], texts[is_lead])
    strong = _pairs(found.hashes[is_strong], texts[is_strong], 1, _OF_STRONG_PAIRS)
    first = np.concatenate((_smallest(lead, _LEAD_KEYS), _smallest(strong, _STRONG_KEYS)))
    rest = _lowest(_near(found.hashes, texts), np.diff(found.starts))
    rest = rest[~is_among(rest, first)]
    room = KEYS - np.bincount(_text_of(first), minlength=count)
    keys = np.sort(np.concatenate((first, _smallest(rest, room))))
    starts = np.searchsorted(keys, np.arange(count + 1, dtype=np.uint64) << _KEY_BITS)
    return keys & (_OF_TEXT - np.uint64(1)), starts


def _lowest(keys: Array, sizes: Array) -> Array:
    """Return the KEYS smallest distinct keys of each text, sorted.

    Sorting is what long texts would spend their time on. As hashes are spread evenly, four times
    KEYS of them stay below a bound known beforehand, unless the text repeats itself.
    """
    shares = np.minimum(1, 2 * KEYS / np.maximum(sizes, 1))  # each anchor has two pairs
    if shares.sum() >= 0.5 * len(shares):
        return _smallest(keys, KEYS)
    bounds = (np.arange(len(sizes)) + shares) * float(_OF_TEXT)
    lowest = _smallest(keys[keys < bounds.astype(np.uint64)[_text_of(keys)]], KEYS)
    counts = np.bincount(_text_of(lowest), minlength=len(sizes))
    if ((counts == KEYS) | (shares == 1)).all():
        return lowest
    return _smallest(keys, KEYS)


def _near(hashes: Array, texts: Array) -> Array:
    """Return the pairs of neighbours and of those with one anchor between them."""
    return np.concatenate([_pairs(hashes, texts, step, _OF_PAIRS) for step in (1, 2)])


def _pairs(hashes: Array, texts: Array, step: int, factor: np.uint64) -> Array:
    """Return hashes of two anchors of one text, the text's number above."""
    pairs: Array = (hashes[:-step] * factor + hashes[step:]) >> (np.uint64(64) - _KEY_BITS)
    pairs |= texts[step:] << _KEY_BITS
    is_within: Array = texts[step:] == texts[:-step]
    return pairs[is_within]


def _text_of(keys: Array) -> Array:
    return (keys >> _KEY_BITS).astype(np.intp)


def _smallest(keys: Array, most: int | Array) -> Array:
    """Return the smallest distinct keys of each text, at most so many of each, sorted."""
    if not len(keys):
        return keys
    keys = np.sort(keys)
    keys = keys[edges_of(keys)]
    texts = _text_of(keys)
    firsts = np.searchsorted(texts, np.arange(texts[-1] + 1))
    limits = firsts + most if isinstance(most, int) else firsts + most[: len(firsts)]
    return keys[np.arange(len(keys)) < limits[texts]]


def _thinned(found: Anchors, texts: Array) -> tuple[Array, Array, Array]:
    """Return the kept anchors of all texts, where those of each begin, and their thinning."""
    anchors = (found.hashes & np.uint64(0xFFFFFFFC)).astype(np.uint32) | found.kinds
    count, width = len(found.words), _MOST_THINNED + 2
    if np.diff(found.starts).max(initial=0) <= ANCHORS:
        return anchors, found.starts, np.zeros(count, np.int64)
    values = anchors >> np.uint32(2)
    zeros = np.bitwise_count((values & -values) - np.uint32(1))  # at the end of each
    zeros = np.minimum(zeros, _MOST_THINNED)
    # Of each text, how many have at least so many zeros.
    table = np.bincount(texts.astype(np.intp) * width + zeros, minlength=count * width)
    left = np.cumsum(table.reshape(count, width)[:, ::-1], axis=1)[:, ::-1]
    thinned = np.argmax(left <= ANCHORS, axis=1)
    kept = zeros >= np.repeat(thinned, np.diff(found.starts))
    starts = np.append(0, np.cumsum(left[np.arange(count), thinned]))
    return anchors[kept], starts, thinned
