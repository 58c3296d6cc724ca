"""Entry -> Draft or Rejected: clean text, canonical URL, and each field with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from articles.fields.bylines import authors
from articles.fields.date_moments import NO_ZONE
from articles.fields.languages import language
from articles.fields.published import published_at
from articles.fields.titles import title
from articles.identity import side_by_side
from articles.identity.keys import keys_of
from articles.identity.readable_ids import source_id_of
from articles.model.drafts import Draft, Evidence, stated_title
from articles.model.entries import (
    RAW_LIMIT,
    SHARED_KEY,
    BodyKind,
    Entry,
    Feed,
    Markup,
    Rejected,
    Source,
)
from articles.model.ids import hash64, hash128
from articles.model.known import Text
from articles.revisions.states import content_fields, state_hash
from articles.text.clean import clean
from articles.text.normal_form import squash, word_count
from articles.urls.canonical import canonical, is_root
from articles.urls.ownership import is_owned


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """The clean texts of an entry."""

    title: str
    body: str
    body_kind: BodyKind
    summary: str | None
    repairs: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its body, else its title: what is hashed and counted."""
        return self.body or self.title


def entry_hash(entry: Entry) -> int:
    """Return the 64-bit hash over the fields that `normalize` reads.

    The path is none of them: where it says anything, it is the guid too.
    """
    parts = [
        _optional(entry.guid), _optional(entry.url), _optional(entry.published),
        _optional(entry.updated), _optional(entry.language), _optional(entry.publisher),
        entry.origin, str(entry.authors_inherited),
    ]  # fmt: skip
    for markup in (entry.title, entry.content, entry.summary):
        parts += ["", ""] if markup is None else [markup.media_type, markup.value]
    return hash64(*parts, *entry.authors)


def _optional(value: str | None) -> str:
    return "" if value is None else f"={value}"


def normalize(
    fresh: Sequence[tuple[Entry, int]], feed: Feed, now: datetime, known: Sequence[Entry] = ()
) -> list[Draft | Rejected]:
    """Turn the entries of one document (or block of rows), each with its hash, into drafts.

    Never raises for bad data: what fails inside an entry rejects that one.

    Args:
        fresh: the entries, each with its `entry_hash`; the result has their order and length.
        feed: the feed that delivered them.
        now: the time that it is (aware, UTC); it bounds dates.
        known: the document's other entries; they only tell which guids and URLs are shared.
    """
    results = [_guarded(entry, hash_of_entry, feed, now) for entry, hash_of_entry in fresh]
    return without_shared_keys(results, known)


def without_shared_keys(
    results: Sequence[Draft | Rejected], known: Sequence[Entry] = ()
) -> list[Draft | Rejected]:
    """Return the drafts of one document; a guid or URL of different entries of it is no key."""
    drafts = [result for result in results if isinstance(result, Draft)]
    apart = iter(side_by_side.told_apart(drafts, known, _listed))
    return [next(apart) if isinstance(result, Draft) else result for result in results]


def _listed(entry: Entry) -> side_by_side.Listed:
    texts = _cleaned(entry)
    url = canonical(entry.url)
    url = None if url is None or is_root(url) else url
    text = Text(texts.title or None, texts.body or None)
    return side_by_side.Listed(entry.guid, url, text, texts.body_kind, entry.published)


def _guarded(entry: Entry, hash_of_entry: int, feed: Feed, now: datetime) -> Draft | Rejected:
    try:
        return _draft(_storable(entry), hash_of_entry, feed, now)
    except (MemoryError, SystemError):
        raise  # the worker's limit: the pool decides
    except Exception as error:  # noqa: BLE001 - one unforeseen entry must not lose the others: an
        # address that no parser foresaw once ended a run over millions.
        return _rejected(entry, hash_of_entry, "parse_crash", f"{type(error).__name__}: {error}")


def _rejected(entry: Entry, hash_of_entry: int, reason: str, detail: str) -> Rejected:
    entry = _storable(entry)
    return Rejected(
        key=entry.key,
        reason=reason,
        detail=_valid(detail)[:500],
        path=entry.path,
        raw=entry.raw.encode()[:RAW_LIMIT],
        entry_hash=hash_of_entry,
    )


def _valid(value: str) -> str:
    """Write out what no table can hold: lone surrogates and NULs."""
    if "\0" not in value:
        try:
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _storable(entry: Entry) -> Entry:
    """Make the fields that are stored as delivered valid UTF-8 without NULs."""
    delivered = (
        entry.key, entry.raw, entry.guid, entry.url, entry.path, entry.publisher,
        entry.former_guid, entry.listed_in,
    )  # fmt: skip
    stored = tuple(value and _valid(value) for value in delivered)
    if stored == delivered:
        return entry
    key, raw, guid, url, path, publisher, former, listed_in = stored
    return replace(
        entry, key=key or "", raw=raw or "", guid=guid, url=url, path=path, publisher=publisher,
        former_guid=former, listed_in=listed_in,
    )  # fmt: skip


def _draft(entry: Entry, hash_of_entry: int, feed: Feed, now: datetime) -> Draft | Rejected:
    texts = _cleaned(entry)
    if not texts.title and not texts.body:
        detail = "neither a title nor a text is left of it"
        return _rejected(entry, hash_of_entry, "empty", detail)
    heading = title(entry, texts.title, texts.body)
    said_in = language(entry.language, entry.origin, texts.body, texts.title)
    published = published_at(entry, texts.body, now, feed, said_in.value)
    written_by = authors(entry)
    canonical_url = canonical(entry.url)
    content_hash = hash128(squash(texts.text))
    fields = content_fields(
        heading.value,
        heading.origin,
        content_hash if texts.body else None,
        written_by.value,
        published.value,
        published.origin,
        said_in.value,
    )
    source = _source(entry, feed)
    url_is_key = canonical_url is not None and not is_root(canonical_url)
    # What a feed's entry says of its publisher is a name: whose keys it has, is its feed's to say.
    keeper = feed.source if entry.origin == "feed" else source
    owned = is_owned(feed, canonical_url)
    # A field a line.
    return Draft(
        entry=_lighter(entry),
        entry_hash=hash_of_entry,
        feed_id=feed.feed_id,
        source=source,
        title=heading,
        body=texts.body or None,
        body_kind=texts.body_kind,
        summary=texts.summary,
        authors=written_by,
        published_at=published,
        language=said_in,
        url=Evidence(entry.url, entry.origin, 1.0) if entry.url else Evidence(None, "none", 0.0),
        canonical_url=canonical_url,
        url_is_key=url_is_key,
        owned=owned,
        polled=feed.kind != "files",
        word_count=word_count(texts.text),
        content_hash=content_hash,
        fields=fields,
        state_hash=state_hash(fields),
        keys=keys_of(
            feed.feed_id,
            entry,
            keeper.source_id,
            canonical_url,
            content_hash,
            url_is_key=url_is_key,
            owned=owned,
            title=stated_title(heading.value, heading.origin),
            instant=_instant(entry, published),
        ),
        repairs=texts.repairs if _is_named(entry, canonical_url) else (*texts.repairs, SHARED_KEY),
    )


def _instant(entry: Entry, published: Evidence[datetime | None]) -> str | None:
    """Return the exact time that a feed states for an entry; midnight says no more than a day."""
    if entry.origin != "feed" or published.origin != "feed" or published.value is None:
        return None
    stated = entry.published or ""
    if published.confidence < NO_ZONE or "T00:00" in stated or " 00:00" in stated:
        return None
    return published.value.isoformat()


def _is_named(entry: Entry, canonical_url: str | None) -> bool:
    """Tell whether its key is the entry's own as far as it says itself: a home page is not."""
    if entry.guid is not None or entry.url is None:
        return True
    return canonical_url is not None and not is_root(canonical_url)


def _cleaned(entry: Entry) -> _Cleaned:
    """Clean the texts: the body is the content, else the summary."""
    heading, of_title = _clean(entry.title)
    content, of_content = _clean(entry.content)
    summary, of_summary = _clean(entry.summary)
    repairs = tuple(dict.fromkeys((*entry.repairs, *of_title, *of_content, *of_summary)))
    heading = heading.replace("\n\n", " ")
    if not content:
        return _Cleaned(heading, summary, "summary", None, repairs)
    shorter = summary if summary and len(summary) < len(content) else None
    return _Cleaned(heading, content, "full", shorter, repairs)


def _clean(markup: Markup | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if markup is None else clean(markup)


def _source(entry: Entry, feed: Feed) -> Source:
    """Return the source that the entry names, else its feed's."""
    name = " ".join((entry.publisher or "").split())
    if not name:
        return feed.source
    source_id = source_id_of(name)
    return feed.source if source_id == feed.source.source_id else Source(source_id, name)


def _lighter(entry: Entry) -> Entry:
    content = entry.content and Markup("", entry.content.media_type)
    return replace(entry, content=content, summary=None)
