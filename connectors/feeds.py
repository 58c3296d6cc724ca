"""RSS and Atom documents -> entries, by feedparser, whose fields are taken as delivered."""

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from urllib.parse import urljoin, urlsplit

from articles.ids import hash128
from articles.model import Entry, Markup, Rejected
from connectors.encodings import decode
from connectors.fields import URL_LIMIT, compact
from connectors.rejects import set_aside

ENTRY_LIMIT = 2000
"""Entries read of one document."""
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
_SUBSET = re.compile(r"\"[^\"]*\"|'[^']*'|<!--.*?-->|\]\s*>", re.DOTALL)
_NAME = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_HTML = {"text/html", "application/xhtml+xml"}
# Of feedparser's complaints these say nothing about the document.
_HARMLESS = {"CharacterEncodingOverride", "NonXMLContentType"}


def parse_feed(
    data: bytes, *, path: str | None = None, charset: str | None = None, base: str | None = None
) -> list[Entry | Rejected]:
    """Return the entries of an RSS or Atom document, in its order; [] for a feed without any.

    `charset` is the one of a Content-Type header, `base` the URL that answered. A broken document
    gives the entries that can be read, with the repair `broken_feed`.
    """
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    decoded = decode(data, charset or (declared[1].decode("ascii") if declared else None))
    if decoded is None:
        return [set_aside(path, "bad_encoding", "no encoding makes a text of it", data)]
    text, why = _checked(_DECLARATION.sub("", decoded.text.lstrip("\ufeff"), count=1))
    if why:
        return [set_aside(path, "not_a_feed", why, data)]
    found = _parsed(text.encode())
    entries, complaint = _list(found.get("entries")), found.get("bozo_exception")
    broken = complaint is not None and type(complaint).__name__ not in _HARMLESS
    if broken and not entries:
        return [set_aside(path, "not_a_feed", f"no entry can be read: {complaint}", data)]
    repairs = (*decoded.repairs, "broken_feed") if broken else decoded.repairs
    frame = _Frame(found, path, base, repairs, text)
    read = (frame.entry(one) for one in entries[:ENTRY_LIMIT] if isinstance(one, dict))
    return bounded(read, len(entries), path)


def bounded(
    entries: Iterable[Entry | Rejected], total: int, path: str | None
) -> list[Entry | Rejected]:
    """Return the entries, equal ones once, and say so where there were more than ENTRY_LIMIT."""
    kept: dict[object, Entry | Rejected] = {}
    for one in entries:
        same = (one.key, one.title, one.content, one.summary) if isinstance(one, Entry) else one
        kept.setdefault(same, one)
    outcome = list(kept.values())
    if total > ENTRY_LIMIT:
        detail = f"it holds {total} entries; the first {ENTRY_LIMIT} were read"
        outcome.append(set_aside(path, "too_large", detail, key=f"{path or ''}#too_large"))
    return outcome


def absolute(link: str | None, bases: Sequence[object]) -> str | None:
    """Return the link, made absolute by the first base that is a web URL; None if too long."""
    link = (link or "").strip()
    if not link or len(link) > URL_LIMIT:
        return None
    try:
        if urlsplit(link).scheme:
            return link
        for base in bases:
            if isinstance(base, str) and urlsplit(base.strip()).scheme in {"http", "https"}:
                return urljoin(base.strip(), link)
    except ValueError:
        pass
    return link


class _Frame:
    """A document's own fields, which its entries inherit."""

    def __init__(
        self,
        found: Mapping[str, object],
        path: str | None,
        base: str | None,
        repairs: tuple[str, ...],
        text: str,
    ) -> None:
        feed = found.get("feed")
        self.feed: Mapping[str, object] = feed if isinstance(feed, dict) else {}
        links = [one for one in _list(self.feed.get("links")) if isinstance(one, dict)]
        own = [one.get("href") for one in links if one.get("rel") == "self"]
        self.bases = (base, *own, self.feed.get("link"))
        self.path, self.repairs = path, repairs
        self.atom = str(found.get("version") or "").startswith("atom")
        # feedparser takes dc:date for a change; in RSS it is the date of publication.
        self.dates_are_updates = self.atom or "dc:date" not in text

    def entry(self, one: Mapping[str, object]) -> Entry:
        """Return the entry of one of feedparser's."""
        contents = [found for part in _list(one.get("content")) if (found := _markup(part))]
        pages = [found for found in contents if found.media_type == "text/html"]
        content = max(pages or contents, key=lambda found: len(found.value), default=None)
        summary = _markup(one.get("summary_detail")) or _markup({"value": one.get("summary")})
        if content and summary and content.value.strip() == summary.value.strip():
            summary = None  # feedparser's own copy
        title = _markup(one.get("title_detail"))
        published, updated = (_raw(one, name) for name in ("published", "updated"))
        published = published or _raw(one, "created")
        if not published and not self.dates_are_updates:
            published, updated = updated, None
        authors, inherited = self._authors(one)
        guid = _raw(one, "id")
        guid = guid if guid and len(guid) <= URL_LIMIT else None
        url = absolute(_raw(one, "link"), self.bases)
        text = (content or summary or Markup("")).value
        return Entry(
            key=guid or url or hash128(title.value if title else "", text),
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
            language=self._language(one),
            origin="feed",
            raw=_delivered(one),
            repairs=self.repairs,
        )

    def _authors(self, one: Mapping[str, object]) -> tuple[tuple[str, ...], bool]:
        """Return the entry's authors; in Atom else its source's or the feed's (RFC 4287 4.2.1)."""
        own = _names(one)
        if own or not self.atom:
            return own, False
        source = one.get("source")
        names = (_names(source) if isinstance(source, dict) else ()) or _names(self.feed)
        return names, bool(names)

    def _language(self, one: Mapping[str, object]) -> str | None:
        details = [*_list(one.get("content")), one.get("summary_detail"), one.get("title_detail")]
        for part in (*details, one, self.feed):
            language = part.get("language") if isinstance(part, dict) else None
            if isinstance(language, str) and language.strip():
                return language.strip()
        return None


def _checked(text: str) -> tuple[str, str]:
    """Return the text without an internal DTD subset, and why it is no feed ("": it is one)."""
    place = 0
    while True:
        place = text.find("<", place)
        if place < 0:
            return text, "it is not XML"
        if text.startswith("<?", place):
            place = text.find("?>", place) + 1 or len(text)
        elif text.startswith("<!--", place):
            place = text.find("-->", place) + 1 or len(text)
        elif text[place : place + 9].upper() == "<!DOCTYPE":
            end, opening = text.find(">", place), text.find("[", place)
            if 0 <= opening < end:
                closing = next(
                    (one for one in _SUBSET.finditer(text, opening) if one[0][0] == "]"), None
                )
                rest = text[closing.end() - 1 :] if closing else ">"
                text = text[:opening] + rest
            place += 9
        else:
            break
    match = _NAME.match(text, place)
    root = match[1].casefold() if match else ""
    known = root in {"rss", "feed", "channel"} or (
        root == "rdf" and ("purl.org/rss" in text or "netscape.com/rdf" in text)
    )
    if known:
        return text, ""
    return text, f"its root element is <{match[1][:100]}>" if match else "it is not XML"


def _parsed(data: bytes) -> Mapping[str, object]:
    # Imported here: a tenth of a second that no run without a feed pays.
    import feedparser

    with warnings.catch_warnings():
        # Python deprecates what feedparser still calls; a warning is no entry's concern.
        warnings.simplefilter("ignore")
        # BytesIO: a body that is a path would be opened as a local file.
        found: Mapping[str, object] = feedparser.parse(
            BytesIO(data), sanitize_html=False, resolve_relative_uris=False
        )
    return found


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _raw(one: Mapping[str, object], name: str) -> str | None:
    # dict.get: feedparser's own `get` answers `updated` with `published`.
    value = dict.get(one, name) if isinstance(one, dict) else None
    return value.strip() or None if isinstance(value, str) else None


def _markup(part: object) -> Markup | None:
    value = part.get("value") if isinstance(part, dict) else None
    if not isinstance(value, str) or not value.strip():
        return None
    kind = str(part.get("type") or "text/plain") if isinstance(part, dict) else ""
    if kind in _HTML:
        return Markup(value, "text/html")
    return Markup(value) if kind.startswith("text/") else None


def _names(one: Mapping[str, object]) -> tuple[str, ...]:
    names: list[str] = []
    for author in _list(one.get("authors")):
        name = (_raw(author, "name") or _raw(author, "email")) if isinstance(author, dict) else None
        if name and name not in names:
            names.append(name)
    return tuple(names)


def _delivered(one: Mapping[str, object]) -> str:
    """Return the JSON of the fields that were used."""
    names = ("id", "link", "title", "summary", "published", "updated", "created", "language")
    used: dict[str, object] = {name: raw for name in names if (raw := _raw(one, name))}
    used["content"] = [
        {"type": part.get("type"), "value": part.get("value")}
        for part in _list(one.get("content"))
        if isinstance(part, dict)
    ]
    used["authors"] = _names(one)
    return compact({name: value for name, value in used.items() if value})
