"""A language's file read and checked: its names, phrases, synonyms and facts; frames filled.

A fact is a tuple of frames: sentences that say the same in other words, with slots for values.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

SECTIONS = ("leads", "details", "quotes", "background", "outlook")
SLOTS = {
    "person": 4, "last": 4, "place": 4, "org": 3, "matter": 1, "measure": 3, "group": 3, "n": 6,
    "big": 3, "pct": 3, "amount": 3, "year": 2, "date": 3, "weekday": 3,
}  # fmt: skip
"""How many slots there are of each sort: person1 to person4, and so on."""

_FOLDER = Path(__file__).parent / "languages"
_PHRASES = (
    "people", "places", "organizations", "matters", "measures", "groups", "months", "weekdays",
)  # fmt: skip
_SIGNS = {"date": str, "thousands": str, "decimal": str, "code": str, "spaced": bool}
_SLOT = re.compile(r"\{([^{}]*)\}")
_KNOWN = frozenset(f"{sort}{n}" for sort, most in SLOTS.items() for n in range(1, most + 1))
_NAMES = {"person", "last", "place", "org"}
_NUMBERS = {"n", "big", "pct", "amount", "year", "date"}

Fact = tuple[str, ...]


class Token(NamedTuple):
    """A word of a sentence, with its punctuation; in real texts that is a token of its own."""

    text: str
    kind: Literal["name", "number", "word", "sign"]


Sentence = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """What one language's file says."""

    code: str
    spaced: bool
    """Whether tokens are parted by spaces in print."""
    people: tuple[str, ...]
    places: tuple[str, ...]
    organizations: tuple[str, ...]
    matters: tuple[str, ...]
    measures: tuple[str, ...]
    groups: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    date: str
    thousands: str
    decimal: str
    synonyms: Mapping[str, tuple[str, ...]]
    """For each word, the words that may stand in its place."""
    facts: Mapping[str, tuple[Fact, ...]]
    """For each section, its facts."""
    words: tuple[str, ...]
    """Every word of its frames, sorted, sentences' first words left out: they are capitalized."""


class Unreadable(ValueError):
    """A language's file is not as this module needs it; the message says where and why."""


def codes() -> tuple[str, ...]:
    """Return the codes of every language that has a file."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(code: str) -> Language:
    """Return the language of that code; raises `Unreadable` with file, fact and problem."""
    path = _FOLDER / f"{code}.toml"
    try:
        return _language(tomllib.loads(path.read_text(encoding="utf-8")), code)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{path.name}: no valid TOML: {error}") from None
    except Unreadable as error:
        raise Unreadable(f"{path.name}: {error}") from None


def slots(frame: str) -> frozenset[str]:
    """Return the names of the slots that a frame has."""
    return frozenset(_SLOT.findall(frame))


def filled(frame: str, values: Mapping[str, str], language: Language) -> Sentence:
    """Return the frame as a sentence, its slots filled and its first letter a capital."""
    tokens = [token for part in frame.split(" ") for token in _tokens(part, values)]
    first = tokens[0]
    return (first._replace(text=_capitalized(first.text, language.code)), *tokens[1:])


def parted(text: str) -> tuple[str, str, str]:
    """Return a token's text as what stands before its word, the word, and what stands after."""
    kept = [n for n, character in enumerate(text) if unicodedata.category(character)[0] not in "PS"]
    if not kept:
        return text, "", ""
    return text[: kept[0]], text[kept[0] : kept[-1] + 1], text[kept[-1] + 1 :]


def words(frame: str) -> Iterator[str]:
    """Yield the words of a frame that hold no slot, without their punctuation."""
    for token in frame.split(" "):
        word = parted(token)[1]
        if word and not _SLOT.search(token):
            yield word


def _tokens(part: str, values: Mapping[str, str]) -> Iterator[Token]:
    sorts = {name.rstrip("0123456789") for name in _SLOT.findall(part)}
    text = _SLOT.sub(lambda slot: values[slot[1]], part)
    for word in text.split(" "):
        if sorts & _NAMES:
            yield Token(word, "name")
        elif sorts & _NUMBERS and any(character.isdigit() for character in word):
            yield Token(word, "number")
        else:
            yield Token(word, "word")


def _capitalized(text: str, code: str) -> str:
    before, word, after = parted(text)
    if not word:
        return text
    # Title case, because upper case would put Georgian into letters that no newspaper prints.
    letter = "İ" if word[0] == "i" and code in {"tr", "az"} else word[0].title()
    return f"{before}{letter}{word[1:]}{after}"


def _language(read: Mapping[str, Any], code: str) -> Language:
    for key, kind in _SIGNS.items():
        if not isinstance(read.get(key), kind):
            raise Unreadable(f"{key}: {kind.__name__} expected, found {read.get(key)!r}")
    if read["code"] != code:
        raise Unreadable(f"code: {code!r} expected, found {read['code']!r}")
    facts = {section: _section(read, section) for section in SECTIONS}
    frames = [frame for told in facts.values() for fact in told for frame in fact]
    signs: dict[str, Any] = {key: read[key] for key in _SIGNS}
    phrases: dict[str, Any] = {key: _strings(read.get(key), key) for key in _PHRASES}
    return Language(
        **signs,
        **phrases,
        synonyms=_synonyms(read.get("synonyms")),
        facts=facts,
        words=tuple(sorted({word for frame in frames for word in list(words(frame))[1:]})),
    )


def _section(read: Mapping[str, Any], section: str) -> tuple[Fact, ...]:
    facts = read.get("facts", {}).get(section)
    if not isinstance(facts, list) or not facts:
        raise Unreadable(f"facts.{section}: a list of facts expected")
    return tuple(_fact(fact, f"facts.{section}[{n}]") for n, fact in enumerate(facts))


def _fact(read: Any, place: str) -> Fact:
    """Return a fact, sure that its frames have the same known slots and single spaces."""
    fact = _strings(read, place)
    if len(fact) < 3:
        raise Unreadable(f"{place}: {len(fact)} renderings, at least 3 expected: {fact[:1]}")
    for n, frame in enumerate(fact):
        where = f"{place}, rendering {n} ({frame[:40]}...)"
        if unknown := slots(frame) - _KNOWN:
            raise Unreadable(f"{where}: unknown slots {sorted(unknown)}")
        if differing := slots(frame) ^ slots(fact[0]):
            raise Unreadable(f"{where}: slots not in every rendering: {sorted(differing)}")
        if not all(frame.split(" ")) or _SLOT.sub("", frame).count("{"):
            raise Unreadable(f"{where}: double or outer spaces, or an open brace")
    return fact


def _synonyms(read: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(read, list):
        raise Unreadable("synonyms: a list of sets of words expected")
    found: dict[str, list[str]] = {}
    for n, same in enumerate(read):
        place = f"synonyms[{n}]"
        alike = _strings(same, place)
        if len(set(alike)) < 2 or any(" " in word for word in alike):
            raise Unreadable(f"{place}: two or more single tokens expected: {alike}")
        for word in alike:
            others = found.setdefault(word, [])
            others += [other for other in alike if other not in {word, *others}]
    return {word: tuple(others) for word, others in found.items()}


def _strings(read: Any, place: str) -> tuple[str, ...]:
    if not isinstance(read, Iterable) or isinstance(read, str):
        raise Unreadable(f"{place}: a list of strings expected, found {read!r}")
    for string in read:
        if not isinstance(string, str) or not string.strip():
            raise Unreadable(f"{place}: a string expected, found {string!r}")
    return tuple(read)
