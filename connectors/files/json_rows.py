"""JSON rows (lines of a .jsonl, elements of a .json list, a single object) -> entries."""

from collections.abc import Sequence

from articles.model.entries import Entry, Rejected
from connectors.encodings.charset_detection import is_utf8
from connectors.encodings.encodings import codec_of_lines, decode_line, decode_lines
from connectors.files.json_shape import is_jsonfeed, rows_in
from connectors.parsing.chunk import FileChunk
from connectors.parsing.json_scan import is_whole
from connectors.parsing.json_value import loads
from connectors.parsing.named_fields import Guid, article_of, entry_of
from connectors.parsing.rejections import reject, reject_row
from connectors.rows.kinds import Aside
from connectors.rows.values import compact
from connectors.wire.message import parsed
from connectors.wire.ninjs import is_ninjs, message_of

_BUILT_LIMIT = 256 * 1024
"""Bytes of a line that is parsed outside a worker; a longer one is only looked through."""


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


def parse_lines(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the entries of a block of lines; a line that can't be one is `bad_json`."""
    marked = chunk.repairs
    path = chunk.path
    codec: str | None = "utf-8"
    if not chunk.data.isascii():
        codec = codec_of_lines(chunk.data, chunk.sample)
    outcome: list[Entry | Rejected] = []
    for number, row in enumerate(chunk.data.splitlines(), chunk.row):
        if not row or row.isspace():
            continue
        text: bytes | str = row
        repairs = marked
        if codec is None and not is_utf8(row):
            detail = f"line {number}: no encoding makes a text of it"
            outcome.append(reject_row(path, "bad_encoding", detail, row))
            continue
        if codec not in {None, "utf-8"}:
            decoded = decode_line(row, codec or "")
            text, repairs = decoded.text, (*marked, *decoded.repairs)
        outcome += _of_line(text, path, row, f"line {number}", repairs)
    return outcome


def _of_line(
    text: bytes | str, path: str, raw: bytes, where: str, repairs: tuple[str, ...]
) -> Sequence[Entry | Rejected]:
    """Return the entry of a line; of an envelope (a page of an API's answers) those of its list."""
    try:
        value = loads(text)
    except ValueError as error:
        return (reject_row(path, "bad_json", f"{where} is not valid JSON: {error}", raw),)
    entry = _entry_of(value, path, raw, where, repairs)
    rows: list[object] = []
    if isinstance(value, list):
        rows = value if value and isinstance(value[0], dict) else []
    elif isinstance(value, dict) and (
        _says_nothing(entry) or ("items" in value and is_jsonfeed(value))
    ):
        rows = rows_in(value)
    if not rows:
        return (entry,)
    return [
        _entry_of(row, path, compact(row).encode(), f"{where}, element {number},", repairs)
        for number, row in enumerate(rows, 1)
    ]


def _says_nothing(entry: Entry | Rejected) -> bool:
    return isinstance(entry, Rejected) or not (entry.title or entry.content or entry.summary)


def _entry_of(
    value: object, path: str, raw: bytes, where: str, repairs: tuple[str, ...]
) -> Entry | Rejected:
    if not isinstance(value, dict):
        detail = f"{where} is a JSON {type(value).__name__}, not an object"
        return reject_row(path, "bad_json", detail, raw)
    if "uri" in value and is_ninjs(value):
        return parsed(message_of(value), path, repairs)
    entry = article_of(value, path, repairs=repairs)
    if isinstance(entry, Aside):
        return reject_row(path, entry.reason, entry.detail, raw)
    if entry is None:
        return reject_row(path, "bad_json", f"{where} has no field that newslake knows", raw)
    return entry


def parse_object(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the one article of a `.json` file: with an id it is a row, without one the file's."""
    path, data = chunk.path, chunk.data
    try:
        value = loads(data)
    except ValueError as error:
        return [reject(path, "bad_json", f"it is not valid JSON: {error}", data)]
    if not isinstance(value, dict):
        detail = f"it is a JSON {type(value).__name__}, not an object"
        return [reject(path, "bad_json", detail, data)]
    if is_ninjs(value):
        return [parsed(message_of(value), path, chunk.repairs)]
    guid: Guid = "row" if _has_id(value) else "file"
    entry = article_of(value, path, guid=guid, repairs=chunk.repairs)
    if isinstance(entry, Aside):
        return [reject(path, entry.reason, entry.detail, data)]
    if entry is None:
        return [reject(path, "bad_json", "it has no field that newslake knows", data)]
    return [entry]


def _has_id(value: dict[str, object]) -> bool:
    probe = entry_of(value, None, guid="own", raw="{}")
    return probe is not None and probe.guid is not None
