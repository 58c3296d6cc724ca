"""Which encoding a text is in that is not of one throughout, and which one its other parts."""

import re
from collections.abc import Iterable, Sequence

from connectors.encodings.charset_detection import (
    BROKEN_UTF8,
    LATIN,
    NAMES,
    codec_of_sample,
    is_latin_like,
    latin_of,
)
from connectors.encodings.likelihood import likelihood
from connectors.encodings.mender import Mender, is_foreign, parts_of, sequences

_SAMPLE = 16 * 1024
_DOUBT = 0.5
"""By so much another encoding's logarithm must be better than that of the declared one."""
_FEW = 4
_WORD = re.compile(rb"[\x80-\xff]{4,}")


def mended(data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]] | None:
    """Return the text of bytes that are not UTF-8 throughout, and its repairs; None if untold.

    Args:
        data: the text, in one or several encodings that hold ASCII.
        declared: the codec that it declares, one of NAMES; None for none or another.

    """
    if data.count(0) * 50 > len(data):
        return None  # UTF-16 out of step: none of its bytes means what it would alone
    parts = parts_of(data)
    foreign = [part for part in parts if is_foreign(part)]
    sample = sample_of_parts(foreign)
    strange = sum(map(high_bytes, foreign))
    whole = sum(sequences(part)[0] for part in parts if not part.isascii())
    if not strange or whole * 2 >= strange:
        own = "".join(part.decode("utf-8", "ignore") for part in parts if not is_foreign(part))
        return _read(parts, Mender("utf-8", codec_beside(own, sample, declared)))
    trusted = declared is not None and is_trusted(declared, sample)
    codec = declared if trusted else codec_of_parts(foreign, len(data)) or declared
    if codec is None or codec == BROKEN_UTF8:
        return _read(parts, Mender("utf-8")) if codec else None
    read = _read(parts, Mender(codec))
    if read is None or codec == declared:
        return read
    name = f"encoding:{NAMES.get(codec, codec)}"
    text, repairs = read
    return text, repairs if f"{name}-broken" in repairs else (name, *repairs)


def _read(parts: Iterable[bytes], mender: Mender) -> tuple[str, tuple[str, ...]] | None:
    """Return the parts' texts as one, and the repairs; None where over a hundredth was replaced."""
    text = "".join(map(mender.text, parts))
    if text.count("\ufffd") * 100 > max(100, len(text)):
        return None
    return text, mender.repairs


def codec_of_parts(foreign: Sequence[bytes], size: int) -> str | None:
    """Return the codec of the foreign parts of a text of so many bytes; None where it is untold.

    BROKEN_UTF8 if there is hardly anything: bytes from which no encoding is told are strays.
    """
    sample, high = sample_of_parts(foreign), sum(map(high_bytes, foreign))
    if not high:
        return BROKEN_UTF8
    if high < _FEW and is_scarce(high, size) and not is_latin_like(sample):
        return BROKEN_UTF8
    return codec_of_sample(sample) or (BROKEN_UTF8 if is_scarce(high, size) else None)


def is_scarce(high: int, size: int) -> bool:
    """Tell whether so few bytes beyond ASCII, which no encoding explains, are strays."""
    return high * 20 <= size


def high_bytes(data: bytes) -> int:
    """Return the number of bytes beyond ASCII."""
    return len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))


def sample_of_parts(parts: Iterable[bytes]) -> bytes:
    """Return the parts, one a line, up to a limit."""
    taken: list[bytes] = []
    size = 0
    for part in parts:
        line = part.strip(b'<>"\r\n')
        taken.append(line[:_SAMPLE])
        size += len(line) + 1
        if size >= _SAMPLE:
            break
    return b"\n".join(taken)


def is_trusted(declared: str, sample: bytes) -> bool:
    """Tell whether the bytes may be what is declared, and no other encoding fits much better."""
    high = high_bytes(sample)
    if high < _FEW:
        return True
    if declared in LATIN:
        # Words of nothing but letters beyond ASCII are of no Latin alphabet.
        found = None if sum(map(len, _WORD.findall(sample))) * 2 < high else codec_of_sample(sample)
        return found is None or found == BROKEN_UTF8 or found in LATIN
    if is_latin_like(sample):
        return latin_of(sample) is None
    found = codec_of_sample(sample)
    if found is None or found == BROKEN_UTF8:
        return True
    return likelihood(sample, found) - likelihood(sample, declared) < _DOUBT


def codec_beside(own: str, sample: bytes, declared: str | None) -> str | None:
    """Return the codec of the foreign parts of a text in UTF-8; None where that is untold.

    Args:
        own: what of the text is UTF-8.
        sample: the parts that are not.
        declared: the codec that the text declares.

    """
    if not sample:
        return None
    if declared and is_trusted(declared, sample):
        return declared
    latin = is_latin_like(sample)
    if high_bytes(sample) < _FEW and not (latin and _is_western(own)):
        return None
    if latin:
        return _of_letters(own, sample) or codec_of_sample(sample)
    return codec_of_sample(sample)


def _is_western(text: str) -> bool:
    beyond = [char for char in text[: 4 * _SAMPLE] if char > "\x7f" and char.isalpha()]
    return all(char < "\u0250" for char in beyond)


def _of_letters(own: str, sample: bytes) -> str | None:
    """Return the Latin codec under which the sample has the letters that the text has, too."""
    known = {char.casefold() for char in own if char > "\x7f"}
    for codec in ("cp1252", *sorted(LATIN - {"cp1252", "latin_1"})):
        beyond = [char.casefold() for char in sample.decode(codec, "replace") if char > "\x7f"]
        if beyond and all(char in known or not char.isalpha() for char in beyond):
            return codec
    return None
