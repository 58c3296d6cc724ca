"""Automated news: families of skeletons whose slots are filled with other values each day.

Two articles of one family share most of their words and are different news: nobody copied.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from synthetic.language import Language

SERIES = 20
"""Articles that share the values of the slots that the family keeps: a town's daily weather."""

_FOLDER = Path(__file__).parent / "templates"
_SLOT = re.compile(r"\{([a-z]+)(\d*)\}")
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_RANGE = re.compile(r"(-?[\d.]+?)\.\.(-?[\d.]+)( plain)?")
_DATES = {"date", "weekday", "month"}

Values = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Family:
    """One sort of automated news in one language."""

    name: str
    keeps: tuple[str, ...]
    skeletons: tuple[str, ...]
    values: Values
    """For each slot a pool, the name of one of the language's lists, or a range of numbers."""


@dataclass(frozen=True, slots=True)
class _Series:
    """What the articles of one series share."""

    kept: Mapping[str, str]
    first_day: date
    phrases: int | None
    """The seed of skeleton and phrases where every article has the same; None: any."""


def reports(code: str) -> tuple[Family, ...]:
    """Return a language's families that nothing is tuned on; many are short notices."""
    return _families(_FOLDER / "report" / f"{code}.toml")


def codes() -> tuple[str, ...]:
    """Return the codes of the languages that have templates."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def families(code: str) -> tuple[Family, ...]:
    """Return a language's families; none if it has no templates."""
    return _families(_FOLDER / f"{code}.toml")


def _families(path: Path) -> tuple[Family, ...]:
    if not path.exists():
        return ()
    read = tomllib.loads(path.read_text(encoding="utf-8"))["families"]
    return tuple(
        Family(family["name"], tuple(family["keeps"]), tuple(family["skeletons"]), family["values"])
        for family in read
    )


def written(family: Family, language: Language, rng: Random, count: int) -> list[str]:
    """Return `count` different articles of a family, series after series."""
    made: dict[str, None] = {}
    while len(made) < count:
        series = _series(family, language, rng)
        for day in range(min(SERIES, count - len(made))):
            made[_article(family, language, rng, series, day)] = None
    return list(made)


def _series(family: Family, language: Language, rng: Random) -> _Series:
    kept: dict[str, str] = {}
    for slot in family.keeps:
        kept[slot] = _value(slot, family.values, language, rng, kept)
    first_day = date(2024, 1, 1) + timedelta(days=rng.randrange(600))
    steady = rng.random() < 0.5  # half of them read the same every day but for the values
    return _Series(kept, first_day, rng.getrandbits(32) if steady else None)


def _article(family: Family, language: Language, rng: Random, series: _Series, day: int) -> str:
    # Seeded anew for every article of a steady series: the same phrases each day.
    phrases = rng if series.phrases is None else Random(series.phrases)  # noqa: S311 - no secret
    skeleton = phrases.choice(family.skeletons).strip()
    text = _CHOICE.sub(lambda choice: phrases.choice(choice[1].split("|")), skeleton)
    drawn = dict(series.kept)
    today = series.first_day + timedelta(days=day)
    for slot, number in _slots(text):
        if slot + number in drawn:
            continue
        if slot in _DATES:
            drawn[slot + number] = _day(slot, today + timedelta(days=int(number or 1)), language)
        else:
            drawn[slot + number] = _value(slot, family.values, language, rng, drawn)
    filled = _SLOT.sub(lambda match: drawn[match[1] + match[2]], text)
    return "\n".join(line[:1].upper() + line[1:] for line in filled.split("\n"))


def _slots(text: str) -> Iterator[tuple[str, str]]:
    return ((match[1], match[2]) for match in _SLOT.finditer(text))


def _day(slot: str, day: date, language: Language) -> str:
    month = language.months[day.month - 1]
    if slot == "date":
        return _printed([language.date.format(day=day.day, month=month)], language)[0]
    return month if slot == "month" else language.weekdays[day.weekday()]


def _value(
    slot: str, values: Values, language: Language, rng: Random, drawn: Mapping[str, str]
) -> str:
    """Return a value for a slot, another than its namesakes have if it comes from a pool."""
    spec = values[slot]
    if spec == "lasts":
        return _short(drawn.get("person1") or drawn["person"])
    if isinstance(spec, str) and (match := _RANGE.fullmatch(spec)):
        return _number(match[1], match[2], language, rng, plain=bool(match[3]))
    pool = spec if isinstance(spec, list) else _printed(getattr(language, spec), language)
    free = [value for value in pool if value not in drawn.values()]
    return rng.choice(free or pool)


def _printed(names: Sequence[str], language: Language) -> list[str]:
    return list(names) if language.spaced else [name.replace(" ", "") for name in names]


def _short(name: str) -> str:
    return name.rsplit(" ", maxsplit=1)[-1]


def _number(least: str, most: str, language: Language, rng: Random, *, plain: bool) -> str:
    """Return a number between two, with as many decimals as the first one has."""
    decimals = len(least.partition(".")[2])
    scale = 10**decimals
    number = rng.randint(round(float(least) * scale), round(float(most) * scale)) / scale
    if plain:
        return f"{number:.0f}"
    whole, point, rest = f"{number:,.{decimals}f}".partition(".")
    sign = language.decimal if point else ""
    return f"{whole.replace(',', language.thousands)}{sign}{rest}"
