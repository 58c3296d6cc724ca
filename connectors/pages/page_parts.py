"""Tells a page's article from what stands around it: menus, comments, cards."""

import re

from selectolax.lexbor import LexborNode

MOST_PARENTS = 200
"""Elements above one that are looked at."""
_APART_TAGS = {"nav", "aside", "footer", "dialog", "form"}
_APART_ROLES = {"navigation", "complementary", "contentinfo", "banner", "search", "dialog"}
_WORDS = (
    r"comments?|commentlist|comment-list|comments?-(?:area|section|body|thread|wrapper|container|form)"
    r"|disqus_thread|fb-comments|respond|replies|discussion"
    r"|related|related-[a-z-]{1,20}|[a-z-]{1,20}-related|jp-relatedposts|recommended"
    r"|recommended-[a-z-]{1,20}|recommendations|read-?more|read-?next|more-(?:stories|news|articles|from|on)"
    r"|most-(?:read|popular|viewed)|trending|popular-posts|latest-news|teasers?|teaser-[a-z-]{1,20}"
    r"|promo|promos|promo-[a-z-]{1,20}|cards?|card-(?:list|grid|item)|sidebar|side-bar|recirc"
    r"|recirculation|newsletter|newsletter-[a-z-]{1,20}|newsletter|subscribe|outbrain|taboola"
    r"|ob-widget|zergnet|social-share|share-(?:buttons|bar|tools)|sharedaddy|addtoany_share_save_container"
    r"|breadcrumbs?|cookie-[a-z-]{1,20}|wm-ipp-base|wm-ipp"
)
_APART_WORD = re.compile(rf"(?:{_WORDS})(?:__[\w-]{{1,40}}|--[\w-]{{1,40}})?", re.IGNORECASE)
_OTHER_KINDS = re.compile(
    r"schema\.org/(?:\w*Comments?|Review|UserReview|WPHeader|WPFooter|WPSideBar|SiteNavigationElement"
    r"|Person|Organization|NewsMediaOrganization|ImageObject|VideoObject|AudioObject|MediaObject"
    r"|ListItem|ItemList|Answer|Event|Product|WPAdBlock|WebSite|Offer|Rating|AggregateRating)\b",
    re.IGNORECASE,
)
_ARTICLE_KINDS = re.compile(r"schema\.org/(?:\w*Article|\w*Posting|Report)\b", re.IGNORECASE)


def line_of(node: LexborNode | None) -> frozenset[int]:
    """Return the ids of an element and of all above it; empty for none and for a whole body."""
    line: set[int] = set()
    at = None if node is None or node.tag == "body" else node
    while at is not None and len(line) < MOST_PARENTS:
        line.add(at.mem_id)
        at = at.parent
    return frozenset(line)


def is_apart(node: LexborNode, line: frozenset[int] = frozenset()) -> bool:
    """Tell whether an element belongs to something beside the page's article.

    So it is in a menu, a sidebar, a footer, the page's header, a comment, a card, in the markup of
    another thing (a person, a picture), or in an `article` that is not the page's.

    Args:
        node: the element; it counts itself.
        line: of the page's article, if it is known.
    """
    in_header = False
    at: LexborNode | None = node
    for _ in range(MOST_PARENTS):
        if at is None or at.tag in {"body", "html"} or at.mem_id in line:
            break
        if at.tag == "article" and line:
            return True
        in_header = at.tag not in {"article", "main"} and (in_header or _is_site_header(at))
        if is_beside(at):
            return True
        at = at.parent
    # An article's own header is its head; the page's holds a clock.
    return in_header and (at is None or at.tag not in {"article", "main"})


def _is_site_header(node: LexborNode) -> bool:
    """Tell a page's header from an article's, which has its title and not a link to the start."""
    if node.tag != "header":
        return False
    heading = node.css_first("h1")
    return heading is None or heading.css_first("a") is not None


def is_beside(node: LexborNode) -> bool:
    """Tell whether an element says by its own name, class or type that it is no article."""
    if node.tag in _APART_TAGS:
        return node.tag != "form" or node.css_first("p") is None
    attributes = node.attributes
    if (attributes.get("role") or "").lower() in _APART_ROLES:
        return True
    if is_other_kind(attributes.get("itemtype")):
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:500].split()
    if not any(_APART_WORD.fullmatch(name) for name in names):
        return False
    return node.css_first("h1, [itemprop=articleBody]") is None


def is_other_kind(kind: str | None) -> bool:
    """Tell whether a microdata type is that of something else than an article or a page."""
    return bool(kind and _OTHER_KINDS.search(kind[:200]) and not _ARTICLE_KINDS.search(kind[:200]))
