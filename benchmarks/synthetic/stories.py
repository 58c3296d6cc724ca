"""Stories made of facts: an event with its values, told, told by another hand, and followed up."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from synthetic.language import SECTIONS, SLOTS, Fact, Language, Sentence, filled

PARAGRAPHS = (1, 2, 2, 3, 1, 2, 3)
"""Sentences of each paragraph, over and over."""
# Family names come first, or, in Thai, the name by which people go.
_FIRST_PART_IS_SHORT = {"zh", "ja", "ko", "hu", "th"}
_JOINED = {"zh", "ja", "ko", "th"}


class Chosen(NamedTuple):
    """A fact that a story tells, and which of its renderings it takes."""

    fact: Fact
    section: str
    rendering: int


@dataclass(frozen=True, slots=True)
class Story:
    """One event: a value for every slot, and the facts told of it, in order."""

    language: Language
    values: Mapping[str, str]
    chosen: tuple[Chosen, ...]


def invent(language: Language, rng: Random) -> Story:
    """Return a new story of 10 to 22 facts."""
    return Story(language, _values(language, rng), _choose(language, rng, without=()))


def told(story: Story) -> tuple[Sentence, ...]:
    """Return the story as it was first written, a sentence a fact."""
    return _sentences(story.language, story.values, story.chosen)


def retold(story: Story, rng: Random) -> tuple[Sentence, ...]:
    """Return the same event by another hand: at most a fifth of the facts are the story's too.

    Values are the story's; facts that both tell come in another rendering.
    """
    facts = {fact for fact, _, _ in story.chosen}
    chosen = list(_choose(story.language, rng, without=facts))
    for known in rng.sample(story.chosen, rng.randint(0, len(chosen) // 5)):
        free = [
            n
            for n, new in enumerate(chosen)
            if new.section == known.section and new.fact not in facts
        ]
        if free:
            chosen[rng.choice(free)] = reworded(known, rng)
    return _sentences(story.language, story.values, chosen)


def followed_up(story: Story, rng: Random) -> tuple[Sentence, ...]:
    """Return a later article: news first, then sentences of the story, a quarter to half of all.

    It repeats at most half of the story, never its first two sentences: what was news then is told
    anew. The news has numbers of its own and one more person, who comes first among the people.
    """
    language = story.language
    chosen = _choose(language, rng, without={fact for fact, _, _ in story.chosen})
    before = told(story)
    size = rng.randint(math.ceil(len(chosen) / 4), len(chosen) // 2)
    kept = sorted(rng.sample(range(2, len(before)), min(size, len(before) // 2)))
    news = _sentences(language, _later(story, rng), chosen[: len(chosen) - len(kept)])
    return (*news, *(before[n] for n in kept))


def moved_on(story: Story, rng: Random) -> tuple[Sentence, ...]:
    """Return later news of the story: no fact of it, other numbers, one more person."""
    chosen = _choose(story.language, rng, without={fact for fact, _, _ in story.chosen})
    return _sentences(story.language, _later(story, rng), chosen)


def reworded(chosen: Chosen, rng: Random) -> Chosen:
    """Return the same fact in another rendering."""
    others = [n for n in range(len(chosen.fact)) if n != chosen.rendering]
    return chosen._replace(rendering=rng.choice(others))


PRINTED_SPACE = "\u2423"
"""How a language file writes a space that is printed between words that are not parted by any."""


def text(sentences: Sequence[Sentence], language: Language) -> str:
    """Return sentences in print: paragraphs of one to three, a blank line between two."""
    printed = [(" " if language.spaced else "").join(t.text for t in s) for s in sentences]
    sizes, left = cycle(PARAGRAPHS), iter(printed)
    paragraphs = iter(lambda: list(islice(left, next(sizes))), [])
    whole = "\n\n".join(_joined(paragraph, language) for paragraph in paragraphs)
    return whole.replace(PRINTED_SPACE, " ")


def _joined(sentences: Sequence[str], language: Language) -> str:
    """Return a paragraph; Thai parts sentences by a space, for want of a full stop."""
    parts = language.spaced or not all(sentence[-1] in "。！？」』”" for sentence in sentences)
    return (" " if parts else "").join(sentences)


def _sentences(
    language: Language, values: Mapping[str, str], chosen: Sequence[Chosen]
) -> tuple[Sentence, ...]:
    return tuple(
        filled(fact[rendering], _turned(values, language.facts[section].index(fact)), language)
        for fact, section, rendering in chosen
    )


def _turned(values: Mapping[str, str], by: int) -> dict[str, str]:
    """Return the values with the figures moved on, lest n1 be the same number in every fact."""
    moved = {
        f"{sort}{n + 1}": values[f"{sort}{(n + by) % SLOTS[sort] + 1}"]
        for sort in ("n", "big", "pct", "amount")
        for n in range(SLOTS[sort])
    }
    return {**values, **moved}


def _choose(language: Language, rng: Random, *, without: Collection[Fact]) -> tuple[Chosen, ...]:
    """Return 10 to 22 facts, none of `without`, in the order in which the press tells them."""
    drawn = {
        section: _draw(language, rng, section, count, without)
        for section, count in _counts(rng).items()
    }
    first, *details = drawn["details"]
    middle = [*details, *drawn["quotes"]]
    rng.shuffle(middle)
    for fact in drawn["background"]:  # in the second half
        middle.insert(rng.randint(len(middle) // 2, len(middle)), fact)
    return (*drawn["leads"], first, *middle, *drawn["outlook"])


def _counts(rng: Random) -> dict[str, int]:
    size = rng.randint(10, 22)
    outlook = rng.randint(1, 2)
    background = max(2, round(size * rng.uniform(0.12, 0.22)))
    quotes = round(size * rng.uniform(0.2, 0.3))
    details = size - 1 - outlook - background - quotes
    return dict(zip(SECTIONS, (1, details, quotes, background, outlook), strict=True))


def _draw(
    language: Language, rng: Random, section: str, count: int, without: Collection[Fact]
) -> list[Chosen]:
    free = [fact for fact in language.facts[section] if fact not in without]
    drawn = rng.sample(free, min(count, len(free)))
    return [Chosen(fact, section, rng.randrange(len(fact))) for fact in drawn]


def _values(language: Language, rng: Random) -> dict[str, str]:
    """Return a value for every slot."""
    people = rng.sample(language.people, SLOTS["person"])
    years = sorted(rng.sample(range(1985, 2025), SLOTS["year"]))
    drawn = {
        **_people(people, language.code),
        **_numbered("place", rng.sample(language.places, SLOTS["place"])),
        **_numbered("org", rng.sample(language.organizations, SLOTS["org"])),
        **_numbered("matter", rng.sample(language.matters, SLOTS["matter"])),
        **_numbered("measure", rng.sample(language.measures, SLOTS["measure"])),
        **_numbered("group", rng.sample(language.groups, SLOTS["group"])),
        **_numbered("year", [str(year) for year in years]),
    }
    return drawn | _figures(language, rng)


def _figures(language: Language, rng: Random) -> dict[str, str]:
    """Return what differs from day to day: counts, shares, amounts, dates."""
    days = [(rng.randint(1, 28), rng.choice(language.months)) for _ in range(SLOTS["date"])]
    dates = [language.date.format(day=day, month=month) for day, month in days]
    return {
        **_numbered("n", [str(_size(rng, 2, 990)) for _ in range(SLOTS["n"])]),
        **_numbered("big", [_big(language, rng) for _ in range(SLOTS["big"])]),
        **_numbered("pct", [_decimal(language, rng, 68) for _ in range(SLOTS["pct"])]),
        **_numbered("amount", [_amount(language, rng) for _ in range(SLOTS["amount"])]),
        **_numbered("date", dates),
        **_numbered("weekday", rng.sample(language.weekdays, SLOTS["weekday"])),
    }


def _later(story: Story, rng: Random) -> dict[str, str]:
    """Return the story's values on a later day, with one more person."""
    language, values = story.language, dict(story.values)
    known = {values[f"person{n}"] for n in range(1, SLOTS["person"] + 1)}
    new = rng.choice([p for p in language.people if full_name(p, language.code) not in known])
    for n in range(SLOTS["person"], 1, -1):
        values |= {f"{sort}{n}": values[f"{sort}{n - 1}"] for sort in ("person", "last")}
    return values | _people([new], language.code) | _figures(language, rng)


def _numbered(sort: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{sort}{n}": value for n, value in enumerate(values, 1)}


def _people(names: Sequence[str], code: str) -> dict[str, str]:
    full = _numbered("person", [full_name(name, code) for name in names])
    return full | _numbered("last", [_short(name, code) for name in names])


def full_name(name: str, code: str) -> str:
    """Return a person's name, of which a language file parts the parts, as it is printed."""
    return name.replace(" ", "") if code in _JOINED else name


def _short(name: str, code: str) -> str:
    """Return how a second mention names a person: by the family name, with what belongs to it."""
    parts = name.split(" ")
    if code in _FIRST_PART_IS_SHORT:
        return parts[0]
    begin = len(parts) - 1
    while begin > 1 and parts[begin - 1].islower():  # van der Berg, de la Cruz
        begin -= 1
    return " ".join(parts[begin:])


def _size(rng: Random, least: int, most: int) -> int:
    """Return a whole number, small ones as likely as large ones."""
    return min(most, round(math.exp(rng.uniform(math.log(least), math.log(most)))))


def _big(language: Language, rng: Random) -> str:
    number = _size(rng, 1_000, 990_000)
    rounded = number if rng.random() < 0.5 else max(1_000, round(number, -2))
    return f"{rounded:,}".replace(",", language.thousands)


def _decimal(language: Language, rng: Random, most: int) -> str:
    return f"{rng.randint(0, most)}{language.decimal}{rng.randint(1, 9)}"


def _amount(language: Language, rng: Random) -> str:
    return str(rng.randint(2, 95)) if rng.random() < 0.4 else _decimal(language, rng, 40)
