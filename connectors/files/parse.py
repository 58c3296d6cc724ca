"""A chunk of a file -> entries, by the parser that the file's name calls for."""

from collections.abc import Callable

from articles.model.entries import Entry, Rejected
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject

_WHOLE = {"txt", "md", "html", "feed", "jsonfeed", "json"}


def parse(payload: FileChunk) -> list[Entry | Rejected]:
    """Return the entries and rejections of what was read, in its order, then `payload.rejected`.

    For a worker process. Never raises for bad data; MemoryError and SystemError pass: the worker
    is spent.
    """
    if not (payload.data or payload.rows or payload.kind in _WHOLE):
        return [*payload.rejected]
    try:
        outcome = _parser(payload.kind)(payload)
    except (MemoryError, SystemError):  # json says the second where C found no memory
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over, is bad data
        key = payload.path if payload.kind in _WHOLE else f"{payload.path}#{payload.digest}"
        detail = f"its parser failed: {type(error).__name__}: {error}"
        outcome = [reject(payload.path, "parse_crash", detail, payload.data, key=key)]
    return [*outcome, *payload.rejected]


def _parser(kind: str) -> Callable[[FileChunk], list[Entry | Rejected]]:
    """Return the parser of a kind; each imports what it needs, when it is needed."""
    if kind in {"txt", "md"}:
        from connectors.files import text_file

        return text_file.parse_txt if kind == "txt" else text_file.parse_md
    if kind == "html":
        from connectors.pages.saved import parse_html

        return parse_html
    if kind in {"jsonl", "json"}:
        from connectors.files import json_rows

        return json_rows.parse_lines if kind == "jsonl" else json_rows.parse_object
    if kind == "csv":
        from connectors.files import csv_rows

        return csv_rows.parse
    if kind == "parquet":
        from connectors.files.parquet import parse_parquet

        return parse_parquet
    return _parse_document


def _parse_document(payload: FileChunk) -> list[Entry | Rejected]:
    """Return the entries of a saved feed document; without any it is `empty`."""
    from connectors.feeds.document import parse_saved

    return parse_saved(payload.data, payload.path)
