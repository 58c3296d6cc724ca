"""What is new in a folder: files in a stable order, part by part, and the state each leaves."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from articles.model.poll_rows import FeedState
from articles.model.retries import tries_of
from articles.model.seen import PAIR_BYTES, held_hashes
from connectors.files.folder import walk
from connectors.files.read import is_unchanged, read
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
    unchanged: int = 0
    """Entries of files that were not read again."""


@dataclass(frozen=True, slots=True)
class ChangedChunk:
    """A payload of a file on its way to a batch, with the state that it will leave."""

    payload: FileChunk
    state: FeedState
    held: bytes
    """Pair hashes that the state holds, native int64."""
    written: AbstractSet[int]
    """Those of them that earlier parts of this very reading wrote."""
    tries: Mapping[int, int]
    """How often what could not be read was tried before, by pair hash."""


def changed_chunks(
    folder: Path, feed_id: str, states: Mapping[str, Sequence[FeedState]], walked: Walked
) -> Iterator[ChangedChunk]:
    """Yield what is new in a folder, in its stable order; counts go to `walked`."""
    for found in walk(folder):
        if found.kind is None:
            walked.skipped += found.path != SOURCES
            continue
        walked.files += 1
        parts = states.get(found.path, ())
        newest = parts[-1] if parts else None
        covered = _covered(parts)
        payloads = iter(()) if is_unchanged(found, covered) else read(found, covered)
        first = next(payloads, None)
        if first is None or not first.from_start:
            reading = parts[-1].reading if parts else 1
            walked.unchanged += sum(
                len(p.hashes) // PAIR_BYTES for p in parts if p.reading == reading
            )
        if first is None:
            continue
        held = held_hashes(parts)
        tries = {pair: n for p in parts for pair, n in tries_of(p.tries).items()}
        reading = _reading_no(first, newest)
        written = {
            pair for p in parts if p.reading == reading for pair in array("q", p.hashes)[1::2]
        }
        for payload in chain([first], payloads):
            walked.bytes += len(payload.data)
            state = FeedState(
                feed_id, found.path, reading, payload.size, payload.mtime_ns, payload.digest,
                payload.read_to, payload.last, b"",
            )  # fmt: skip
            yield ChangedChunk(payload, state, held, written, tries)


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


def calls(stream: Iterator[ChangedChunk]) -> Iterator[list[ChangedChunk]]:
    """Gather pieces so that one crossing to a worker is worth its cost."""
    crossing: list[ChangedChunk] = []
    size = 0
    for piece in stream:
        crossing.append(piece)
        size += len(piece.payload.data)
        if len(crossing) >= CALL_CHUNKS or size >= CALL_BYTES:
            yield crossing
            crossing, size = [], 0
    if crossing:
        yield crossing
