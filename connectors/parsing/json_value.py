"""One JSON text -> Python values, quickly where it is plain, and never by an exception."""

import json
import re

import orjson

from connectors.rows.names import role_of

_SURROGATES = re.compile("[\ud800-\udfff]")


def loads(text: bytes | str) -> object:
    """Return the value of a JSON text, of names given twice the last; NaN and Infinity are null.

    Integers that no 64 bits hold stay exact, as text. Lone surrogates become U+FFFD.

    Raises:
        ValueError: it is no JSON, or nested too deep.

    """
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _slowly(text)
    if isinstance(value, dict) and any(type(inner) is float for inner in value.values()):
        ids = [inner for name, inner in value.items() if type(inner) is float and _is_id(name)]
        if any(abs(number) >= 2**53 for number in ids):
            return _slowly(text)
    return value


def _is_id(name: str) -> bool:
    role = role_of(name)
    return role is not None and role[0] == "guid"


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 19 else digits


def _null(_: str) -> None:
    return None


def _slowly(text: bytes | str) -> object:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        value: object = json.loads(text.lstrip("\ufeff"), parse_int=_integer, parse_constant=_null)
        return _scrubbed(value)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _scrubbed(value: object) -> object:
    """Replace lone surrogates, which no UTF-8 can hold, and numbers that are not finite."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {str(_scrubbed(name)): _scrubbed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_scrubbed(inner) for inner in value]
    return value
