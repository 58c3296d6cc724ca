"""Bytes to text: byte order marks, UTF-8, declared encodings; and which bytes are no text."""

import codecs
from dataclasses import dataclass

from connectors.encodings.charset_detection import (
    BROKEN_UTF8,
    NAMES,
    is_latin_like,
    is_utf8,
    plausible,
)
from connectors.encodings.likelihood import DOUBLE_BYTE
from connectors.encodings.mender import Mender, is_foreign, parts_of, reads_as_utf8
from connectors.encodings.stray_bytes import codec_of_parts, high_bytes, mended

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF container"),
    (b"OggS", "an Ogg container"),
    (b"PK\x03\x04", "a ZIP archive (or an office document)"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"(\xb5/\xfd", "zstd data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
)
_CONTROLS = bytes({*range(9), 11, *range(14, 27), *range(28, 32), 127})

# The WHATWG Encoding Standard reads these labels as their supersets, as browsers do.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp949",
    "big5hkscs": "big5",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "iso8859-6": "cp1256",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso2022_jp": "iso2022_jp_ext",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the repairs that its bytes needed (`encoding:<name>`)."""

    text: str
    repairs: tuple[str, ...] = ()


def looks_binary(data: bytes) -> str | None:
    """Return what the bytes are, as the end of "it is …", if they are no text; else None."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if bom_of(data) or wide_of(data):
        return None
    head = data[: 1024 * 1024]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    nuls = head.count(0)
    if nuls * 1000 > len(head) or (controls > 3 and controls * 50 > len(head)):
        return "binary data"
    return None


def bom_of(data: bytes) -> tuple[str, int] | None:
    """Return the codec that a byte order mark names, and the mark's length; None without one."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return codec, len(bom)
    return None


def wide_of(data: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 codec of text without a byte order mark; None if it is neither.

    The high bytes of ASCII text and white space are NULs at fixed places (as RFC 4627 3 tells it).
    """
    head = data[:4096]
    head = head[: len(head) & ~3] or head[: len(head) & ~1]
    nuls = [head[start::4].count(0) for start in range(4)]
    quarter = len(head) // 4
    if not quarter or not any(nuls):
        return None
    if nuls[2] == nuls[3] == quarter and not nuls[0]:
        return "utf-32-le"
    if nuls[0] == nuls[1] == quarter and not nuls[3]:
        return "utf-32-be"
    even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
    for codec, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        # Spaces and line ends alone give a text in any script a tenth of NUL high bytes.
        if not low and high * 16 >= quarter * 2 and plausible(head.decode(codec, "replace")):
            return codec
    return None


def is_plain(data: bytes) -> bool:
    """Tell whether the bytes are UTF-8 as they stand, without a byte order mark."""
    if bom_of(data) or (b"\0" in data[:4096] and wide_of(data)):
        return False
    return is_utf8(data)


def codec_of(label: str | None) -> str | None:
    """Return the codec that a declared label means (WHATWG Encoding Standard); None if unknown."""
    codec = _named(label)
    if codec is None or codec in {"utf-8", "utf-16", "utf-16-le", "utf-16-be"}:
        return codec
    plain = codec.replace("-", "_")
    return plain if plain in NAMES else None


def escaped_codec(data: bytes, declared: str | None) -> str | None:
    """Return the declared codec if it writes everything in ASCII, and the bytes show its escapes.

    ISO-2022 (RFC 1468, 1557) and HZ (RFC 1843): such a text is always valid UTF-8, too.
    """
    codec = _named(declared) or ""
    if codec == "hz":
        return codec if b"~{" in data else None
    return codec if codec.startswith("iso2022_") and b"\x1b" in data else None


def _named(label: str | None) -> str | None:
    """Return Python's codec of a label, or of what browsers read under it."""
    if not label or len(label) > 40 or not label.isascii():
        return None
    try:
        codec = codecs.lookup(label.strip().strip("'\"")).name
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(codec, codec)


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Return the text of the bytes; None if no encoding makes a plausible text of them.

    Order: byte order mark, UTF-16/32 without one, escapes (`escaped_codec`), UTF-8, and what most
    of the text is in: UTF-8, what the document declares, or what is detected (`stray_bytes`).
    """
    bom = bom_of(data)
    if bom:
        data = data[bom[1] :]
        if bom[0] != "utf-8":
            return _forced(data, bom[0])
    elif b"\0" in data[:4096]:
        wide = wide_of(data)
        if wide:
            return _forced(data, wide)
    escaped = escaped_codec(data, declared)
    read = (_strict(data, escaped) or _forced(data, escaped)) if escaped else None
    read = read or _strict(data, "utf-8")
    if read is not None:
        return read
    codec = codec_of(declared)
    text = mended(data, codec if codec in NAMES else None)
    return Decoded(*text) if text else None


def codec_of_lines(data: bytes, sample: bytes = b"") -> str | None:
    """Return the codec of those lines that are not UTF-8; "utf-8" if all are, None if untold.

    `sample` holds such lines of the same file: the more, the surer is the detection.
    """
    if is_utf8(data):
        return "utf-8"
    data = sample + b"\n" + data if sample else data
    return codec_of_parts([part for part in parts_of(data) if is_foreign(part)], len(data))


def decode_line(line: bytes, codec: str) -> Decoded:
    """Return the text of a line: UTF-8 if it is that, else by the codec of its file."""
    by_chance = _by_chance(line, codec)
    read = None if by_chance else _strict(line, "utf-8")
    if read is not None:
        return read
    if by_chance:
        mender = Mender(codec)
        text = mender.text(line)
        return Decoded(text, mender.repairs or (f"encoding:{NAMES.get(codec, codec)}",))
    mender = Mender("utf-8", None if codec in {BROKEN_UTF8, "utf-8"} else codec)
    text = "".join(map(mender.text, parts_of(line)))
    return Decoded(text, mender.repairs)


def _by_chance(line: bytes, codec: str) -> bool:
    """Tell whether a line is UTF-8 only by chance, as words in Thai or of double bytes may be."""
    if codec != "cp874" and codec not in DOUBLE_BYTE:
        return False
    return high_bytes(line) > 4 and not is_latin_like(line) and not reads_as_utf8(line, codec)


def decode_lines(data: bytes, sample: bytes = b"") -> Decoded | None:
    """Return the text of whole lines, some UTF-8, the others in one encoding; None if untold."""
    codec = codec_of_lines(data, sample)
    if codec is None:
        return None
    if codec == "utf-8":
        return Decoded(data.decode("utf-8"))
    lines = [decode_line(line, codec) for line in data.split(b"\n")]
    repairs = dict.fromkeys(repair for line in lines for repair in line.repairs)
    return Decoded("\n".join(line.text for line in lines), tuple(repairs))


def _strict(data: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(data.decode(codec))
    except UnicodeDecodeError:
        return None


def _forced(data: bytes, codec: str) -> Decoded | None:
    """Decode with replacements; None where more than a hundredth had to be replaced."""
    name = NAMES.get(codec, codec)
    try:
        return Decoded(data.decode(codec), (f"encoding:{name}",))
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
    if text.count("\ufffd") * 100 > max(100, len(text)):
        return None
    return Decoded(text, (f"encoding:{name}-broken",))
