"""What is like a real text and is other news: follow-ups, shared paragraphs, automated reports."""

from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random
from typing import NamedTuple

from synthetic.language import Sentence
from synthetic.numerals import other_figure
from synthetic.reading import Paragraphs, flat, printed, titles, words_in
from synthetic.rewording import length
from synthetic.spinners import numbers_changed, places_of
from synthetic.vocabulary import Vocabulary, names_in, read

_LOOKED_AT = 24
"""Other texts among which the one with the most names in common is chosen."""
_LOOKED_FOR = 10
"""Names of the base that are looked for in them, the frequent ones."""
_ALIKE = 0.5
"""The share of words in common from which on two texts of a corpus may be copies."""
_BACKGROUND = (0.35, 0.68)
_SHARED = 0.35
"""The most of either text that a shared paragraph makes up."""
_MANY = 4
"""Numbers that a text has which feels automated, and names and numbers that a region changes."""
_DENSE = 1 / 40
"""How many of them a word of the text there are at least."""
_NEARLY = 0.85
_NOTICE = (25, 80)
_BY_NUMBER = 0.7
"""The share of notices that change a number where they have one, not a name."""
_MOST_NAMES = 3


class Told(NamedTuple):
    """Another text, and the passage that it is compared with; empty: the whole text."""

    text: str
    base: str = ""


Tell = Callable[[Paragraphs, Sequence[str], Vocabulary, Random], Told | None]


def follow_up(
    base: Paragraphs, others: Sequence[str], known: Vocabulary, rng: Random
) -> Told | None:
    """Return news of another text with numbers of its own, then 35 to 68 % background.

    The background is the base's word for word, never its first two sentences.
    """
    other = _akin(base, others, known, rng)
    before = flat(base)[2 + titles(base) :]
    if other is None or len(before) < 2:
        return None
    news = list(numbers_changed(_naming(flat(other), base, rng), rng, 1_000))
    share = rng.uniform(*_BACKGROUND)
    size = min(length(before), length(news) * share / (1 - share)) * rng.uniform(0.6, 1)
    kept = _up_to(before[rng.randrange(max(1, len(before) // 3)) :], size)
    news = _up_to(news, length(kept) * (1 - share) / share)
    background = length(kept) / (length(kept) + length(news))
    if not _BACKGROUND[0] <= background <= _BACKGROUND[1]:
        return None
    return Told(printed([*_in_threes(news), *_in_threes(kept)], known.glue))


def shared_paragraph(
    base: Paragraphs, others: Sequence[str], known: Vocabulary, rng: Random
) -> Told | None:
    """Return another text that has one or two paragraphs of the base, at most 35 % of either."""
    other = _akin(base, others, known, rng)
    if other is None or len(base) < 2:
        return None
    most = _SHARED * min(length(flat(base)), length(flat(other)))
    at = rng.randrange(1, len(base))
    shared: list[Sequence[Sentence]] = []
    for paragraph in base[at : at + rng.randint(1, 2)]:
        if length(flat((*shared, paragraph))) <= most:  # type: ignore[arg-type]
            shared.append(paragraph)
    if not shared:
        return None
    place = rng.randint(1, len(other))
    return Told(printed([*other[:place], *shared, *other[place:]], known.glue))


def regional(
    base: Paragraphs, _others: Sequence[str], known: Vocabulary, rng: Random
) -> Told | None:
    """Return it for another place: its first names are others, and so is nearly every number."""
    names = names_in(base)[: rng.randint(1, _MOST_NAMES)]
    sentences = flat(base)
    count = len(_numbers(sentences))
    named = sum(token.text in names for sentence in sentences for token in sentence)
    if not named or not known.names or count < 2 or not _dense(named + count, sentences):
        return None
    new = {name: known.other_name(name, names_in(base), rng) for name in names}
    nearly = count if rng.random() < 0.5 else max(1, round(_NEARLY * count))
    return Told(_changed(base, known, rng, nearly, new))


def numbers_other(
    base: Paragraphs, _others: Sequence[str], known: Vocabulary, rng: Random
) -> Told | None:
    """Return it with all numbers changed, or nearly all, as the next automated report has them."""
    count = len(_numbers(flat(base)))
    if not _dense(count, flat(base)):
        return None
    return Told(_changed(base, known, rng, rng.randint(round(_NEARLY * count), count), {}))


def notice(base: Paragraphs, _others: Sequence[str], known: Vocabulary, rng: Random) -> Told | None:
    """Return 25 to 80 words of it with one number changed, or one name wherever it stands."""
    passages = _passages(flat(base)[titles(base) :])
    if not passages:
        return None
    passage = rng.choice(passages)
    numbers, names = _numbers(passage), _names(passage)
    by_number = numbers and (not names or not known.names or rng.random() < _BY_NUMBER)
    row, at = rng.choice(numbers if by_number else names)
    token, changed = passage[row][at], list(passage)
    if token.kind == "number":
        other = token._replace(text=other_figure(token.text, rng))
        changed[row] = (*passage[row][:at], other, *passage[row][at + 1 :])
    else:
        new = known.other_name(token.text, names_in((tuple(passage),)), rng)
        changed = [_with(sentence, 0, _Same(), {token.text: new}, ()) for sentence in passage]
    return Told(printed([changed], known.glue), printed([passage], known.glue))


def _dense(count: int, sentences: Sequence[Sentence]) -> bool:
    """Return whether so many changes make another report of it, not a corrected one."""
    return count >= max(_MANY, _DENSE * sum(map(words_in, sentences)))


def _passages(sentences: Sequence[Sentence]) -> list[Sequence[Sentence]]:
    """Return runs of sentences as long as a notice, with a number or a name in them."""
    runs = (
        sentences[begin:end]
        for begin in range(len(sentences))
        for end in range(begin + 1, min(begin + 6, len(sentences)) + 1)
    )
    return [
        run
        for run in runs
        if _NOTICE[0] <= sum(map(words_in, run)) <= _NOTICE[1] and (_numbers(run) or _names(run))
    ]


def _numbers(sentences: Sequence[Sentence]) -> list[tuple[int, int]]:
    return places_of(sentences, ("number",))


def _names(sentences: Sequence[Sentence]) -> list[tuple[int, int]]:
    """Return where names stand, first words left out: they may be capitalized for that."""
    return [(row, at) for row, at in places_of(sentences, ("name",)) if at]


def _changed(
    base: Paragraphs, known: Vocabulary, rng: Random, count: int, names: Mapping[str, str]
) -> str:
    """Return it with `count` numbers and some names changed, a number to the same one each time."""
    sentences = flat(base)
    places = _numbers(sentences)
    values = list(dict.fromkeys(sentences[n][m].text for n, m in places))
    kept = rng.sample(places, max(0, len(places) - count))
    new = {value: other_figure(value, rng) for value in values}
    at = iter(range(len(sentences)))
    return printed(
        [
            [_with(sentence, next(at), new, names, kept) for sentence in paragraph]
            for paragraph in base
        ],
        known.glue,
    )


def _with(
    sentence: Sentence,
    row: int,
    numbers: Mapping[str, str],
    names: Mapping[str, str],
    kept: Collection[tuple[int, int]],
) -> Sentence:
    made = []
    for at, token in enumerate(sentence):
        other = token.text
        if token.kind == "number" and (row, at) not in kept:
            other = numbers[other]
        elif token.kind == "name":
            other = names.get(other, other)
        made.append(token._replace(text=other))
    return tuple(made)


def _akin(
    base: Paragraphs, others: Sequence[str], known: Vocabulary, rng: Random
) -> Paragraphs | None:
    """Return another text that shares the most names with the base, and is no copy of it."""
    names, words = names_in(base)[:_LOOKED_FOR], _words(base)
    drawn = rng.sample(others, min(_LOOKED_AT, len(others)))
    drawn.sort(key=lambda other: -sum(name in other for name in names))
    for other in drawn:
        text = read(other, known)
        if len(flat(text)) > 3 and not _alike(words, _words(text)):
            return text
    return None


def _words(text: Paragraphs) -> set[str]:
    return {token.text for sentence in flat(text) for token in sentence if token.kind != "sign"}


def _alike(words: set[str], others: set[str]) -> bool:
    return len(words & others) > _ALIKE * min(len(words), len(others))


def _naming(sentences: Sequence[Sentence], base: Paragraphs, rng: Random) -> list[Sentence]:
    """Return sentences in which up to two names are the base's."""
    own = names_in((tuple(sentences),))
    new = dict(zip(own[: rng.randint(1, 2)], names_in(base), strict=False))
    return [_with(sentence, 0, _Same(), new, ()) for sentence in sentences]


class _Same(dict[str, str]):
    """A mapping of each number to itself."""

    def __missing__(self, key: str) -> str:
        """Return the key."""
        return key


def _up_to(sentences: Sequence[Sentence], size: float) -> list[Sentence]:
    """Return the first sentences, as many as come nearest to a size in characters."""
    kept: list[Sentence] = []
    for sentence in sentences:
        if kept and length(kept) + length([sentence]) / 2 > size:
            break
        kept.append(sentence)
    return kept


def _in_threes(sentences: Sequence[Sentence]) -> list[Sequence[Sentence]]:
    return [sentences[n : n + 3] for n in range(0, len(sentences), 3)]


APART: Mapping[str, Tell] = {
    "follow_up": follow_up,
    "shared_paragraph": shared_paragraph,
    "regional": regional,
    "numbers_other": numbers_other,
    "notice": notice,
}
"""What is other news than the text."""
