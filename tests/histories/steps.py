"""What a history is made of: runs with what feeds and folder hold then, and disasters."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from model import Entry, Feed

START = datetime(2024, 7, 2, 12, tzinfo=UTC)
FOLDER = Feed("files", files=True)
POINTS = (
    "before_batch", "before_commit", "after_commit", "before_index", "after_index", "before_merge",
    "before_publish", "after_publish", "before_sweep",
)  # fmt: skip
"""Where a run can be killed."""
Disaster = Literal[
    "index_lost", "index_kept", "index_back", "lake_kept", "lake_back", "moved", "copied",
    "catalog_gone", "catalog_empty", "catalog_older",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What can be read at one time."""

    documents: dict[str, tuple[Entry, ...] | None]
    """By feed; None: it answers 500."""
    files: dict[str, tuple[Entry, ...]]
    """By path: the entry of a .txt file, the rows of a .json list."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The end of a process, at the so-manieth time that a point is reached."""

    point: str
    count: int
    process: bool = False
    """A real one, by SIGKILL; else an exception that nobody catches."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run over the world, maybe killed, maybe beside another that meets another world."""

    world: World
    hours: int
    """Its clock, from START on."""
    batch_entries: int = 1_000
    kill: Kill | None = None
    beside: World | None = None

    @property
    def now(self) -> datetime:
        """Return the time that it is told."""
        return START + timedelta(hours=self.hours)


@dataclass(frozen=True, slots=True)
class History:
    """A seed's feeds and steps."""

    seed: int
    feeds: tuple[Feed, ...]
    steps: tuple[Run | Disaster, ...]
    told: tuple[str, ...] = field(default=())
    """What each step does, for a person."""
