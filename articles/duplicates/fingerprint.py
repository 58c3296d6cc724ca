"""Fingerprints: what is kept of a text, within bounds, by which copies find and judge each other.

A fingerprint holds two things. Its *keys*, at most 64, are for an index: hashes of two neighbouring
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
"""Keys of a fingerprint, at most."""
ANCHORS = 320
"""Anchors of a fingerprint, at most."""
ANCHOR_BITS = 32
"""Bits of an anchor."""
KIND_BITS = 2
"""The last bits of an anchor, which hold its kind; those before are its hash."""
HASH_BITS = ANCHOR_BITS - KIND_BITS
FEWEST_ANCHORS = 4
"""A text with fewer says too little to be told from others: it gets no fingerprint."""
_LEAD_ANCHORS = 20
_LEAD_KEYS = 16
_STRONG_KEYS = 16
KEY_BITS = 56
"""Bits of a key; above them, while keys are chosen, stands the number of the text."""
_KEY_BITS = np.uint64(KEY_BITS)
_OF_TEXT = np.uint64(1) << _KEY_BITS
_MOST_THINNED = HASH_BITS
_OF_HASH = np.uint64((1 << ANCHOR_BITS) - (1 << KIND_BITS))
_OF_PAIRS = np.uint64(0xD6E8FEB86659FD93)
_OF_STRONG_PAIRS = np.uint64(0xA0761D6478BD642F)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text to find and to judge its copies."""

    keys: Array
    """uint64 of KEY_BITS, sorted, at most KEYS."""
    anchors: Array
    """uint32 in the order of the text, at most ANCHORS: hash and kind."""
    thinned: int
    """How far the anchors were thinned: one in 2**thinned is kept."""
    words: int
    """How many words the whole text has."""


def fingerprint(texts: Sequence[str]) -> list[Fingerprint | None]:
    """Return the fingerprint of each text in normal form (`squash`); None where it has none.

    Texts are read in batches: one at a time costs several times as much.
    """
    return [made for batch in batches(texts) for made in _fingerprints(find_anchors(batch))]


def is_kept(anchors: Array, thinned: int | Array) -> Array:
    """Return which anchors belong to a sample that keeps one in 2**thinned."""
    mask = (np.uint32(1) << np.asarray(thinned, np.uint32)) - np.uint32(1)
    kept: Array = (anchors >> np.uint32(KIND_BITS)) & mask == 0
    return kept


def _fingerprints(text_anchors: Anchors) -> list[Fingerprint | None]:
    sizes = np.diff(text_anchors.starts)
    texts = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    keys, key_starts = _keys(text_anchors, texts)
    anchors, starts, thinned = _thinned(text_anchors, texts)
    return [
        Fingerprint(
            keys[key_starts[n] : key_starts[n + 1]],
            anchors[starts[n] : starts[n + 1]],
            int(thinned[n]),
            int(text_anchors.words[n]),
        )
        if starts[n + 1] - starts[n] >= FEWEST_ANCHORS
        else None
        for n in range(len(sizes))
    ]


def _keys(text_anchors: Anchors, texts: Array) -> tuple[Array, Array]:
    """Return the keys of all texts, and where those of each begin (one more than texts)."""
    count = len(text_anchors.words)
    places = np.arange(len(texts)) - np.repeat(
        text_anchors.starts[:-1], np.diff(text_anchors.starts)
    )
    is_lead, is_strong = places < _LEAD_ANCHORS, text_anchors.kinds != WORD
    lead = _near(text_anchors.hashes[is_lead], texts[is_lead])
    strong = _pairs(text_anchors.hashes[is_strong], texts[is_strong], 1, _OF_STRONG_PAIRS)
    first = np.concatenate((_smallest(lead, _LEAD_KEYS), _smallest(strong, _STRONG_KEYS)))
    rest = _lowest(_near(text_anchors.hashes, texts), np.diff(text_anchors.starts))
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


def _thinned(text_anchors: Anchors, texts: Array) -> tuple[Array, Array, Array]:
    """Return the kept anchors of all texts, where those of each begin, and their thinning."""
    anchors = (text_anchors.hashes & _OF_HASH).astype(np.uint32) | text_anchors.kinds
    count, width = len(text_anchors.words), _MOST_THINNED + 2
    if np.diff(text_anchors.starts).max(initial=0) <= ANCHORS:
        return anchors, text_anchors.starts, np.zeros(count, np.int64)
    values = anchors >> np.uint32(KIND_BITS)
    zeros = np.bitwise_count((values & -values) - np.uint32(1))  # at the end of each
    zeros = np.minimum(zeros, _MOST_THINNED)
    # Of each text, how many have at least so many zeros.
    table = np.bincount(texts.astype(np.intp) * width + zeros, minlength=count * width)
    left = np.cumsum(table.reshape(count, width)[:, ::-1], axis=1)[:, ::-1]
    thinned = np.argmax(left <= ANCHORS, axis=1)
    kept = zeros >= np.repeat(thinned, np.diff(text_anchors.starts))
    starts = np.append(0, np.cumsum(left[np.arange(count), thinned]))
    return anchors[kept], starts, thinned
