"""The fields of an entry as its feed document delivers them, whichever parser reads it."""

import re
from collections.abc import Mapping

TextConstruct = tuple[str | None, str, str | None]
"""A text of an entry (RFC 4287 3.1): its media type, the text as delivered, its language."""
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_WEB_URL = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_MOVING = re.compile(
    r"video/|audio/|application/(?:x-shockwave|x-mpegurl|vnd\.apple)", re.IGNORECASE
)
_MOVING_FILE = re.compile(
    r"\.(?:mp4|m4v|m4a|mov|webm|ogv|ogg|oga|opus|mp3|aac|wav|flac|avi|mpe?g|wmv|flv|swf|m3u8|mpd)"
    r"(?:[?#]|$)",
    re.IGNORECASE,
)


class FeedFields:
    """The fields of an entry as its document delivers them; a field that is absent is None."""

    __slots__ = (
        "alternates", "authors", "contents", "created", "former_id", "id", "implied", "language",
        "link", "media", "moving", "permalink", "published", "source", "source_authors", "summary",
        "summary_construct", "title", "title_construct", "updated",
    )  # fmt: skip

    def __init__(self) -> None:
        self.id: str | None = None
        self.link: str | None = None
        self.title: str | None = None
        self.title_construct: TextConstruct | None = None
        self.summary: str | None = None
        self.summary_construct: TextConstruct | None = None
        """None with a summary: the summary is a copy of a content."""
        self.contents: list[TextConstruct] = []
        self.published: str | None = None
        self.updated: str | None = None
        self.created: str | None = None
        self.language: str | None = None
        self.authors: tuple[str, ...] = ()
        self.source_authors: tuple[str, ...] = ()
        """The authors of the feed that an Atom entry was taken over from."""
        self.source: tuple[str, ...] = ()
        """The name of the source that the entry was taken over from, and URLs of it."""
        self.permalink: str | None = None
        """The guid, where it says that it is a link, or does not deny it."""
        self.former_id: str | None = None
        """What a relative id was made by xml:base, before ids were opaque."""
        self.alternates: list[tuple[str, str]] | None = None
        """Links to pages of it in some language: that (`hreflang`), and the link."""
        self.implied = False
        """Whether a content is a second summary."""
        self.media: dict[str, TextConstruct] | None = None
        """Title and description of what is enclosed (Media RSS)."""
        self.moving = False
        """Whether that is moving or sounding, not a picture."""

    @property
    def date(self) -> str | None:
        """The date that tells how new it is."""
        return self.published or self.updated or self.created

    def take_media(self, name: str, construct: TextConstruct) -> None:
        """Take a `title` or a `description` of a medium; the first stands."""
        if construct[1] and not construct[1].isspace():
            self.media = self.media or {}
            self.media.setdefault(name, construct)

    def add_alternate(self, language: str, link: str) -> None:
        """Take a link to a page in some language."""
        self.alternates = self.alternates or []
        self.alternates.append((language, link))

    def add_media(self) -> None:
        """Let title and description of a film or a recording stand for what the entry lacks.

        A picture's caption is about the picture: stories that share one would share a text.
        """
        if not self.moving or not self.media:
            return
        title, description = self.media.get("title"), self.media.get("description")
        if title and not (self.title and self.title.strip()):
            self.title, self.title_construct = title[1], title
        if description and not self.contents and not (self.summary and self.summary.strip()):
            self.summary, self.summary_construct = description[1], description

    def link_in(self, language: str | None) -> str | None:
        """Return the link to the page in this language, else to the one in no certain language."""
        alternates = self.alternates or [("", self.link or "")]
        wanted = (language or "").lower().replace("_", "-")
        primary = wanted.partition("-")[0]
        ranked = {name.strip().lower().replace("_", "-"): link for name, link in alternates}
        alike = [link for name, link in ranked.items() if name.partition("-")[0] == primary]
        found = ranked.get(wanted) or (alike[-1] if primary and alike else None)
        return found or self.link or ranked.get("x-default") or alternates[-1][1]


def is_web_url(text: str) -> bool:
    """Tell whether it is an absolute http or https URL."""
    return _WEB_URL.match(text) is not None


def is_moving(attributes: Mapping[str, str]) -> bool:
    """Tell whether a medium (Media RSS 1.5, `media:content`) is surely a film or a recording."""
    medium, kind = attributes.get("medium", "").lower(), attributes.get("type", "")
    if medium or kind:
        return medium in {"video", "audio"} or (not medium and bool(_MOVING.match(kind)))
    return bool(_MOVING_FILE.search(attributes.get("url", "")[-200:]))


def single(url: str) -> str:
    """Return the URL without superfluous slashes after its scheme."""
    return _SLASHES.sub(r"\1\3", url) if "///" in url else url
