"""What an outlet puts around a text it took over: bylines, datelines, credits, its own lines."""

import tomllib
from functools import lru_cache
from pathlib import Path
from random import Random

from synthetic.language import Language
from synthetic.stories import full_name

_FILE = Path(__file__).with_suffix(".toml")


def byline(language: Language, rng: Random) -> str:
    """Return a line that names who wrote it, mostly with an agency."""
    return _line(language, rng, "bylines")


def credit(language: Language, rng: Random) -> str:
    """Return a line that names the agency, for the foot."""
    return _line(language, rng, "credits")


def dateline(language: Language, rng: Random) -> str:
    """Return the place and the agency that stand before a text's first sentence."""
    return _line(language, rng, "datelines")


def head(language: Language, rng: Random) -> list[str]:
    """Return two or three lines that stand above a text."""
    return _lines(language, rng, "heads")


def foot(language: Language, rng: Random) -> list[str]:
    """Return two or three lines that stand below a text."""
    return _lines(language, rng, "feet")


def _line(language: Language, rng: Random, kind: str) -> str:
    return _filled(rng.choice(_of(language.code)[kind]), language, rng)


def _lines(language: Language, rng: Random, kind: str) -> list[str]:
    lines = rng.sample(_of(language.code)[kind], rng.randint(2, 3))
    return [_filled(line, language, rng) for line in lines]


def _filled(line: str, language: Language, rng: Random) -> str:
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
