"""The measures of a pair: what an alignment says of two texts, in figures that a person can read.

Two reports of one event share names, but in short runs; a follow-up shares whole passages and has
others of its own, first of all its beginning; automated news shares the words, but the numbers
between them differ. That is measured here; model.py weighs it, decision.py decides.
"""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from articles.duplicates.alignment import DRIFT, Alignment, Side
from articles.terms.characters import Array
from articles.terms.find import NAME, NUMBER
from articles.terms.segments import edges_of, ranges

NAMES = (
    "cover_short", "cover_long", "log_terms", "log_ratio",
    "once_share", "once_share_long", "log_once", "once_rising", "once_near",
    "once_in_order", "once_drift",
    "kept_short", "kept_long", "log_passage", "runs",
    "sentences_short", "sentences_long", "sentences_least", "told_short", "told_long",
    "lead_short", "lead_long", "head_short", "head_long", "sentences_rising", "told_both",
    "numbers_kept", "numbers_lost", "numbers_swapped", "numbers_kept_long", "numbers_lost_in_told",
    "names_kept", "names_lost", "names_kept_long", "names_swapped",
    "numbers_lost_long", "names_lost_long",
    "words_swapped", "topics_kept_short", "topics_kept_long", "lead_terms_short", "lead_terms_long",
    "numbers_density", "named",
    "told_words", "told_numbers", "told_names", "told_facts_lost", "told_topics",
    "numbers_against_words", "facts_against_words", "topics_against_words", "facts_changed",
)  # fmt: skip

_ONCE_RARITY = 2
_TOPIC_RARITY = 3
_LEAST_SENTENCE = 8.0
"""Weight of a sentence that counts: three words that are not common."""
_TOLD = 0.45
"""Share of a sentence's weight from which on the other text tells it too."""
_NEAR = 12
_PASSAGE = 0.25
_LEADS = 2


class _Sentences(NamedTuple):
    """The sentences of one side that are long enough to count."""

    pair: Array
    share: Array
    """The share of each that the best two neighbouring sentences of the other text hold."""
    at: Array
    """The number of the first of these two."""
    nth: Array
    """Which of the counted sentences of its text it is, from 0."""
    weight: Array
    number: Array


def measure(alignment: Alignment) -> Array:
    """Return the measures of each pair of an alignment: a row a pair, columns as NAMES."""
    short, long = alignment.short, alignment.long
    shared, partner = alignment.shared, alignment.partner
    count = len(short.counts)
    in_long = alignment.found > 0
    in_short = np.zeros(len(long.hashes), bool)
    in_short[shared.other] = True
    in_short = _all_equal(long, in_short)
    new, new_long = _distinct(short), _distinct(long)
    columns: dict[str, Array] = {}
    columns["cover_short"] = _share(short, in_long & new, new)
    columns["cover_long"] = _share(long, in_short & new_long, new_long)
    columns["log_terms"] = np.log1p(short.counts)
    columns["log_ratio"] = np.log((1.0 + short.counts) / (1.0 + long.counts))
    columns |= _once(alignment, count)
    kept = partner >= 0
    columns["kept_short"] = short.total(kept) / np.maximum(short.counts, 1)
    columns["kept_long"] = short.total(kept) / np.maximum(long.counts, 1)
    columns |= _passages(short, partner, count)
    own = _sentences(short, long, shared.own, shared.other)
    order = np.argsort(shared.other, kind="stable")
    other = _sentences(long, short, shared.other[order], shared.own[order])
    columns |= _told(own, "short", count)
    columns |= _told(other, "long", count)
    columns["sentences_least"] = _least(own, count)
    columns["sentences_rising"] = _rising(own, count)
    told = _is_told(short, own)
    columns["told_both"] = np.minimum(columns["told_short"], columns["told_long"])
    columns |= _facts(alignment, in_long, in_short, new, new_long, told)
    columns |= _swapped(alignment, in_long, in_short)
    columns |= _in_told(short, in_long, new, told)
    columns["topics_kept_short"] = _topics(short, in_long)
    columns["topics_kept_long"] = _topics(long, in_short)
    columns["lead_terms_short"] = _lead_terms(short, own, in_long)
    columns["lead_terms_long"] = _lead_terms(long, other, in_short)
    columns["numbers_density"] = _per(short.total(short.kinds == NUMBER), short.counts)
    columns["named"] = _per(short.total(short.kinds == NAME), short.counts)
    return np.stack([np.asarray(columns[name], np.float64) for name in NAMES], axis=1)


def _per(values: Array, of: Array) -> Array:
    shares: Array = values / np.maximum(of, 1)
    return shares


def _share(side: Side, chosen: Array, of: Array) -> Array:
    shares: Array = side.total(side.weights * chosen) / np.maximum(side.total(side.weights * of), 1)
    return shares


def _distinct(side: Side) -> Array:
    """Return of each term the first time that it stands in its text."""
    is_first = np.zeros(len(side.hashes), bool)
    is_first[side.order[edges_of(side.hashes[side.order])]] = True
    return is_first


def _all_equal(side: Side, flags: Array) -> Array:
    """Return flags that hold for a term as soon as they hold for one equal to it."""
    edges = edges_of(side.hashes[side.order])
    any_: Array = np.zeros(len(flags), bool)
    if len(edges):
        found = np.logical_or.reduceat(flags[side.order], edges)
        any_[side.order] = np.repeat(found, np.diff(np.append(edges, len(flags))))
    return any_


def _times(side: Side) -> Array:
    """Return how often each term stands in its text."""
    edges = edges_of(side.hashes[side.order])
    sizes = np.diff(np.append(edges, len(side.hashes)))
    times = np.empty(len(side.hashes), np.int64)
    times[side.order] = np.repeat(sizes, sizes)
    return times


def _once(alignment: Alignment, count: int) -> dict[str, Array]:
    """Return what rare terms say that stand once in both texts: their share, and their order."""
    short, long = alignment.short, alignment.long
    once = (_times(short) == 1) & (short.rarities >= _ONCE_RARITY)
    once_long = (_times(long) == 1) & (long.rarities >= _ONCE_RARITY)
    rows = np.flatnonzero(once & (alignment.found == 1))
    others = long.order[alignment.first[rows]]
    pair = short.pair[rows]
    number = np.bincount(pair, minlength=count)
    step, there = np.diff(rows), np.diff(others)
    beside = pair[1:] == pair[:-1]
    owner = pair[1:][beside]
    steps = np.maximum(np.bincount(owner, minlength=count), 1)
    near = np.abs(there - step) <= _NEAR
    rising = (there > 0) & (there <= 3 * step + _NEAR)
    drift = np.abs(
        (rows - short.begins[pair]) / np.maximum(short.counts[pair], 1)
        - (others - long.begins[pair]) / np.maximum(long.counts[pair], 1)
    )
    return {
        "once_in_order": _in_order(pair, others, count) / np.maximum(number, 1),
        "once_drift": np.bincount(pair, drift, count) / np.maximum(number, 1),
        "once_share": number / np.maximum(short.total(once), 1),
        "once_share_long": number / np.maximum(long.total(once_long), 1),
        "log_once": np.log1p(number),
        "once_rising": np.bincount(owner, rising[beside], count) / steps,
        "once_near": np.bincount(owner, near[beside], count) / steps,
    }


def _in_order(pair: Array, places: Array, count: int) -> Array:
    """Return how many of the places of each pair rise together, at most (Fredman 1975)."""
    longest = np.zeros(count)
    ends = np.append(np.flatnonzero(np.diff(pair)) + 1, len(pair))
    begin = 0
    for end in ends.tolist():
        tails: list[int] = []
        for place in places[begin:end].tolist():
            at = bisect_left(tails, place)
            tails[at : at + 1] = [place]
        if end > begin:
            longest[pair[begin]] = len(tails)
        begin = end
    return longest


def _passages(short: Side, partner: Array, count: int) -> dict[str, Array]:
    """Return how long the passages are, and how much of the text stands in runs of both."""
    at = np.flatnonzero(partner >= 0)
    here, there = np.diff(at), np.diff(partner[at])
    same = short.pair[at[1:]] == short.pair[at[:-1]]
    broken = same & ((there <= 0) | (np.abs(there - here) > DRIFT + here * _PASSAGE))
    run = same & (here == 1) & (there == 1)
    passages = np.bincount(short.pair[at[1:]][broken], minlength=count) + 1
    runs = np.bincount(short.pair[at[1:]][run], minlength=count)
    kept = np.bincount(short.pair[at], minlength=count)
    return {
        "log_passage": np.log1p(kept / passages),
        "runs": runs / np.maximum(short.counts - 1, 1),
    }


def _sentences(side: Side, other: Side, rows: Array, others: Array) -> _Sentences:
    """Return the sentences of a side with how much of each the other side holds.

    `rows` and `others` are the shared terms, in the order of the side.
    """
    weight = np.bincount(side.sentence, side.weights)
    first = np.full(len(weight), 0)
    first[side.sentence[::-1]] = side.pair[::-1]
    share, at = np.zeros(len(weight)), np.zeros(len(weight), np.int64)
    if len(rows):
        # Two neighbouring sentences together: those that begin where the term is, or one before.
        window = other.sentence[others]
        begins = other.sentence[other.begins[other.pair[others]]]
        row = np.concatenate((rows, rows))
        windows = np.concatenate((window, np.maximum(window - 1, begins)))
        most = int(windows.max()) + 1
        keys = row * most + windows
        keys.sort()
        keys = keys[edges_of(keys)]
        row, windows = keys // most, keys % most
        cell = side.sentence[row] * most + windows
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        edges = edges_of(cell)
        held = np.add.reduceat(side.weights[row[order]], edges)
        sentence, windows = cell[edges] // most, cell[edges] % most
        of = edges_of(sentence)
        best = np.maximum.reduceat(held, of)
        chosen = np.flatnonzero(held == np.repeat(best, np.diff(np.append(of, len(held)))))
        chosen = chosen[edges_of(sentence[chosen])]
        share[sentence[chosen]] = held[chosen] / np.maximum(weight[sentence[chosen]], 1e-9)
        at[sentence[chosen]] = windows[chosen]
    number = np.flatnonzero(weight >= _LEAST_SENTENCE)
    pair = first[number]
    counts = np.bincount(pair, minlength=len(side.counts))
    nth = ranges(counts)[1]
    return _Sentences(pair, share[number], at[number], nth, weight[number], number)


def _told(sentences: _Sentences, name: str, count: int) -> dict[str, Array]:
    """Return how well the sentences of a text are told by the other, and from where on."""
    pair, share = sentences.pair, sentences.share
    number = np.bincount(pair, minlength=count)
    told = share >= _TOLD
    weight = np.maximum(np.bincount(pair, sentences.weight, count), 1e-9)
    lead = np.zeros(count)
    np.maximum.at(lead, pair[sentences.nth < _LEADS], share[sentences.nth < _LEADS])
    # What stands before the first sentence that both tell, as a share of the whole.
    before = np.cumsum(sentences.weight) - sentences.weight
    start = np.zeros(count)
    head = np.ones(count)
    firsts = edges_of(pair)
    start[pair[firsts]] = before[firsts]
    first_told = np.flatnonzero(told)
    first_told = first_told[edges_of(pair[first_told])]
    at = pair[first_told]
    head[at] = (before[first_told] - start[at]) / weight[at]
    return {
        f"sentences_{name}": np.bincount(pair, share, count) / np.maximum(number, 1),
        f"told_{name}": np.bincount(pair, told * sentences.weight, count) / weight,
        f"lead_{name}": lead,
        f"head_{name}": head,
    }


def _least(sentences: _Sentences, count: int) -> Array:
    """Return the share of the sentence that is told least."""
    least = np.ones(count)
    np.minimum.at(least, sentences.pair, sentences.share)
    return np.where(np.bincount(sentences.pair, minlength=count) > 0, least, 0.0)


def _rising(sentences: _Sentences, count: int) -> Array:
    """Return how often the next sentence that is told is told later in the other text too."""
    told = np.flatnonzero(sentences.share >= 0.25)
    pair, at = sentences.pair[told], sentences.at[told]
    same = pair[1:] == pair[:-1]
    owner = pair[1:][same]
    rising = (np.diff(at)[same] >= 0) & (np.diff(at)[same] <= 4)
    steps = np.bincount(owner, minlength=count)
    return np.where(steps > 0, np.bincount(owner, rising, count) / np.maximum(steps, 1), 0.5)


def _is_told(side: Side, sentences: _Sentences) -> Array:
    told = np.zeros(side.sentences(), bool)
    told[sentences.number[sentences.share >= _TOLD]] = True
    is_told: Array = told[side.sentence]
    return is_told


def _facts(
    alignment: Alignment, in_long: Array, in_short: Array, new: Array, new_long: Array, told: Array
) -> dict[str, Array]:
    """Return how many numbers and names are kept, and lost, each once."""
    short, long = alignment.short, alignment.long
    columns = {}
    usual, usual_long = (
        _share(short, in_long & new, new),
        _share(long, in_short & new_long, new_long),
    )
    for name, kind in (("numbers", NUMBER), ("names", NAME)):
        own, other = new & (short.kinds == kind), new_long & (long.kinds == kind)
        lost, lost_long = short.total(own & ~in_long), long.total(other & ~in_short)
        columns[f"{name}_kept"] = _kept(short.total(own), lost, usual)
        columns[f"{name}_kept_long"] = _kept(long.total(other), lost_long, usual_long)
        columns[f"{name}_lost"] = np.minimum(lost, 15)
        columns[f"{name}_lost_long"] = np.minimum(lost_long, 15)
        if kind == NUMBER:
            columns["numbers_lost_in_told"] = np.minimum(short.total(own & ~in_long & told), 15)
    return columns


def _in_told(short: Side, in_long: Array, new: Array, told: Array) -> dict[str, Array]:
    """Return what is kept in the sentences that both tell: words, numbers, names, rare terms.

    A rewording keeps facts rather than words; automated news keeps the words, not the facts.
    """
    is_number, is_name = short.kinds == NUMBER, short.kinds == NAME
    facts = is_number | is_name
    topics = ~is_number & (_times(short) >= 2) & (short.rarities >= _TOPIC_RARITY)
    words = short.total(told & new & ~facts)
    words_lost = short.total(told & new & ~facts & ~in_long)
    kept_words = _kept(words, words_lost, np.full(len(words), 0.5))
    share = {}
    for name, kind in (
        ("numbers", is_number), ("names", is_name), ("facts", facts), ("topics", topics)
    ):  # fmt: skip
        number = short.total(told & new & kind)
        lost = short.total(told & new & kind & ~in_long)
        share[name] = _kept(number, lost, kept_words)
    lost = short.total(told & new & facts & ~in_long)
    return {
        "told_words": kept_words,
        "told_numbers": share["numbers"],
        "told_names": share["names"],
        "told_topics": share["topics"],
        "told_facts_lost": np.minimum(lost, 15),
        "numbers_against_words": share["numbers"] - kept_words,
        "facts_against_words": share["facts"] - kept_words,
        "topics_against_words": share["topics"] - kept_words,
        "facts_changed": lost / (1 + lost + words_lost),
    }


def _kept(number: Array, lost: Array, usual: Array) -> Array:
    """Return the share that is kept, where there are few drawn to the usual share."""
    kept: Array = (number - lost + usual) / (number + 1)
    return kept


def _swapped(alignment: Alignment, in_long: Array, in_short: Array) -> dict[str, Array]:
    """Return how many terms made room for one of their kind between two that are kept."""
    short, long, partner = alignment.short, alignment.long, alignment.partner
    count = len(short.counts)
    rows = np.flatnonzero(partner[1:-1] < 0) + 1 if len(partner) > 2 else np.zeros(0, np.int64)
    rows = rows[(partner[rows - 1] >= 0) & (partner[rows + 1] == partner[rows - 1] + 2)]
    rows = rows[
        (short.pair[rows - 1] == short.pair[rows]) & (short.pair[rows + 1] == short.pair[rows])
    ]
    other = partner[rows - 1] + 1
    rows, other = rows[~in_long[rows]], other[~in_long[rows]]
    rows, other = rows[~in_short[other]], other[~in_short[other]]
    pair = short.pair[rows]
    both_numbers = (short.kinds[rows] == NUMBER) & (long.kinds[other] == NUMBER)
    either = (short.kinds[rows] == NAME) | (long.kinds[other] == NAME)
    names = ~both_numbers & either
    words = ~both_numbers & ~either
    return {
        "numbers_swapped": np.minimum(np.bincount(pair[both_numbers], minlength=count), 20),
        "names_swapped": np.minimum(np.bincount(pair[names], minlength=count), 20),
        "words_swapped": np.bincount(pair[words], minlength=count) / np.maximum(short.counts, 1),
    }


def _topics(side: Side, in_other: Array) -> Array:
    """Return the share of the rare terms that a text repeats which the other has too."""
    repeated = (_times(side) >= 2) & (side.rarities >= _TOPIC_RARITY)
    kept = side.total(side.weights * (repeated & in_other))
    shares: Array = (kept + 2) / (side.total(side.weights * repeated) + 4)
    return shares


def _lead_terms(side: Side, sentences: _Sentences, in_other: Array) -> Array:
    """Return the share of the rare terms of the first sentences which the other has anywhere."""
    is_lead = np.zeros(side.sentences(), bool)
    is_lead[sentences.number[sentences.nth < 1]] = True
    lead = is_lead[side.sentence] & (side.rarities >= _ONCE_RARITY)
    kept = side.total(side.weights * (lead & in_other))
    shares: Array = (kept + 2) / (side.total(side.weights * lead) + 4)
    return shares
