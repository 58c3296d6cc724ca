"""Fingerprints: what is kept of a text, within bounds, by which copies find and judge each other.

A fingerprint holds two things. Its *keys*, at most 64, are for an index: hashes of two neighbouring
anchors, of which the smallest are taken (bottom-k sampling, Broder 1997), so that two texts that
share pairs are likely to share keys. Its *terms*, at most 400 in the order of the text, are for
the decision: all but words of grammar; of a long text only those are kept whose hash ends in
enough zeros, a sample that is the same in every copy (FracMinHash, Irber et al. 2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles.terms.characters import Array
from articles.terms.find import RUN, WORD, Terms, find_terms
from articles.terms.segments import edges_of, is_among
from articles.terms.words import batches

VERSION = "terms-1"
KEYS = 64
"""Keys of a fingerprint, at most."""
TERMS = 400
"""Terms of a fingerprint, at most."""
TERM_BITS = 32
"""Bits of a term: hash, rarity, kind, sentence, from the high bits down."""
KIND_SHIFT, RARITY_SHIFT, HASH_SHIFT = 1, 3, 6
HASH_BITS = TERM_BITS - HASH_SHIFT
BITS = 1024
_BIT_SHIFT = np.uint32(TERM_BITS - 10)
FEWEST_TERMS = 4
"""A text with fewer says too little to be told from others: it gets no fingerprint."""
_LEAD_ANCHORS = 20
_LEAD_KEYS = 16
_STRONG_KEYS = 16
KEY_BITS = 56
"""Bits of a key; above them, while keys are chosen, stands the number of the text."""
_KEY_BITS = np.uint64(KEY_BITS)
_OF_TEXT = np.uint64(1) << _KEY_BITS
_MOST_THINNED = HASH_BITS
_OF_PAIRS = np.uint64(0xD6E8FEB86659FD93)
_OF_STRONG_PAIRS = np.uint64(0xA0761D6478BD642F)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text to find and to judge its copies."""

    keys: Array
    """uint64 of KEY_BITS, sorted, at most KEYS."""
    terms: Array
    """uint32 in the order of the text, at most TERMS: hash, rarity (rarity.py), kind (terms.py),
    and a bit that changes from sentence to sentence."""
    order: Array
    """uint16: the places of the terms in the order of their hashes."""
    bits: Array
    """uint64, BITS of them: those are set that the first bits of the terms' hashes number."""
    thinned: int
    """How far the terms were thinned: one in 2**thinned is kept."""
    words: int
    """How many words the whole text has."""


def fingerprint(texts: Sequence[str]) -> list[Fingerprint | None]:
    """Return the fingerprint of each text in normal form (`squash`); None where it has none.

    Texts are read in batches: one at a time costs several times as much.
    """
    return [made for batch in batches(texts) for made in _fingerprints(find_terms(batch))]


def is_kept(terms: Array, thinned: int | Array) -> Array:
    """Return which terms belong to a sample that keeps one in 2**thinned."""
    mask = (np.uint32(1) << np.asarray(thinned, np.uint32)) - np.uint32(1)
    kept: Array = (terms >> np.uint32(HASH_SHIFT)) & mask == 0
    return kept


def in_order(one: Fingerprint, other: Fingerprint) -> tuple[Fingerprint, Fingerprint]:
    """Return two fingerprints with that of the shorter text first, whichever way they are given."""
    sizes = len(one.terms) << one.thinned, len(other.terms) << other.thinned
    if sizes[0] != sizes[1]:
        return (one, other) if sizes[0] < sizes[1] else (other, one)
    ours, theirs = (one.words, one.terms.tobytes()), (other.words, other.terms.tobytes())
    return (one, other) if ours <= theirs else (other, one)


def sampled(one: Fingerprint, thinned: int) -> tuple[Array, Array]:
    """Return the terms of a fingerprint that a sample keeps, and their places by hash."""
    if one.thinned >= thinned:
        return one.terms, one.order
    terms = one.terms[is_kept(one.terms, thinned)]
    return terms, np.argsort(terms >> np.uint32(HASH_SHIFT), kind="stable").astype(np.uint16)


def bits_of(terms: Array) -> Array:
    """Return the bits of terms."""
    bits: Array = _bits(terms, np.zeros(len(terms), np.intp), 1)[0]
    return bits


def _bits(terms: Array, texts: Array, count: int) -> Array:
    """Return the bits of the terms of each text, a row a text."""
    table = np.zeros((count, BITS), bool)
    table[texts, terms >> _BIT_SHIFT] = True
    return np.packbits(table, axis=1).view(np.uint64)


def _fingerprints(found: Terms) -> list[Fingerprint | None]:
    keys, key_starts = _keys(found)
    terms, starts, thinned = _terms(found)
    sizes = np.diff(starts)
    texts = np.repeat(np.arange(len(sizes)), sizes)
    sortable = texts.astype(np.uint64) << np.uint64(HASH_BITS) | terms >> np.uint32(HASH_SHIFT)
    order = np.argsort(sortable, kind="stable") - np.repeat(starts[:-1], sizes)
    order = order.astype(np.uint16)
    bits = _bits(terms, texts, len(sizes))
    return [
        Fingerprint(
            keys[key_starts[n] : key_starts[n + 1]],
            terms[starts[n] : starts[n + 1]],
            order[starts[n] : starts[n + 1]],
            bits[n],
            int(thinned[n]),
            int(found.words[n]),
        )
        if sizes[n] >= FEWEST_TERMS
        else None
        for n in range(len(sizes))
    ]


def _keys(found: Terms) -> tuple[Array, Array]:
    """Return the keys of all texts, and where those of each begin (one more than texts)."""
    count = len(found.words)
    at = np.flatnonzero(found.is_anchor)
    starts = np.searchsorted(at, found.starts)
    texts = np.repeat(np.arange(count, dtype=np.uint64), np.diff(starts))
    hashes, kinds = found.stems[at], found.kinds[at]
    places = np.arange(len(at)) - np.repeat(starts[:-1], np.diff(starts))
    is_lead, is_strong = places < _LEAD_ANCHORS, kinds != WORD
    lead = _near(hashes[is_lead], texts[is_lead])
    strong = _pairs(hashes[is_strong], texts[is_strong], 1, _OF_STRONG_PAIRS)
    first = np.concatenate((_smallest(lead, _LEAD_KEYS), _smallest(strong, _STRONG_KEYS)))
    rest = _lowest(_near(hashes, texts), np.diff(starts))
    rest = rest[~is_among(rest, first)]
    room = KEYS - np.bincount(_text_of(first), minlength=count)
    keys = np.sort(np.concatenate((first, _smallest(rest, room))))
    key_starts = np.searchsorted(keys, np.arange(count + 1, dtype=np.uint64) << _KEY_BITS)
    return keys & (_OF_TEXT - np.uint64(1)), key_starts


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


def _terms(found: Terms) -> tuple[Array, Array, Array]:
    """Return the kept terms of all texts, where those of each begin, and their thinning."""
    # Words of grammar say nothing, unless they are names or numbers (Will, ten).
    at = np.flatnonzero((found.rarities > 0) | ((found.kinds != WORD) & (found.kinds != RUN)))
    starts = np.searchsorted(at, found.starts)
    sentences = np.append(0, np.cumsum(found.is_first))  # before each term
    of_text = np.repeat(sentences[found.starts[:-1]], np.diff(starts))
    sentence = ((sentences[at + 1] - of_text) & 1).astype(np.uint32)
    terms = (found.stems[at] >> np.uint64(64 - HASH_BITS)).astype(np.uint32) << np.uint32(
        HASH_SHIFT
    )
    terms |= found.rarities[at].astype(np.uint32) << np.uint32(RARITY_SHIFT)
    terms |= found.kinds[at].astype(np.uint32) << np.uint32(KIND_SHIFT) | sentence
    count, width = len(found.words), _MOST_THINNED + 2
    sizes = np.diff(starts)
    if sizes.max(initial=0) <= TERMS:
        return terms, starts, np.zeros(count, np.int64)
    values = terms >> np.uint32(HASH_SHIFT)
    zeros = np.bitwise_count((values & -values) - np.uint32(1))  # at the end of each
    zeros = np.minimum(zeros, _MOST_THINNED)
    # Of each text, how many have at least so many zeros.
    texts = np.repeat(np.arange(count), sizes)
    table = np.bincount(texts * width + zeros, minlength=count * width)
    left = np.cumsum(table.reshape(count, width)[:, ::-1], axis=1)[:, ::-1]
    thinned = np.argmax(left <= TERMS, axis=1)
    kept = zeros >= np.repeat(thinned, sizes)
    starts = np.append(0, np.cumsum(left[np.arange(count), thinned]))
    return terms[kept], starts, thinned
