"""What is new in a folder: files in a stable order, chunk by chunk, and the state each leaves."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from articles.model.poll_rows import FeedState
from articles.model.retries import tries_of
from articles.model.seen import SeenEntries, SeenPairs
from connectors.files.folder import ListedPath, walk
from connectors.files.read import is_unchanged, may_be_read, read
from connectors.parsing.chunk import FileChunk
from flows.settings_file import DEFAULT_SOURCES

CALL_CHUNKS = 64
CALL_BYTES = 1 << 20
SOURCES = DEFAULT_SOURCES.name
"""The list of feeds lies among the seeds; it is no seed that was skipped."""


@dataclass(slots=True)
class Walked:
    """What a walk has met so far."""

    files: int = 0
    bytes: int = 0
    skipped: int = 0
    """Files of a kind that newslake does not read."""
    unchanged: int = 0
    """Entries of files that were not read again."""


@dataclass(frozen=True, slots=True)
class ChangedChunk:
    """A chunk of a file on its way to a batch, with the state that it will leave."""

    chunk: FileChunk
    state: FeedState
    seen: SeenPairs
    """The entries that the file's state holds."""
    written: AbstractSet[int]
    """The pair hashes of those that earlier parts of this very reading wrote."""
    tries: Mapping[int, int]
    """How often what could not be read was tried before, by pair hash."""


def changed_chunks(
    folder: Path, feed_id: str, states: Mapping[str, Sequence[FeedState]], walked: Walked
) -> Iterator[ChangedChunk]:
    """Yield what is new in a folder, in its stable order.

    Args:
        folder: Where the files are.
        feed_id: The feed that the folder is.
        states: What the lake holds of each file: the parts of its last readings, oldest first.
        walked: Where what is met is counted.
    """
    for listed in walk(folder):
        if listed.kind is None and listed.path not in states and not may_be_read(listed):
            walked.skipped += listed.path != SOURCES
            continue
        walked.files += 1
        yield from _of_file(listed, feed_id, states.get(listed.path, ()), walked)


def skipped_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each path of a folder that a walk skips, and why, as the end of "it is …".

    Raises SeedsError.
    """
    for listed in walk(folder):
        if listed.kind is None and listed.path != SOURCES and not may_be_read(listed):
            yield listed.path, listed.skipped


def _of_file(
    listed: ListedPath, feed_id: str, parts: Sequence[FeedState], walked: Walked
) -> Iterator[ChangedChunk]:
    newest = parts[-1] if parts else None
    covered = _covered(parts)
    chunks = iter(()) if is_unchanged(listed, covered) else read(listed, covered)
    first = next(chunks, None)
    if newest is not None and (first is None or not first.from_start):
        walked.unchanged += len(SeenEntries.of_reading(parts, newest.reading))
    if first is None:
        return
    seen = SeenEntries.latest(parts).without_keys()
    tries = {pair: n for part in parts for pair, n in tries_of(part.tries).items()}
    reading = _reading_no(first, newest)
    written = SeenEntries.of_reading(parts, reading).pair_hashes()
    for chunk in chain([first], chunks):
        walked.bytes += len(chunk.data)
        state = FeedState(
            feed_id, listed.path, reading, chunk.size, chunk.mtime_ns, chunk.digest,
            chunk.read_to, chunk.last, b"",
        )  # fmt: skip
        yield ChangedChunk(chunk, state, seen, written, tries)


def _covered(parts: Sequence[FeedState]) -> FeedState | None:
    """Return up to where a file need not be read; None: it is read from its start.

    So it is, though it may be as it was, if a part of it is to be tried again; if only its end is,
    that alone is. A reading that was cut off is completed first.
    """
    newest = parts[-1] if parts else None
    if newest is None or not newest.complete:
        return newest
    again = [n for p in parts if p.reading == newest.reading for n in tries_of(p.tries).values()]
    if any(number > 0 for number in again):
        return None
    return newest if newest.tries is None else replace(newest, complete=False)


def _reading_no(first: FileChunk, newest: FeedState | None) -> int:
    """Go on with a reading that goes on, or that was cut off in the same bytes; else begin one."""
    if newest is None:
        return 1
    same_bytes = not newest.complete and first.digest == newest.content_hash
    return newest.reading if not first.from_start or same_bytes else newest.reading + 1


def calls(chunks: Iterator[ChangedChunk]) -> Iterator[list[ChangedChunk]]:
    """Gather chunks so that a call to a worker is worth its cost."""
    gathered: list[ChangedChunk] = []
    size = 0
    for changed in chunks:
        gathered.append(changed)
        size += len(changed.chunk.data)
        if len(gathered) >= CALL_CHUNKS or size >= CALL_BYTES:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered
