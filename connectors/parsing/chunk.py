"""A chunk of a file on its way to a worker."""

from dataclasses import dataclass

from articles.model.entries import Rejected


@dataclass(frozen=True, slots=True)
class FileChunk:
    """Some bytes of a file and what `parse_chunk` needs to know of them; small, and it pickles."""

    path: str
    """The file's path relative to the folder, with `/`, valid UTF-8."""
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
    """How many rows of a Parquet file the chunk is."""
    full: str = ""
    """Where a Parquet file is: the worker reads it itself."""
    rejected: tuple[Rejected, ...] = ()
    """What reading already had to reject; `parse_chunk` returns it last."""
    from_start: bool = True
    """Whether this reading began at the file's start; else it goes on where the state ended."""
    last: bool = True
    """Whether the reading is complete with this chunk."""
    read_to: int = 0
    """How far the file is read: bytes, decompressed and as UTF-8; elements of a `.json` list; rows
    of Parquet."""
    digest: str = ""
    """BLAKE2b of what was read so far, opaque: `FeedState.content_hash`."""
    size: int = 0
    """The file's size in bytes when it was opened."""
    mtime_ns: int = 0
    """The file's time when it was opened; 0 if it proves nothing (written in the moment of reading,
    or nothing was read)."""

    @property
    def repairs(self) -> tuple[str, ...]:
        """What reading had to repair in every entry of the chunk: the encoding."""
        return (f"encoding:{self.encoding}",) if self.encoding else ()
