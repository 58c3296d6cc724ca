"""Bylines of an entry or a feed, as feedparser and our handlers keep them."""

from connectors.limits import BYLINE_LIMIT


class UncertainError(Exception):
    """Something is met that feedparser may read in its own way."""


class Bylines:
    """The authors of an entry or a feed: each with its parts, or with its `byline`."""

    __slots__ = ("authors",)

    def __init__(self) -> None:
        self.authors: list[dict[str, str]] = []

    def save(self, key: str, value: str) -> None:
        """Take what a child of an author element says."""
        self.authors[-1][key] = value

    def end(self, byline: str) -> None:
        """Take the text of an author element, which counts where no child said anything."""
        if not byline or self.authors[-1]:
            return
        if "@" in byline and len(byline) > BYLINE_LIMIT:
            raise UncertainError
        self.authors[-1]["byline"] = byline
