"""Chooses the part of a page that is its article, by what the page says of itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.pages.page_parts import is_beside

_NOT_THE_ARTICLE = (
    "script, style, noscript, template, iframe, object, svg, nav, header, footer, aside, "
    "button, dialog, [hidden], [aria-hidden=true]"
)
_NAMED = "[class], [id], [itemtype], [role]"
_ENOUGH = 100
"""Characters from which on a part of the page is taken for the article."""
_BODIES = ("[itemprop=articleBody]", "article", "main, [role=main]")
# Content systems' own names, where the page has no element that says it.
_CLASSES = (
    ".entry-content, .post-content, .article-content, .article-body, .article__body, .articleBody,"
    " .article__content, .story-body, .story-content, .story__body, .post-body, .td-post-content,"
    " .field-name-body, .node__content, .e-content, .wysiwyg, .c-article-content, .ArticleBody,"
    " #article-body, #articleBody, #story, #article, .article-text, .body-copy, .content-body,"
    " [property=articleBody], [property='schema:articleBody']"
)
NUMBERED = "article, main, div, section, td, body"
"""Elements that can be the article; an element's number among them is the same in each reading."""
_WORD = re.compile(r"\w+")
MOST_CANDIDATES = 200
"""Elements that are compared."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the page says of its article elsewhere, in plain text."""

    title: str = ""
    summary: str = ""
    body: str = ""
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class ArticlePart:
    """The article's part of a page."""

    html: str
    number: int | None
    """Its element's number among `NUMBERED`."""
    text: str


def article_part(tree: LexborHTMLParser, claims: Claims) -> ArticlePart | None:
    """Return the article's HTML, else that of what is most like it; None if all is empty.

    Takes out of the tree what is beside the article. Of several parts that stand side by side
    the one that agrees with the page's claims, else the longest; of a live blog their whole.
    """
    numbers = {node.mem_id: number for number, node in enumerate(tree.css(NUMBERED))}
    _strip(tree)
    title = _heading(tree, claims.title)
    node = _chosen(tree, claims, title)
    if title is not None:
        title.decompose()
    if node is None or not node.text(strip=True):
        return None
    parts = _parts(node)
    html = "".join(part.inner_html or "" for part in parts)
    text = " ".join(part.text(strip=True) for part in parts)
    return ArticlePart(html, numbers.get(node.mem_id), text)


def _parts(node: LexborNode) -> list[LexborNode]:
    """Return the element and those beside it that are the same text, cut apart (by advertising)."""
    attributes = node.attributes
    if node.tag in {"article", "main", "body"} or not attributes.get("itemprop"):
        return [node]
    parts: list[LexborNode] = []
    at = node.parent.first_child if node.parent is not None else None
    while at is not None:
        if at.is_element_node and at.tag == node.tag and at.attributes == attributes:
            parts.append(at)
        at = at.next
    return parts or [node]


def _strip(tree: LexborHTMLParser) -> None:
    # Told before anything goes: a card has no main heading, and that may stand in a <header>.
    beside = {
        node.mem_id
        for node in tree.css(_NAMED)
        if node.tag not in {"body", "html", "main"} and is_beside(node)
    }
    # From the last to the first, so that none is removed after what holds it.
    for node in reversed(tree.css(_NOT_THE_ARTICLE)):
        node.decompose()
    for node in reversed(tree.css("form")):
        # Some sites wrap the whole page in a form.
        if node.css_first("p") is None:
            node.decompose()
    _strip_beside(tree, beside)


def _strip_beside(tree: LexborHTMLParser, beside: set[int]) -> None:
    if not beside or tree.body is None:
        return
    left = len(tree.body.text(strip=True))
    for node in reversed(tree.css(_NAMED)):
        if node.mem_id not in beside:
            continue
        # What holds no text stays: it changes nothing but the bytes. What holds all of it is not
        # beside anything, whatever its name.
        size = len(node.text(strip=True))
        if size and left - size >= _ENOUGH:
            node.decompose()
            left -= size


def _heading(tree: LexborHTMLParser, title: str) -> LexborNode | None:
    """Return the heading that is the title: a field of its own, often with the site's behind it."""
    wanted = title.casefold()
    headings = tree.css("h1")[:MOST_CANDIDATES]
    return next((node for node in headings if wanted.startswith(_squashed(node.text()))), None)


def _chosen(tree: LexborHTMLParser, claims: Claims, title: LexborNode | None) -> LexborNode | None:
    whole = _prose(tree.body) if tree.body is not None else 0
    for selector in _BODIES:
        nodes = tree.css(selector)[:MOST_CANDIDATES]
        if selector == "article" and len(nodes) > 1 and (parent := _live(nodes, claims, title)):
            return parent
        best = _best(nodes, claims, title, whole)
        if best is not None:
            return best
    return _by_class(tree, claims, title) or tree.body


def _best(
    nodes: Sequence[LexborNode], claims: Claims, title: LexborNode | None, whole: int
) -> LexborNode | None:
    """Return the candidate that agrees best, the longest of equals; None if it is only a card."""
    sized = [(node, len(node.text(strip=True))) for node in nodes]
    large = [(node, size) for node, size in sized if size >= _ENOUGH]
    if not large:
        return None
    ranked = [(_agreement(node, claims, title), size, node) for node, size in large]
    agreement, _, node = max(ranked, key=lambda one: one[:2])
    # A card or a comment beside an article that has no element of its own.
    if not agreement and whole > 3 * _ENOUGH and 4 * _prose(node) < whole:
        return None
    return node


def _agreement(node: LexborNode, claims: Claims, title: LexborNode | None) -> int:
    """Return how much an element agrees with the page's title, body and summary (0 to 7)."""
    text = _squashed(node.text(separator=" ")) if claims.body or claims.summary else ""
    score = 0
    if claims.body and _share(claims.body, text) > 0.5:
        score += 4
    if title is not None and _is_within(title, node):
        score += 2
    summary = _squashed(claims.summary).rstrip(".… ")[:80]
    if len(summary) > 20 and summary in text:
        score += 1
    return score


def _live(
    nodes: Sequence[LexborNode], claims: Claims, title: LexborNode | None
) -> LexborNode | None:
    """Return what holds all updates of a live blog; None if the page is none.

    It is one by its own word, or if articles without a heading that leads elsewhere stand side by
    side under the page's title.
    """
    parents: dict[int, list[LexborNode]] = {}
    for node in nodes:
        parent = node.parent
        if parent is not None:
            parents.setdefault(parent.mem_id, []).append(node)
    updates = max(parents.values(), key=len, default=[])
    if len(updates) < 2:
        return None
    parent = updates[0].parent
    within = title is not None and any(_is_within(title, node) for node in nodes)
    leads = any(node.css_first("h1 a, h2 a, h3 a, h4 a, a h2, a h3") for node in updates)
    small = [node for node in updates if len(node.text(strip=True)) < _ENOUGH // 2]
    unclaimed = title is not None and not within and not leads and len(updates) > 2 and not small
    if not claims.is_live and not unclaimed:
        return None
    # The lead stands beside the updates, in what holds both.
    for _ in range(3):
        if parent is None or parent.tag in {"main", "article", "body"}:
            break
        if parent.parent is None or title is None or _is_within(title, parent):
            break
        parent = parent.parent
    return parent


def _by_class(
    tree: LexborHTMLParser, claims: Claims, title: LexborNode | None
) -> LexborNode | None:
    """Return the element that a content system's name tells, if the body holds much besides."""
    body = tree.body
    if body is None:
        return None
    nodes = tree.css(_CLASSES)[:MOST_CANDIDATES]
    best = _best(nodes, claims, title, _prose(body)) if nodes else None
    if best is None:
        return None
    share = len(best.text(strip=True)) / max(len(body.text(strip=True)), 1)
    return best if share < 0.9 else None


def _prose(node: LexborNode) -> int:
    """Return how many characters of paragraphs an element holds."""
    return sum(len(part.text(strip=True)) for part in node.css("p"))


def _is_within(node: LexborNode, holder: LexborNode) -> bool:
    at: LexborNode | None = node
    for _ in range(200):
        if at is None:
            return False
        if at.mem_id == holder.mem_id:
            return True
        at = at.parent
    return False


def _squashed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _share(claimed: str, text: str) -> float:
    """Return which share of the claimed text's words the other text holds."""
    words = set(_WORD.findall(claimed[:20_000].casefold()))
    return len(words & set(_WORD.findall(text))) / max(len(words), 1)


def agrees(claimed: str, text: str) -> bool:
    """Tell whether a text holds most words of the claimed one."""
    return _share(claimed, _squashed(text)) > 0.5
