"""A feed document, polled or saved -> what it holds, by the parser that its content calls for."""

from dataclasses import dataclass

from articles.model.entries import Entry, Rejected
from connectors.feeds.decode import feed_text, xml_text
from connectors.feeds.update_period import pace_of
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.feed_fields import Parsed
from connectors.parsing.rejections import reject

VERSION = "2"
"""The version of what a document becomes. Raise it when the same bytes give other entries (other
keys, fields or texts), so that unchanged documents are fetched and read again."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a polled document holds, and what it asks of its pollers."""

    entries: list[Entry | Rejected]
    error: str | None = None
    """One of ERRORS: not_a_feed, bad_encoding, empty, parse_crash; too_large beside the entries."""
    detail: str = ""
    """One sentence on the error, or on why the document is broken though it could be read."""
    asked_seconds: int = 0
    """Seconds between two polls that it asks for; 0 if it does not say, 30 days at most."""
    skip_hours: tuple[str, ...] = ()
    """Hours of the day, GMT, "0" to "23", in which it wants no poll."""
    skip_days: tuple[str, ...] = ()
    """English names of the weekdays, GMT, on which it wants no poll."""


def read_document(
    data: bytes, *, charset: str | None = None, answered: str | None = None, plain: bool = True
) -> Document:
    """Return what an RSS, Atom or JSON Feed document holds, whatever its media type says.

    For a worker process. Never raises for bad data; MemoryError and SystemError pass: the worker
    is spent.

    Args:
        data: the body.
        charset: the one of the Content-Type header.
        answered: the URL that answered.
        plain: whether the fast path may read it; else feedparser reads every XML feed.

    """
    try:
        text, parsed = _read(data, None, charset, answered, plain=plain)
        pace = (0, (), ()) if parsed.problem or text[:1] == "{" else pace_of(text)
    except (MemoryError, SystemError):  # json says the second where C found no memory
        raise
    except Exception as raised:  # noqa: BLE001 - whatever a parser stumbles over, is bad data
        detail = f"its parser failed: {type(raised).__name__}: {raised}"
        return Document([], "parse_crash", detail)
    error, detail = None, parsed.complaint
    if parsed.problem:
        reason, detail = parsed.problem
        error = "not_a_feed" if reason == "bad_json" else reason
    elif parsed.total > ENTRY_LIMIT:
        error, detail = "too_large", _too_many(parsed.total)
    return Document(parsed.entries, error, detail, *pace)


def parse_saved(data: bytes, path: str) -> list[Entry | Rejected]:
    """Return the entries of a saved document and what is wrong with it; without any: `empty`."""
    _, parsed = _read(data, path, None, None, plain=True)
    if parsed.problem:
        return [reject(path, *parsed.problem, data)]
    if parsed.total > ENTRY_LIMIT:
        detail = _too_many(parsed.total)
        over = reject(path, "too_large", detail, key=f"{path}#too_large")
        return [*parsed.entries, over]
    return parsed.entries or [reject(path, "empty", "a feed without entries", data)]


def _read(
    data: bytes, path: str | None, charset: str | None, answered: str | None, *, plain: bool
) -> tuple[str, Parsed]:
    """Return the document's text, without white space before it, and what a parser made of it."""
    decoded = feed_text(data, charset)
    if decoded is None:
        return "", Parsed([], problem=("bad_encoding", "no encoding makes a text of it"))
    text, repairs = decoded.text.lstrip(), decoded.repairs
    if not text:
        return text, Parsed([], problem=("empty", "it is empty"))
    if text[0] in "{[":
        from connectors.feeds.jsonfeed import parse_jsonfeed

        return text, parse_jsonfeed(text, path=path, answered=answered, repairs=repairs)
    text, why = xml_text(decoded.text)
    if why:
        return text, Parsed([], problem=("not_a_feed", why))
    if plain:
        from connectors.expat.document import parse_plain

        parsed = parse_plain(text, path=path, answered=answered, repairs=repairs)
        if parsed is not None:
            return text, parsed
    from connectors.feeds.feedparser import parse_feed

    return text, parse_feed(text, path=path, answered=answered, repairs=repairs)


def _too_many(total: int) -> str:
    return f"it holds {total} entries; the first {ENTRY_LIMIT} were read"
