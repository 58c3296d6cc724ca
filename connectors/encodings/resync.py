"""Reads double-byte text in which a byte too many or too few shifts all that follows it."""

from collections.abc import Iterator

from connectors.encodings.likelihood import UNKNOWN, tables

_LIMIT = 16 * 1024
"""Bytes that are weighed; what is longer is decoded with replacements as it stands."""
_STRAY, _ASCII, _HALF_KANA = -9.0, -1.0, -3.6
_LONGEST = 4


def resynced(data: bytes, codec: str) -> str:
    """Return the text under which the bytes are the likeliest, with U+FFFD for each stray byte.

    In such encodings a stray byte is taken for the first half of a character, and its neighbour's
    first half for the second, up to the next character of ASCII. The cheapest of all ways to cut
    the bytes into characters is found from the end (Viterbi 1967), in linear time.
    """
    if len(data) > _LIMIT:
        return data.decode(codec, "replace")
    size = len(data)
    best = [0.0] * (size + 1)
    chosen: list[tuple[int, str]] = [(1, "")] * size
    for start in range(size - 1, -1, -1):
        top, choice = _STRAY + best[start + 1], (1, "\ufffd")
        for length, char, weight in _characters_at(data, start, codec):
            if weight + best[start + length] > top:
                top, choice = weight + best[start + length], (length, char)
        best[start], chosen[start] = top, choice
    parts: list[str] = []
    start = 0
    while start < size:
        length, char = chosen[start]
        parts.append(char)
        start += length
    return "".join(parts)


def _characters_at(data: bytes, start: int, codec: str) -> Iterator[tuple[int, str, float]]:
    """Yield the characters that may begin here: their bytes' number, themselves, their weight."""
    if data[start] < 0x80:
        yield 1, chr(data[start]), _ASCII
        return
    table = tables(codec)[0]
    for length in range(1, min(_LONGEST, len(data) - start) + 1):
        try:
            char = data[start : start + length].decode(codec)
        except UnicodeDecodeError:
            continue
        if len(char) == 1:
            yield length, char, _HALF_KANA if length == 1 else table.get(char, UNKNOWN)
            return
