"""What decided about a pair, in one sentence that a journalist understands."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from articles.duplicates.measures import NAMES

_SMALL = 0.3
"""What a theme adds to the log odds, at least, to be told of."""
_MOST = 3
_VERY = 0.75
_HARDLY = 0.35
_HALF = 0.5
_MUCH_MORE, _RATHER = 0.2, 0.15
_SHORT, _MUCH_LONGER = 3.5, -0.9
"""Logarithms: of some thirty terms, and of less than half as many."""

Measures = Mapping[str, float]


Said = tuple[str, int]
"""Words, and what they speak for: 1 one text, -1 two, 0 either; no words where there is nothing."""
_NOTHING: Said = ("", 0)


class _Theme(NamedTuple):
    """Measures that say one thing, and the words for it."""

    measures: tuple[str, ...]
    says: Callable[[Measures], Said]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _told(of: Measures) -> Said:
    short, long = of["sentences_short"], of["sentences_long"]
    if short - long > _MUCH_MORE:
        return f"the longer text has {_percent(short)} of what the shorter one tells", 0
    shares = f"({_percent(short)} and {_percent(long)})"
    if min(short, long) >= _HARDLY:
        return f"each has much of what the other tells {shares}", 1
    return f"they share little of what they tell {shares}", -1


def _order(of: Measures) -> Said:
    if of["once_rising"] >= _VERY:
        return "what they share stands in the same order", 1
    return "what they share stands in another order", -1


def _copied(of: Measures) -> Said:
    if of["runs"] >= _VERY:
        return "they are the same word for word over long stretches", 1
    if of["runs"] >= _HARDLY:
        return "many words stand side by side in both", 0
    return "hardly any words stand side by side in both", 0


def _facts(of: Measures, name: str, density: str) -> Said:
    swapped, lost = round(of[f"{name}s_swapped"]), round(of[f"{name}s_lost"])
    if not of[density]:
        return _NOTHING
    if swapped:
        return f"{_counted(swapped, name)} {_verb(swapped, 'stand')} in the place of another", -1
    if lost:
        missing = "is" if lost == 1 else "are"
        return f"{_counted(lost, name)} of the shorter text {missing} missing from the other", -1
    return f"all {name}s of the shorter text stand in the other", 1


def _counted(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count} {name}s"


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _beginnings(of: Measures) -> Said:
    if min(of["lead_short"], of["lead_long"]) >= _HALF:
        return "both begin with the same news", 1
    return "they begin with other news", -1


def _subjects(of: Measures) -> Said:
    least = min(of["topics_kept_short"], of["topics_kept_long"])
    if of["topics_kept_short"] == of["topics_kept_long"] == _HALF:
        return _NOTHING  # neither repeats anything rare
    if least > _HALF:
        return "what each names again and again is in both", 1
    return "one names again and again what the other does not have", -1


def _lengths(of: Measures) -> Said:
    if of["log_terms"] < _SHORT:
        return "the texts are short", 0
    return ("one text is much longer", 0) if of["log_ratio"] < _MUCH_LONGER else _NOTHING


def _against_words(of: Measures) -> Said:
    if of["facts_changed"] >= _HALF and of["told_words"] >= _VERY:
        return "where the words are the same, the facts are others", -1
    if of["facts_against_words"] >= _RATHER:
        return "facts are kept rather than words", 1
    return _NOTHING


def _numbers(of: Measures) -> Said:
    return _facts(of, "number", "numbers_density")


def _names(of: Measures) -> Said:
    return _facts(of, "name", "named")


THEMES = (
    _Theme(
        ("cover_short", "cover_long", "sentences_short", "sentences_long", "sentences_least",
         "told_short", "told_long", "told_both", "once_share", "once_share_long", "log_once"),
        _told,
    ),
    _Theme(
        ("once_rising", "once_near", "once_in_order", "once_drift", "sentences_rising",
         "log_passage"),
        _order,
    ),
    _Theme(("runs", "kept_short", "kept_long", "words_swapped", "told_words"), _copied),
    _Theme(
        ("numbers_kept", "numbers_lost", "numbers_swapped", "numbers_kept_long",
         "numbers_lost_long", "numbers_lost_in_told", "numbers_density", "told_numbers"),
        _numbers,
    ),
    _Theme(
        ("names_kept", "names_lost", "names_kept_long", "names_swapped", "names_lost_long",
         "named", "told_names"),
        _names,
    ),
    _Theme(
        ("told_facts_lost", "numbers_against_words", "facts_against_words",
         "topics_against_words", "facts_changed"),
        _against_words,
    ),
    _Theme(
        ("lead_short", "lead_long", "head_short", "head_long", "lead_terms_short",
         "lead_terms_long"),
        _beginnings,
    ),
    _Theme(("topics_kept_short", "topics_kept_long", "told_topics"), _subjects),
    _Theme(("log_terms", "log_ratio"), _lengths),
)  # fmt: skip
"""Every measure belongs to one."""
_COLUMNS = {name: n for n, name in enumerate(NAMES)}


def sentence(measures: Sequence[float], added: Sequence[float], *, is_same: bool) -> str:
    """Return what decided, the weightiest first, and what spoke against it.

    Args:
        measures: those of the pair, as `measures.NAMES`.
        added: what each adds to the log odds (`model.Model.sums`).
        is_same: which way it was decided.
    """
    of = dict(zip(NAMES, measures, strict=True))
    told = []
    for n, theme in enumerate(THEMES):
        weight = sum(added[_COLUMNS[name]] for name in theme.measures)
        words, side = theme.says(of)
        if words and weight * side >= 0 and abs(weight) >= _SMALL:
            told.append((weight if is_same else -weight, -n, words))
    told.sort(reverse=True)
    backing = [words for weight, _, words in told if weight > 0][:_MOST]
    against = [words for weight, _, words in told[::-1] if weight < 0][:1]
    said = ", and ".join([", ".join(backing[:-1]), backing[-1]] if len(backing) > 1 else backing)
    but = [f"although {against[0]}"] if against and said else against
    whole = ", ".join([said, *but] if said else but) or "nothing speaks clearly for either"
    return whole[0].upper() + whole[1:] + "."
