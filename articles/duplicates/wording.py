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
_MUCH_MORE = 0.2
_SHORT, _MUCH_LONGER = 3.5, -0.9
"""Logarithms: of some thirty terms, and of less than half as many."""

Measures = Mapping[str, float]


class _Theme(NamedTuple):
    """Measures that say one thing, and the words for it."""

    measures: tuple[str, ...]
    says: Callable[[Measures], str]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _told(of: Measures) -> str:
    short, long = of["sentences_short"], of["sentences_long"]
    if short - long > _MUCH_MORE:
        return f"the longer text has {_percent(short)} of what the shorter one tells"
    shares = f"({_percent(short)} and {_percent(long)})"
    if min(short, long) >= _HARDLY:
        return f"each has much of what the other tells {shares}"
    return f"they share little of what they tell {shares}"


def _order(of: Measures) -> str:
    is_same = of["once_rising"] >= _VERY
    return f"what they share stands in {'the same' if is_same else 'another'} order"


def _copied(of: Measures) -> str:
    if of["runs"] >= _VERY:
        return "they are the same word for word over long stretches"
    if of["runs"] >= _HARDLY:
        return "many words stand side by side in both"
    return "hardly any words stand side by side in both"


def _facts(of: Measures, name: str, density: str) -> str:
    swapped, lost = round(of[f"{name}s_swapped"]), round(of[f"{name}s_lost"])
    if not of[density]:
        return ""
    if swapped:
        return f"{_counted(swapped, name)} {_verb(swapped, 'stand')} in the place of another"
    if lost:
        missing = "is" if lost == 1 else "are"
        return f"{_counted(lost, name)} of the shorter text {missing} missing from the other"
    return f"all {name}s of the shorter text stand in the other"


def _counted(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count} {name}s"


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _beginnings(of: Measures) -> str:
    if min(of["lead_short"], of["lead_long"]) >= _HALF:
        return "both begin with the same news"
    return "they begin with other news"


def _subjects(of: Measures) -> str:
    least = min(of["topics_kept_short"], of["topics_kept_long"])
    if of["topics_kept_short"] == of["topics_kept_long"] == _HALF:
        return ""  # neither repeats anything rare
    if least > _HALF:
        return "what each names again and again is in both"
    return "one names again and again what the other does not have"


def _lengths(of: Measures) -> str:
    if of["log_terms"] < _SHORT:
        return "the texts are short"
    return "one text is much longer" if of["log_ratio"] < _MUCH_LONGER else ""


def _against_words(of: Measures) -> str:
    if of["facts_changed"] >= _HALF and of["told_words"] >= _VERY:
        return "where the words are the same, the facts are others"
    if of["facts_against_words"] > 0:
        return "facts are kept rather than words"
    return ""


def _numbers(of: Measures) -> str:
    return _facts(of, "number", "numbers_density")


def _names(of: Measures) -> str:
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
    sign = 1 if is_same else -1
    weighed = sorted(
        ((sign * sum(added[_COLUMNS[name]] for name in theme.measures), n)
         for n, theme in enumerate(THEMES)),
        key=lambda pair: (-pair[0], pair[1]),
    )  # fmt: skip
    told = [(weight, says) for weight, n in weighed if (says := THEMES[n].says(of))]
    backing = [says for weight, says in told if weight >= _SMALL][:_MOST]
    against = [says for weight, says in reversed(told) if weight <= -_SMALL][:1]
    said = ", and ".join([", ".join(backing[:-1]), backing[-1]] if len(backing) > 1 else backing)
    but = [f"although {against[0]}"] if against and said else against
    whole = ", ".join([said, *but] if said else but) or "nothing speaks clearly for either"
    return whole[0].upper() + whole[1:] + "."
