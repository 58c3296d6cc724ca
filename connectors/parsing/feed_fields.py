"""What a feed document says of an entry -> an Entry: one definition for every parser of feeds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from articles.model.entries import Entry, Markup, Rejected
from articles.model.ids import hash128
from articles.urls.canonical import URL_LIMIT, canonical
from connectors.limits import NAME_LIMIT
from connectors.parsing.entry_fields import FeedFields, TextConstruct, is_web_url
from connectors.parsing.mailboxes import names_in_byline
from connectors.rows.values import NOTHING, compact, is_nothing

_TAG = re.compile(r"<[^<>]*>")
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
    by_date: bool = False
    """Whether those that are read of too many are the newest; else they are the first."""


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
    title: str | None = None
    """The feed's, where an entry names its source."""

    def entry(self, fields: FeedFields) -> Entry:
        """Return the entry of these fields."""
        # Half of it only names the entry's fields; for each entry of each feed, so in one piece.
        if fields.media:
            fields.add_media()
        content, summary = _texts(fields)
        title = _markup(fields.title_construct)
        published = stated(fields.published) or stated(fields.created)
        updated = stated(fields.updated)
        if not published and not self.dates_are_updates:
            published, updated = updated, None
        authors, inherited = fields.authors, False
        if not authors and self.atom:
            authors = fields.source_authors or self.authors
            inherited = bool(authors)
        # Opaque, whatever it says: where several entries say it, it is none of their keys.
        guid = delivered(fields.id)
        if guid and len(guid) > URL_LIMIT:
            guid = None
        language = _language(fields) or stated(self.language)
        link = fields.link_in(language) if fields.alternates else fields.link
        if not link and fields.permalink and is_web_url(fields.permalink):
            link = fields.permalink
        url = absolute(link, self.relative_to)
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
            language=language,
            origin="feed",
            publisher=self._publisher(fields.source) if fields.source else None,
            raw=_raw(fields),
            repairs=self.repairs,
            former_guid=fields.former_id if guid else None,
            listed_in=None if self.path is None else named_feed(self.path, self.relative_to),
        )

    def _publisher(self, source: tuple[str, ...]) -> str | None:
        """Return the name of an entry's source (RSS 2.0, RFC 4287 4.2.11), if it is not the feed's.

        A feed that names itself names no other publisher.
        """
        name, *urls = source
        name = " ".join(name.split())
        own = {host_of(url) for url in self.relative_to if url}
        if not name or len(name) > NAME_LIMIT or is_web_url(name):
            return None
        if name.casefold() == (self.title or "").strip().casefold():
            return None
        return None if any(host_of(url) in own for url in urls) else name


def named_feed(path: str, links: Sequence[object]) -> str:
    """Return which feed a saved document is of: its own link, else its channel's, else its path."""
    for link in links:
        if isinstance(link, str) and (named := canonical(link)) is not None:
            return named
    return path


def without_repeats(entries: Iterable[Entry | Rejected]) -> list[Entry | Rejected]:
    """Return the entries, equal ones once."""
    distinct: dict[object, Entry | Rejected] = {}
    for entry in entries:
        same: object = entry
        if isinstance(entry, Entry):
            same = (entry.key, entry.title, entry.content, entry.summary)
        distinct.setdefault(same, entry)
    return list(distinct.values())


def absolute(link: str | None, relative_to: Sequence[object]) -> str | None:
    """Return the link, made absolute by the first of these that is a web URL; None if too long."""
    link = (link or "").strip()
    if link in NOTHING or len(link) > URL_LIMIT:
        return None
    try:
        if link.startswith(("https://", "http://")) or urlsplit(link).scheme:
            return link
        for base in relative_to:
            if isinstance(base, str) and urlsplit(base.strip()).scheme in {"http", "https"}:
                return urljoin(base.strip(), link)
    except ValueError:
        pass
    return link


def host_of(url: str) -> str:
    """Return the host of a URL without `www.`; the URL itself if it has none."""
    try:
        return (urlsplit(url.strip()).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def stated(value: object) -> str | None:
    """Return the text without white space around it; None if that is nothing, or a word for it."""
    text = delivered(value)
    return None if text in NOTHING else text


def delivered(value: object) -> str | None:
    """Return the text without white space around it; None if that is nothing."""
    return value.strip() or None if isinstance(value, str) else None


def names_of(authors: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Return the name, else the address, of each author, equal ones once.

    What has no parts is a `byline`: a name, a mailbox or several.
    """
    names: list[str] = []
    for author in authors:
        byline = author.get("byline")
        if isinstance(byline, str):
            names += names_in_byline(byline)
        elif name := stated(author.get("name")) or stated(author.get("email")):
            names.append(name)
    return tuple(dict.fromkeys(names))


def _texts(fields: FeedFields) -> tuple[Markup | None, Markup | None]:
    """Return the longest content, HTML preferred, and the summary where it says something else."""
    contents = [markup for text in fields.contents if (markup := _markup(text))]
    content = contents[0] if contents else None
    if len(contents) > 1:
        pages = [markup for markup in contents if markup.media_type == "text/html"]
        content = max(pages or contents, key=lambda markup: len(markup.value))
    summary = _markup(fields.summary_construct) or _markup((None, fields.summary or "", None))
    if fields.implied and content and summary and _is_teaser(content.value, summary.value):
        content, summary = summary, content
    if content and summary and content.value.strip() == summary.value.strip():
        summary = None
    return content, summary


def _is_teaser(text: str, other: str) -> bool:
    """Tell whether a text is less than half of another, tags aside."""
    return len(text) * 2 < len(other) and len(text) * 2 < len(_TAG.sub("", other))


def _markup(construct: TextConstruct | None) -> Markup | None:
    if construct is None or not construct[1] or is_nothing(construct[1]):
        return None
    kind = construct[0] or "text/plain"
    if kind in _HTML:
        return Markup(construct[1], "text/html")
    return Markup(construct[1]) if kind.startswith("text/") else None


def _language(fields: FeedFields) -> str | None:
    """Return the language that the entry's own parts declare, the text's before the title's."""
    for construct in (*fields.contents, fields.summary_construct, fields.title_construct):
        if construct is not None and construct[2] and construct[2].strip():
            return construct[2].strip()
    return stated(fields.language)


def _raw(fields: FeedFields) -> str:
    """Return the JSON of the fields that were used; not a summary that only copies a content."""
    copied = fields.summary_construct is None and fields.summary in [
        value for _, value, _ in fields.contents
    ]
    used: dict[str, object] = {
        "id": delivered(fields.id),
        "link": delivered(fields.link),
        "title": delivered(fields.title),
        "summary": None if copied else delivered(fields.summary),
        "published": delivered(fields.published),
        "updated": delivered(fields.updated),
        "created": delivered(fields.created),
        "language": delivered(fields.language),
        "content": [{"type": kind, "value": value} for kind, value, _ in fields.contents],
        "authors": fields.authors,
        "source": fields.source,
    }
    return compact({name: value for name, value in used.items() if value})
