"""Parses a chunk of a file by the parser that the file's name calls for."""

from collections.abc import Callable

from articles.model.entries import Entry, Rejected
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject

_WHOLE = {"txt", "md", "html", "feed", "jsonfeed", "json"}


def parse_chunk(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the entries and rejections of what was read, in its order, then `chunk.rejected`.

    For a worker process. Never raises for bad data; MemoryError and SystemError pass: the worker
    is spent.
    """
    if not (chunk.data or chunk.rows or chunk.kind in _WHOLE):
        return [*chunk.rejected]
    try:
        outcome = _parser(chunk.kind)(chunk)
    except (MemoryError, SystemError):  # json says the second where C found no memory
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over, is bad data
        key = chunk.path if chunk.kind in _WHOLE else f"{chunk.path}#{chunk.digest}"
        detail = f"its parser failed: {type(error).__name__}: {error}"
        outcome = [reject(chunk.path, "parse_crash", detail, chunk.data, key=key)]
    return [*outcome, *chunk.rejected]


def _parser(kind: str) -> Callable[[FileChunk], list[Entry | Rejected]]:
    """Return the parser of a kind; each imports what it needs, when it is needed."""
    if kind in {"txt", "md"}:
        from connectors.files import text_file

        return text_file.parse_txt if kind == "txt" else text_file.parse_md
    if kind == "html":
        return _parse_page
    if kind in {"jsonl", "json"}:
        from connectors.files import json_rows

        return json_rows.parse_lines if kind == "jsonl" else json_rows.parse_object
    if kind == "csv":
        from connectors.files import csv_rows

        return csv_rows.parse_csv
    if kind == "parquet":
        from connectors.files.parquet import parse_parquet

        return parse_parquet
    return _parse_document


def _parse_page(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article of a saved page, or the links of a list of bookmarks."""
    from connectors.exports.bookmarks import is_bookmarks, parse_bookmarks
    from connectors.exports.medium import is_draft

    if is_draft(chunk.data):
        detail = "it is a draft of Medium's: its foot has no date of publication"
        return [reject(chunk.path, "draft", detail, chunk.data)]
    if is_bookmarks(chunk.data):
        return parse_bookmarks(chunk)
    from connectors.pages.saved import parse_html

    return parse_html(chunk)


def _parse_document(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the entries of a saved feed document; without any it is `empty`."""
    from connectors.exports.documents import parse_known

    known = parse_known(chunk.data, chunk.path)
    if known is not None:
        return known
    from connectors.feeds.document import parse_saved

    return parse_saved(chunk.data, chunk.path)
