"""Real texts reworded by machine: words replaced, clauses moved, names and numbers damaged."""

from collections.abc import Iterator, Sequence
from random import Random

from synthetic.language import Sentence, Token
from synthetic.reading import words_in, written
from synthetic.spinners import other_number, places_of
from synthetic.vocabulary import Vocabulary

SWAPPED = 1 / 3
"""The share of sentences whose clauses change places while words are replaced."""
DAMAGED = 0.25
"""The share of names and numbers that are misspelt, replaced or dropped."""

_COMMAS = ",،，、፣;；፤"
_STOPS = ".!?…。！？؟۔।።"
_QUOTES = '"“”„«»「」『』（）()'


def spun(
    sentences: Sequence[Sentence],
    known: Vocabulary,
    rng: Random,
    share: float,
    *,
    swapped: float = SWAPPED,
) -> tuple[Sentence, ...]:
    """Return sentences with `share` of their words replaced; names and numbers stay."""
    places = [
        (n, m)
        for n, sentence in enumerate(sentences)
        for m, token in enumerate(sentence)
        if token.kind == "word"
    ]
    chosen = set(rng.sample(places, round(share * len(places))))
    made = []
    for n, sentence in enumerate(sentences):
        words = tuple(
            token._replace(text=known.like(token.text, rng)) if (n, m) in chosen else token
            for m, token in enumerate(sentence)
        )
        made.append(clauses_swapped(words, known, rng) if rng.random() < swapped else words)
    return tuple(made)


def retold(
    sentences: Sequence[Sentence], known: Vocabulary, rng: Random, share: float
) -> tuple[Sentence, ...]:
    """Return sentences, `share` of them with moved clauses and a third of their words replaced."""
    chosen = set(rng.sample(range(len(sentences)), round(share * len(sentences))))
    return tuple(
        spun([_moved(sentence, known, rng)], known, rng, 1 / 3, swapped=0)[0]
        if n in chosen
        else sentence
        for n, sentence in enumerate(sentences)
    )


def clauses_swapped(sentence: Sentence, known: Vocabulary, rng: Random) -> Sentence:
    """Return "B, A." for "A, B."; sentences without such clauses, or with quotations, stay."""
    body, stop = parted(sentence)
    commas = [n for n, token in enumerate(body) if token.text in _COMMAS]
    commas = [n for n in commas if words_in(body[:n]) > 1 and words_in(body[n:]) > 1]
    if not commas or any(token.text in _QUOTES for token in sentence):
        return sentence
    cut = rng.choice(commas)
    return _turned(body[:cut], body[cut], body[cut + 1 :], stop, known)


def damaged(
    sentences: Sequence[Sentence], known: Vocabulary, rng: Random, share: float = DAMAGED
) -> tuple[Sentence, ...]:
    """Return sentences with `share` of their names and numbers misspelt, replaced or dropped."""
    places = places_of(sentences, ("name", "number"))
    chosen = set(rng.sample(places, round(share * len(places))))
    return tuple(
        tuple(
            _damaged(token, known, rng) if (n, m) in chosen else token
            for m, token in enumerate(sentence)
        )
        for n, sentence in enumerate(sentences)
    )


def thinned(
    sentences: Sequence[Sentence], known: Vocabulary, rng: Random, share: float = 0.5
) -> tuple[Sentence, ...]:
    """Return sentences with short frequent words removed, and others of them put in."""
    return tuple(tuple(_thinned(sentence, known, rng, share)) for sentence in sentences)


def joined(first: Sentence, second: Sentence, known: Vocabulary) -> Sentence:
    """Return two sentences as one."""
    body, _ = parted(first)
    sign = "，" if not known.glue else ", "
    return (*body, Token(sign, "sign"), *lowered(second, known))


def has_plain_end(sentence: Sentence) -> bool:
    """Return whether a sentence ends with one stop and nothing else."""
    _, stop = parted(sentence)
    return len(stop) == 1 and stop[0].text in _STOPS


def parted(sentence: Sentence) -> tuple[Sentence, Sentence]:
    """Return a sentence without its stop, and the stop with what closes after it."""
    end = len(sentence)
    while end and sentence[end - 1].kind == "sign" and sentence[end - 1].text != " ":
        end -= 1
    return sentence[:end], sentence[end:]


def lowered(sentence: Sentence, known: Vocabulary) -> Sentence:
    """Return a sentence that begins with a small letter, unless a name does."""
    head = sentence[0]
    small = head.text[0].lower() + head.text[1:]
    if head.kind == "word" and small in known.counts:
        return (head._replace(text=small), *sentence[1:])
    return sentence


def raised(sentence: Sentence) -> Sentence:
    """Return a sentence that begins with a capital."""
    head = sentence[0]
    return (head._replace(text=head.text[0].upper() + head.text[1:]), *sentence[1:])


def _turned(
    first: Sentence, comma: Token, second: Sentence, stop: Sentence, known: Vocabulary
) -> Sentence:
    spaced = second[:1] and second[0].text == " "
    second = second[1:] if spaced else second
    gap = (Token(" ", "sign"),) if spaced else ()
    return (*raised(second), comma, *gap, *lowered(first, known), *stop)


def _moved(sentence: Sentence, known: Vocabulary, rng: Random) -> Sentence:
    """Return a sentence with its clauses turned, or its later half first where it has one only."""
    turned = clauses_swapped(sentence, known, rng)
    body, stop = parted(sentence)
    spaces = [n for n, token in enumerate(body) if token.text == " "]
    if not known.glue:
        spaces = [n for n, token in enumerate(body) if token.kind == "word"]
    middle = [n for n in spaces if len(body) // 4 < n < len(body) * 3 // 4]
    if turned != sentence or not middle or any(token.text in _QUOTES for token in body):
        return turned
    cut = rng.choice(middle)
    sign = Token("," if known.glue else "，", "sign")
    return _turned(body[:cut], sign, body[cut:], stop, known)


def _damaged(token: Token, known: Vocabulary, rng: Random) -> Token:
    way = rng.choice(("misspelt", "misspelt", "another", "dropped"))
    word = token.text
    if way == "dropped":
        return Token("", "sign")
    if way == "another" and token.kind == "number":
        return token._replace(text=other_number(word, rng))
    if way == "another" and known.names:
        return token._replace(text=known.other_name(word, (), rng))
    return token._replace(text=_misspelt(word, rng))


def _misspelt(word: str, rng: Random) -> str:
    """Return a word with two letters swapped, one dropped or one twice."""
    at = rng.randrange(len(word))
    ways = [word[:at] + word[at + 1 :], word[: at + 1] + word[at:]]
    if at and word[at - 1] != word[at]:
        ways.append(word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :])
    return rng.choice([way for way in ways if way] or [word])


def _thinned(sentence: Sentence, known: Vocabulary, rng: Random, share: float) -> Iterator[Token]:
    short = frozenset(known.short)
    for token in sentence:
        drawn = rng.random()
        if token.text in short and drawn < share:
            continue
        yield token
        if token.kind == "word" and token.text not in short and drawn < share / 8:
            gap = known.glue
            yield Token(f"{gap}{rng.choice(known.short)}", "word") if known.short else token


def length(sentences: Sequence[Sentence]) -> int:
    """Return how many characters sentences have in print."""
    return sum(len(written(sentence)) for sentence in sentences)
