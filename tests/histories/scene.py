"""The newsrooms and the folder of a history, and what must not happen to them yet."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import wordings
from delivered import Entry, Feed
from steps import START

STYLES = ("links_and_guids", "links", "guids", "words", "home", "guids_and_home")


@dataclass(slots=True)
class Room:
    """A feed's newsroom: what stands in its window, and what has left it."""

    feed: Feed
    style: str
    window: list[Entry] = field(default_factory=list)
    archive: list[Entry] = field(default_factory=list)

    @property
    def site(self) -> str:
        """Return its home page: on a domain that its source owns, or on one that it does not."""
        return f"https://{self.feed.owns or f'{self.feed.name}.elsewhere.example'}/"


@dataclass(slots=True)
class Scene:
    """All that changes in a history, and what must not change yet (see history.RULES)."""

    seed: int
    pending: frozenset[str]
    chance: random.Random
    rooms: list[Room]
    files: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    gone: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    """Files that were taken away."""
    kins: int = 0
    frozen: set[int] = field(default_factory=set)
    """Kins that two have: as long as groups do not follow texts, nobody edits them."""
    edited: set[int] = field(default_factory=set)
    dumped: set[str] = field(default_factory=set)
    """Links that a file of rows has, too."""

    def kin(self) -> int:
        """Return a kin that no text has yet."""
        self.kins += 1
        return self.kins

    def date(self) -> datetime:
        """Return a date of publication; one in ten is ahead of some runs' clocks."""
        self.kins += 1
        if self.chance.random() < 0.1:
            return START + timedelta(days=self.chance.randint(2, 12), minutes=self.kins)
        return START - timedelta(days=self.chance.randint(30, 900), minutes=self.kins)

    def text(self, kin: int) -> str:
        """Return a kin's first text; one in ten is too short for a group."""
        return wordings.text(self.seed, kin, short=self.chance.random() < 0.1)

    def worded(self, entry: Entry, edit: int) -> Entry:
        """Return an entry as this edit words it."""
        self.edited.add(entry.kin)
        short = wordings.is_short(entry.text) and entry.full
        return replace(
            entry, text=wordings.text(self.seed, entry.kin, edit, short=short), full=True
        )

    def may_edit(self, entry: Entry) -> bool:
        """Tell whether an entry's words may change."""
        return not entry.rejected and not ("groups" in self.pending and entry.kin in self.frozen)

    def may_copy(self, entry: Entry) -> bool:
        """Tell whether somebody may take an entry's text over."""
        if entry.rejected or not entry.full:
            return False
        return "groups" not in self.pending or entry.kin not in self.edited

    def is_held_back(self, room: Room) -> bool:
        """Tell whether a room's entries share a key, which is not told apart yet."""
        return "twins" in self.pending and room.style == "home"

    def shares_link(self, room: Room, entry: Entry) -> bool:
        """Tell whether another entry has the same link, under another guid."""
        others = [*room.window, *room.archive]
        return any(one.link == entry.link and one.guid != entry.guid for one in others)

    def twins_of(self, room: Room, entry: Entry) -> int:
        """Return how many entries of a window have this one's key."""
        return sum(one.key == entry.key for one in room.window)
