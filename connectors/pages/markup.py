"""What the article's own markup says: microdata, RDFa, microformats, and plain `time` elements."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_PROPERTIES = {
    "published": {"datepublished", "dateposted", "datecreated", "dc:created", "dcterms:created",
                  "dcterms:issued", "dc:issued", "dc:date", "dc:date dc:created", "pubdate"},
    "updated": {"datemodified", "dateupdated", "dcterms:modified", "dc:modified"},
    "author": {"author", "creator", "dc:creator", "dcterms:creator"},
    "title": {"headline"},
}  # fmt: skip
_CLASSES = {
    "published": {"dt-published", "published", "entry-date", "post-date", "publish-date",
                  "article-date", "date-published", "pubdate"},
    "updated": {"dt-updated", "updated", "modified", "date-modified", "last-updated"},
    "author": {"p-author", "author", "byline", "byline-name", "author-name", "article-author"},
}  # fmt: skip
_MARKED = ", ".join(f".{name}" for names in _CLASSES.values() for name in sorted(names))
_VOCABULARY = re.compile(r"^(?:https?://schema\.org/|schema:|rnews:|og:|article:)")
_COMMENT = re.compile(r"(?:[\w-]*[-_])?(?:comments?|commentlist|respond|disqus)(?:[-_][\w-]*)?")
_CARD = re.compile(
    r"(?:[\w-]*[-_])?(?:related|teasers?|sidebar|widget|recommend(?:ed|ations?)?|more-?stories"
    r"|promo|newsletter|most-?read|popular|trending|read-?next|also-?like|outbrain|taboola)"
    r"(?:[-_][\w-]*)?"
)
_OF_THE_PAGE = re.compile(r"(?:no|has|with)[-_].*|comments?[-_](?:open|closed|count|link)")
"""Words that themes put on the article itself."""
_DEPTH_LIMIT = 60
_NODES_LIMIT = 300
TIME = 0.7
"""Confidence of the first `time` element of the article, which does not say what it is."""


def is_elsewhere(node: LexborNode, root: LexborNode | None = None) -> bool:
    """Tell whether a node is of a comment, a teaser, an aside or a site's frame.

    `root`: the node above which nothing counts.
    """
    above: LexborNode | None = node
    for _ in range(_DEPTH_LIMIT):
        if above is None or (root is not None and above.mem_id == root.mem_id):
            return False
        if above.tag in {"aside", "nav", "footer"} or is_foreign(above):
            return True
        if above.tag == "header" and above.parent is not None and above.parent.tag == "body":
            return True
        above = above.parent
    return False


def is_foreign(node: LexborNode) -> bool:
    """Tell whether a node says itself that it is a comment or a card, no part of the article."""
    return is_comment(node) or _is_called(node, _CARD)


def is_comment(node: LexborNode) -> bool:
    """Tell whether a node says itself that it is a reader's comment, or holds them."""
    attributes = node.attributes
    kind = f"{attributes.get('itemtype') or ''} {attributes.get('typeof') or ''}"
    return _is_called(node, _COMMENT) or ("Comment" in kind)


def _is_called(node: LexborNode, pattern: re.Pattern[str]) -> bool:
    if node.tag in {"body", "html", "main"}:
        return False
    attributes = node.attributes
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()[:500]
    return any(
        pattern.fullmatch(word) and not _OF_THE_PAGE.fullmatch(word) for word in named.split()
    )


def properties(root: LexborHTMLParser | LexborNode) -> dict[str, list[str]]:
    """Return the values of what microdata, RDFa and microformats state, by role.

    Properties before classes; nothing of comments, teasers and a site's frame.
    """
    values: dict[str, list[str]] = {}
    by_class: dict[str, list[str]] = {}
    for node in [*root.css("[itemprop], [property]")[:_NODES_LIMIT], *root.css(_MARKED)[:50]]:
        role = _role(node)
        if role is None or is_elsewhere(node):
            continue
        kind, is_property = role
        value = _person(node) if kind == "author" else _value(node)
        if value:
            (values if is_property else by_class).setdefault(kind, []).append(value)
    return {kind: values.get(kind) or by_class[kind] for kind in values.keys() | by_class.keys()}


def _role(node: LexborNode) -> tuple[str, bool] | None:
    """Return the role of a node, and whether a property states it; None for any other node."""
    attributes = node.attributes
    stated = attributes.get("itemprop") or attributes.get("property")
    if (stated and node.tag != "meta") or attributes.get("itemprop"):
        names = {_VOCABULARY.sub("", name) for name in (stated or "").lower().split()}
        for kind, known in _PROPERTIES.items():
            if names & known:
                return kind, True
    classes = set((attributes.get("class") or "").lower().split())
    # A theme may call one date both: the publication is meant then.
    for kind, known in _CLASSES.items():
        if classes & known and (kind == "author" or _is_date_node(node)):
            return kind, False
    return None


def _is_date_node(node: LexborNode) -> bool:
    attributes = node.attributes
    return bool(attributes.get("datetime") or attributes.get("content") or attributes.get("title"))


def _value(node: LexborNode) -> str:
    attributes = node.attributes
    for name in ("content", "datetime"):
        if value := (attributes.get(name) or "").strip():
            return value
    if node.tag == "abbr" and (value := (attributes.get("title") or "").strip()):
        return value
    inner = node.css_first("time[datetime]")
    if inner is not None and (value := (inner.attributes.get("datetime") or "").strip()):
        return value
    return " ".join(node.text().split())[:200]


def _person(node: LexborNode) -> str:
    attributes = node.attributes
    if content := (attributes.get("content") or "").strip():
        return "" if "://" in content else content
    inner = node.css_first("[itemprop=name], .p-name, .fn")
    if inner is not None:
        return (inner.attributes.get("content") or " ".join(inner.text().split()))[:200]
    return " ".join(node.text().split())[:200]


def times(root: LexborNode) -> Iterator[str]:
    """Yield the `time` elements of the article that may be its date, those marked as it first."""
    nodes = [node for node in root.css("time[datetime]")[:50] if not is_elsewhere(node, root)]
    for node in sorted(nodes, key=lambda node: "pubdate" not in node.attributes):
        role = _role(node)
        if role is None or role[0] != "updated":
            yield (node.attributes.get("datetime") or "").strip()
