"""Reads the JSON that pages carry as browsers' readers do: what is slightly broken, too."""

import re
from html import unescape

from connectors.parsing.json_value import loads

LENIENT_LIMIT = 512 * 1024
"""Characters of broken JSON that are read token by token; a longer text is not read."""
MOST_DEPTH = 64
"""Nesting of broken JSON; what is deeper is dropped."""

_WRAPPER = re.compile(
    r"[\s\ufeff;]*+(?:<!--|-->|(?://|/\*)?\s*+<!\[CDATA\[(?:\s*+\*/)?|(?://|/\*)?\s*+\]\]>(?:\s*+\*/)?)"
)
_TAIL = re.compile(r"(?://|/\*)?\s*(?:\]\]>|-->)(?:\s*\*/)?[\s;]*\Z")
_ESCAPED = re.compile(r"[\s\ufeff\[]*+\{\s*+&(?:quot|#0*34|#[xX]0*22);")
_SPACE = re.compile(r"(?:[\s\ufeff;]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))+")
# A quote within a text ends it only where JSON would go on behind it.
_PLAIN_NAME = re.compile(
    r'"((?:[^"\\\n]|\\.){0,200}+)"|\'([^\'\n]{0,200}+)\'|([A-Za-z_$@][\w$@:.-]{0,200}+)'
)
_TEXT = re.compile(
    r'"((?:[^"\\]|\\.|"(?!\s*+(?:[}\]]|,\s*+(?:["{\[\]}\d-]|true|false|null|/[/*]|[A-Za-z_$]\w{0,40}+\s*+:|\Z)'
    r"|/[/*]|\Z)|[^\S\n]*+\n\s*+\"))*+)\"",
    re.DOTALL,
)
_WORD = re.compile(r"[\w.+-]++")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_SURROGATES = re.compile("[\ud800-\udfff]")


def lenient_values(text: str, limit: int = LENIENT_LIMIT) -> list[object]:
    """Return the JSON values that a script holds, in their order; none if it is no JSON at all.

    Beyond RFC 8259 it takes: a byte order mark, `<!-- -->` and CDATA around it, semicolons, `//`
    and `/* */` comments, several values in a row, escaped quotes, raw line ends, tabs and quotes
    in texts, commas too many or too few, and an end that is missing. Linear in the text; one that
    is longer than `limit` and no strict JSON is not read.
    """
    text = _unwrapped(text)
    if not text:
        return []
    try:
        return [loads(text)]
    except ValueError:
        pass
    if len(text) > limit:
        return []
    if _ESCAPED.match(text):
        text = unescape(text)
        try:
            return [loads(text)]
        except ValueError:
            pass
    return _Reader(text).values()


def _unwrapped(text: str) -> str:
    start = 0
    while match := _WRAPPER.match(text, start):
        start = match.end()
    text = text[start:]
    tail = text[-40:]
    if match := _TAIL.search(tail):
        text = text[: len(text) - len(tail) + match.start()]
    return text.strip(" \t\r\n;\ufeff\u00a0")


class _Reader:
    """One broken JSON text and how far it is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def values(self) -> list[object]:
        found: list[object] = []
        while self._skip():
            if self._text[self._at] in "{[":
                found.append(self._value(0))
            else:
                self._at += 1
        return found

    def _skip(self, more: str = "") -> bool:
        """Pass over spaces and comments; tell whether anything is left."""
        while self._at < len(self._text):
            match = _SPACE.match(self._text, self._at)
            if match:
                self._at = match.end()
            elif self._text[self._at] in more:
                self._at += 1
            else:
                return True
        return False

    def _value(self, depth: int) -> object:
        """Read the value that begins here; always moves on."""
        sign = self._text[self._at]
        if sign in "{[":
            self._at += 1
            inner = self._object(depth + 1) if sign == "{" else self._list(depth + 1)
            return inner if depth < MOST_DEPTH else None
        if sign == '"':
            return self._string()
        match = _WORD.match(self._text, self._at)
        self._at = match.end() if match else self._at + 1
        return _scalar(match[0]) if match else None

    def _object(self, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        while depth <= 2 * MOST_DEPTH and self._skip(","):
            if self._text[self._at] == "}":
                self._at += 1
                break
            name = self._name()
            if name is None:
                if self._at >= len(self._text):
                    break
                if self._text[self._at] in "{[":
                    self._value(depth)  # it has no name
                elif self._text[self._at] == "]":
                    break
                else:
                    self._at += 1
                continue
            if self._skip() and self._text[self._at] not in ",}]":
                value = self._value(depth)
                if value is not None:
                    values[name] = value
        return values

    def _name(self) -> str | None:
        match = _PLAIN_NAME.match(self._text, self._at)
        if match is None:
            return None
        start, self._at = self._at, match.end()
        if self._skip() and self._text[self._at] == ":":
            self._at += 1
            return _unescaped(match[1] or match[2] or match[3] or "")
        self._at = start + 1 if match[1] is None else match.end()
        return None

    def _list(self, depth: int) -> list[object]:
        values: list[object] = []
        while depth <= 2 * MOST_DEPTH and self._skip(","):
            if self._text[self._at] == "]":
                self._at += 1
                break
            if self._text[self._at] == "}":
                break
            value = self._value(depth)
            if value is not None:
                values.append(value)
        return values

    def _string(self) -> str | None:
        match = _TEXT.match(self._text, self._at)
        if match is None:  # it never ends: what follows is not to be told from it
            self._at = len(self._text)
            return None
        self._at = match.end()
        return _unescaped(match[1])


def _unescaped(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
        if _SURROGATES.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _LETTERS.get(match[2], match[2])


def _scalar(word: str) -> object:
    if word in _WORDS:
        return _WORDS[word]
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 19 else word
