"""JSON Feed documents (jsonfeed.org, version 1 and 1.1) -> entries."""

from collections.abc import Mapping, Sequence

from articles.model.entries import Entry, Markup, Rejected
from articles.model.ids import hash128
from articles.urls.canonical import URL_LIMIT
from connectors.limits import AUTHORS_LIMIT, ENTRY_LIMIT
from connectors.parsing.feed_fields import (
    Parsed,
    absolute,
    delivered,
    named_feed,
    without_repeats,
)
from connectors.parsing.json_value import loads
from connectors.parsing.newest import numbers_of_newest
from connectors.parsing.rejections import reject
from connectors.rows.values import compact, is_nothing, scalar


def parse_jsonfeed(
    text: str,
    *,
    path: str | None = None,
    answered: str | None = None,
    repairs: tuple[str, ...] = (),
) -> Parsed:
    """Return the entries of a JSON Feed of any version, in its order; none for one without any.

    `answered` is the URL that answered.
    """
    try:
        feed = loads(text)
    except ValueError as error:
        return Parsed([], problem=("bad_json", f"it is not valid JSON: {error}"))
    listed = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(listed, list):
        return Parsed([], problem=("not_a_feed", "it is JSON, but has no list `items`"))
    relative_to = (answered, feed.get("feed_url"), feed.get("home_page_url"))
    numbers, by_date = [*range(min(len(listed), ENTRY_LIMIT))], False
    if len(listed) > ENTRY_LIMIT:
        numbers, by_date = numbers_of_newest(map(_date, listed))
    entries = [
        _entry(fields, feed, path, relative_to, repairs)
        if isinstance(fields := listed[number], dict)
        else _no_entry(fields, number + 1, path)
        for number in numbers
    ]
    return Parsed(without_repeats(entries), len(listed), by_date=by_date)


def _date(fields: object) -> str | None:
    """Return the date that tells how new an entry is."""
    if not isinstance(fields, dict):
        return None
    return scalar(fields.get("date_published")) or scalar(fields.get("date_modified"))


def _no_entry(value: object, number: int, path: str | None) -> Rejected:
    raw = compact(value)
    detail = f"entry {number} is not an object"
    key = f"{path or ''}#{hash128(raw)}"
    return reject(path, "bad_json", detail, raw.encode(), key=key)


def _entry(
    fields: Mapping[str, object],
    feed: Mapping[str, object],
    path: str | None,
    relative_to: Sequence[object],
    repairs: tuple[str, ...],
) -> Entry:
    html, plain = _text(fields, "content_html"), _text(fields, "content_text")
    content = Markup(html, "text/html") if html else Markup(plain) if plain else None
    title, summary = _text(fields, "title"), _text(fields, "summary")
    own = _names(fields)
    authors = own or _names(feed)
    stated_id = fields.get("id")
    guid = delivered(stated_id) if isinstance(stated_id, str) else scalar(stated_id)
    guid = guid if guid and len(guid) <= URL_LIMIT else None
    # Not `external_url`: that is the page which it is about, somebody else's article.
    url = absolute(_text(fields, "url"), relative_to)
    return Entry(
        key=guid or url or hash128(title or "", html or plain or summary or ""),
        guid=guid,
        url=url,
        path=path,
        title=Markup(title) if title else None,
        content=content,
        summary=Markup(summary) if summary else None,
        authors=authors,
        authors_inherited=bool(authors) and not own,
        published=scalar(fields.get("date_published")),
        updated=scalar(fields.get("date_modified")),
        language=_text(fields, "language") or _text(feed, "language"),
        origin="feed",
        raw=compact(fields),
        repairs=repairs,
        listed_in=None if path is None else named_feed(path, relative_to),
    )


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and not is_nothing(value) else None


def _names(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names that `authors` (1.1), else `author` (1) gives, without equal ones."""
    return _names_in(fields.get("authors")) or _names_in(fields.get("author"))


def _names_in(authors: object) -> tuple[str, ...]:
    """Return the names in what stands for authors: a list, one author, or an object of authors."""
    if isinstance(authors, dict) and not _name(authors):
        # PHP writes a list that lost its first one as an object.
        authors = [author for author in authors.values() if isinstance(author, dict)]
    listed = authors if isinstance(authors, list) else [authors]
    names = [_name(author) for author in listed[:AUTHORS_LIMIT]]
    return tuple(dict.fromkeys(name for name in names if name))


def _name(author: object) -> str:
    """Return the name, else the URL, of an author, who may be a text; "" without one."""
    if isinstance(author, dict):
        author = _text(author, "name") or _text(author, "url")
    return author.strip() if isinstance(author, str) else ""
