"""What the elements of RSS and Atom mean to feedparser: the names that the fast path knows.

A key is an element's name in lower case; in a namespace that feedparser knows, with its prefix and
an underscore before it (`dc_creator`). What a table does not name and feedparser gives no meaning
is ignored by both; what feedparser gives a meaning and no table names is left to it.
"""

from collections.abc import Mapping

_CORE = (
    "http://blogs.law.harvard.edu/tech/rss http://purl.org/rss/1.0/"
    " http://my.netscape.com/rdf/simple/0.9/ http://example.com/newformat#"
    " http://example.com/necho http://purl.org/echo/ uri/of/echo/namespace# http://purl.org/pie/"
    " http://purl.org/atom/ns# http://www.w3.org/2005/atom"
    " http://purl.org/rss/1.0/modules/rss091#"
)
NAMESPACES: Mapping[str, str] = {
    **dict.fromkeys(_CORE.split(), ""),
    "http://webns.net/mvcb/": "admin",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://podlove.org/simple-chapters": "psc",
}
"""Namespaces, in lower case, whose elements mean something to feedparser -> its prefix for them."""
CORE_PREFIXES = frozenset({None, "atom", "atom03", "atom10", "a10", "rss", "rss10"})
"""Prefixes under which the namespaces of the core are bound: feedparser has none for those."""
VERSIONS = {"http://purl.org/rss/1.0/": "rss", "http://www.w3.org/2005/atom": "atom"}
"""The namespaces that make feedparser take a document for RSS or Atom, whatever its root is."""
# A key that begins like this is read by feedparser, or stands for a field that it makes itself.
_TAKEN = (
    "admin cc content creativecommons dc dcterms feedburner georss gml itunes media psc rdf xhtml"
    " xml title summary description author publisher contributor subtitle generator issued modified"
    " date guid copyright tagline"
)
_MEANT = (
    "abstract author body channel content contributor copyright created description email entry"
    " feed fullitem generator geom georssgeom guid height homepage id image info issued item"
    " language lastbuilddate link managingeditor modified name newlocation pubdate published rights"
    " rss source subtitle summary tagline tags textinput title updated uri url webmaster where"
    " width expirationdate"
    # No elements of feedparser's, but fields that it fills.
    " authors contributors date entries items links publishers enclosures svg math div"
)
_HARMLESS = (
    "admin_errorreportsto admin_generatoragent dc_subject dc_identifier dc_type dc_format dc_source"
    " dc_relation dc_coverage dcterms_identifier dcterms_valid dcterms_abstract dcterms_available"
    " feedburner_origlink feedburner_info feedburner_emailserviceid feedburner_feedflare"
    " feedburner_feedburnerhostname feedburner_origenclosurelink itunes_block itunes_category"
    " itunes_explicit itunes_image itunes_keywords itunes_duration itunes_title itunes_season"
    " itunes_episode itunes_episodetype itunes_type itunes_order itunes_complete"
    " itunes_new-feed-url itunes_isclosedcaptioned media_category media_copyright media_credit"
    " media_keywords media_player media_rating media_restriction media_text media_thumbnail"
    " media_adult media_hash media_community media_starrating media_statistics media_status"
    " media_embed media_license rdf_li rdf_seq rdf_bag items"
)
TAKEN, _MEANINGS = frozenset(_TAKEN.split()), frozenset(_MEANT.split())
_IGNORED = frozenset(_HARMLESS.split())
_QUIET = (
    "copyright dc_contributor dc_publisher dc_rights email expirationdate generator"
    " height homepage info itunes_subtitle name rights subtitle tagline uri url webmaster width"
    " feedburner_browserfriendly georss_point georss_line georss_polygon georss_box"
)
_AUTHORS = "author dc_author dc_creator itunes_author"
_PUBLISHED = "pubdate published issued dcterms_issued"
_UPDATED = "updated modified lastbuilddate dc_date dcterms_modified"


def _table(**names: str) -> Mapping[str, str]:
    return {key: meaning for meaning, keys in names.items() for key in keys.split()}


ROOT = _table(rss="rss", feed="feed", rdf="rdf_rdf")
TOP = _table(channel="channel", entry="item", image="image", textinput="textinput")
FEED = _table(
    entry="item entry",
    feed_link="link",
    feed_guid="id guid",
    feed_language="language dc_language",
    feed_description="description dc_description",
    feed_summary="summary itunes_summary",
    author=f"managingeditor {_AUTHORS}",
    owner="itunes_owner",
    people="contributor",
    image="image",
    textinput="textinput",
    feed_title="title dc_title",
    quiet=f"created dcterms_created {_PUBLISHED} {_UPDATED} {_QUIET}",
)
ENTRY = _table(
    title="title dc_title",
    media_title="media_title",
    link="link",
    guid="id guid",
    description="description dc_description",
    media_description="media_description",
    summary="summary itunes_summary",
    content="content",
    encoded="content_encoded",
    published=_PUBLISHED,
    updated=_UPDATED,
    created="created dcterms_created",
    language="language dc_language",
    author=_AUTHORS,
    people="contributor",
    media="media_group",
    medium="media_content",
    player="media_player media_embed",
    enclosure="enclosure",
    entry_source="source news_source",
    picture="image",
    quiet=_QUIET,
)
MEDIA = _table(
    media_title="media_title",
    media_description="media_description",
    media="media_group",
    medium="media_content",
    player="media_player media_embed",
)
AUTHOR = _table(name="name", email="email", uri="uri url homepage", extra="*")
PEOPLE = _table(quiet="name email uri url homepage itunes_name itunes_email")
IMAGE = _table(quiet="title link description url width height")
TEXTINPUT = _table(quiet="title link description name")
CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "root": ROOT,
    "top": TOP,
    "feed": FEED,
    "entry": ENTRY,
    "media": MEDIA,
    "author": AUTHOR,
    "people": PEOPLE,
    "image": IMAGE,
    "textinput": TEXTINPUT,
}
"""What an element does, by its key, in each context: document.py has a step of each name. `*` is
what else may be there; without it, that is ignored."""


def is_ignored(key: str) -> bool:
    """Tell whether an element that no table names, and what is in it, tells feedparser nothing."""
    head, underscore, _ = key.partition("_")
    return key in _IGNORED or not (key in _MEANINGS or (underscore and head in TAKEN))
