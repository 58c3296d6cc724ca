"""What ids a lake has, what a sources file lists, and where a folder is."""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.model.entries import Feed, FeedKind, Source


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source that the lake has."""

    source_id: str
    names: tuple[str, ...]
    """Every name that it had, oldest first; the last is the present one."""


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """A feed that the lake has."""

    feed_id: str
    source_id: str
    kind: FeedKind
    urls: tuple[str, ...]
    """Every URL that it had, oldest first; of a folder its paths relative to the lake's parent."""
    folders: tuple[str, ...] = ()
    """Every absolute path that a folder had, oldest first; a lake of old noted none."""


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids that a lake has given."""

    sources: Sequence[KnownSource] = ()
    """Its sources, the oldest first."""
    feeds: Sequence[KnownFeed] = ()
    """Its feeds and folders, the oldest first."""


NOTHING = KnownIds()
"""What is known without a lake."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a sources file says."""

    sources: tuple[Source, ...] = ()
    """The sources that have a table of their own in it."""
    feeds: tuple[Feed, ...] = ()
    """Its feeds; of a folder (kind `files`) only the id is meant, it is not polled for it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a folder of files is."""

    absolute: str
    """Its absolute path."""
    relative: str
    """Its path from the lake's parent, with `/`."""
