"""Paragraphs of plain text: which line breaks are the author's and which a fixed width made."""

import re
from collections.abc import Sequence
from itertools import pairwise

WIDEST, NARROWEST = 100, 36
"""Columns between which a text may be wrapped by a mail program or a newswire."""
FULL_SHARE = 0.6
"""Share of the breaks at which the next word did not fit, from which on a text is wrapped."""
OPEN_SHARE = 0.5
"""Share of the breaks of a wrapped text that fall inside a sentence, at least."""

_SENTENCE_END = re.compile(r"[.!?:;…。！？؟۔।][\"'”’»)\]」』]*$")
_BULLET = re.compile(r"[-*•·–—#>]|\d{1,3}[.)]\s")
_HAN = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Return the paragraphs of lines that hold single spaces only; an empty line is a blank one.

    Blank lines separate paragraphs. Other breaks do so too, unless the text is hard-wrapped:
    most lines end inside a sentence where the next word would have passed one common width.
    """
    breaks = [(line, after) for line, after in pairwise(lines) if line and after]
    if not breaks or not _is_wrapped(breaks):
        return [line for line in lines if line]
    fill = _width(breaks)
    wrapped: list[list[str]] = []
    before = ""
    for line in lines:
        if line and before and _is_joined(before, line, fill):
            wrapped[-1].append(line)
        elif line:
            wrapped.append([line])
        before = line
    return [_join(parts) for parts in wrapped]


def _width(breaks: Sequence[tuple[str, str]]) -> int:
    # A long address can't be wrapped, so a line without a space says nothing of the width.
    return max((len(line) for line, _ in breaks if " " in line or _HAN.search(line)), default=0)


def _is_wrapped(breaks: Sequence[tuple[str, str]]) -> bool:
    fill = _width(breaks)
    if fill > WIDEST or fill < NARROWEST // (2 if _HAN.search(breaks[0][0]) else 1):
        return False
    if len(breaks) < 3:  # too few to see a width: only a sentence that goes on
        return all(_goes_on(*pair) and len(pair[0]) > NARROWEST for pair in breaks)
    full = sum(_is_full(line, after, fill) for line, after in breaks)
    ends = sum(not _SENTENCE_END.search(line) for line, _ in breaks)
    return full >= FULL_SHARE * len(breaks) and ends >= OPEN_SHARE * len(breaks)


def _is_full(line: str, after: str, fill: int) -> bool:
    if _HAN.match(after):
        return len(line) >= fill - 2
    return len(line) + 1 + len(after.split(" ", 1)[0]) > fill


def _goes_on(line: str, after: str) -> bool:
    return after[0].islower() and not _SENTENCE_END.search(line)


def _is_joined(line: str, after: str, fill: int) -> bool:
    if _BULLET.match(after):
        return False
    return _is_full(line, after, fill) or (_goes_on(line, after) and len(line) > fill // 2)


def _join(parts: Sequence[str]) -> str:
    text = parts[0]
    for part in parts[1:]:
        glued = (_HAN.match(text[-1]) and _HAN.match(part)) or (
            text.endswith("-") and text[-2:-1].isalpha() and part[0].islower()
        )
        text += part if glued else f" {part}"
    return text
