"""What is new in a folder: files in a stable order, part by part, and the state each leaves."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from articles.retries import tries_of
from articles.rows import FeedState
from connectors.files import Payload, is_unchanged, read, walk
from flows.settingsfile import DEFAULT_SOURCES

CROSSING_PAYLOADS = 64
CROSSING_BYTES = 1 << 20
SOURCES = DEFAULT_SOURCES.name
"""The list of feeds lies among the seeds; it is no seed that was skipped."""
PAIR_BYTES = 16
"""Of FeedState.hashes, for each entry."""


@dataclass(slots=True)
class Walked:
    """What a walk has met so far."""

    files: int = 0
    bytes: int = 0
    skipped: int = 0
    unchanged: int = 0
    """Entries of files that were not read again."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A payload of a file on its way to a batch, with the state that it will leave."""

    payload: Payload
    state: FeedState
    held: bytes
    """Pair hashes that the state holds, native int64."""
    written: AbstractSet[int]
    """Those of them that earlier parts of this very reading wrote."""
    tries: Mapping[int, int]
    """How often what could not be read was tried before, by pair hash."""


def held_hashes(parts: Sequence[FeedState]) -> bytes:
    """Return the pair hashes of the last document that held each key, as native int64.

    `parts` are the latest complete reading of a file and all of any later one, oldest first;
    a later reading wins key by key.
    """
    newest: dict[int, int] = {}
    pairs: dict[int, set[int]] = {}
    for part in parts:
        numbers = array("q", part.hashes)
        for key, pair in zip(numbers[::2], numbers[1::2], strict=True):
            if newest.get(key) != part.reading:
                newest[key] = part.reading
                pairs[key] = set()
            pairs[key].add(pair)
    return array("q", (pair for some in pairs.values() for pair in some)).tobytes()


def pieces(
    folder: Path, feed_id: str, states: Mapping[str, Sequence[FeedState]], walked: Walked
) -> Iterator[Piece]:
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
            yield Piece(payload, state, held, written, tries)


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


def _reading_no(first: Payload, newest: FeedState | None) -> int:
    """Go on with a reading that goes on, or that was cut off in the same bytes; else begin one."""
    if newest is None:
        return 1
    same_bytes = not newest.complete and first.digest == newest.content_hash
    return newest.reading if not first.from_start or same_bytes else newest.reading + 1


def crossings(stream: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Gather pieces so that one crossing to a worker is worth its cost."""
    crossing: list[Piece] = []
    size = 0
    for piece in stream:
        crossing.append(piece)
        size += len(piece.payload.data)
        if len(crossing) >= CROSSING_PAYLOADS or size >= CROSSING_BYTES:
            yield crossing
            crossing, size = [], 0
    if crossing:
        yield crossing
