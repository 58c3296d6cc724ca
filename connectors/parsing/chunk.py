"""What a worker is handed: some bytes of a file, or the body of an answer over HTTP."""

from dataclasses import dataclass

from articles.model.entries import Rejected


@dataclass(frozen=True, slots=True)
class FileChunk:
    """Some bytes of a file and what `files.parse` needs to know of them; small, and it pickles."""

    path: str
    """Relative to the folder, with `/`, valid UTF-8."""
    kind: str
    """How to parse it: txt, md, html, feed, jsonfeed, json (one object), jsonl, csv, parquet, or
    `none` where there is nothing but `rejected`."""
    data: bytes = b""
    encoding: str | None = None
    """The encoding that `data` was in before it was made UTF-8 while reading."""
    header: bytes = b""
    """The header row of a CSV file."""
    sample: bytes = b""
    """Lines of the file that are not UTF-8, from which its encoding is told."""
    row: int = 1
    """Number of the first line (of a Parquet file: row) in `data`, from 1."""
    rows: int = 0
    """How many rows of a Parquet file."""
    full: str = ""
    """Where a Parquet file is: the worker reads it itself."""
    rejected: tuple[Rejected, ...] = ()
    """What reading already had to set aside; `files.parse` returns them last."""
    from_start: bool = True
    """Whether this reading began at the file's start; else it goes on where the state ended."""
    last: bool = True
    """Whether the reading is complete with this payload."""
    read_to: int = 0
    """Bytes read, decompressed and as UTF-8; elements of a `.json` list, rows of Parquet."""
    digest: str = ""
    """BLAKE2b of what was read so far, opaque: `FeedState.content_hash`."""
    size: int = 0
    """As the file had it when it was opened, in bytes."""
    mtime_ns: int = 0
    """Likewise; 0 if it proves nothing (written in the moment of reading, or nothing was read)."""
