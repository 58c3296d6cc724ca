"""What an outlet puts around a text it took over: bylines, datelines, credits, its own lines."""

import tomllib
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Protocol

from synthetic.stories import full_name

_FILE = Path(__file__).with_suffix(".toml")


class Names(Protocol):
    """What fills the lines; a `Language` has it, and so has what was read of a corpus."""

    @property
    def code(self) -> str:
        """The language's code."""

    @property
    def spaced(self) -> bool:
        """Whether tokens are parted by spaces in print."""

    @property
    def people(self) -> tuple[str, ...]:
        """People's names."""

    @property
    def places(self) -> tuple[str, ...]:
        """Names of places."""


def byline(language: Names, rng: Random) -> str:
    """Return a line that names who wrote it, mostly with an agency."""
    return _line(language, rng, "bylines")


def credit(language: Names, rng: Random) -> str:
    """Return a line that names the agency, for the foot."""
    return _line(language, rng, "credits")


def dateline(language: Names, rng: Random) -> str:
    """Return the place and the agency that stand before a text's first sentence."""
    return _line(language, rng, "datelines")


def head(language: Names, rng: Random) -> list[str]:
    """Return two or three lines that stand above a text."""
    return _lines(language, rng, "heads")


def foot(language: Names, rng: Random) -> list[str]:
    """Return two or three lines that stand below a text."""
    return _lines(language, rng, "feet")


def _line(language: Names, rng: Random, kind: str) -> str:
    return _filled(rng.choice(_of(language.code)[kind]), language, rng)


def _lines(language: Names, rng: Random, kind: str) -> list[str]:
    lines = rng.sample(_of(language.code)[kind], rng.randint(2, 3))
    return [_filled(line, language, rng) for line in lines]


def _filled(line: str, language: Names, rng: Random) -> str:
    read = _of(language.code)
    person, place = rng.choice(language.people), rng.choice(language.places)
    place = place if language.spaced else place.replace(" ", "")
    return line.format(
        person=full_name(person, language.code),
        place=place,
        PLACE=place.upper(),
        agency=rng.choice(read["agencies"]),
        outlet=rng.choice(read["outlets"]).format(place=place),
        year=rng.randint(2019, 2026),
    )


def _of(code: str) -> dict[str, list[str]]:
    read = _read()
    return read.get(code, read["en"])  # foreign outlets print English lines too


@lru_cache(maxsize=1)
def _read() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
