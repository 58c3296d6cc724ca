"""Reads the parts of a text that are not all of one encoding, and keeps which ones that took.

A part is a line, or what stands between two tags or quotation marks of it. It is read whole in the
encoding that it is in; a byte that fits into none becomes one U+FFFD.
"""

import re
import unicodedata
from functools import cache

from connectors.encodings.charset_detection import NAMES
from connectors.encodings.likelihood import DOUBLE_BYTE, UNKNOWN, tables
from connectors.encodings.resync import resynced

# None of these is ever the second byte of a character.
_PART = re.compile(rb'[^<>"\n]*+[<>"\n]?+')
# More of Python's codecs for what browsers read under one label: ETEN's and NEC's extensions.
_WIDER = {"big5": ("cp950", "big5hkscs"), "euc_jp": ("euc_jis_2004",)}
# What means the same sign in all Windows code pages, 1250 to 1258.
_SIGNS = frozenset(b"\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa7\xa9\xab\xae\xb0\xbb")
_NO_SIGNS = re.compile(rb"[^\x00-\x7f\x85\x91-\x97\x99\xa0\xa7\xa9\xab\xae\xb0\xbb]")
_BEHIND_NUMBERS = frozenset("§©®°")
_LETTER_STRAYS = re.compile(
    "[\udc80-\udc84\udc86-\udc90\udc98\udc9a-\udc9f\udca1-\udca6\udca8\udcaa\udcac\udcad"
    "\udcaf\udcb1-\udcba\udcbc-\udcff]"
)
_STRAYS = re.compile("[\udc80-\udcff]+")
_C1 = {code: bytes((code,)).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_MOST_WEIGHED = 256 * 1024
"""Bytes of a text that are put in step again, at some microseconds a byte."""
_BY_CHANCE = 1.0
"""What the logarithm of a right UTF-8 sequence by chance is, in an encoding that is another."""


def parts_of(data: bytes) -> list[bytes]:
    """Return the lines, cut between tags and quotation marks where they are UTF-8 in parts."""
    parts: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if line.isascii() or not all(sequences(line)):
            parts.append(line)
        else:
            parts += _PART.findall(line)
    return parts


def sequences(data: bytes) -> tuple[int, int]:
    """Return how many characters beyond ASCII are right in UTF-8, and how many are not."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) - broken, broken


def is_foreign(part: bytes) -> bool:
    """Tell whether most beyond ASCII is no UTF-8, and more than a sign that code pages share."""
    if part.isascii():
        return False
    if _NO_SIGNS.search(part) is None:
        return False
    # Signs that code pages share are put into UTF-8 one by one: they tell nothing.
    strays = _LETTER_STRAYS.findall(part.decode("utf-8", "surrogateescape"))
    return sequences(part)[0] < len(strays)


class Mender:
    """One text's encodings: its own, and the one of the parts that are in neither it nor UTF-8."""

    def __init__(self, main: str, other: str | None = None) -> None:
        self._main = main
        self._other = other if main == "utf-8" else main
        self._found: dict[str, None] = {}
        self._weighed = 0

    @property
    def repairs(self) -> tuple[str, ...]:
        """The encodings that the parts took beside the main one, as `encoding:<name>`."""
        return tuple(f"encoding:{name}" for name in self._found)

    def text(self, part: bytes) -> str:
        """Return the text of a part, in whichever encoding it is."""
        if part.isascii():
            return part.decode("ascii")
        other = self._other
        if other and self._main != "utf-8":
            foreign = is_foreign(part) or not reads_as_utf8(part, other)
        else:
            foreign = is_foreign(part)
        if foreign and other:
            return self._of_codec(part, other)
        if self._main != "utf-8":
            self._found["utf-8"] = None
        return self._of_utf8(part)

    def _of_codec(self, part: bytes, codec: str) -> str:
        if codec != self._main:
            self._found[NAMES.get(codec, codec)] = None
        for name in (codec, *_WIDER.get(codec, ())):
            try:
                text = part.decode(name)
            except UnicodeDecodeError:
                continue
            return own_signs(text if name != codec else self._in_step(part, text, codec), codec)
        replaced = part.decode(codec, "replace")
        text = self._in_step(part, replaced, codec) if codec in DOUBLE_BYTE else replaced
        self._found[f"{NAMES.get(codec, codec)}-broken"] = None
        return own_signs(text, codec)

    def _in_step(self, part: bytes, text: str, codec: str) -> str:
        """Return the text with its characters in step, where it has some that no text has."""
        if codec not in DOUBLE_BYTE or self._weighed > _MOST_WEIGHED:
            return text
        if tables(codec)[0].keys() >= {char for char in text if char > "\x7f"}:
            return text
        self._weighed += len(part)
        text = resynced(part, codec)
        if "\ufffd" in text:
            self._found[f"{NAMES.get(codec, codec)}-broken"] = None
        return text

    def _of_utf8(self, part: bytes) -> str:
        """Decode UTF-8 with stray bytes: the signs of code pages, or U+FFFD."""
        text = part.decode("utf-8", "surrogateescape")

        def mend(match: re.Match[str]) -> str:
            strays = match[0].encode("utf-8", "surrogateescape")
            before, after = text[match.start() - 1 : match.start()], text[match.end() :][:1]
            if _SIGNS.issuperset(strays) and _is_sign(strays, before, after):
                self._found["windows-1252"] = None
                return strays.decode("cp1252")
            self._found["utf-8-broken"] = None
            return strays.decode("utf-8", "replace")

        return _STRAYS.sub(mend, text)


def _is_sign(strays: bytes, before: str, after: str) -> bool:
    """Tell whether a sign may stand between these characters, not the rest of a cut character."""
    inside = [char.isalpha() and char > "\x7f" for char in (before, after)]
    if all(inside) or len(strays) > 3:
        return False
    sign = strays.decode("cp1252")[0]
    return sign not in _BEHIND_NUMBERS or not any(inside)


def own_signs(text: str, codec: str) -> str:
    """Return the text with the signs that Windows has where ISO 8859 has only controls."""
    if codec.startswith("iso8859") and not _plain_latin().isdisjoint(text):
        return text.translate(_C1)
    return unicodedata.normalize("NFC", text) if codec == "cp1258" else text


@cache
def _plain_latin() -> frozenset[str]:
    return frozenset(map(chr, _C1))


def reads_as_utf8(part: bytes, codec: str) -> bool:
    """Tell whether the part, in a text of this codec, is rather UTF-8 than what it says in it.

    In Latin code pages UTF-8 makes no words; in the others the likelier reading counts.
    """
    languages = tables(codec)
    if not languages:
        return True
    text = part.decode("utf-8", "replace")
    try:
        own = part.decode(codec)
    except UnicodeDecodeError:
        return True
    beyond = [char for char in text if char > "\x7f"]
    chance = _BY_CHANCE * sum(char != "\ufffd" for char in beyond)
    return max(_weight(beyond, table) + chance for table in languages) > max(
        _weight([char for char in own if char > "\x7f"], table) for table in languages
    )


def _weight(chars: list[str], table: dict[str, float]) -> float:
    return sum(table.get(char, UNKNOWN) for char in chars)
