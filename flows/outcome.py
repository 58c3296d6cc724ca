"""What a run, or a part of it, came to."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    entries: int = 0
    """Entries that were decided."""
    files: int = 0
    """Files that were met."""
    feeds: int = 0
    """Feeds that were polled over HTTP."""


@dataclass(frozen=True, slots=True)
class PollSummary:
    """What the polls of feeds over HTTP came to, in a run."""

    feeds: int = 0
    """Feeds that are turned on."""
    due: int = 0
    """Feeds of those that were due."""
    left: int = 0
    """Feeds that were due and were not asked, so that they still are."""
    next_at: datetime | None = None
    """When the first of the feeds that were not due is; None for never."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came in from one source, in entries; `read` is the sum of the five after it."""

    read: int = 0
    new: int = 0
    changed: int = 0
    duplicate: int = 0
    """Entries that carried an article or a text that was there already."""
    unchanged: int = 0
    quarantined: int = 0
    failed: int = 0
    """Polls that failed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, for the table at its end."""

    run_id: str
    tallies: dict[str, Tally]
    """By source name, in reading order."""
    skipped: int
    """Files of a kind that newslake does not read."""
    failures: list[str]
    """A line for a person about each poll that failed."""
    lake: Path
    articles: int
    """How many articles the lake has after the run."""
    batches: int
    """How many batches the run committed."""
    seconds: float
    dry_run: bool = False
    summary: PollSummary = field(default_factory=PollSummary)
    """What the polls of feeds over HTTP came to."""
    succeeded: int = 0
    """Polls that did not fail, of folders and feeds."""
    partly: list[str] = field(default_factory=list)
    """Feeds that were read although they are broken, or not to their end."""
    overtaken: list[str] = field(default_factory=list)
    """Sources that another run read meanwhile; what this one had read of them is dropped."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, for benchmarks; stages overlap."""
    clock_behind: timedelta = timedelta()
    """How far this machine's clock was behind the lake's last run, at the run's beginning."""
