"""A dataclass for each table of sources, feeds, polls and runs: its fields are the columns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from articles.model.entries import FeedKind


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Table `source_states`: a source as it was from this batch on."""

    source_id: str
    name: str
    domains: tuple[str, ...]
    country: str | None
    language: str | None
    licence: str | None
    contact: str | None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Table `feed_settings`: a feed as the operator gave it, from this batch on."""

    feed_id: str
    source_id: str
    kind: FeedKind
    url: str
    enabled: bool
    interval_seconds: int | None
    folder: str | None = None
    """The absolute path of a folder of files when it was read; None for any other feed."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Table `polls`: one attempt to read one feed at one time."""

    poll_id: str
    feed_id: str
    run_id: str
    started_at: datetime
    status: Literal["new", "unchanged", "failed"]
    http_status: int | None
    bytes: int
    duration_ms: int
    new: int
    changed: int
    duplicate: int
    unchanged: int
    quarantined: int
    skipped: int
    """Files of a kind that newslake does not read."""
    error: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Table `schedules`: what a poll over HTTP leaves for the feed's next one; the latest wins."""

    feed_id: str
    next_poll_at: datetime | None
    """When the feed is due; None: never again (gone for good)."""
    interval_seconds: int
    """The adaptive interval, before what the feed itself asks for."""
    failures: float
    """Failed polls since the last success, weighed (hard 1, soft 0.5, DNS 0.25)."""
    gone: int
    """Answers 410 in a row."""
    host_until: datetime | None
    """Until then its host wants no request at all (Retry-After)."""
    etag: str | None
    """As received, its bytes read as Latin-1."""
    last_modified: str | None
    """As received, its bytes read as Latin-1."""
    validated_url: str | None
    """The URL that answered with `etag` and `last_modified`: they are sent to no other."""
    parser: str
    """Version of the parsers that read its document: another one asks without validators."""
    body_hash: str | None
    """128-bit hash of the last body that was read, or tried."""
    asked_seconds: int
    """The interval that its document asks for (ttl, sy:updatePeriod); 0 where it asks for none."""
    skip_hours: tuple[str, ...]
    """Hours (GMT, `0` to `23`) in which its document wants no poll."""
    skip_days: tuple[str, ...]
    """Days, `Monday` to `Sunday`, on which its document wants no poll."""
    resting_host: str | None = None
    """The host that `host_until` is about: the one that answered, not always the feed's own."""
    tries: int | None = None
    """How often its last document was read in vain, in whole or in part, and is to be read again
    (retries.py); MOST_TRIES for a document that was given up, None where nothing is to be."""
    unread: str | None = None
    """Why its last document could not be read at all: one of `reasons.ERRORS`."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """Table `feed_state`: how far a feed (a file of a folder) has been read, a row a part."""

    feed_id: str
    path: str
    """The file, relative to its folder; empty for a polled feed."""
    reading: int
    """Which reading of this file from its start, from 1; later ones win key by key."""
    size: int
    mtime_ns: int
    """When the file was written; 0 if so shortly before the reading that it proves nothing."""
    content_hash: str
    """BLAKE2b of the bytes up to `read_to`, so that an appended file is known by its beginning."""
    read_to: int
    """Bytes read so far; rows or row groups for other kinds than lines."""
    complete: bool
    """Whether this part was the last of its reading."""
    hashes: bytes
    """Two native int64 for each entry of this part: the key's hash64, and the pair's hash."""
    tries: str | None = None
    """What of this part is to be read again, and so is not in `hashes`: `hash:tries` of each pair,
    with spaces between; negative for the end of a file, which is read again by reading on. None
    for nothing."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """Table `runs`: one run, written with its first batch."""

    run_id: str
    started_at: datetime
    now: datetime | None
    """The time that `--now` set, if it did."""
    version: str
    command: str
    reader: str | None = None
    """The version of what bytes become to it; None for a run that read none, or of before."""
