"""The title of an entry: as given, else a headline or the first sentence of its text."""

import re

from articles.fields.bylines import byline_names
from articles.fields.dates import LONGEST
from articles.fields.published import DATELINE_LINES, is_dateline
from articles.model.drafts import Evidence
from articles.model.entries import Entry

LONGEST_TITLE = 120
"""Characters of a derived title, and of a line that may be a headline."""
HEADLINE, SENTENCE = 0.6, 0.4
"""Confidence of a title taken from the text: its own headline line, its first sentence."""
SHORTEST_SENTENCE = 10
"""Characters; a shorter first sentence ("KABUL.") takes the next one with it."""

_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*")
_MARKDOWN = re.compile(r"\.(?:md|markdown)(?:\.gz)?$", re.IGNORECASE)
_NO_HEADLINE_END = re.compile(r"[.,;:…。．।۔][\"'”’»)\]」』]*$")
_SENTENCE_END = re.compile(r"[.!?…。！？।۔؟።។]+[\"'”’»)\]」』]*")
_BEFORE_SPACE = frozenset(".!?…")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st sr jr gen sen rep gov lt col maj capt cmdr sgt rev hon pres amb vs
    inc co corp ltd llc plc dept est approx etc cf jan feb apr jun jul aug sep sept oct nov
    dec mon tue wed thu fri ave blvd rd ft mt nr bzw usw ggf evtl str hr fr dipl mme mlle mm
    ste sra srta sta dña exmo ilmo ud uds pág núm av dott sig avv г гг ул тыс млн млрд руб
    стр проф акад тел
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_BEFORE_NUMBERS = frozenset({"no", "nos", "art", "fig", "vol", "nr", "pág", "núm", "ca"})
_JOINED = re.compile("[\u200d\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff]")
_BYLINE = re.compile(r"(?:by|von|par|por|автор)[:\s]", re.IGNORECASE)


def title(entry: Entry, given: str, body: str) -> Evidence[str | None]:
    """Return the given title, else one derived from the text.

    The headline rule: one of the first lines, of at most LONGEST_TITLE characters and two words,
    that ends no sentence and is followed by more text than it holds; a date or a byline before it
    is passed over. A Markdown file's leading heading is one without these conditions. Else the
    first sentence, cut at a word. The headline stays in the body: an edit of it is an edit of the
    text, and a wrong guess loses nothing.

    Args:
        entry: what was delivered; its origin is the title's, its path tells Markdown.
        given: its title, clean and in one line; empty where it has none.
        body: its clean text.
    """
    if given:
        return Evidence(given, entry.origin, 1.0)
    if not body:
        return Evidence(None, "none", 0.0)
    headline = _headline(body, is_markdown=bool(entry.path and _MARKDOWN.search(entry.path)))
    if headline:
        return Evidence(headline, "text", HEADLINE)
    return Evidence(shortened(first_sentence(body)), "text", SENTENCE)


def _headline(body: str, *, is_markdown: bool) -> str | None:
    lines = body.split("\n\n", DATELINE_LINES)
    for number, line in enumerate(lines[:DATELINE_LINES]):
        if is_markdown and (match := _HEADING.fullmatch(line)):
            return shortened(match[1])
        if is_dateline(line) or (len(line) <= LONGEST and _is_byline(line)):
            continue
        after = len(body) - sum(map(len, lines[: number + 1]))
        is_short = len(line) <= LONGEST_TITLE and after > len(line)
        is_words = len(line.split()) > 1 or (len(line) >= 4 and not line.isascii())
        return line if is_short and is_words and not _NO_HEADLINE_END.search(line) else None
    return None


def _is_byline(line: str) -> bool:
    return _BYLINE.match(line) is not None and byline_names(line) != (line,)


def first_sentence(text: str) -> str:
    """Return a text's first sentence, or its first paragraph where that has no end.

    An abbreviation, an initial or a number ends none, nor what goes on in small letters.
    """
    paragraph = text.partition("\n\n")[0][: 8 * LONGEST_TITLE]
    for match in _SENTENCE_END.finditer(paragraph):
        if match.end() >= SHORTEST_SENTENCE and _ends_sentence(paragraph, match):
            return paragraph[: match.end()]
    return paragraph


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match[0][0] in _BEFORE_SPACE and not text[match.end() : match.end() + 1].isspace():
        return False
    if match[0][0] != ".":
        return True
    before = text[: match.start()].replace("-", " ").rsplit(None, 1)
    word = before[-1].strip("(\"“„«'‘") if before else ""
    is_short_form = word.casefold() in _ABBREVIATIONS or "." in word or len(word) == 1
    after = text[match.end() :].lstrip()[:1]
    is_counted = after.isdigit() and word.casefold() in _BEFORE_NUMBERS
    is_number = word.isdigit() and len(word) < 3
    return not (is_short_form or is_counted or is_number or after.islower())


def shortened(text: str) -> str:
    """Cut a text to LONGEST_TITLE characters, at a word where there is one, with an ellipsis."""
    if len(text) <= LONGEST_TITLE:
        return text
    cut = LONGEST_TITLE - 1
    space = text.rfind(" ", LONGEST_TITLE // 2, cut + 1)
    if space > 0:
        cut = space
    while cut > 1 and (_JOINED.match(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return text[:cut].rstrip(" ,;:.–—-") + "…"
