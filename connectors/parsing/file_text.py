"""The text of a file that holds one article."""

from articles.model.entries import Rejected
from connectors.encodings.encodings import decode, looks_binary
from connectors.parsing.chunk import FileChunk
from connectors.parsing.rejections import reject


def read_text(
    chunk: FileChunk, declared: str | None = None
) -> tuple[str, tuple[str, ...]] | Rejected:
    """Return the text of a whole file and its repairs, or why it has none."""
    data, path = chunk.data, chunk.path
    if not data.strip():
        return reject(path, "empty", "it is empty", data)
    what = looks_binary(data)
    if what:
        return reject(path, "binary", f"it is {what}", data)
    decoded = decode(data, declared)
    if decoded is None:
        return reject(path, "bad_encoding", "no encoding makes a text of it", data)
    if not decoded.text.strip("\ufeff\u200b\0 \t\r\n"):
        return reject(path, "empty", "it holds nothing but white space", data)
    return decoded.text, decoded.repairs
