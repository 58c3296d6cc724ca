"""JSON rows (lines of a .jsonl, elements of a .json list, a single object) -> entries."""

from articles.model.entries import Entry, Rejected
from connectors.parsing.charset_detection import is_utf8
from connectors.parsing.chunk import FileChunk
from connectors.parsing.encodings import codec_of_lines, decode_line, decode_lines
from connectors.parsing.json_scan import is_whole
from connectors.parsing.json_value import loads
from connectors.parsing.named_fields import Guid, article_of, entry_of
from connectors.parsing.rejections import reject, reject_row
from connectors.rows.kinds import Aside
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
        outcome.append(row_entry(text, path, row, f"line {number}", repairs=repairs))
    return outcome


def parse_object(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the one article of a `.json` file: with an id it is a row, without one the file's."""
    repairs = chunk.repairs
    return [row_entry(chunk.data, chunk.path, chunk.data, "it", repairs=repairs, whole=True)]


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

    def rejection(detail: str) -> Rejected:
        sentence = f"{where} {detail}"
        if whole:
            return reject(path, "bad_json", sentence, raw)
        return reject_row(path, "bad_json", sentence, raw)

    try:
        value = loads(text)
    except ValueError as error:
        return rejection(f"is not valid JSON: {error}")
    if not isinstance(value, dict):
        return rejection(f"is a JSON {type(value).__name__}, not an object")
    if "uri" in value and is_ninjs(value):
        return parsed(message_of(value), path, repairs)
    guid: Guid = "file" if whole and not _has_id(value) else "row"
    entry = article_of(value, path, guid=guid, repairs=repairs)
    if isinstance(entry, Aside):
        return _set_aside(entry, path, raw, whole=whole)
    return rejection("has no field that newslake knows") if entry is None else entry


def _set_aside(aside: Aside, path: str, raw: bytes, *, whole: bool) -> Rejected:
    rejecting = reject if whole else reject_row
    return rejecting(path, aside.reason, aside.detail, raw)


def _has_id(value: dict[str, object]) -> bool:
    probe = entry_of(value, None, guid="own", raw="{}")
    return probe is not None and probe.guid is not None
