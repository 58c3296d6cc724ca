"""Reads what an entry of a plain XML feed encloses (Media RSS), apart from what it says itself."""

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
        self._pictures = 0
        """In how many `media:content` of pictures it is."""

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

    def end_media(self, fields: FeedFields) -> None:
        """Leave an entry whose media alone have a text to those who look at its enclosures."""
        if fields.moving or (fields.title and (fields.summary or fields.contents)):
            return
        raise UncertainError
