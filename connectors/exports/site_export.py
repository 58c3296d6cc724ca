"""Reads exports of WordPress (WXR) and Blogger: feeds of everything that a site keeps.

Each entry is what the feed's parser makes of it. Here is told which of them are no published
articles, and what only an export says: authors' full names, dates where a feed has none.

Sources: WordPress 6 `export_wp()` (WXR 1.0 to 1.2); Blogger's export by the Data API 2.0 (kinds as
categories) and by Takeout (`blogger:type`, since 2024).
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape

from articles.model.entries import Entry, Rejected
from connectors.parsing.rejections import reject
from connectors.rows.kinds import aside, of_status

_HEAD = 32 * 1024
"""Bytes in which an export says that it is one."""
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_FIELD = {
    name: re.compile(rf"<{name}(?:\s[^<>]*)?>([^<]*)<")
    for name in (
        "guid", "id", "title", "wp:status", "wp:post_type", "wp:post_date_gmt",
        "wp:author_login", "wp:author_display_name", "app:draft", "blogger:type", "blogger:status",
    )
}  # fmt: skip
_KIND = re.compile(r"blogger/2008/kind#(\w{1,30})")
_FAR = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an export says of an entry beside what its feed says."""

    status: str
    kind: str
    date: str | None
    """The moment of publication, UTC, where the export has one."""
    source: str
    """The entry's XML, without CDATA sections."""


def is_site_export(data: bytes) -> bool:
    """Tell whether a feed document is an export of WordPress or Blogger."""
    head = data[:_HEAD]
    return (
        b"wordpress.org/export/" in head
        or b"blogger/2008/kind#" in head
        or b"schemas.google.com/blogger/2018" in head
    )


def published_only(outcome: list[Entry | Rejected], text: str, path: str) -> list[Entry | Rejected]:
    """Return what a feed's parser made of an export, the unpublished and other kinds set aside."""
    plain = _CDATA.sub(lambda match: escape(match[1], quote=False), text)
    is_feed = "<entry" in plain and "<item" not in plain
    head, facts = _facts(plain, "entry" if is_feed else "item", "id" if is_feed else "guid")
    people = dict(_people(head))
    results: list[Entry | Rejected] = []
    for parsed in outcome:
        known = None
        if isinstance(parsed, Entry):
            title = parsed.title.value if parsed.title else ""
            known = facts.get((parsed.guid or "", " ".join(title.split())))
            known = known or facts.get((parsed.guid or "", None))
        if known is None or isinstance(parsed, Rejected):
            results.append(parsed)
        else:
            results.append(_told(parsed, known, people, path))
    return results


def _told(entry: Entry, known: _Facts, people: dict[str, str], path: str) -> Entry | Rejected:
    reason = of_status(known.status, known.kind)
    if reason is not None:
        why = aside(reason, f"its type is {known.kind or '?'}, its status {known.status or '?'}")
        raw = known.source.encode("utf-8", "replace")
        return reject(path, why.reason, why.detail, raw, key=f"{path}#{entry.key}")
    authors = tuple(people.get(name, name) for name in entry.authors)
    published = entry.published
    if known.date and not _readable(published) and _readable(known.date):
        published = known.date
    if authors == entry.authors and published == entry.published:
        return entry
    return replace(entry, authors=authors, published=published)


def _readable(date: str | None) -> bool:
    from articles.fields.dates import read_date

    return date is not None and read_date(date, _FAR) is not None


def _facts(text: str, element: str, guid: str) -> tuple[str, dict[tuple[str, str | None], _Facts]]:
    """Return the text before the first entry, and what is said of each, by its guid and title."""
    found: dict[tuple[str, str | None], _Facts] = {}
    pieces = re.split(rf"<{element}[\s>]", text)
    for piece in pieces[1:]:
        source = piece.partition(f"</{element}>")[0]
        kind = _KIND.search(source)
        facts = _Facts(
            status=(
                "draft" if _of(source, "app:draft") == "yes"
                else _of(source, "wp:status") or _of(source, "blogger:status")
            ),
            kind=kind[1] if kind else _of(source, "wp:post_type") or _of(source, "blogger:type"),
            date=_of(source, "wp:post_date_gmt") or None,
            source=source,
        )  # fmt: skip
        own = _of(source, guid)
        if own:
            found[own, " ".join(_of(source, "title").split())] = facts
            found.setdefault((own, None), facts)
    return pieces[0], found


def _people(head: str) -> list[tuple[str, str]]:
    """Return the login and the full name of each of WordPress' authors."""
    people = []
    for piece in head.split("<wp:author>")[1:]:
        login, name = _of(piece, "wp:author_login"), _of(piece, "wp:author_display_name")
        if login and name:
            people.append((login, name))
    return people


def _of(source: str, name: str) -> str:
    match = _FIELD[name].search(source)
    return unescape(match[1]).strip() if match else ""
