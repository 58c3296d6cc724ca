"""The words of a corpus, by length and frequency, so that one can stand in for another.

In scripts that part words by nothing, pairs of characters and short runs are the words.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from synthetic.language import Sentence, Token
from synthetic.reading import (
    Paragraphs,
    is_foreign_run,
    is_han,
    is_unspaced,
    raw_paragraphs,
    scanned,
)

_ARTICLES = re.compile(
    "der|die|das|de[nms]|(k|s)?eine?[nmrs]?|[iaz]m|zu[rm]|vom|beim|[ia]ns|(ihr|dies|jed)e[nmrs]?",
    re.IGNORECASE,
)
_RARE = 0.02
"""A word in fewer texts than this share may be a name, if it comes again in its text."""
_MOST_NAMES = 2_000
_MOST_SHORT = 40
_FARTHEST = 16

_Size = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of a corpus; `vocabulary` makes it."""

    code: str
    glue: str
    """What stands between two sentences: a space, or nothing in Chinese and Japanese."""
    capitals: bool
    """Whether capitals tell names."""
    nouns: frozenset[str]
    """Capitalized words that are no names: German nouns, seen after an article, and first words."""
    counts: Mapping[str, int]
    """How often a word comes that is no name; capitals are kept."""
    texts_with: Mapping[str, int]
    texts: int
    by_size: Mapping[_Size, tuple[str, ...]]
    """Words by length, the logarithm of their count, and whether they begin with a capital."""
    names: tuple[str, ...]
    """Names, the frequent ones first."""
    short: tuple[str, ...]
    """Frequent short words."""

    def like(self, word: str, rng: Random) -> str:
        """Return another word of like length and like frequency, a capital for a capital."""
        capital = word[0].isupper() and word not in self.counts
        plain = word[0].lower() + word[1:] if capital else word
        length, band, upper = _size(plain, self.counts.get(plain, 1))
        for far in range(_FARTHEST):
            for longer in range(far + 1):
                pool = self._near(length, band, upper, longer, far - longer)
                if len(pool) > 1:
                    first, second = rng.sample(pool, 2)
                    other = first if first != plain else second
                    return other[0].upper() + other[1:] if capital else other
        return word

    def other_name(self, name: str, without: Collection[str], rng: Random) -> str:
        """Return another name of the corpus of like length, none of `without`."""
        free = [
            other
            for other in rng.sample(self.names, min(60, len(self.names)))
            if other != name and other not in without
        ]
        return min(free, key=lambda other: abs(len(other) - len(name)), default=name)

    def _near(self, length: int, band: int, upper: bool, longer: int, rarer: int) -> list[str]:  # noqa: FBT001 - private
        pools = (
            self.by_size.get((at, of, upper), ())
            for at in sorted({length - longer, length + longer})
            for of in sorted({band - rarer, band + rarer})
        )
        return [word for pool in pools for word in pool]


def vocabulary(texts: Iterable[str], code: str = "") -> Vocabulary:
    """Read a corpus once; `code` is its language's, which numbers in words need."""
    inside: Counter[str] = Counter()
    texts_with: Counter[str] = Counter()
    nouns: set[str] = set()
    count = 0
    for text in texts:
        count += 1
        seen: dict[str, None] = {}
        for paragraph in raw_paragraphs(text):
            for sentence in paragraph:
                words = [t.text for t in scanned(sentence) if t.kind == "word"]
                inside.update(words[1:])
                seen |= dict.fromkeys(words)
                nouns |= _nouns(words) if code == "de" else set()
        texts_with.update(seen.keys())
    return _counted(code, inside, texts_with, nouns, count)


def read(text: str, known: Vocabulary) -> Paragraphs:
    """Return a text's paragraphs, its names told from other words."""
    raw = [[tuple(scanned(sentence)) for sentence in part] for part in raw_paragraphs(text)]
    counted = Counter(
        t.text for part in raw for sentence in part for t in sentence if t.kind == "word"
    )
    own = () if known.capitals else _names_by_count(counted, known)
    return tuple(
        tuple(_with_names(sentence, known, own) for sentence in part) for part in raw if part
    )


def names_in(paragraphs: Paragraphs) -> list[str]:
    """Return the names of a text, the frequent ones first."""
    counted = Counter(
        token.text
        for paragraph in paragraphs
        for sentence in paragraph
        for token in sentence
        if token.kind == "name"
    )
    return [name for name, _ in counted.most_common()]


def _nouns(words: list[str]) -> set[str]:
    return {
        after
        for before, after in pairwise(words)
        if _ARTICLES.fullmatch(before) and after[0].isupper()
    }


def _counted(
    code: str, inside: Counter[str], texts_with: Counter[str], nouns: set[str], count: int
) -> Vocabulary:
    cased = sum(n for word, n in inside.items() if word[0].islower())
    capitals = cased > inside.total() / 3
    nouns = nouns | {
        word
        for word, n in inside.items()
        if word[0].isupper() and inside[word[0].lower() + word[1:]] >= n
    }
    counts: dict[str, int] = {}
    names: dict[str, int] = {}
    for word, n in sorted(inside.items()):
        named = capitals and word[0].isupper() and word not in nouns
        (names if named or is_foreign_run(word) else counts)[word] = n
    if not capitals:
        rare = max(2, _RARE * count)
        names |= {w: n for w, n in counts.items() if n >= 4 and texts_with[w] <= rare and _long(w)}
    han = sum(n for word, n in inside.items() if is_han(word)) > inside.total() / 2
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary(
        code=code,
        glue="" if han else " ",
        capitals=capitals,
        nouns=frozenset(nouns),
        counts=counts,
        texts_with=texts_with,
        texts=count,
        by_size=_by_size(counts),
        names=tuple(sorted(names, key=lambda name: (-names[name], name))[:_MOST_NAMES]),
        short=tuple(
            [word for word in ranked[:200] if len(word) <= (1 if han else 4)][:_MOST_SHORT]
        ),
    )


def _by_size(counts: Mapping[str, int]) -> dict[_Size, tuple[str, ...]]:
    sizes: dict[_Size, list[str]] = defaultdict(list)
    for word, n in counts.items():
        sizes[_size(word, n)].append(word)
    return {size: tuple(words) for size, words in sizes.items()}


def _size(word: str, count: int) -> _Size:
    return len(word), round(math.log2(count)), word[0].isupper()


def _long(word: str) -> bool:
    return len(word) > (1 if is_unspaced(word) else 2)


def _names_by_count(counted: Counter[str], known: Vocabulary) -> tuple[str, ...]:
    """Return the words that are rare in the corpus and come again in a text."""
    rare = max(2, _RARE * known.texts)
    return tuple(
        word
        for word, n in counted.items()
        if n > 1 and _long(word) and known.texts_with.get(word, 0) <= rare
    )


def _with_names(sentence: Sentence, known: Vocabulary, own: Collection[str]) -> Sentence:
    first = True
    made: list[Token] = []
    for token in sentence:
        if token.kind == "word":
            named = _is_name(token.text, known, own, first=first)
            made.append(token._replace(kind="name") if named else token)
        else:
            made.append(token)
        first = first and token.kind == "sign"
    return tuple(made)


def _is_name(word: str, known: Vocabulary, own: Collection[str], *, first: bool) -> bool:
    if not known.capitals:
        return word in own or is_foreign_run(word) or (is_ascii_word(word) and bool(known.counts))
    if len(word) < 2 or not word[0].isupper() or word in known.nouns:
        return False
    return not first or word[0].lower() + word[1:] not in known.counts


def is_ascii_word(word: str) -> bool:
    """Return whether it is in Latin letters, as names are in texts of other scripts."""
    return word.isascii() and len(word) > 1
