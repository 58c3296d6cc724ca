"""JSON rows (lines of a .jsonl, elements of a .json list, a single object) -> entries."""

import json
import re

import orjson

from articles.model import Entry, Rejected
from connectors.detection import is_utf8
from connectors.encodings import codec_of_lines, decode_line, decode_lines
from connectors.fields import Guid, entry_of, role_of
from connectors.jsonscan import is_whole
from connectors.payload import Payload
from connectors.rejects import row_aside, set_aside

_BUILT_LIMIT = 256 * 1024
"""Bytes of a line that is parsed outside a worker; a longer one is only looked through."""
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
    if isinstance(value, dict) and any(type(one) is float for one in value.values()):
        ids = [one for name, one in value.items() if type(one) is float and _is_id(name)]
        if any(abs(one) >= 2**53 for one in ids):
            return _slowly(text)
    return value


def is_json(line: bytes, sample: bytes = b"") -> bool:
    """Tell whether the line is a whole JSON value (of a long one: whether all brackets close)."""
    decoded = decode_lines(line, sample)
    if len(line) > _BUILT_LIMIT:
        return is_whole(decoded.text.encode() if decoded else line)
    try:
        loads(decoded.text if decoded else line)
    except ValueError:
        return False
    return True


def parse_lines(payload: Payload) -> list[Entry | Rejected]:
    """Return the entries of a block of lines; a line that can't be one is `bad_json`."""
    marked = (f"encoding:{payload.encoding}",) if payload.encoding else ()
    path = payload.path
    codec: str | None = "utf-8"
    if not payload.data.isascii():
        codec = codec_of_lines(payload.data, payload.sample)
    outcome: list[Entry | Rejected] = []
    for number, row in enumerate(payload.data.splitlines(), payload.row):
        if not row or row.isspace():
            continue
        text: bytes | str = row
        repairs = marked
        if codec is None and not is_utf8(row):
            detail = f"line {number}: no encoding makes a text of it"
            outcome.append(row_aside(path, "bad_encoding", detail, row))
            continue
        if codec not in {None, "utf-8"}:
            decoded = decode_line(row, codec or "")
            text, repairs = decoded.text, (*marked, *decoded.repairs)
        outcome.append(row_entry(text, path, row, f"line {number}", repairs=repairs))
    return outcome


def parse_object(payload: Payload) -> list[Entry | Rejected]:
    """Return the one article of a `.json` file: with an id it is a row, without one the file's."""
    repairs = (f"encoding:{payload.encoding}",) if payload.encoding else ()
    row = row_entry(payload.data, payload.path, payload.data, "it", repairs=repairs, whole=True)
    return [row]


def row_entry(
    text: bytes | str,
    path: str,
    raw: bytes,
    where: str,
    *,
    repairs: tuple[str, ...] = (),
    whole: bool = False,
) -> Entry | Rejected:
    """Return the entry of one JSON object; `where` begins the sentence if it is none."""

    def aside(detail: str) -> Rejected:
        sentence = f"{where} {detail}"
        if whole:
            return set_aside(path, "bad_json", sentence, raw)
        return row_aside(path, "bad_json", sentence, raw)

    try:
        value = loads(text)
    except ValueError as error:
        return aside(f"is not valid JSON: {error}")
    if not isinstance(value, dict):
        return aside(f"is a JSON {type(value).__name__}, not an object")
    guid: Guid = "file" if whole and not _has_id(value) else "row"
    entry = entry_of(value, path, guid=guid, repairs=repairs)
    return aside("has no field that newslake knows") if entry is None else entry


def _has_id(value: dict[str, object]) -> bool:
    probe = entry_of(value, None, guid="own", raw="{}")
    return probe is not None and probe.guid is not None


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
