"""Variants of a real text in any language: what carries it, and what is like it and is not it.

`vocabulary` reads a corpus once; `variants` then makes every kind of a text that it allows.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import NamedTuple

from synthetic import apart, rewording, surroundings
from synthetic.language import Sentence
from synthetic.numerals import in_digits, in_words
from synthetic.reading import Paragraphs, flat, in_paragraphs, printed, titles, written
from synthetic.rewording import retold, spun
from synthetic.spinners import numbers_changed, places_of
from synthetic.vocabulary import Vocabulary, read, vocabulary

__all__ = ["SAME", "Variant", "Vocabulary", "variants", "vocabulary"]


class Variant(NamedTuple):
    """A text, and the one that it is to be compared with."""

    kind: str
    text: str
    same: bool
    """Whether both carry the same text."""
    base: str
    """The text that was given; for `notice` the passage that was cut of it."""


@dataclass(frozen=True, slots=True)
class Base:
    """A real text and what is around it."""

    text: str
    paragraphs: Paragraphs
    others: Sequence[str]
    known: Vocabulary

    @property
    def sentences(self) -> list[Sentence]:
        """All of its sentences."""
        return flat(self.paragraphs)

    def text_of(self, sentences: Sequence[Sentence]) -> str:
        """Return sentences in print, in paragraphs as the text has them."""
        return printed(in_paragraphs(sentences, self.paragraphs), self.known.glue)

    def foreign(self, rng: Random, count: int) -> list[Sentence]:
        """Return sentences of another text that follow one another."""
        if not self.others:
            return []
        sentences = flat(read(rng.choice(self.others), self.known))
        at = rng.randrange(max(1, len(sentences) - count))
        return sentences[at : at + count]


Made = Callable[[Base, Random], str]


def variants(
    text: str, others: Sequence[str], vocabulary: Vocabulary, rng: Random
) -> Iterator[Variant]:
    """Yield a text's variants, a kind once; what a text does not allow is left out.

    `others` are other texts of the corpus. The same `rng` yields the same variants; a kind's does
    not depend on which others there are.
    """
    seed = rng.getrandbits(64)
    others = [other for other in others if other != text]
    base = Base(text, read(text, vocabulary), others, vocabulary)
    if len(base.sentences) < 4:
        return
    for kind, make in SAME.items():
        made = make(base, _seeded(seed, kind))
        if made.strip() and (made != text or kind == "exact"):
            yield Variant(kind, made, same=True, base=text)
    for kind, tell in apart.APART.items():
        told = tell(base.paragraphs, base.others, base.known, _seeded(seed, kind))
        if told and told.text != told.base:
            yield Variant(kind, told.text, same=False, base=told.base or text)


def _exact(base: Base, rng: Random) -> str:
    """Return it with other quotes, dashes and spaces."""
    return surroundings.retyped(base.text, rng)


def _byline(base: Base, rng: Random) -> str:
    line = surroundings.byline(base.known, rng)
    credit = surroundings.credit(base.known, rng)
    ways = (
        f"{line}\n\n{base.text}",
        f"{base.text}\n\n{credit}",
        f"{line}\n\n{base.text}\n{credit}",
    )
    return rng.choice(ways)


def _furniture(base: Base, rng: Random) -> str:
    head = surroundings.head(base.known, rng)
    return "\n\n".join([*head, base.text, *surroundings.foot(base.known, rng)])


def _first(base: Base, _rng: Random, share: float) -> str:
    count = max(2, math.ceil(share * len(base.sentences)))
    return base.text_of(base.sentences[:count])


def _words(base: Base, rng: Random, share: float) -> str:
    return base.text_of(spun(base.sentences, base.known, rng, share))


def _clauses(base: Base, rng: Random, share: float) -> str:
    return base.text_of(retold(base.sentences, base.known, rng, share))


def _sentences_moved(base: Base, rng: Random) -> str:
    """Return it with half of the neighbouring sentences swapped, a quarter of them joined."""
    title = titles(base.paragraphs)
    made, left = base.sentences[:title], base.sentences[title:]
    while left:
        pair, left = left[:2], left[2:]
        drawn = rng.random()
        if drawn < 0.5:
            pair.reverse()
        if len(pair) == 2 and rewording.has_plain_end(pair[0]) and rng.random() < 0.25:
            pair = [rewording.joined(pair[0], pair[1], base.known)]
        made.extend(pair)
    return base.text_of(made)


def _paragraphs_moved(base: Base, rng: Random) -> str:
    first, *rest = base.paragraphs
    return printed([first, *rng.sample(rest, len(rest))], base.known.glue)


def _damaged(base: Base, rng: Random, share: float) -> str:
    """Return it with 20 to 40 % new words on a part of it, and names and numbers damaged there."""
    sentences = base.sentences
    size = round(share * len(sentences))
    at = rng.randint(0, len(sentences) - size)
    part = spun(sentences[at : at + size], base.known, rng, rng.uniform(0.2, 0.4))
    part = rewording.damaged(part, base.known, rng)
    return base.text_of([*sentences[:at], *part, *sentences[at + size :]])


def _revised(base: Base, rng: Random) -> str:
    """Return it with two or three sentences replaced, one added and three numbers changed."""
    sentences = list(base.sentences)
    size = min(rng.randint(2, 3), len(sentences) // 4 + 1)
    at = rng.randrange(1, max(2, len(sentences) - size))
    new = base.foreign(rng, size)
    if not new or rng.random() < 0.5:
        new = list(spun(sentences[at : at + size], base.known, rng, 1))
    sentences[at : at + size] = new
    sentences = list(numbers_changed(sentences, rng, 3))
    added = base.foreign(rng, 1)
    at = rng.randint(1, len(sentences))
    return base.text_of([*sentences[:at], *added, *sentences[at:]])


def _wire(base: Base, rng: Random) -> str:
    """Return 40 to 70 % of it as a paper prints it, with lines of its own."""
    known, sentences = base.known, list(base.sentences)
    keep = max(3, round(rng.uniform(0.4, 0.7) * len(sentences)))
    dropped = max(1, round(0.1 * len(sentences)))
    kept = sentences[: keep + dropped]
    for _ in range(min(dropped, len(kept) - 3)):
        del kept[rng.randrange(2, len(kept))]
    kept = list(spun(kept, known, rng, 0.05, swapped=0))
    own = list(map(written, base.foreign(rng, 2)))
    paragraphs = [known.glue.join(map(written, kept[n : n + 2])) for n in range(0, len(kept), 2)]
    lines = surroundings.head(known, rng) + surroundings.foot(known, rng)
    for line in rng.sample(lines, min(len(lines), 2)):
        paragraphs.insert(rng.randint(1, len(paragraphs)), line)
    first, last = [*own, "", ""][:2]
    return "\n\n".join(
        part
        for part in (
            surroundings.byline(known, rng),
            first,
            *paragraphs,
            last,
        )
        if part
    )


def _corrected(base: Base, rng: Random) -> str:
    return base.text_of(numbers_changed(base.sentences, rng, 1)) if _numbers(base) else ""


def _numbers_worded(base: Base, _rng: Random) -> str:
    made = in_words(base.sentences, base.known.code)
    return base.text_of(made) if made != tuple(base.sentences) else ""


def _words_numbered(base: Base, _rng: Random) -> str:
    made = in_digits(base.sentences, base.known.code)
    return base.text_of(made) if made != tuple(base.sentences) else ""


def _dropped(base: Base, rng: Random) -> str:
    """Return it without every fourth sentence, a fifth of the words replaced."""
    kept = [sentence for n, sentence in enumerate(base.sentences) if n % 4 != 3]
    return base.text_of(spun(kept, base.known, rng, 0.2))


def _thinned(base: Base, rng: Random) -> str:
    made = rewording.thinned(spun(base.sentences, base.known, rng, 0.3), base.known, rng)
    return base.text_of(made)


def _numbers(base: Base) -> int:
    return len(places_of(base.sentences, ("number",)))


def _seeded(seed: int, kind: str) -> Random:
    return Random(f"{seed} {kind}")  # noqa: S311 - no secret


SAME: Mapping[str, Made] = {
    "exact": _exact,
    "byline": _byline,
    "furniture": _furniture,
    "half": partial(_first, share=0.5),
    "lead": partial(_first, share=0.3),
    **{f"words{n}": partial(_words, share=n / 100) for n in (10, 20, 40, 60, 67)},
    **{f"clauses{n}": partial(_clauses, share=n / 100) for n in (20, 40)},
    "sentences_moved": _sentences_moved,
    "paragraphs_moved": _paragraphs_moved,
    "damaged": partial(_damaged, share=0.5),
    "damaged_whole": partial(_damaged, share=1),
    "revised": _revised,
    "wire": _wire,
    "corrected": _corrected,
    "numbers_worded": _numbers_worded,
    "words_numbered": _words_numbered,
    "dropped_sentences": _dropped,
    "thinned_words": _thinned,
}
"""What carries the same text."""
