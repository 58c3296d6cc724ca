"""Named fields in their usual spellings (JSON, CSV, Parquet, front matter, JSON-LD) -> an Entry."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from articles.model.entries import Entry, Markup
from articles.model.ids import hash128
from articles.urls.canonical import URL_LIMIT
from connectors.limits import RAW_ROW_LIMIT
from connectors.rows.kinds import Aside, aside, aside_of
from connectors.rows.names import rank_of
from connectors.rows.roles import FieldSet, known_fields
from connectors.rows.values import (
    body_text,
    compact,
    is_placeholder,
    is_text,
    link,
    markup,
    moment,
    names,
    scalar,
    short,
    string,
    without_cut,
)

_WEB = re.compile(r"https?://", re.IGNORECASE)
_FAR = datetime(2200, 1, 1, tzinfo=UTC)
"""The time by which a date is judged to be one at all; whether it is believed, is told later."""
_OBJECTS = {"origin", "feed", "infosource", "infosources"}
_OBJECT_RANKS = {rank_of(name)[1] for name in _OBJECTS}
"""Publishers only where they are objects: `"origin": "crawler"` names none."""
_DOMAIN_RANKS = {rank_of(name)[1] for name in ("hostname", "domain", "sourcedomain")}
T = TypeVar("T")
Guid = Literal["row", "file", "own"]
"""What an entry's guid is: `path#id`, the path, or the id as delivered."""


def entry_of(
    fields: Mapping[str, object],
    path: str | None,
    *,
    guid: Guid = "row",
    origin: Literal["file", "page"] = "file",
    repairs: tuple[str, ...] = (),
    raw: str | None = None,
) -> Entry | None:
    """Return the entry that the fields make; None if not one of them is known.

    `raw` is the JSON to keep instead of the fields' own.
    """
    known = known_fields(fields)
    known.pop("kind", None)
    return _entry(fields, known, path, guid, origin, repairs, raw) if known else None


def article_of(
    fields: Mapping[str, object],
    path: str | None,
    *,
    guid: Guid = "row",
    repairs: tuple[str, ...] = (),
    raw: str | None = None,
) -> Entry | Aside | None:
    """Return what `entry_of` does, or why the row is no published article (kinds.py)."""
    known = known_fields(fields)
    kinds = known.pop("kind", None)
    if not known:
        return None
    if kinds and (reason := aside_of(kinds, titled="title" in known)):
        return reason
    for _, value in known.get("published", ()):
        if value is False or (isinstance(value, str) and value.casefold() == "false"):
            return aside("draft", "its `published` is false")
    entry = _entry(fields, known, path, guid, "file", repairs, raw)
    title = entry.title
    if title is not None and title.value[0] == "[" and is_placeholder(title.value):
        return aside("deleted", f"its title is {title.value}")
    return entry


def _entry(
    fields: Mapping[str, object],
    known: FieldSet,
    path: str | None,
    guid: Guid,
    origin: Literal["file", "page"],
    repairs: tuple[str, ...],
    raw: str | None,
) -> Entry:
    title = _first(known, "title", string)
    content, cut = _content(known)
    summary = _summary(known, cut)
    url, publisher = _url_and_publisher(known)
    own, former = _identifiers(known)
    if guid == "row":
        own = f"{path}#{own}" if own and path else own
        former = f"{path}#{former}" if former and path else former
    elif guid == "file":
        own, former = path, f"{path}#{former}" if former else None
    text = content or summary
    return Entry(
        key=own or url or hash128(title or "", text.value if text else ""),
        guid=own,
        url=url,
        path=path,
        title=markup(title),
        content=content,
        summary=summary,
        authors=tuple(_first(known, "authors", names) or ()),
        published=_date(known, "published"),
        updated=_date(known, "updated"),
        language=_first(known, "language", short),
        origin=origin,
        publisher=publisher,
        raw=_bounded(fields, known) if raw is None else raw,
        repairs=repairs,
        former_guid=former,
    )


def _first(known: FieldSet, role: str, read: Callable[[object], T | None]) -> T | None:
    for _, value in known.get(role, ()):
        got = read(value)
        if got:
            return got
    return None


def _date(known: FieldSet, role: str) -> str | None:
    """Return the first date that can be read; of the same day with its time, if one has it.

    If none can be read, it is the first.
    """
    hits = known.get(role)
    if hits is None:
        return None
    if len(hits) == 1:
        return moment(hits[0][1])
    from articles.fields.date_moments import DAY_ONLY
    from articles.fields.dates import read_date

    stated = [text for _, value in hits if (text := moment(value))]
    if len(stated) < 2:
        return next(iter(stated), None)
    readings = [(text, reading) for text in stated if (reading := read_date(text, _FAR))]
    if not readings:
        return stated[0]
    first, (day, confidence) = readings[0]
    for text, (exact, surer) in readings[1:]:
        if confidence <= DAY_ONLY < surer and exact.date() == day.date():
            return text
    return first


def _content(known: FieldSet) -> tuple[Markup | None, str | None]:
    """Return the content, an HTML fragment where there is one, else the longest text; or a cut one.

    A text that says how much of it was cut off is none, but may be a summary.
    """
    if "html" in known and (html := _first(known, "html", string)):
        return Markup(html, "text/html"), None
    cut: str | None = None
    longest = ""
    for _, value in known.get("content", ()):
        text = body_text(value)
        if text is None or len(text) <= len(longest):
            continue
        left = without_cut(text) if text[-1] == "]" or text[-1].isspace() else None
        if left is None:
            longest = text
        else:
            cut = left if cut is None or len(left) > len(cut) else cut
    if longest:
        return markup(longest), None
    page = _first(known, "page", string) if "page" in known else None
    return (Markup(page, "text/html") if page and is_text(page) else None), cut


def _summary(known: FieldSet, cut: str | None) -> Markup | None:
    """Return the summary: the first that is one, or what is left of a text that was cut."""
    text = _first(known, "summary", body_text) if "summary" in known else None
    if text:
        left = without_cut(text)
        text = text if left is None else left
    if cut and (text is None or len(cut) > len(text)):
        text = cut
    return markup(text)


def _identifiers(known: FieldSet) -> tuple[str | None, str | None]:
    """Return the id, and the word for nothing that builds before took for it."""
    former: str | None = None
    for _, value in known.get("guid", ()):
        own = scalar(value)
        if own:
            return (own if len(own) <= URL_LIMIT else None), former
        if former is None and isinstance(value, str):
            former = value.strip() or None
    return None, former


def _url_and_publisher(known: FieldSet) -> tuple[str | None, str | None]:
    """Return the link and the publisher; a URL given as the source names its host."""
    url, publisher = _url(known), _publisher(known)
    if publisher and _WEB.match(publisher):
        try:
            parts = urlsplit(publisher)
            host = parts.hostname or ""
        except ValueError:
            return url, None
        if not url and parts.path.strip("/"):
            url = publisher
        publisher = host.removeprefix("www.") or None
    return url, publisher


def _url(known: FieldSet) -> str | None:
    """Return the first web address; if there is none, the first link of any kind.

    Without a link, a text that is nothing but a web address is one.
    """
    other: str | None = None
    for _, value in known.get("url", ()):
        found = link(value)
        if found and found[:4].casefold() == "http":
            return found
        other = other or found
    if other is None:
        for _, value in known.get("content", ()):
            if isinstance(value, str) and _WEB.match(value) and not is_text(value):
                return link(value)
    return other


def _publisher(known: FieldSet) -> str | None:
    for rank, value in known.get("publisher", ()):
        if isinstance(value, bool | int | float):
            continue
        if rank // 2 in _OBJECT_RANKS and not isinstance(value, dict | list):
            continue
        if rank // 2 in _DOMAIN_RANKS and "." not in str(value):
            continue
        name = short(value)
        if name and not is_placeholder(name):
            return name
    return None


def _bounded(fields: Mapping[str, object], known: FieldSet) -> str:
    raw = compact(fields)
    if len(raw) > RAW_ROW_LIMIT:
        used = {id(value) for hits in known.values() for _, value in hits}
        raw = compact({name: value for name, value in fields.items() if id(value) in used})
    return raw
