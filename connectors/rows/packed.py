"""Lists and objects that a cell of a table holds as text: JSON, or Python's repr of them."""

import json
import re

import orjson

_REPR_LIMIT = 256 * 1024
"""Characters of a value that are read as Python's repr, half a second of them."""
# A token of Python's repr of lists, dicts, texts, numbers and names.
_REPR = re.compile(
    r"\s*+(?:'((?:[^'\\]|\\.)*+)'|(\"(?:[^\"\\]|\\.)*+\")|([\[\]{},:])|(-?\d[\d.eE+-]{0,30})"
    r"|(None|True|False|nan))\s*+",
    re.DOTALL,
)
_NAMED = {"None": "null", "True": "true", "False": "false", "nan": "null"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|U000([0-9a-fA-F]{5})|(.))|\"|[\x00-\x1f]", re.DOTALL)


def unpacked(text: str) -> object:
    """Return the list or object that a text is, in JSON or in Python's repr; else the text."""
    try:
        held: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        if len(text) > _REPR_LIMIT:
            return text
        try:
            held = orjson.loads(_as_json(text))
        except (ValueError, orjson.JSONDecodeError):
            return text
    return held if isinstance(held, list | dict) else text


def _as_json(text: str) -> str:
    """Return Python's repr of lists, dicts and texts as JSON, token by token.

    Raises:
        ValueError: it is something else.

    """
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _REPR.match(text, position)
        if match is None:
            raise ValueError("it is no list or object")
        single, double, sign, number, name = match.groups()
        if single is not None or double is not None:
            inner = single if single is not None else double[1:-1]
            # Lists of numpy have no commas.
            parts.append("," if parts and parts[-1][-1:] == '"' else "")
            parts.append(f'"{_ESCAPE.sub(_escape, inner)}"')
        else:
            parts.append(sign or number or _NAMED[name])
        position = match.end()
    return "".join(parts)


def _escape(match: re.Match[str]) -> str:
    code, long, char = match.groups()
    if code:
        return f"\\u00{code}"
    if long:
        return json.dumps(chr(int(long, 16)))[1:-1]
    if char is None:
        return json.dumps(match[0])[1:-1]
    return char if char == "'" else f"\\{char}" if char in '"\\/bfnrtu' else f"\\\\{char}"
