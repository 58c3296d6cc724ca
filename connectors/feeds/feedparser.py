"""RSS and Atom documents of any make -> entries, by feedparser, its fields taken as delivered."""

import re
import warnings
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from articles.model.entries import Rejected
from articles.model.ids import hash128
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.entry_fields import FeedFields, TextConstruct
from connectors.parsing.feed_fields import Frame, Parsed, names_of, stated, without_repeats
from connectors.parsing.newest import newest_of
from connectors.parsing.rejections import reject
from connectors.rows.values import compact

if TYPE_CHECKING:
    from connectors.feeds.handlers import ParsedByFeedparser

_POSITION = re.compile(r"<unknown>:(\d+):(\d+): (.*)", re.DOTALL)


def parse_feed(
    text: str,
    *,
    path: str | None = None,
    answered: str | None = None,
    repairs: tuple[str, ...] = (),
) -> Parsed:
    """Return the entries of an RSS or Atom document (`decode.xml_text`), in its order.

    `answered` is the URL that answered. A broken document gives the entries that can be read, with
    the repair `broken_feed`, and says why in `complaint`.
    """
    # Imported here: a tenth of a second that no run without such a feed pays.
    from connectors.feeds.handlers import parsed_by_feedparser

    with warnings.catch_warnings():
        # Python deprecates what feedparser still calls; a warning is no entry's concern.
        warnings.simplefilter("ignore")
        parsed = parsed_by_feedparser(text)
    entries, complaint = parsed.entries, _complaint(parsed.complaint)
    if complaint and not entries:
        return Parsed([], problem=("not_a_feed", f"no entry can be read: {complaint}"))
    if complaint:
        repairs = (*repairs, "broken_feed")
    frame = _frame(parsed, text, path, answered, repairs)
    fields, by_date = [_fields_of(entry) for entry in entries], False
    if len(fields) > ENTRY_LIMIT:
        fields, by_date = newest_of(fields, attrgetter("date"))
    withdrawn = (_withdrawn(path, attributes) for attributes in parsed.withdrawn[:ENTRY_LIMIT])
    read = without_repeats([*map(frame.entry, fields), *withdrawn])
    return Parsed(read, len(entries), complaint, by_date=by_date)


def _withdrawn(path: str | None, attributes: dict[str, str]) -> Rejected:
    """Return the row that tells of a tombstone (RFC 6721): its feed withdrew the entry `ref`.

    Not the entry's own key: what is stored of it stays, and is found by its guid.
    """
    ref, when = stated(attributes.get("ref")) or "", stated(attributes.get("when"))
    detail = f"its feed withdrew the entry {ref[:500]}" + (f" at {when[:60]}" if when else "")
    raw = compact({"ref": ref, "when": when})
    return reject(path, "withdrawn", detail, raw.encode(), key=f"withdrawn#{hash128(ref)}")


def _complaint(error: object) -> str:
    """Return feedparser's complaint about the document as a short sentence; "" if it has none."""
    if error is None:
        return ""
    match = _POSITION.fullmatch(str(error))
    if match is None:
        return f"{error}"[:200] or type(error).__name__
    # feedparser puts a declaration of its own into the first line.
    line = max(1, int(match[1]) - 1)
    return f"it is not well-formed XML: {match[3][:150]} (line {line}, column {match[2]})"


def _frame(
    parsed: "ParsedByFeedparser",
    text: str,
    path: str | None,
    answered: str | None,
    repairs: tuple[str, ...],
) -> Frame:
    """Return what the entries inherit of feedparser's document."""
    feed = parsed.feed
    links = [link for link in _list(feed.get("links")) if isinstance(link, dict)]
    own = [_string(link, "href") for link in links if link.get("rel") == "self"]
    atom = parsed.version.startswith("atom")
    return Frame(
        path=path,
        relative_to=(answered, *own, _string(feed, "link")),
        repairs=repairs,
        language=_string(feed, "language"),
        authors=_names(feed),
        atom=atom,
        dates_are_updates=atom or "dc:date" not in text,
        title=_string(feed, "title"),
    )


def _fields_of(entry: dict[Any, Any]) -> FeedFields:
    """Return the fields of one of feedparser's entries."""
    from connectors.feeds.handlers import OWN

    fields: FeedFields = entry[OWN]
    for name in ("id", "link", "title", "summary", "published", "updated", "created", "language"):
        setattr(fields, name, _string(entry, name))
    fields.title_construct = _construct(entry.get("title_detail"))
    fields.summary_construct = _construct(entry.get("summary_detail"))
    fields.contents = [
        construct for content in _list(entry.get("content")) if (construct := _construct(content))
    ]
    fields.authors = _names(entry)
    source = entry.get("source")
    if isinstance(source, dict):
        fields.source_authors = _names(source)
        title = _string(source, "title")
        if title and not fields.source:
            urls = (_string(source, name) for name in ("href", "link", "id"))
            fields.source = (title, *(url for url in urls if url))
    return fields


def _construct(detail: object) -> TextConstruct | None:
    if not isinstance(detail, dict) or not isinstance(value := detail.get("value"), str):
        return None
    return _string(detail, "type"), value, _string(detail, "language")


def _string(fields: dict[Any, object], name: str) -> str | None:
    # dict.get: feedparser's own `get` answers `updated` with `published`.
    value = dict.get(fields, name)
    return value if isinstance(value, str) else None


def _names(fields: dict[Any, object]) -> tuple[str, ...]:
    return names_of(author for author in _list(fields.get("authors")) if isinstance(author, dict))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
