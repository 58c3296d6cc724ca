"""The normal forms of clean text: for equality, for counting words, for comparing."""

import re
import unicodedata

_PLAIN_CHARACTERS = tuple(
    (character, plain)
    for plain, characters in (("'", "‘’‚‛′`‹›"), ('"', "“”„‟″«»"), ("-", "‐‑‒–—―−"))
    for character in characters
)
_IGNORED = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)

_HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Bytes of UTF-8 that begin no character of these two.
_BYTES_OF_SPACED = bytes(set(range(256)) - {0xE0, 0xE1, *range(0xE3, 0xEB), 0xEF, 0xF0})
_HAN_RUN = re.compile(f"[{_HAN}]+")
_SOUTH_EAST_RUN = re.compile(f"[{_SOUTH_EAST}]+")
SOUTH_EAST_CHARACTER = re.compile(f"[{_SOUTH_EAST}]")
_WORDS = re.compile(rf"[{_HAN}{_SOUTH_EAST}]|[^\W_{_HAN}{_SOUTH_EAST}]+")


def squash(text: str) -> str:
    """Return the normal form for equality: NFKC (UAX 15), plain quotes and dashes, single spaces.

    Case stays; invisible characters go. Idempotent.
    """
    text = text.replace("\n\n", " ").replace("\n", " ")
    is_plain = text.isprintable()
    if not text.isascii():
        text = text if is_plain else _IGNORED.sub("", text)
        text = unicodedata.normalize("NFKC", text.replace("´", "'"))
        for character, plain in _PLAIN_CHARACTERS:
            text = text.replace(character, plain)
    text = text.replace("`", "'").replace("''", '"')
    if not is_plain or "  " in text:
        return " ".join(text.split())
    return text.strip()


def word_count(text: str) -> int:
    """Count the words of a clean text.

    In scripts without spaces two characters (Han, kana) or four (South-East Asia) make a word.
    """
    if not text:
        return 0
    spaced = text.count(" ") + text.count("\n\n") + 1
    if text.isascii() or not text.encode().translate(None, _BYTES_OF_SPACED):
        return spaced
    han = sum(map(len, _HAN_RUN.findall(text)))
    south_east = sum(map(len, _SOUTH_EAST_RUN.findall(text)))
    if not han and not south_east:
        return spaced
    rest = _SOUTH_EAST_RUN.sub(" ", _HAN_RUN.sub(" ", text)).split()
    spaced = sum(1 for word in rest if any(map(str.isalnum, word)))
    return spaced + (han + 1) // 2 + (south_east + 3) // 4


def words(text: str) -> list[str]:
    """Return the casefolded words; in scripts without spaces each character is one."""
    return _WORDS.findall(squash(text).casefold())
