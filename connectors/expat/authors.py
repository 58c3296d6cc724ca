"""Reads the elements about authors in plain XML feeds, of an entry and of its feed."""

from collections.abc import Callable

from connectors.expat.bylines import Bylines, UncertainError
from connectors.expat.reader import Attributes, Reader


def _of_author(name: str) -> Callable[["BylineReader", Attributes], None]:
    """Return a step that takes an element's text as this property of an author."""

    def begin(self: "BylineReader", _: Attributes) -> None:
        self.name = name
        self._byline += "".join(self.pieces)
        self.read_leaf(self._end_of_author)

    return begin


class BylineReader(Reader):
    """A reader that keeps the authors of the feed and of the entry that it is in."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.feed_bylines = Bylines()
        """The authors of the feed."""
        self.current_bylines = self.feed_bylines
        """The authors of the entry; outside of entries those of the feed."""
        self.name = ""
        """The field, or the property of an author, that the element being read says."""
        self._byline = ""

    def _on_people(self, _: Attributes) -> None:
        self.enter("people", self.leave)

    def _on_owner(self, attributes: Attributes) -> None:
        if self.atom:
            raise UncertainError
        self._on_people(attributes)

    def _on_author(self, _: Attributes) -> None:
        self.current_bylines.authors.append({})
        self._byline = ""
        self.pieces.clear()
        self.enter("author", self._end_author)

    def _end_author(self) -> None:
        self.leave()
        self.current_bylines.end(self.mended((self._byline + "".join(self.pieces)).strip()))

    _on_name, _on_email, _on_uri = _of_author("name"), _of_author("email"), _of_author("href")

    def _end_of_author(self, text: str) -> None:
        self.current_bylines.save(self.name, text)
        self.pieces.clear()

    def _on_extra(self, _: Attributes) -> None:
        self._byline += "".join(self.pieces)
        self.read_leaf(self._end_extra)

    def _end_extra(self, _: str) -> None:
        if self.pieces:
            raise UncertainError  # which may be the author's text
