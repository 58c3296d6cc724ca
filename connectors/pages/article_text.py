"""Which part of a page is its article: by its markup, and by what agrees with its title."""

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.pages.markup import is_elsewhere

ENOUGH = 100
"""Characters from which on a part of the page is taken for the article."""
_BODIES = (
    "[itemprop~=articleBody], [property~='schema:articleBody'], [property=articleBody]",
    "article",
    (
        ".entry-content, .e-content, .post-content, .article-body, .article__body, .story-body,"
        " .article-content, .story-content, .field--name-body, #article-body, .td-post-content"
    ),
    "main, [role=main]",
    "body",
)
_UPDATES = 3
"""Parts that stand side by side, from which on a live page is told from one with cards below."""


def article_root(tree: LexborHTMLParser, titles: Sequence[str], *, live: bool) -> LexborNode | None:
    """Return the element that holds the article, with its heading; None if all are empty.

    Args:
        tree: the page.
        titles: what the page calls itself, and texts that it says of itself.
        live: whether it says that it is a live blog.

    """
    wanted = {_folded(title) for title in titles if title}
    for selector in _BODIES:
        nodes = [node for node in tree.css(selector)[:200] if not is_elsewhere(node)]
        nodes = nodes or (tree.css(selector)[:200] if selector != "article" else [])
        if selector == "article" and (whole := _of_updates(nodes, wanted, live=live)):
            return whole
        ranked = [
            ((_agrees(node, wanted), size), number)
            for number, node in enumerate(nodes)
            if (size := len(node.text(strip=True)))
        ]
        if not ranked:
            continue
        (_, size), number = max(ranked)
        if size >= ENOUGH or selector == "body":
            return nodes[number]
    return None


def _agrees(node: LexborNode, wanted: set[str]) -> bool:
    """Tell whether a part has the page's title as a heading, or begins with what it says."""
    for heading in node.css("h1, h2, [itemprop=headline]")[:20]:
        text = _folded(heading.text())
        if len(text) > 1 and any(title.startswith(text) or text == title for title in wanted):
            return True
    return False


def _of_updates(nodes: Sequence[LexborNode], wanted: set[str], *, live: bool) -> LexborNode | None:
    """Return what holds the updates of a live page: parts side by side, none the article."""
    if len(nodes) < _UPDATES or any(_agrees(node, wanted) for node in nodes):
        return None
    parents = [node.parent for node in nodes]
    first = parents[0]
    if first is None or any(above is None or above.mem_id != first.mem_id for above in parents):
        return None
    long_ones = [node for node in nodes if len(node.text(strip=True)) >= ENOUGH]
    links = [node for node in nodes if node.css_first("h1 a, h2 a, h3 a, a h2, a h3") is not None]
    if not live and (len(long_ones) < _UPDATES or links):
        return None
    return first


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
