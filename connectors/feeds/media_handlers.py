"""feedparser's handlers for what stands in an entry but is about something else, as a picture."""

from typing import Any

from feedparser.mixin import _FeedParserMixin

from connectors.parsing.entry_fields import FeedFields, is_moving

_ABOUT_OTHERS = (
    "attachment comment comments enclosure enclosures figure gallery image images media"
    " media:content media:group media:thumbnail photo photos picture pictures related"
    " related-articles relatedarticles relateditems thumbnail video videos"
)
_OTHERS = frozenset(_ABOUT_OTHERS.split())
"""Elements of an entry that are about something else: what stands in them is not the entry's."""
_IGNORED = "newslake-ignored"
_TOMBSTONE = "deleted-entry"  # RFC 6721 3


class MediaHandlers(_FeedParserMixin):  # type: ignore[misc] # feedparser has no types
    """Handlers that keep title and description of media apart from those of the entry."""

    balanced = True
    """Whether each element that begins ends, too."""

    def __init__(self, *args: Any) -> None:
        self.withdrawn: list[dict[str, str]] = []
        self._level = 0
        self._inside: list[int] = []
        self._pictures = 0
        super().__init__(*args)

    def own(self) -> FeedFields | None:
        """Return the fields of the entry that is being read; None outside of entries."""
        raise NotImplementedError

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        """Begin an element; in one that is about something else, media alone are read."""
        self._level += 1
        if self._is_ignored(tag):
            super().unknown_starttag(_IGNORED, [])
            return
        super().unknown_starttag(tag, attrs)
        if self.incontent:
            return
        if self.inentry and tag in _OTHERS:
            self._inside.append(self._level)
        elif tag.endswith(_TOMBSTONE) and not self.inentry:
            self.withdrawn.append({name.lower(): str(value) for name, value in attrs})
            self._inside.append(self._level)

    def unknown_endtag(self, tag: str) -> None:
        """End an element."""
        if self._inside and self._inside[-1] == self._level:
            self._inside.pop()
        elif self._is_ignored(tag):
            tag = _IGNORED
        self._level -= 1
        super().unknown_endtag(tag)

    def _is_ignored(self, tag: str) -> bool:
        return bool(
            self._inside and self.balanced and not self.incontent and not tag.startswith("media:")
        )

    def leave_entry(self) -> None:
        """Forget what an entry left open."""
        self._inside.clear()
        self._pictures = 0

    def _start_media_content(self, attributes: Any) -> None:
        super()._start_media_content(attributes)
        if not is_moving(attributes):
            self._pictures += 1
        elif own := self.own():
            own.moving = True

    def _end_media_content(self) -> None:
        self._pictures = 0

    def _start_media_player(self, attributes: Any) -> None:
        super()._start_media_player(attributes)
        if own := self.own():
            own.moving = True

    def _start_media_embed(self, _: Any) -> None:
        self.push("media_embed", 1)
        if own := self.own():
            own.moving = True

    def _start_enclosure(self, attributes: Any) -> None:
        super()._start_enclosure(attributes)
        if (own := self.own()) and is_moving(attributes):
            own.moving = True

    def _start_media_title(self, attributes: Any) -> None:
        self.push_content("media_title", attributes, "text/plain", 1)

    def _end_media_title(self) -> None:
        self._take_media("title")

    def _start_media_description(self, attributes: Any) -> None:
        self.push_content("media_description", attributes, "text/html", 1)

    def _end_media_description(self) -> None:
        self._take_media("description")

    def _take_media(self, name: str) -> None:
        value = self.pop(f"media_{name}")
        kind, language = self.contentparams.get("type"), self.contentparams.get("language")
        self.incontent -= 1
        self.contentparams.clear()
        own = self.own()
        if own and value and not (self._pictures and self.balanced):
            own.take_media(name, (kind, value, language))
