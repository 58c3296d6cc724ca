"""What feeds and files of a history deliver: entries, with the kin of their texts."""

from dataclasses import dataclass
from datetime import datetime

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a feed or a file delivers it."""

    guid: str | None
    link: str | None
    title: str | None
    text: str
    """Empty, and without a title: an entry that is rejected."""
    kin: int
    """Texts of other kins are unrelated."""
    date: datetime | None = None
    full: bool = True
    path: str | None = None
    """Of the file that holds it."""

    @property
    def key(self) -> Key:
        """Return its name within its feed: guid, else link, else its words."""
        if self.guid is not None:
            return ("guid", self.guid)
        if self.link is not None and not is_home(self.link):
            return ("link", self.link)
        return ("words", self.title, self.text)

    @property
    def has_own_guid(self) -> bool:
        """Tell whether its guid is more than a file's path."""
        return self.guid is not None and self.guid != self.path

    @property
    def rejected(self) -> bool:
        """Tell whether nothing can be made of it."""
        return not self.title and not self.text


def is_home(link: str) -> bool:
    """Tell whether a link leads to a site's home page, which names no article."""
    return link.count("/") < 4 and link.endswith("/")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, and the domain that its source owns."""

    name: str
    owns: str | None = None
    files: bool = False

    @property
    def source(self) -> str:
        """Return its source: each feed is one of its own."""
        return self.name

    def owns_link(self, link: str) -> bool:
        """Tell whether a link names an article for everybody."""
        return self.files or (self.owns is not None and link.startswith(f"https://{self.owns}/"))
