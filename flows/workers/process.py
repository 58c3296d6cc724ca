"""What runs in a worker process: parsing and normalizing, many entries in one crossing."""

import pickle
from array import array
from collections.abc import Iterator
from dataclasses import replace

from articles.model.drafts import Draft
from articles.model.entries import RAW_LIMIT, Entry, Rejected
from articles.model.ids import hash64
from articles.model.seen import pair_hash, rejected_hash
from connectors.feeds.body import Body
from connectors.feeds.document import Document
from connectors.parsing.chunk import FileChunk
from flows.workers.limits import NORMALIZING, PARSING, allow_cpu, set_position
from flows.workers.messages import Processed, WorkBatch


def process(task: WorkBatch, slot: int) -> bytes:
    """Parse and normalize the parcels; runs in a worker, and raises only what kills it.

    Returns a list of Digested, pickled here: the pipe's own pickler asks a Python mapping for
    each object, which takes as long again.
    """
    digested = [_process_one(task, place, slot) for place in range(len(task.parcels))]
    return pickle.dumps(digested, pickle.HIGHEST_PROTOCOL)


def _process_one(task: WorkBatch, place: int, slot: int) -> Processed:
    from articles.fields.normalize import entry_hash
    from articles.identity.last_seen import with_shared_keys

    parcel = task.parcels[place]
    set_position(slot, place, PARSING)
    allow_cpu()
    parsed, document = _read(parcel.read)
    set_position(slot, place, NORMALIZING)
    before, met = set(array("q", parcel.held)), set[int]()
    fresh: list[tuple[Entry, int] | Rejected] = []
    pairs: list[tuple[int, int]] = []
    unchanged: list[tuple[int, int]] = []
    held_entries: list[Entry] = []
    for one in parsed:
        content = entry_hash(one) if isinstance(one, Entry) else rejected_hash(one)
        pair = pair_hash(one.key, content)
        if pair in met:  # listed twice in one document
            continue
        met.add(pair)
        known = pair in before
        (unchanged if known else pairs).append((hash64(one.key), pair))
        if known:
            held_entries += [one] if isinstance(one, Entry) else []
        elif isinstance(one, Entry):
            fresh.append((one, content))
        else:
            fresh.append(replace(one, entry_hash=content))
    drafts = with_shared_keys(
        _normalized(task, place, fresh, held_entries, slot),
        [key for key, _ in pairs],
        [key for key, _ in unchanged],
    )
    return Processed(drafts, pairs, unchanged, document)


def _read(read: FileChunk | Body) -> tuple[list[Entry | Rejected], Document | None]:
    if isinstance(read, FileChunk):
        from connectors.files.parse import parse_chunk

        return parse_chunk(read), None
    from connectors.feeds.document import read_document

    document = read_document(read.data, charset=read.charset, answered=read.url, plain=read.plain)
    return document.entries, replace(document, entries=[])


def _normalized(
    task: WorkBatch,
    place: int,
    fresh: list[tuple[Entry, int] | Rejected],
    held: list[Entry],
    slot: int,
) -> list[Draft | Rejected]:
    from articles.fields.normalize import normalize, without_shared_urls

    parcel = task.parcels[place]
    entries = [one for one in fresh if not isinstance(one, Rejected)]
    if task.one_by_one:
        results = iter(without_shared_urls([*_one_by_one(task, place, entries, slot)], held))
    else:
        results = iter(normalize(entries, parcel.feed, parcel.now, held))
    return [one if isinstance(one, Rejected) else next(results) for one in fresh]


def _one_by_one(
    task: WorkBatch, place: int, entries: list[tuple[Entry, int]], slot: int
) -> Iterator[Draft | Rejected]:
    from articles.fields.normalize import normalize

    parcel = task.parcels[place]
    for number, (entry, content) in enumerate(entries):
        if number in task.skip:
            raw = entry.raw.encode("utf-8", "replace")[:RAW_LIMIT]
            detail = "Cleaning this entry killed its worker process."
            yield Rejected(
                entry.key, "parse_timeout", detail, entry.path, raw, content, retryable=True
            )
            continue
        set_position(slot, place, number)
        yield from normalize([(entry, content)], parcel.feed, parcel.now)
