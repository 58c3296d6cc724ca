"""Reads what an entry of a plain XML feed encloses (Media RSS) or was taken over from."""

from connectors.expat.authors import BylineReader
from connectors.expat.bylines import UncertainError
from connectors.expat.reader import Attributes, lang_of
from connectors.parsing.entry_fields import FeedFields, is_moving


class MediaReader(BylineReader):
    """A reader that keeps title and description of media, and whether these are pictures."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.fields = FeedFields()
        """What the entry that it is in delivers."""
        self.titled = False
        """Whether it has a title that stands."""
        self._source_url = ""
        self.enclosures: list[Attributes] = []
        self._pictures = 0
        """In how many `media:content` of pictures it is."""

    def _on_entry_source(self, attributes: Attributes) -> None:
        if self.atom:
            raise UncertainError
        self.titled = False
        self._source_url = self.lowered(attributes).get("url", "") if attributes else ""
        self.read_leaf(self._end_source)

    def _end_source(self, text: str) -> None:
        if text:
            name, url = self.mended(text), self._source_url
            self.fields.source = (name, url) if url else (name,)

    def _on_media(self, attributes: Attributes) -> None:
        if attributes and lang_of(self.lowered(attributes), "?") != "?":
            raise UncertainError
        self.enter("media", self.leave)

    def _on_medium(self, attributes: Attributes) -> None:
        self._on_media(attributes)
        if is_moving(self.lowered(attributes)):
            self.fields.moving = True
            self._ends[-1] = self.leave
        else:
            self._pictures += 1
            self._ends[-1] = self._end_picture

    def _end_picture(self) -> None:
        self._pictures -= 1
        self.leave()

    def _on_player(self, _: Attributes) -> None:
        self.fields.moving = True
        self.read_leaf(self.nothing)

    def _on_media_title(self, attributes: Attributes) -> None:
        self.read_construct(attributes, "text/plain", self._end_media_title)

    def _end_media_title(self, text: str) -> None:
        self._take("title", text)

    def _on_media_description(self, attributes: Attributes) -> None:
        self.read_construct(attributes, "text/html", self._end_media_description)

    def _end_media_description(self, text: str) -> None:
        self._take("description", text)

    def _take(self, name: str, text: str) -> None:
        construct = self.construct(text)
        if not self._pictures:
            self.fields.take_media(name, construct)

    def _on_enclosure(self, attributes: Attributes) -> None:
        self.enclosures.append(attributes)
        self.read_leaf(self.nothing)

    def end_media(self) -> None:
        """Leave an entry that has media with a text: what it encloses may be a film, too."""
        enclosures = map(self.lowered, self.enclosures)
        self.fields.moving = self.fields.moving or any(map(is_moving, enclosures))
