"""Named fields in their usual spellings (JSON, CSV, Parquet, front matter, JSON-LD) -> an Entry."""

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import orjson

from articles.identity.urls import URL_LIMIT
from articles.model.entries import Entry, Markup
from articles.model.ids import hash128
from connectors.limits import AUTHORS_LIMIT, NAME_LIMIT, RAW_ROW_LIMIT

# Case and punctuation do not count: pub_date, pubDate and PubDate are one spelling. Where several
# spellings have a value the first of this list wins; of `content` the longest.
SPELLINGS: Mapping[str, str] = {
    "guid": "guid id uid uuid oid articleid newsid storyid docid postid identifier",
    "url": "url link permalink weburl articleurl articlelink pageurl requestedurl canonical"
    " canonicalurl canonicallink href uri sourceurl originalurl externalurl newsurl"
    " mainentityofpage",
    "title": "title headline head heading newstitle articletitle pagetitle ogtitle dctitle"
    " subject name titel titre titolo titulo título schlagzeile überschrift",
    "content": "fulltext maintext articlebody articletext bodytext plaintext body content text"
    " contenttext article articlecontent newscontent newstext story paragraphs texto texte testo"
    " inhalt contenido contenu",
    "html": "contenthtml bodyhtml htmlcontent contentencoded articlehtml",
    "page": "html rawhtml pagehtml",
    "summary": "summary description abstract lead leadparagraph excerpt snippet teaser standfirst"
    " dek subtitle shortdescription metadescription ogdescription intro trailtext",
    "published": "published publishedat datepublished pubdate publishdate publisheddate"
    " publishedtime publicationdate publishtime articlepublishedtime firstpublicationdate"
    " webpublicationdate dateposted postdate posted issued dcdate date datetime pubtime created"
    " createdat datecreated createdtime timestamp time datum fecha erscheinungsdatum",
    "updated": "updated modified datemodified dateupdated updatedat updatedate lastmodified"
    " lastupdated modifieddate modifiedat articlemodifiedtime updatetime",
    "authors": "authors author byline bylines creator dccreator by writer writers authorname"
    " authornames journalist reporter autor auteur autore autoren verfasser",
    "language": "language lang locale inlanguage languagecode dclanguage detectedlanguage",
    "publisher": "publisher sourcename source outlet newspaper sitename ogsitename site"
    " publication newssource provider",
}
_ROLES = {
    spelling: (role, rank)
    for role, spellings in SPELLINGS.items()
    for rank, spelling in enumerate(spellings.split())
}
_INNER = ("rendered", "main", "original", "name", "full", "value", "#text", "text", "title")
_NESTS = {"source", "article", "data", "attributes", "node", "fields", "jsonld", "graph", "payload"}
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|h[1-6]|ul|ol|li|em|strong|b|i|u|s|q|sub|sup|small|img|hr|pre|code|figure"
    r"|blockquote|table|tr|td|section|article|html|body|font|center|iframe|script|style|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_WEB = re.compile(r"https?://", re.IGNORECASE)

T = TypeVar("T")
Guid = Literal["row", "file", "own"]
"""What an entry's guid is: `path#id`, the path, or the id as delivered."""
FieldSet = dict[str, list[tuple[int, object]]]


@lru_cache(maxsize=8192)
def role_of(name: str) -> tuple[str, int] | None:
    """Return the role of a field name and its rank among the spellings; None if it has none."""
    if len(name) > NAME_LIMIT:
        return None
    role = _ROLES.get("".join(char for char in name.casefold() if char.isalnum()))
    # `id` beats `_id`: of equal spellings the one without decoration.
    return (role[0], role[1] * 2 + (not name.isalnum())) if role else None


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
    known = _gather(fields)
    if not known:
        return None
    title = _first(known, "title", _string)
    content = _content(known)
    summary = markup(_first(known, "summary", _string))
    url, publisher = _url_and_publisher(known)
    own = _identifier(known)
    if guid == "row":
        own = f"{path}#{own}" if own and path else own
    elif guid == "file":
        own = path
    text = content or summary
    return Entry(
        key=own or url or hash128(title or "", text.value if text else ""),
        guid=own,
        url=url,
        path=path,
        title=markup(title),
        content=content,
        summary=summary,
        authors=tuple(_first(known, "authors", _authors) or ()),
        published=_first(known, "published", scalar),
        updated=_first(known, "updated", scalar),
        language=_first(known, "language", _short),
        origin=origin,
        publisher=publisher,
        raw=_bounded(fields, known) if raw is None else raw,
        repairs=repairs,
    )


def markup(text: str | None) -> Markup | None:
    """Return the text with its media type, told by whether it holds an HTML tag; None if blank."""
    if not text or text.isspace():
        return None
    if "<" in text and _TAG.search(text):
        return Markup(text, "text/html")
    return Markup(text)


def scalar(value: object) -> str | None:
    """Return a date or an id as text: a number as its decimal text, `{"$oid": ...}` unwrapped."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((inner for name, inner in value.items() if str(name)[:1] in "$@#"), None)
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    return None


def compact(value: object) -> str:
    """Return compact, valid JSON in UTF-8 of whatever a parser delivered."""
    try:
        return orjson.dumps(value, default=str).decode()
    except (TypeError, ValueError, RecursionError):
        # Lone surrogates, integers over 64 bits, keys that are no text.
        try:
            return json.dumps(value, default=str, separators=(",", ":"), skipkeys=True)
        except (TypeError, ValueError, RecursionError):
            return "{}"


def _gather(fields: Mapping[str, object]) -> FieldSet:
    """Return the known fields by role; nested ones fill the roles that are absent."""
    known = _known_fields(fields)
    for name, value in fields.items():
        nested = value[0] if isinstance(value, list) and value else value
        if not isinstance(nested, dict) or not _is_nest(name, nested, known):
            continue
        inner = _known_fields(nested)
        if "title" in inner or "content" in inner:
            # The envelope itself may have been taken for a field (`_source`, `article`).
            own = {role: hits for role, hits in known.items() if hits[0][1] is not value}
            known = inner | own
    return known


def _is_nest(name: str, nested: Mapping[str, object], known: FieldSet) -> bool:
    """Tell a JSON-LD NewsArticle beside other fields, or the envelope of a search engine's dump."""
    if "article" in str(nested.get("@type", "")).casefold():
        return True
    plain = name.strip("_@").casefold().replace("-", "").replace("_", "")
    return plain in _NESTS and "title" not in known and "content" not in known


def _known_fields(fields: Mapping[str, object]) -> FieldSet:
    known: FieldSet = {}
    for name, value in fields.items():
        if value is None or value == "":
            continue
        role = role_of(name)
        if role is not None:
            known.setdefault(role[0], []).append((role[1], value))
    for hits in known.values():
        if len(hits) > 1:
            hits.sort(key=_rank)
    return known


def _rank(hit: tuple[int, object]) -> int:
    return hit[0]


def _first(known: FieldSet, role: str, read: Callable[[object], T | None]) -> T | None:
    for _, value in known.get(role, ()):
        got = read(value)
        if got:
            return got
    return None


def _content(known: FieldSet) -> Markup | None:
    """Return the content: an HTML fragment where there is one, else the longest text."""
    html = _first(known, "html", _string)
    if html:
        return Markup(html, "text/html")
    texts = [text for _, value in known.get("content", ()) if (text := _string(value))]
    if texts:
        return markup(max(texts, key=len))
    page = _first(known, "page", _string)
    return Markup(page, "text/html") if page else None


def _string(value: object) -> str | None:
    """Return a text: a list's texts as paragraphs, of an object the member that holds the text."""
    if isinstance(value, dict):
        value = next((value[name] for name in _INNER if isinstance(value.get(name), str)), None)
    if isinstance(value, list):
        texts = [text for text in value if isinstance(text, str) and text.strip()]
        value = "\n\n".join(texts)
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    return scalar(value)


def _short(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    text = _string(value)
    return text.strip() if text and len(text) <= NAME_LIMIT else None


def _authors(value: object) -> list[str]:
    """Return the names of a byline, of a list of names or objects, or of a list as text."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] == "[" and text[-1:] == "]":
            return [(one or two).strip() for one, two in _QUOTED.findall(text[1:-1]) if one or two]
        return [text] if text else []
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return []
    names: list[str] = []
    for part in value[:AUTHORS_LIMIT]:
        name = part if isinstance(part, str) else _string(part) if isinstance(part, dict) else None
        if name and name.strip() and name.strip() not in names:
            names.append(name.strip())
    return names


def _identifier(known: FieldSet) -> str | None:
    own = _first(known, "guid", scalar)
    return own if own and len(own) <= URL_LIMIT else None


def _link(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@id") or value.get("href") or value.get("url")
    link = value.strip() if isinstance(value, str) else ""
    return link if link and len(link) <= URL_LIMIT else None


def _url_and_publisher(known: FieldSet) -> tuple[str | None, str | None]:
    """Return the link and the publisher; a URL given as the source names its host."""
    url, publisher = _first(known, "url", _link), _first(known, "publisher", _short)
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


def _bounded(fields: Mapping[str, object], known: FieldSet) -> str:
    raw = compact(fields)
    if len(raw) > RAW_ROW_LIMIT:
        used = {id(value) for hits in known.values() for _, value in hits}
        raw = compact({name: value for name, value in fields.items() if id(value) in used})
    return raw
