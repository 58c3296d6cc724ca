"""JSON Feed documents (jsonfeed.org, version 1 and 1.1) -> entries."""

from collections.abc import Mapping, Sequence

from articles.ids import hash128
from articles.model import Entry, Markup, Rejected
from connectors.encodings import decode
from connectors.feeds import ENTRY_LIMIT, absolute, bounded
from connectors.fields import URL_LIMIT, compact, scalar
from connectors.rejects import set_aside
from connectors.rows import loads


def parse_jsonfeed(
    data: bytes, *, path: str | None = None, charset: str | None = None, base: str | None = None
) -> list[Entry | Rejected]:
    """Return the entries of a JSON Feed of any version, in its order; [] for one without any.

    `charset` is the one of a Content-Type header, `base` the URL that answered.
    """
    decoded = decode(data, charset)
    if decoded is None:
        return [set_aside(path, "bad_encoding", "no encoding makes a text of it", data)]
    try:
        feed = loads(decoded.text)
    except ValueError as error:
        return [set_aside(path, "bad_json", f"it is not valid JSON: {error}", data)]
    found = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(found, list):
        return [set_aside(path, "not_a_feed", "it has no list `items`", data)]
    bases = (base, feed.get("feed_url"), feed.get("home_page_url"))
    entries = [
        _entry(one, feed, path, bases, decoded.repairs)
        if isinstance(one, dict)
        else set_aside(
            path,
            "bad_json",
            f"entry {place + 1} is not an object",
            compact(one).encode(),
            key=f"{path or ''}#{hash128(compact(one))}",
        )
        for place, one in enumerate(found[:ENTRY_LIMIT])
    ]
    return bounded(entries, len(found), path)


def _entry(
    one: Mapping[str, object],
    feed: Mapping[str, object],
    path: str | None,
    bases: Sequence[object],
    repairs: tuple[str, ...],
) -> Entry:
    html, plain = _text(one, "content_html"), _text(one, "content_text")
    content = Markup(html, "text/html") if html else Markup(plain) if plain else None
    title, summary = _text(one, "title"), _text(one, "summary")
    own = _names(one)
    authors = own or _names(feed)
    guid = scalar(one.get("id"))
    guid = guid if guid and len(guid) <= URL_LIMIT else None
    link = _text(one, "url") or _text(one, "external_url")
    url = absolute(link, bases)
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
        published=scalar(one.get("date_published")),
        updated=scalar(one.get("date_modified")),
        language=_text(one, "language") or _text(feed, "language"),
        origin="feed",
        raw=compact(one),
        repairs=repairs,
    )


def _text(one: Mapping[str, object], name: str) -> str | None:
    value = one.get(name)
    return value if isinstance(value, str) and value.strip() else None


def _names(one: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of `authors` (1.1) or `author` (1), without equal ones."""
    several = one.get("authors")
    authors = several if isinstance(several, list) and several else [one.get("author")]
    names = [
        author if isinstance(author, str) else _text(author, "name") or _text(author, "url") or ""
        for author in authors[:100]
        if isinstance(author, dict | str)
    ]
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
