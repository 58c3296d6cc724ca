"""What ids a lake has, what a file of sources says, and where a folder is: resolving goes by it."""

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
    """Every URL that it had, likewise; a folder's are relative to the lake's parent."""
    folders: tuple[str, ...] = ()
    """A folder's absolute paths likewise; none in a lake that did not note them yet."""


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids that a lake has, in the order in which it got them."""

    sources: Sequence[KnownSource] = ()
    feeds: Sequence[KnownFeed] = ()


NOTHING = KnownIds()
"""What is known without a lake."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file of sources says."""

    sources: tuple[Source, ...] = ()
    """Those that have a table."""
    feeds: tuple[Feed, ...] = ()
    """Folders among them (kind `files`): only their ids are meant, they are not polled for it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a folder of files is."""

    absolute: str
    relative: str
    """To the lake's parent, with `/`."""
