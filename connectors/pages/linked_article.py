"""Reads the article of a page out of its linked data (JSON-LD 1.1 with schema.org's words)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from connectors.limits import AUTHORS_LIMIT
from connectors.pages.lenient_json import LENIENT_LIMIT, lenient_values

MOST_OBJECTS = 5_000
"""Objects of a page's linked data that are looked at."""
_SCRIPTS = 'script[type*="ld+json" i], script[type*="json+ld" i]'
_PREFIX = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:|s:)", re.IGNORECASE)
# Kinds of schema.org/Article whose names don't end in "Article" (schema.org 28).
_ARTICLES = {
    "article", "report", "blogposting", "liveblogposting", "socialmediaposting",
    "discussionforumposting",
}  # fmt: skip
# What a page may be where it names no article.
_PAGES = {
    "webpage", "itempage", "creativework", "videoobject", "audioobject", "podcastepisode", "recipe",
    "howto", "review", "claimreview", "qapage", "mediagallery", "imagegallery", "episode",
}  # fmt: skip
_NO_NAMES = {"", "null", "none", "undefined", "n/a", "unknown", "false", "true", "admin", "author"}


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """The article of a page, and the objects that it may refer to."""

    fields: dict[str, object]
    objects: dict[str, dict[str, object]]
    kinds: frozenset[str]
    """Its types, in small letters and without a prefix; empty if there is no article."""

    @property
    def is_article(self) -> bool:
        """Whether it is one by its type, not only a page."""
        return any(map(_is_article, self.kinds))

    @property
    def is_live(self) -> bool:
        """Whether it is a blog whose updates are its text."""
        return "liveblogposting" in self.kinds

    def text(self, name: str) -> str | None:
        """Return the first text under a name; None if there is none."""
        return next(_texts(self.fields.get(name)), None)

    def link(self, name: str) -> str | None:
        """Return the first address under a name."""
        return next(_links(self.fields.get(name)), None)

    def authors(self) -> list[str]:
        """Return the authors' names; a publisher beside persons is none of them."""
        for name in ("author", "creator"):
            found = list(_people(self.fields.get(name), self.objects, 0))
            persons = [name for name, kind in found if kind != "organization"]
            if persons:
                publishers = {
                    name.casefold()
                    for name, _ in _people(self.fields.get("publisher"), self.objects, 0)
                }
                found = [
                    (name, kind)
                    for name, kind in found
                    if kind != "organization" or name.casefold() not in publishers
                ]
            if found:
                return list(dict.fromkeys(name for name, _ in found))[:AUTHORS_LIMIT]
        return []

    def updates(self) -> list[tuple[str, str]]:
        """Return headline and text of each update of a live blog, in the page's order."""
        updates = self.fields.get("liveblogupdate")
        found = []
        for update in updates if isinstance(updates, list) else [updates]:
            fields = _resolved(update, self.objects) if isinstance(update, dict) else {}
            headline = next(_texts(fields.get("headline")), "")
            body = next(_texts(fields.get("articlebody")), "")
            if headline or body:
                found.append((headline, body))
        return found


def linked_article(tree: LexborHTMLParser, titles: Sequence[str]) -> LinkedArticle:
    """Return the article that the page's linked data is about.

    Of several that one whose headline is one of the page's titles, else the first; where none is
    an article, a page or a film with its date.
    """
    objects: dict[str, dict[str, object]] = {}
    articles: list[dict[str, object]] = []
    pages: list[dict[str, object]] = []
    for fields in _objects(tree):
        kinds = _kinds(fields)
        own_id = fields.get("@id")
        if isinstance(own_id, str) and len(fields) > 1:
            objects.setdefault(own_id, fields)
        if any(map(_is_article, kinds)):
            articles.append(fields)
        elif kinds & _PAGES:
            pages.append(fields)
    wanted = {_squashed(title) for title in titles if title}
    chosen = next((one for one in articles if _headline(one) in wanted), None)
    chosen = chosen or next(iter(articles or pages), {})
    return LinkedArticle(chosen, objects, frozenset(_kinds(chosen)))


def _objects(tree: LexborHTMLParser) -> Iterator[dict[str, object]]:
    """Yield the objects that stand for themselves, with their names in small letters."""
    seen, left = 0, LENIENT_LIMIT
    for node in tree.css(_SCRIPTS):
        script = node.text()
        waiting: list[object] = lenient_values(script, left)
        left -= len(script)
        for value in waiting:  # it grows while it is read
            seen += 1
            if seen > MOST_OBJECTS:
                return
            if isinstance(value, list):
                waiting += value[:1_000]
            elif isinstance(value, dict):
                fields = {_PREFIX.sub("", str(name)).lower(): one for name, one in value.items()}
                waiting += [fields.get("@graph"), fields.get("mainentity")]
                if isinstance(fields.get("mainentityofpage"), dict):
                    waiting.append(fields["mainentityofpage"])
                yield fields


def _kinds(fields: dict[str, object]) -> set[str]:
    kinds = fields.get("@type", fields.get("type"))
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {_PREFIX.sub("", kind).strip().lower() for kind in kinds if isinstance(kind, str)}


def _is_article(kind: str) -> bool:
    return kind in _ARTICLES or kind.endswith("article")


def _headline(fields: dict[str, object]) -> str:
    return _squashed(next(_texts(fields.get("headline")), None) or "")


def _squashed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _resolved(value: dict[str, object], objects: dict[str, dict[str, object]]) -> dict[str, object]:
    """Return the object's names in small letters; of a reference those of what it refers to."""
    fields = {_PREFIX.sub("", str(name)).lower(): one for name, one in value.items()}
    own_id = fields.get("@id")
    return {**objects.get(own_id, {}), **fields} if isinstance(own_id, str) else fields


def _people(
    value: object, objects: dict[str, dict[str, object]], depth: int
) -> Iterator[tuple[str, str]]:
    """Yield names and whose they are (`person` or `organization`), whatever shape they take."""
    if depth > 4:
        return
    if isinstance(value, list):
        for one in value[:AUTHORS_LIMIT]:
            yield from _people(one, objects, depth + 1)
    elif isinstance(value, str):
        if value in objects:
            yield from _people(objects[value], objects, depth + 1)
        elif is_name(value):
            yield value.strip(), "person"
    elif isinstance(value, dict):
        yield from _of_object(_resolved(value, objects), objects, depth)


def _of_object(
    fields: dict[str, object], objects: dict[str, dict[str, object]], depth: int
) -> Iterator[tuple[str, str]]:
    kind = "organization" if any("organi" in kind for kind in _kinds(fields)) else "person"
    names = [name.strip() for name in _texts(fields.get("name")) if is_name(name)]
    parts = [next(_texts(fields.get(name)), "") for name in ("givenname", "familyname")]
    if not names and is_name(" ".join(parts)):
        names = [" ".join(parts).strip()]
    for name in names:
        yield name, kind
    if not names:
        for name in ("name", "author", "creator", "person", "@list", "@set", "mainentity"):
            yield from _people(fields.get(name), objects, depth + 1)


def is_name(text: str) -> bool:
    """Tell whether a text can be an author's name: no address and no word for nothing."""
    plain = text.strip().casefold()
    return plain not in _NO_NAMES and not plain.startswith(
        ("http:", "https:", "//", "www.", "/", "@id", "_:", "#", "{{")
    )


def _texts(value: object) -> Iterator[str]:
    for one in value[:AUTHORS_LIMIT] if isinstance(value, list) else [value]:
        text = one
        if isinstance(one, dict):
            text = next((one[name] for name in ("@value", "name") if name in one), None)
        if isinstance(text, str) and text.strip():
            yield text
        elif isinstance(text, int) and not isinstance(text, bool):
            yield str(text)


def _links(value: object) -> Iterator[str]:
    for one in value[:10] if isinstance(value, list) else [value]:
        link = one
        if isinstance(one, dict):
            link = next((one[name] for name in ("@id", "url", "@value") if name in one), None)
        if isinstance(link, str) and link.strip():
            yield link.strip()
