"""Two spinners that work in different ways, and what damages a text: rewording by machine."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random

from synthetic.language import Language, Sentence, Token, parted
from synthetic.stories import Story, reworded, told

SWAPPED = 0.3
"""The share of sentences with a comma whose clauses change places."""

MOST_LETTERS = 40
"""A word's length differs by less from that of any other."""

BySize = dict[tuple[int, bool], list[str]]
"""Words by their length and whether they begin with a capital."""

_COMMAS = ",،，、"
_STOPS = ".!?。！？؟۔।"
_QUOTES = '"“”„«»「」『』'
_LOOKALIKES = str.maketrans("0135678lIOoSsBg", "OlESGTB1100558q")
"""What OCR and machine rewording make of a character: III becomes 111, 5 becomes S."""


def synonyms(
    sentences: Sequence[Sentence],
    language: Language,
    rng: Random,
    share: float,
    *,
    swapped: float = SWAPPED,
) -> tuple[Sentence, ...]:
    """Return sentences with `share` of their words replaced and some clauses swapped.

    A word gives way to a synonym where the language has one, else to another word of like
    length. Names and numbers stay, as do capitals and punctuation.
    """
    places = [
        (n, m)
        for n, sentence in enumerate(sentences)
        for m, token in enumerate(sentence)
        if _is_word(token)
    ]
    chosen = set(rng.sample(places, round(share * len(places))))
    by_size = _words_by_size(language.words)  # once a text: looking it up reads every word
    swaps = [rng.random() < swapped for _ in sentences]
    replaced = [
        tuple(
            _other_word(token, language, by_size, rng) if (n, m) in chosen else token
            for m, token in enumerate(sentence)
        )
        for n, sentence in enumerate(sentences)
    ]
    return tuple(
        _clauses_swapped(sentence, language) if swap else sentence
        for sentence, swap in zip(replaced, swaps, strict=True)
    )


def paraphrase(story: Story, rng: Random, share: float) -> tuple[Sentence, ...]:
    """Return the story with `share` of its facts in another rendering."""
    count = len(story.chosen)
    others = set(rng.sample(range(count), round(share * count)))
    chosen = tuple(
        reworded(sentence, rng) if n in others else sentence
        for n, sentence in enumerate(story.chosen)
    )
    return told(replace(story, chosen=chosen))


def reordered(sentences: Sequence[Sentence], rng: Random) -> tuple[Sentence, ...]:
    """Return the sentences in another order."""
    return tuple(rng.sample(sentences, len(sentences)))


def damaged(
    sentences: Sequence[Sentence], language: Language, rng: Random, share: float = 0.25
) -> tuple[Sentence, ...]:
    """Return the sentences with `share` of their names and numbers misspelt, wrong or gone."""
    places = [
        (n, m)
        for n, sentence in enumerate(sentences)
        for m, token in enumerate(sentence)
        if token.kind != "word"
    ]
    chosen = set(rng.sample(places, round(share * len(places))))
    return tuple(
        _sentence_damaged(sentence, {m for at, m in chosen if at == n}, language, rng)
        for n, sentence in enumerate(sentences)
    )


def other_number(word: str, rng: Random) -> str:
    """Return a number of the same form with one to all of its digits changed."""
    digits = [n for n, character in enumerate(word) if character.isdigit()]
    if not digits:
        return word
    signs = list(word)
    for n in rng.sample(digits, rng.randint(1, len(digits))):
        zero = chr(ord(signs[n]) - int(signs[n]))  # other scripts have digits of their own
        others = [d for d in range(1, 10) if d != int(signs[n])]
        signs[n] = chr(ord(zero) + rng.choice(others))
    return "".join(signs)


def numbers_changed(sentences: Sequence[Sentence], rng: Random, count: int) -> tuple[Sentence, ...]:
    """Return sentences with up to `count` numbers changed."""
    places = places_of(sentences, ("number",))
    chosen = set(rng.sample(places, min(count, len(places))))
    return tuple(
        tuple(
            token._replace(text=other_number(token.text, rng)) if (n, m) in chosen else token
            for m, token in enumerate(sentence)
        )
        for n, sentence in enumerate(sentences)
    )


def places_of(sentences: Sequence[Sentence], kinds: Collection[str]) -> list[tuple[int, int]]:
    """Return where tokens of some kinds stand: the sentence and the token in it."""
    return [
        (n, m)
        for n, sentence in enumerate(sentences)
        for m, token in enumerate(sentence)
        if token.kind in kinds
    ]


def _is_word(token: Token) -> bool:
    return token.kind == "word" and any(map(str.isalpha, token.text))


def _other_word(token: Token, language: Language, by_size: BySize, rng: Random) -> Token:
    before, word, after = parted(token.text)
    capital = word[:1].isupper() and word not in language.synonyms
    plain = word[0].lower() + word[1:] if capital else word
    others = language.synonyms.get(plain)
    other = rng.choice(others) if others else _word_like(by_size, plain, rng)
    if capital:
        other = other[0].upper() + other[1:]
    return token._replace(text=f"{before}{other}{after}")


def _word_like(by_size: BySize, word: str, rng: Random) -> str:
    """Return another word whose length is the nearest, a capital for a capital."""
    size, capital = len(word), word[0].isupper()
    for distance in range(MOST_LETTERS):
        for other in (size - distance, size + distance):
            alike = by_size.get((other, capital), ())
            if len(alike) > 1:
                first, second = rng.sample(alike, 2)
                return first if first != word else second
    return word


@lru_cache(maxsize=64)
def _words_by_size(words: tuple[str, ...]) -> BySize:
    by_size: dict[tuple[int, bool], list[str]] = {}
    for word in words:
        if any(map(str.isalpha, word)):
            by_size.setdefault((len(word), word[0].isupper()), []).append(word)
    return by_size


def _clauses_swapped(sentence: Sentence, language: Language) -> Sentence:
    """Return "B, A." for "A, B."; sentences without such clauses, or with quotations, stay."""
    commas = [n for n, token in enumerate(sentence[:-3]) if n > 1 and token.text[-1] in _COMMAS]
    if not commas or any(sign in token.text for token in sentence for sign in _QUOTES):
        return sentence
    cut = commas[0]
    first, second = list(sentence[: cut + 1]), list(sentence[cut + 1 :])
    comma, end = first[-1].text[-1], second[-1].text
    stop = end[-1] if end[-1] in _STOPS else ""
    first[-1] = first[-1]._replace(text=first[-1].text[:-1] + stop)
    second[-1] = second[-1]._replace(text=end[: len(end) - len(stop)] + comma)
    head = first[0]
    if head.kind == "word" and head.text[0].lower() + head.text[1:] in language.words:
        first[0] = head._replace(text=head.text[0].lower() + head.text[1:])
    text = second[0].text
    second[0] = second[0]._replace(text=text[0].upper() + text[1:])
    return (*second, *first)


def _sentence_damaged(
    sentence: Sentence, places: Collection[int], language: Language, rng: Random
) -> Sentence:
    tokens: list[Token] = []
    for place, token in enumerate(sentence):
        before, word, after = parted(token.text)
        if place not in places or not word:
            tokens.append(token)
            continue
        way = rng.choice((_misspelt, _misspelt, _of_another, _dropped))
        if other := way(word, token, language, rng):
            tokens.append(token._replace(text=f"{before}{other}{after}"))
        elif tokens:  # what stood after the word stays
            tokens[-1] = tokens[-1]._replace(text=tokens[-1].text + after)
    return tuple(tokens) or sentence


def _misspelt(word: str, _token: Token, _language: Language, rng: Random) -> str:
    """Return the word with lookalikes, two letters swapped, one dropped or one twice."""
    cut = rng.randrange(len(word))
    swap = max(cut, 1)
    ways: tuple[Callable[[], str], ...] = (
        lambda: word.translate(_LOOKALIKES),
        lambda: word[: swap - 1] + word[swap : swap + 1] + word[swap - 1 : swap] + word[swap + 1 :],
        lambda: word[:cut] + word[cut + 1 :],
        lambda: word[: cut + 1] + word[cut:],
    )
    spelt = [made for way in rng.sample(ways, len(ways)) if (made := way()) != word]
    return spelt[0]


def _of_another(word: str, token: Token, language: Language, rng: Random) -> str:
    """Return another number, or a part of another name of the language."""
    if token.kind == "number" and any(map(str.isdigit, word)):
        return other_number(word, rng)
    names = (*language.people, *language.places, *language.organizations)
    parts = [part for name in names for part in name.split(" ") if part != word]
    return rng.choice(parts)


def _dropped(_word: str, _token: Token, _language: Language, _rng: Random) -> str:
    return ""
