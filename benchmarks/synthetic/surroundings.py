"""What outlets put around a real text, in its language where there are lines for it."""

from dataclasses import dataclass
from random import Random

from synthetic import boilerplate
from synthetic.vocabulary import Vocabulary

_SIGNS = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "'": "’", "–": "-",
    "—": "-", '"': "”", "…": "...",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    code: str
    spaced: bool
    people: tuple[str, ...]
    places: tuple[str, ...]


def byline(known: Vocabulary, rng: Random) -> str:
    """Return a line that names who wrote it."""
    return boilerplate.byline(_names(known, rng), rng)


def credit(known: Vocabulary, rng: Random) -> str:
    """Return a line that names the agency."""
    return boilerplate.credit(_names(known, rng), rng)


def head(known: Vocabulary, rng: Random) -> list[str]:
    """Return two or three lines that stand above a text."""
    return boilerplate.head(_names(known, rng), rng)


def foot(known: Vocabulary, rng: Random) -> list[str]:
    """Return two or three lines that stand below a text."""
    return boilerplate.foot(_names(known, rng), rng)


def retyped(text: str, rng: Random) -> str:
    """Return a text with other quotes and dashes, double and no-break spaces, other line ends."""
    signs = text.translate(_SIGNS)
    line = rng.choice(["\n", "\r\n", "\n\n\n"])
    return "".join(_space(sign, rng) if sign == " " else sign for sign in signs).replace("\n", line)


def _space(sign: str, rng: Random) -> str:
    return rng.choice([sign] * 8 + [sign * 2, "\u00a0"])


def _names(known: Vocabulary, rng: Random) -> _Names:
    """Return people and places made of the corpus's names."""
    names = known.names[:200] or ("Redaktion",)
    people = tuple(f"{rng.choice(names)} {rng.choice(names)}" for _ in range(3))
    return _Names(known.code, bool(known.glue), people, tuple(rng.choice(names) for _ in range(3)))
