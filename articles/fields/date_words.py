"""Words in dates: months, weekdays, halves of the day, labels, by language."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from articles.fields.date_calendars import ERAS
from articles.fields.date_text import folded, spelled

WordKind = Literal[
    "month", "weekday", "half", "between", "published", "updated", "not", "unit", "era"
]
ANY = "*"
"""The language of a name that stands above languages."""
IRANIAN = 100
"""Added to the number of a month of the Iranian calendar."""
MOST_WORDS = 4
"""Words that one name may have."""
_FILES = ("date_names.tsv", "date_names_more.tsv")
_LONGEST = 24
"""Characters of a name in a script without spaces, at most."""
# What stands behind a number (in Vietnamese: before it) and says which part of a date it is.
_UNITS = {"年": 1, "年度": 1, "년": 1, "оны": 1, "月": 2, "月份": 2, "월": 2, "сарын": 2, "сар": 2,
          "日": 3, "일": 3, "号": 3, "號": 3}  # fmt: skip
_UNITS_BEFORE = {"năm": 1, "tháng": 2, "thang": 2, "thg": 2, "th": 2, "ngày": 3}


class Meaning(NamedTuple):
    """What a word means in a language."""

    kind: WordKind
    number: int
    """Of a month 1 to 12 (Iranian: 101 to 112), a weekday from Monday 0, am 0 and pm 1; of a unit
    year 1, month 2, day 3, negative if it stands before its number."""
    language: str


def meanings(word: str) -> tuple[Meaning, ...]:
    """Return what a folded word, or several with one space between, may mean in a date."""
    return _names().get(word, ())


@lru_cache(maxsize=4_096)
def kinds_of(word: str) -> frozenset[WordKind]:
    """Return the parts that a folded word may play."""
    return frozenset(meaning.kind for meaning in meanings(word))


@lru_cache(maxsize=4_096)
def numbers(word: str, kind: WordKind, language: str) -> frozenset[int]:
    """Return what a name may mean: in the entry's language, else in any, else in all."""
    found = [meaning for meaning in meanings(word) if meaning.kind == kind]
    for wanted in (language, ANY):
        if chosen := frozenset(meaning.number for meaning in found if meaning.language == wanted):
            return chosen
    return frozenset(meaning.number for meaning in found)


def cut(run: str) -> list[str] | None:
    """Cut a run of a script without spaces into known words; None if that can't be done."""
    words: list[str] = []
    position = 0
    while position < len(run):
        longest = min(len(run), position + _LONGEST)
        ends = (end for end in range(longest, position, -1) if run[position:end] in _names())
        end = next(ends, None)
        if end is None:
            return None
        words.append(run[position:end])
        position = end
    return words


@lru_cache(maxsize=1)
def _names() -> Mapping[str, tuple[Meaning, ...]]:
    found: dict[str, set[Meaning]] = {}
    for file in _FILES:
        for line in files("articles.fields").joinpath(file).read_text("utf-8").splitlines():
            if not line.startswith("#"):
                language, kind, number, names = line.split("\t")
                meaning = Meaning(kind, int(number), language)  # type: ignore[arg-type]
                for name in names.split("|"):
                    found.setdefault(spelled(name), set()).add(meaning)
    for unit, part in _UNITS.items():
        found.setdefault(folded(unit), set()).add(Meaning("unit", part, ANY))
    for unit, part in _UNITS_BEFORE.items():
        found.setdefault(folded(unit), set()).add(Meaning("unit", -part, "vi"))
    for era in (*ERAS, "元"):
        found.setdefault(folded(era), set()).add(Meaning("era", 0, ANY))
    found.pop("", None)
    return {name: tuple(sorted(each)) for name, each in found.items()}
