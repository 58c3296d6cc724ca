"""Which encoding unmarked bytes are in, told from a sample of them."""

import codecs
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from connectors.encodings.likelihood import DOUBLE_BYTE, likelihood, ranked

SAMPLE_LIMIT = 16 * 1024
"""Bytes from which an unmarked encoding is told."""
BROKEN_UTF8 = "utf-8-broken"
_AT_ONCE = 4 * 1024 * 1024

# Python's codec -> its name in the WHATWG Encoding Standard, which the repair is recorded under.
NAMES = {
    "cp1251": "windows-1251",
    "koi8_r": "koi8-r",
    "koi8_u": "koi8-u",
    "cp866": "ibm866",
    "iso8859_5": "iso-8859-5",
    "gb18030": "gb18030",
    "big5": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "iso2022_jp_ext": "iso-2022-jp",
    "cp949": "euc-kr",
    "cp1252": "windows-1252",
    "cp1250": "windows-1250",
    "iso8859_2": "iso-8859-2",
    "cp1254": "windows-1254",
    "cp1257": "windows-1257",
    "cp1253": "windows-1253",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp874": "windows-874",
    "cp1258": "windows-1258",
    "iso8859_15": "iso-8859-15",
    "mac_roman": "macintosh",
}
# Vietnamese is told by its letters; of charset_normalizer's answers it would be one too many.
_DETECTED = [
    name for name in NAMES if name not in {"iso2022_jp_ext", "cp1258", "iso8859_15", "mac_roman"}
]
# Letters beyond ASCII of the languages written in each Latin encoding, the commonest first.
_ALPHABETS = (
    ("cp1252", "àâæçéèêëîïôœùûüÿ"),
    ("cp1252", "äöüß"),
    ("cp1252", "áéíñóúü"),
    ("cp1252", "áâãàçéêíóôõúü"),
    ("cp1252", "àèéìíîòóùú"),
    ("cp1252", "åäöéæø"),
    ("cp1252", "áðéíóúýþæö"),
    ("cp1252", "àçèéíïòóúü"),
    ("cp1250", "ąćęłńóśźż"),
    ("cp1250", "áčďéěíňóřšťúůýž"),
    ("cp1250", "áäčďéíĺľňóôŕšťúýž"),
    ("cp1250", "áéíóöőúüű"),
    ("cp1250", "čćđšž"),
    ("cp1250", "ăâîşţ"),
    ("iso8859_2", "ąćęłńóśźż"),
    ("iso8859_2", "áčďéěíňóřšťúůýžľ"),
    ("iso8859_2", "áéíóöőúüű"),
    ("cp1254", "çğıöşüâî"),
    ("cp1257", "ąčęėįšųūž"),
    ("cp1257", "āčēģīķļņšūž"),
    ("cp1257", "äõöüšž"),
    ("cp1258", "àáâăèéêìíòóôơùúưýđ\u0300\u0301\u0303\u0309\u0323₫"),
)
LATIN = frozenset({name for name, _ in _ALPHABETS} | {"latin_1", "iso8859_15", "mac_roman"})
"""Codecs of Latin letters: most of a text in them is ASCII."""
_LATIN = LATIN - {"iso8859_15", "mac_roman"}
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RUN = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")
_LIKELY, _UNLIKELY, _MARGIN = -1.9, -2.6, 0.2
_WIDE = set("　、。「」『』〈〉《》【】・！？（），：；．～－—…·％＋＝［］“”‘’￥")
_PUNCTUATION = set("‘’‚“”„–—…«»€£§©®°·¿¡ªº™‹›\xa0\xad")


def sample_of(data: bytes, limit: int = SAMPLE_LIMIT) -> bytes:
    """Return the lines that are not UTF-8, `limit` bytes at most."""
    lines: list[bytes] = []
    size = 0
    for line in data.split(b"\n"):
        if line.isascii() or is_utf8(line):
            continue
        lines.append(line)
        size += len(line) + 1
        if size >= limit:
            break
    joined = b"\n".join(lines)
    if len(joined) <= limit:
        return joined
    # A cut must not fall into a character: no second byte of two is below 0x30.
    start = max(0, next((i for i, byte in enumerate(joined) if byte >= 0x80), 0) - limit // 2)
    window = joined[start : start + limit]
    return re.sub(rb"\A[^\x20-\x2f\n]*(?=[\x20-\x2f\n])|[^\x20-\x2f\n]{1,4000}\Z", b"", window)


@lru_cache(maxsize=256)
def codec_of_sample(sample: bytes) -> str | None:
    """Return the codec of text that is not UTF-8, or BROKEN_UTF8; None if nothing is plausible."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - broken
    # Multi-byte sequences that are right by chance are rare in every other encoding.
    if whole >= broken or (broken == 1 and text.endswith("\ufffd") and whole):
        return BROKEN_UTF8
    if b"\x1b$" in sample or b"\x1b(J" in sample:
        return "iso2022_jp_ext"
    latin = is_latin_like(sample)
    if latin:
        codec = _normalized(sample)
        return codec if codec in LATIN else latin_of(sample)
    scores = ranked(sample)
    best, likely = scores[0]
    second = next(score for score, codec in scores if codec[:4] != likely[:4])
    if best >= _LIKELY and best - second >= _MARGIN:
        return likely
    codec = _normalized(sample)
    score = likelihood(sample, codec) if codec else _UNLIKELY
    return likely if best - score >= _MARGIN else codec


def is_latin_like(sample: bytes) -> bool:
    """Tell whether what is beyond ASCII are single letters (or signs) at letters of ASCII."""
    runs = _RUN.findall(sample)
    if not runs:
        return False
    high = sum(len(run.strip(_LETTERS)) for run in runs)
    beside = sum(run[0] < 0x80 or run[-1] < 0x80 for run in runs)
    if high > len(runs) * 1.7 or beside * 2 < len(runs):
        return False
    return all(likelihood(sample, codec) < -2.2 for codec in DOUBLE_BYTE)


def _normalized(sample: bytes) -> str | None:
    """Return charset_normalizer's answer where it makes words."""
    # Imported here: it costs 40 ms, and most files are UTF-8.
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_DETECTED, enable_fallback=False).best()
    codec = best.encoding if best else None
    if codec in _LATIN:
        codec = latin_of(sample)
    if codec is None:
        codec = latin_of(sample) if len(sample) < 2048 else None
    if codec is None or not _wordlike(sample.decode(codec, "replace")):
        return None
    return codec


def latin_of(sample: bytes) -> str | None:
    """Return the Latin encoding under which most characters are letters of one language."""
    best, chosen = 0.5, None
    for codec, alphabet in _ALPHABETS:
        letters = _PUNCTUATION | set(alphabet) | set(alphabet.upper())
        beyond = [char for char in sample.decode(codec, "replace") if char > "\x7f"]
        share = sum(char in letters for char in beyond) / max(1, len(beyond))
        if share > best:
            best, chosen = share, codec
    return chosen


def _wordlike(text: str) -> bool:
    """Tell whether what is beyond ASCII is mostly letters, with capitals at the start of words."""
    beyond = [char for char in text if char > "\x7f"]
    known = sum(char.isalnum() or char in _PUNCTUATION or char in _WIDE for char in beyond)
    # Combining marks, as Arabic, Hebrew and Thai have them, are parts of letters.
    known += sum(unicodedata.category(char) == "Mn" for char in beyond)
    jumps = sum(
        before.islower() and after.isupper()
        for before, after in pairwise(text)
        if before > "\x7f" or after > "\x7f"
    )
    return known * 10 >= len(beyond) * 9 and jumps * 10 <= len(beyond) and plausible(text)


def plausible(text: str) -> bool:
    """Tell whether hardly a character is a control, private, unassigned or a replacement."""
    odd = 0
    for char in text:
        if char < "\x7f" or char.isalnum():
            continue
        odd += char == "\ufffd" or unicodedata.category(char) in {"Cc", "Co", "Cn", "Cs"}
    return odd * 50 <= len(text)


def is_utf8(data: bytes) -> bool:
    """Tell whether the bytes are UTF-8 from their first to their last."""
    # In parts, since a text may take four times the memory of its bytes.
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _AT_ONCE):
            decoder.decode(data[start : start + _AT_ONCE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
