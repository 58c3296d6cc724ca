"""What a feed document says of an entry -> an Entry: one definition for every parser of feeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from articles.identity.urls import URL_LIMIT
from articles.model.entries import Entry, Markup, Rejected
from articles.model.ids import hash128
from connectors.parsing.named_fields import compact

TextConstruct = tuple[str | None, str, str | None]
"""A text of an entry: its media type, the text as delivered, its language."""
_HTML = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser made of a document; bad data is said here, never raised."""

    entries: list[Entry | Rejected]
    total: int = 0
    """How many entries the document holds; ENTRY_LIMIT of them are read."""
    complaint: str = ""
    """Why the document is broken, though entries could be read."""
    problem: tuple[str, str] | None = None
    """Why it gives no entries: one of REASONS, and a sentence."""


class FeedFields:
    """The fields of an entry as its document delivers them; a field that is absent is None."""

    __slots__ = (
        "authors", "contents", "created", "id", "language", "link", "published", "source_authors",
        "summary", "summary_part", "title", "title_part", "updated",
    )  # fmt: skip

    def __init__(self) -> None:
        self.id: str | None = None
        self.link: str | None = None
        self.title: str | None = None
        self.title_part: TextConstruct | None = None
        self.summary: str | None = None
        self.summary_part: TextConstruct | None = None
        """None with a summary: the summary is a copy of a content."""
        self.contents: list[TextConstruct] = []
        self.published: str | None = None
        self.updated: str | None = None
        self.created: str | None = None
        self.language: str | None = None
        self.authors: tuple[str, ...] = ()
        self.source_authors: tuple[str, ...] = ()
        """Of an Atom entry that was taken over from another feed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the entries of a document have in common, or inherit from it."""

    path: str | None
    relative_to: Sequence[str | None]
    """What relative links may be relative to: the first web URL of these."""
    repairs: tuple[str, ...]
    language: str | None
    authors: tuple[str, ...]
    atom: bool
    dates_are_updates: bool
    """False where dc:date is used in RSS: the parsers take it for a change, there it is the date of
    publication."""

    def entry(self, one: FeedFields) -> Entry:
        """Return the entry of these fields."""
        content, summary = _texts(one)
        title = _markup(one.title_part)
        published = stated(one.published) or stated(one.created)
        updated = stated(one.updated)
        if not published and not self.dates_are_updates:
            published, updated = updated, None
        authors, inherited = one.authors, False
        if not authors and self.atom:
            authors = one.source_authors or self.authors
            inherited = bool(authors)
        guid = stated(one.id)
        if guid and len(guid) > URL_LIMIT:
            guid = None
        url = absolute(one.link, self.relative_to)
        key = guid or url
        if key is None:
            text = content or summary
            key = hash128(title.value if title else "", text.value if text else "")
        return Entry(
            key=key,
            guid=guid,
            url=url,
            path=self.path,
            title=title,
            content=content,
            summary=summary,
            authors=authors,
            authors_inherited=inherited,
            published=published,
            updated=updated,
            language=_language(one) or stated(self.language),
            origin="feed",
            raw=_raw(one),
            repairs=self.repairs,
        )


def bounded(entries: Iterable[Entry | Rejected]) -> list[Entry | Rejected]:
    """Return the entries, equal ones once."""
    kept: dict[object, Entry | Rejected] = {}
    for one in entries:
        same = (one.key, one.title, one.content, one.summary) if isinstance(one, Entry) else one
        kept.setdefault(same, one)
    return list(kept.values())


def absolute(link: str | None, relative_to: Sequence[object]) -> str | None:
    """Return the link, made absolute by the first of these that is a web URL; None if too long."""
    link = (link or "").strip()
    if not link or len(link) > URL_LIMIT:
        return None
    try:
        if link.startswith(("https://", "http://")) or urlsplit(link).scheme:
            return link
        for one in relative_to:
            if isinstance(one, str) and urlsplit(one.strip()).scheme in {"http", "https"}:
                return urljoin(one.strip(), link)
    except ValueError:
        pass
    return link


def stated(value: object) -> str | None:
    """Return the text without white space around it; None if that is nothing."""
    return value.strip() or None if isinstance(value, str) else None


def names_of(authors: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Return the name, else the address, of each author, equal ones once."""
    names = [stated(one.get("name")) or stated(one.get("email")) for one in authors]
    return tuple(dict.fromkeys(name for name in names if name))


def _texts(one: FeedFields) -> tuple[Markup | None, Markup | None]:
    """Return the longest content, HTML preferred, and the summary where it says something else."""
    contents = [found for part in one.contents if (found := _markup(part))]
    content = contents[0] if contents else None
    if len(contents) > 1:
        pages = [found for found in contents if found.media_type == "text/html"]
        content = max(pages or contents, key=lambda found: len(found.value))
    summary = _markup(one.summary_part) or _markup((None, one.summary or "", None))
    if content and summary and content.value.strip() == summary.value.strip():
        summary = None
    return content, summary


def _markup(part: TextConstruct | None) -> Markup | None:
    if part is None or not part[1] or part[1].isspace():
        return None
    kind = part[0] or "text/plain"
    if kind in _HTML:
        return Markup(part[1], "text/html")
    return Markup(part[1]) if kind.startswith("text/") else None


def _language(one: FeedFields) -> str | None:
    """Return the language that the entry's own parts declare, the text's before the title's."""
    for part in (*one.contents, one.summary_part, one.title_part):
        if part is not None and part[2] and part[2].strip():
            return part[2].strip()
    return stated(one.language)


def _raw(one: FeedFields) -> str:
    """Return the JSON of the fields that were used; not a summary that only copies a content."""
    copied = one.summary_part is None and one.summary in [part[1] for part in one.contents]
    used: dict[str, object] = {
        "id": stated(one.id),
        "link": stated(one.link),
        "title": stated(one.title),
        "summary": None if copied else stated(one.summary),
        "published": stated(one.published),
        "updated": stated(one.updated),
        "created": stated(one.created),
        "language": stated(one.language),
        "content": [{"type": kind, "value": value} for kind, value, _ in one.contents],
        "authors": one.authors,
    }
    return compact({name: value for name, value in used.items() if value})
