"""Clean text: markup and damage out, paragraphs in.

A clean text is valid UTF-8 without control characters; each paragraph is one line, and a blank
line separates two. Cleaning twice is cleaning once.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from html import unescape

from articles.model.entries import Markup
from articles.text.markup import html_to_lines, is_markup
from articles.text.paragraphs import paragraphs

MOST_PASSES = 6
"""How often a text may be escaped on top of itself before what is left of the escapes goes."""

_ENTITY = re.compile(
    r"&(?:amp;|#0*38;|#[xX]0*26;)*(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]\w{1,31});"
)
_AMPERSANDS = re.compile(r"&(?:amp;|#0*38;|#[xX]0*26;)+")

# Characters that UTF-8's bytes become when they are read as Latin-1 or Windows-1252, or as
# Windows-1251: a lead followed by as many others as UTF-8 demands. ftfy decides; asking it
# without such a trace costs twenty times as much as all the rest.
_TAIL = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WESTERN = re.compile(
    f"[\x80-\x9fÂ-ð](?:(?<=[\x80-\x9f])|(?<=[Â-Þð])[{_TAIL}]|(?<=[à-ï])[{_TAIL}]{{2}})"
)
_CYRILLIC = re.compile("(?:[РС][\xa0-\xbfЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґё№єјЅѕї]){2}")
_CYRILLIC_TRACES = ("Рѕ", "Рµ", "Р°", "Рё", "РЅ", "С‚")
# ASCII, and the bytes of curly quotes, dashes and the ellipsis: damage has others too.
_SOUND_BYTES = bytes([*range(128), 0xE2, 0x80, 0x93, 0x94, 0x98, 0x99, 0x9C, 0x9D, 0xA6])
# A byte that is rare in sound text, and the traces of damage that hold it.
_OTHER_TRACES = (
    (b"\xc2", ("а¤",)),
    (b"\xc3", ("‚Ä",)),
    (b"\xc4", ("Ă", "Ĺ", "Đ°")),
    (b"\xc5", ("Ř§",)),
    (b"\xc6", ("≡ƒ",)),
    (b"\xce", ("ΓÇ", "β€")),
    (b"\xd0", ("вЂ",)),
    (b"\xe2\x94", ("├", "┘")),
    (b"\xe2\x95", ("╨", "╬", "╫")),
    (b"\xe2\x88\x9a", ("√",)),
)

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufff9-\ufffc]")
_INVISIBLE = re.compile("[\u00ad\u180e\u2060-\u2064\u206a-\u206f\ufeff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Joiners shape the letters of these scripts and glue emoji; elsewhere they are dirt.
_SHAPED = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua800-\uabff\ufb50-\ufefc"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_JOINERS = re.compile(f"(?<![{_SHAPED}{_EMOJI}])[\u200c\u200d]+")
# A zero-width space marks words in the scripts of South-East Asia; elsewhere it is dirt.
_ZERO_SPACES = re.compile("(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b+")
_SPACES = re.compile(r"[^\S\u3000]+")


def clean(markup: Markup) -> tuple[str, tuple[str, ...]]:
    """Return the clean text ("" if there is none) and the names of the repairs it took.

    Names: carriage_return, control, entities, markup (HTML in what was said to be plain),
    mojibake, surrogates, zero_width.
    """
    repairs: list[str] = []
    text, is_html = markup.value, markup.media_type == "text/html"
    for _ in range(MOST_PASSES):
        before = len(repairs)
        text, suspect = _clean_once(text, repairs, is_html=is_html)
        is_html = False
        # What a repair brought side by side may be damage that could not be seen before.
        if not _is_unsettled(text, suspect=suspect or len(repairs) > before):
            return text, tuple(dict.fromkeys(repairs))
    # Escaped on top of itself without end: nothing is escaped in what is left.
    text, _ = _clean_once(re.sub("[&<]", " ", text), repairs, is_html=False)
    return text, tuple(dict.fromkeys(repairs))


def _is_unsettled(text: str, *, suspect: bool) -> bool:
    if ("<" in text and is_markup(text)) or ("&" in text and _decoded(text) != text):
        return True
    return suspect and not text.isascii() and _has_mojibake(text) and _mended(text) != text


def _clean_once(text: str, repairs: list[str], *, is_html: bool) -> tuple[str, bool]:
    """Return the text, and whether it looked like mojibake on the way."""
    text = _noted("surrogates", _without_surrogates, text, repairs)
    if "<" in text and (is_html or is_markup(text)):
        if not is_html:
            repairs.append("markup")
        text = "\n\n".join(html_to_lines(text))
    elif "&" in text and is_html:
        text = unescape(text)  # once is how HTML is read; more is a repair
    if "&" in text:
        text = _noted("entities", _decoded, text, repairs)
    if "\r" in text:
        repairs.append("carriage_return")
    suspect = not text.isascii() and _has_mojibake(text)
    if suspect:
        text = _noted("mojibake", _mended, text, repairs)
    lines = [_tidy(line, repairs) for line in text.splitlines()]
    return "\n\n".join(paragraphs(lines)), suspect


def _noted(name: str, mend: Callable[[str], str], text: str, repairs: list[str]) -> str:
    mended = mend(text)
    if mended != text:
        repairs.append(name)
    return mended


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _decoded(text: str) -> str:
    # Only entities that end in ";": the "&copy=1" of a link in the text is none.
    return _ENTITY.sub(lambda match: unescape(_AMPERSANDS.sub("&", match[0])), text)


def _has_mojibake(text: str) -> bool:
    data = text.encode()  # looking for bytes first costs next to nothing
    if not data.translate(None, _SOUND_BYTES):
        return False
    if (b"\xc3" in data or b"\xc2" in data) and _WESTERN.search(text):
        return True
    for byte, traces in _OTHER_TRACES:
        if byte in data and any(trace in text for trace in traces):
            return True
    is_cyrillic = b"\xd0" in data and any(trace in text for trace in _CYRILLIC_TRACES)
    return is_cyrillic and _CYRILLIC.search(text) is not None


def _mended(text: str) -> str:
    return _ftfy()(text)


@lru_cache(maxsize=1)
def _ftfy() -> Callable[[str], str]:
    # Imported here: it takes a tenth of a second, and only workers meet damaged text.
    import ftfy

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return partial(ftfy.fix_text, config=config)


def _tidy(line: str, repairs: list[str]) -> str:
    """Collapse the white space of a line and drop what can't be seen and does nothing."""
    if line.isprintable() and "  " not in line:
        return line.strip()  # most lines, in a tenth of the time
    # The wide space of Chinese and Japanese stays.
    text = _SPACES.sub(" ", line).strip() if "\u3000" in line else " ".join(line.split())
    if text.isprintable():
        return text
    text = _noted("control", _without_controls, text, repairs)
    text = _noted("zero_width", _without_invisible, text, repairs)
    return _SPACES.sub(" ", text).strip()


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def _without_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if not _RIGHT_TO_LEFT.search(text):
        text = _BIDI.sub("", text)
    return _JOINERS.sub("", _ZERO_SPACES.sub("", text))
