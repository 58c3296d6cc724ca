"""Numbers of real texts as words, as Han digits or as the digits of another script, and back."""

import re
from collections.abc import Callable, Sequence
from random import Random

from synthetic.language import Sentence, Token
from synthetic.reading import scanned, written
from synthetic.spinners import other_number

FIRST = 2
"""The number that the first word stands for."""

_DAYS = 31
_YEARS = 6

_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn"
    " sechzehn siebzehn achtzehn neunzehn zwanzig",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    " dix-sept dix-huit dix-neuf vingt",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici"
    " quindici sedici diciassette diciotto diciannove venti",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze"
    " dezesseis dezessete dezoito dezenove vinte",
}  # fmt: skip
_ZEROS = {"ar": "٠", "fa": "۰", "ur": "۰", "hi": "०", "mr": "०", "bn": "০"}
_HAN = "〇一二三四五六七八九"
_HAN_LANGUAGES = {"zh", "ja"}
_COUNTED = "人名年月日个個岁歳件位家所次万亿億天回本台"
_HAN_NUMBER = re.compile(f"[{_HAN}十]{{2,4}}|[二三四五六七八九十](?=[{_COUNTED}])")


def in_words(sentences: Sequence[Sentence], code: str) -> tuple[Sentence, ...]:
    """Return sentences with 2 to 20 in words, or all digits in the language's own script."""
    if code in _HAN_LANGUAGES:
        return _rewritten(
            sentences, lambda line: re.sub(r"(?<![\d.,])\d{1,4}(?![\d.,])", _han, line)
        )
    if code in _ZEROS:
        own = {n: chr(ord(_ZEROS[code]) + n) for n in range(10)}
        table = str.maketrans({str(n): sign for n, sign in own.items()})
        return _rewritten(sentences, lambda line: line.translate(table))
    words = {str(n): word for n, word in enumerate(_WORDS.get(code, "").split(), FIRST)}
    return _replaced(sentences, lambda token: words.get(token.text, token.text))


def in_digits(sentences: Sequence[Sentence], code: str) -> tuple[Sentence, ...]:
    """Return sentences with what `in_words` writes as it was before."""
    if code in _HAN_LANGUAGES:
        return _rewritten(sentences, lambda line: _HAN_NUMBER.sub(_digits, line))
    if code in _ZEROS:
        table = str.maketrans({chr(ord(_ZEROS[code]) + n): str(n) for n in range(10)})
        return _rewritten(sentences, lambda line: line.translate(table))
    numbers = {word: str(n) for n, word in enumerate(_WORDS.get(code, "").split(), FIRST)}
    return _replaced(sentences, lambda token: numbers.get(token.text.lower(), token.text))


def other_figure(word: str, rng: Random) -> str:
    """Return another number as the next report has it: years stay near, days stay days."""
    if re.fullmatch(r"(?:19|20)\d\d", word):
        return str(int(word) + rng.choice([n for n in range(-_YEARS, _YEARS + 1) if n]))
    if word.isascii() and word.isdigit() and 0 < int(word) <= _DAYS:
        other = rng.choice([n for n in range(1, _DAYS + 1) if n != int(word)])
        return f"{other:0{len(word)}}" if word.startswith("0") else str(other)
    return other_number(word, rng)


def han(number: int) -> str:
    """Return a number below 10,000 in Han digits: 十二, 二〇二四."""
    if number > 99:
        return "".join(_HAN[int(digit)] for digit in str(number))
    tens, ones = divmod(number, 10)
    if not tens:
        return _HAN[ones]
    return f"{_HAN[tens] if tens > 1 else ''}十{_HAN[ones] if ones else ''}"


def _han(match: re.Match[str]) -> str:
    return han(int(match[0]))


def _digits(match: re.Match[str]) -> str:
    signs = match[0]
    if "十" not in signs:
        return "".join(str(_HAN.index(sign)) for sign in signs)
    tens, _, ones = signs.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return signs
    return str((_HAN.index(tens) if tens else 1) * 10 + (_HAN.index(ones) if ones else 0))


def _replaced(sentences: Sequence[Sentence], other: Callable[[Token], str]) -> tuple[Sentence, ...]:
    return tuple(
        tuple(token._replace(text=other(token)) for token in sentence) for sentence in sentences
    )


def _rewritten(sentences: Sequence[Sentence], other: Callable[[str], str]) -> tuple[Sentence, ...]:
    return tuple(tuple(scanned(other(written(sentence)))) for sentence in sentences)
