"""What runs in a worker process: parsing and normalizing, many entries a call.

The parent imports this file too, to name `process`: what only a worker needs (the parsers, the
language model) is imported where it is used.
"""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace

from articles.model.drafts import Draft
from articles.model.entries import RAW_LIMIT, Entry, Rejected
from articles.model.ids import hash64
from articles.model.seen import SeenPairs, pair_hash, rejected_hash
from connectors.feeds.body import Body
from connectors.feeds.document import Document
from connectors.parsing.chunk import FileChunk
from flows.workers.limits import NORMALIZING, PARSING, allow_cpu, set_position
from flows.workers.messages import Processed, WorkBatch


@dataclass(frozen=True, slots=True)
class _Split:
    """The entries of a document, those that the feed's state holds apart from the others."""

    fresh: list[tuple[Entry, int] | Rejected]
    """What the state does not hold, entries with their content's hash."""
    pairs: list[tuple[int, int]]
    """Of what is fresh: hash64 of the key, and the pair's hash."""
    unchanged: list[Entry]
    unchanged_pairs: list[tuple[int, int]]
    """Of all that the state holds, rejections too."""


def process(work: WorkBatch, slot: int) -> bytes:
    """Parse and normalize the work items; runs in a worker, and raises only what kills it.

    Returns a list of Processed, pickled here: the pipe's own pickler asks a Python mapping for
    each object, which takes as long again.
    """
    processed = [_process_item(work, index, slot) for index in range(len(work.work_items))]
    return pickle.dumps(processed, pickle.HIGHEST_PROTOCOL)


def _process_item(work: WorkBatch, index: int, slot: int) -> Processed:
    from articles.identity.last_seen import with_shared_keys

    work_item = work.work_items[index]
    set_position(slot, index, PARSING)
    allow_cpu()
    parsed, document = _parse(work_item.read)
    set_position(slot, index, NORMALIZING)
    split = _split(parsed, work_item.seen)
    drafts = with_shared_keys(
        _normalize(work, index, split, slot),
        [key for key, _ in split.pairs],
        [key for key, _ in split.unchanged_pairs],
    )
    return Processed(drafts, split.pairs, split.unchanged_pairs, document)


def _parse(read: FileChunk | Body) -> tuple[list[Entry | Rejected], Document | None]:
    if isinstance(read, FileChunk):
        from connectors.files.parse import parse_chunk

        return parse_chunk(read), None
    from connectors.feeds.document import read_document

    document = read_document(
        read.data,
        charset=read.charset,
        answered=read.url,
        plain=read.plain,
        left_out=read.left_out,
    )
    return document.entries, replace(document, entries=[])


def _split(parsed: list[Entry | Rejected], seen: SeenPairs) -> _Split:
    """Tell what is fresh from what the state holds; what a document lists twice counts once."""
    from articles.fields.normalize import entry_hash

    before, listed = seen.pair_hashes(), set[int]()
    split = _Split([], [], [], [])
    for entry in parsed:
        content = entry_hash(entry) if isinstance(entry, Entry) else rejected_hash(entry)
        pair = pair_hash(entry.key, content)
        if pair in listed:
            continue
        listed.add(pair)
        if pair in before:
            split.unchanged_pairs.append((hash64(entry.key), pair))
            if isinstance(entry, Entry):
                split.unchanged.append(entry)
            continue
        split.pairs.append((hash64(entry.key), pair))
        if isinstance(entry, Entry):
            split.fresh.append((entry, content))
        else:
            split.fresh.append(replace(entry, entry_hash=content))
    return split


def _normalize(work: WorkBatch, index: int, split: _Split, slot: int) -> list[Draft | Rejected]:
    """Return the drafts of what is fresh, and its rejections, in its order."""
    from articles.fields.normalize import normalize, without_shared_keys

    work_item = work.work_items[index]
    entries = [fresh for fresh in split.fresh if not isinstance(fresh, Rejected)]
    if work.one_by_one:
        results = [*_normalize_one_by_one(work, index, entries, slot)]
        drafts = iter(without_shared_keys(results, split.unchanged))
    else:
        drafts = iter(normalize(entries, work_item.feed, work_item.now, split.unchanged))
    return [fresh if isinstance(fresh, Rejected) else next(drafts) for fresh in split.fresh]


def _normalize_one_by_one(
    work: WorkBatch, index: int, entries: list[tuple[Entry, int]], slot: int
) -> Iterator[Draft | Rejected]:
    """Yield a draft or a rejection for each entry; the parent learns which one is next."""
    from articles.fields.normalize import normalize

    work_item = work.work_items[index]
    for number, (entry, content) in enumerate(entries):
        if number in work.skip:
            raw = entry.raw.encode("utf-8", "replace")[:RAW_LIMIT]
            detail = "Cleaning this entry killed its worker process."
            yield Rejected(
                entry.key, "parse_timeout", detail, entry.path, raw, content, retryable=True
            )
            continue
        set_position(slot, index, number)
        yield from normalize([(entry, content)], work_item.feed, work_item.now)
