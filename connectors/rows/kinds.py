"""Tells what is no published article, from what a row says of its kind: drafts, comments, menus.

Sources: WordPress (post statuses, built-in post types and those of its plugins), Ghost, Drupal
(JSON:API), Joomla (state), Tumblr (state), Hugo and Jekyll (front matter), Hacker News, Algolia,
Reddit (kind), Webz.io (ord_in_thread), Substack (is_published), IPTC (pubstatus).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.rows.names import KIND_NAMES
from connectors.rows.values import is_nothing


@dataclass(frozen=True, slots=True)
class Aside:
    """Why something is no article: one of `reasons.REASONS`, and a sentence."""

    reason: str
    detail: str


_REASONS = {
    kind: reason
    for reason, kinds in {
        "draft": "draft autodraft pending pendingreview inreview future scheduled private queued"
        " unapproved unpublished hidden",
        "deleted": "deleted trash trashed softtrashed spam",
        "withheld": "withheld canceled cancelled",
        "attachment": "attachment",
        "comment": "comment comments t1 pollopt reply",
        "revision": "revision customizechangeset",
        "menu": "navmenuitem menuitem menulinkcontent menu wpnavigation",
        "template": "template templates settings wptemplate wptemplatepart wpglobalstyles wpblock"
        " customcss oembedcache wpfontfamily wpfontface acffield acffieldgroup elementorlibrary"
        " userrequest feedback wpcf7contactform wpforms etpblayout flbuildertemplate jpimgsitemap"
        " jpsitemap jpsitemapmaster",
        "page": "staticpage nodepage",
    }.items()
    for kind in kinds.split()
}
_AMBIGUOUS = {
    "comment", "comments", "reply", "menu", "template", "templates", "settings", "feedback",
}  # fmt: skip
_STATES = {"draft", "deleted", "withheld"}
_YES = {"true", "1", "yes", "y", "on"}
_NO = {"false", "0", "no", "n", "off"}
_FLAGS = {
    "draft": "draft", "isdraft": "draft", "deleted": "deleted", "isdeleted": "deleted",
    "trashed": "deleted", "istrashed": "deleted", "dead": "deleted", "ispublished": "draft",
}  # fmt: skip
_TYPES = {"type", "posttype", "entrytype", "kind", "bundle"}
_WORDS = {
    "draft": "a draft, or for few eyes only",
    "deleted": "deleted",
    "withheld": "withheld by its agency",
    "attachment": "a file beside an article",
    "comment": "a comment",
    "revision": "an older state of an article",
    "menu": "an entry of a menu",
    "template": "a part of a site's make-up",
    "page": "a page of a site, not an article",
    "package": "a list without a text of its own",
}


def aside_of(hits: Sequence[tuple[int, object]], *, titled: bool) -> Aside | None:
    """Return why a row with these values of `KIND_NAMES` is set aside; None: it is an article.

    `hits` are pairs of a rank (`role_of`) and a value; `titled` is whether the row has a title.
    """
    said = {KIND_NAMES[rank // 2]: value for rank, value in hits}
    for name, value in said.items():
        reason = _reason(name, value, said)
        # A newspaper's "Comment" has a title, and a reader's none; a CMS says the status too.
        doubtful = titled and len(said) == 1 and _plain(value) in _AMBIGUOUS
        if reason is not None and not doubtful:
            return aside(reason, f"its `{name}` is {str(value)[:60]}")
    return None


def aside(reason: str, evidence: str) -> Aside:
    """Return an `Aside` whose sentence names the kind and the evidence."""
    return Aside(reason, f"it is {_WORDS[reason]}: {evidence}")


def of_status(status: str, kind: str) -> str | None:
    """Return the reason that a CMS's status and type give, in any spelling; None if neither."""
    if _plain(kind) == "page":
        return "page"
    return _REASONS.get(_plain(kind)) or _REASONS.get(_plain(status))


def _reason(name: str, value: object, said: Mapping[str, object]) -> str | None:
    if name in _FLAGS:
        meant = _NO if name == "ispublished" else _YES
        return _FLAGS[name] if str(value).strip().casefold() in meant else None
    if name == "deletedat":
        return None if is_nothing(value) or value is False else "deleted"
    if name in {"tags", "ordinthread"}:
        return "comment" if _is_reply(value) else None
    if name in _TYPES:
        return _type_reason(value, said)
    if isinstance(value, int):  # a number is Joomla's, or HTTP's
        of_joomla = name == "state" and said.get("type") == "articles"
        number = {0: "draft", -2: "deleted"}.get(value) if of_joomla else None
        return "draft" if value is False else number  # Drupal's
    reason = _REASONS.get(_plain(value)) if isinstance(value, str) else None
    return reason if reason in _STATES else None


def _is_reply(value: object) -> bool:
    """Tell a comment by Algolia's `_tags` or its place in Webz.io's thread; tags are keywords."""
    if isinstance(value, list):
        return "comment" in value and any(str(tag).startswith("story_") for tag in value)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _type_reason(value: object, said: Mapping[str, object]) -> str | None:
    if not isinstance(value, str) or len(value) > 60:
        return None
    kind = _plain(value)
    # "page" alone may be a crawler's word for what it fetched; beside a CMS's status it is a page.
    of_cms = said.get("status") or said.get("poststatus")
    if kind == "page" and _plain(of_cms) in {"publish", "published"}:
        return "page"
    reason = _REASONS.get(kind)
    return None if reason in _STATES else reason


def _plain(value: object) -> str:
    return "".join(char for char in str(value)[:100].casefold() if char.isalnum())
