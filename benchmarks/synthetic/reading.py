"""A real text of any language, read as paragraphs of sentences of tokens, and printed again."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from synthetic.language import Sentence, Token

_MARKS = "".join(
    f"{re.escape(chr(n))}"
    for n in range(0x300, min(0x10000, sys.maxunicode))
    if unicodedata.category(chr(n)) in ("Mn", "Mc")
)
_HAN, _HIRAGANA, _KATAKANA = "\u3400-\u9fff\uf900-\ufaff", "\u3040-\u309f", "\u30a0-\u30ff"
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_OTHER = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_SPACELESS}"
_LETTER = f"(?:(?![{_OTHER}\\d_])\\w[{_MARKS}\u200c\u200d]*)"
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,:/'’٫٬-]\d+)*(?:[A-Za-z]{1,3}\b)?)"
    f"|(?P<word>[{_HAN}]{{1,2}}|[{_HIRAGANA}]{{1,2}}|[{_KATAKANA}]+"
    f"|(?:[{_SPACELESS}][{_MARKS}]*){{1,4}}|{_LETTER}(?:['’\\-]?(?:{_LETTER}|\\d))*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_CLOSING = "\"'”’»«)』」】）〉》"
_WIDE = "。！？｡"
_STOPS = ".!?…؟۔।॥።፧။។།"
_END = re.compile(f"(?:[{_WIDE}]+[{_CLOSING}]*)|(?:[{_STOPS}]+[{_CLOSING}]*(?=\\s|$))")
_ABBREVIATED = re.compile(
    r"(?:\b\w|\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Sr|Jr|vs|bzw|ca|Mio|Mrd|etc|Gen|Sen|Rep|Gov))\.$"
)
_LOOKED_BACK = 8
"""Characters before a stop among which an abbreviation is looked for."""
_PHRASE = 40
"""Characters from which on a space ends a sentence in a script that has no full stop."""
_LONGEST = 5
"""Sentences from which on a longer paragraph is parted: some corpora have one a text."""
_PARAGRAPH = 3
"""Sentences of such a part."""


Paragraphs = tuple[tuple[Sentence, ...], ...]


def raw_paragraphs(text: str) -> list[list[str]]:
    """Return the sentences of each paragraph; a long one gives several of three."""
    read = (split(line.strip()) for line in text.split("\n") if line.strip())
    return [part for sentences in read for part in _parts(sentences)]


def split(line: str) -> list[str]:
    """Return a line's sentences, or its phrases in a script without full stops."""
    spaceless = len(re.findall(f"[{_SPACELESS}]", line)) > len(line) / 3
    if spaceless and not _END.search(line[: len(line) // 2 + _PHRASE]):
        return list(_phrases(line))
    ends = [match.end() for match in _END.finditer(line) if _ends(line, match.end())]
    cuts = [0, *ends, len(line)]
    parts = (line[begin:end].strip() for begin, end in pairwise(cuts))
    return [part for part in parts if part]


def scanned(sentence: str) -> Iterator[Token]:
    """Yield a sentence's tokens, without telling names from other words."""
    for match in _TOKEN.finditer(sentence):
        yield Token(match[0], "number" if match["number"] else "word" if match["word"] else "sign")


def written(sentence: Sequence[Token]) -> str:
    """Return a sentence in print."""
    return "".join(token.text for token in sentence)


def printed(paragraphs: Iterable[Sequence[Sentence]], glue: str) -> str:
    """Return paragraphs in print, a blank line between two."""
    return "\n\n".join(glue.join(map(written, paragraph)) for paragraph in paragraphs if paragraph)


def flat(paragraphs: Paragraphs) -> list[Sentence]:
    """Return every sentence."""
    return list(chain.from_iterable(paragraphs))


def titles(paragraphs: Paragraphs) -> int:
    """Return how many sentences are a title: one, if the first stands alone without a stop."""
    first = paragraphs[0]
    stopped = any(sign in _STOPS + _WIDE for sign in written(first[0])[-2:])
    return int(len(first) == 1 and len(paragraphs) > 1 and not stopped)


def in_paragraphs(sentences: Sequence[Sentence], like: Paragraphs) -> Paragraphs:
    """Return sentences in paragraphs as long as those of another text; what is over comes last."""
    made, at = [], 0
    for paragraph in like:
        made.append(tuple(sentences[at : at + len(paragraph)]))
        at += len(paragraph)
    made.append(tuple(sentences[at:]))
    return tuple(paragraph for paragraph in made if paragraph)


def words_in(sentence: Sequence[Token]) -> int:
    """Return how many words, names and numbers a sentence has."""
    return sum(token.kind != "sign" for token in sentence)


def is_foreign_run(word: str) -> bool:
    """Return whether it is written in Katakana, as Japanese writes foreign names."""
    return re.fullmatch(f"[{_KATAKANA}]{{3,}}", word) is not None


def is_unspaced(word: str) -> bool:
    """Return whether it is in a script that parts words by nothing."""
    return re.match(f"[{_OTHER}]", word) is not None


def is_han(word: str) -> bool:
    """Return whether it begins in the script of Chinese or Japanese."""
    return re.match(f"[{_HAN}{_HIRAGANA}{_KATAKANA}]", word) is not None


def _parts(sentences: list[str]) -> list[list[str]]:
    if len(sentences) <= _LONGEST:
        return [sentences]
    return [sentences[n : n + _PARAGRAPH] for n in range(0, len(sentences), _PARAGRAPH)]


def _ends(line: str, end: int) -> bool:
    """Return whether a stop ends a sentence there: no abbreviation, no small letter after it."""
    rest = line[end:].lstrip()
    return not (rest[:1].islower() or _ABBREVIATED.search(line[max(0, end - _LOOKED_BACK) : end]))


def _phrases(line: str) -> Iterator[str]:
    phrase = ""
    for part in line.split():
        phrase = f"{phrase} {part}".strip()
        if len(phrase) >= _PHRASE:
            yield phrase
            phrase = ""
    if phrase:
        yield phrase
