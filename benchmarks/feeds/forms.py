"""Writes articles as feed documents: RSS 2.0, 1.0 and 0.91, Atom 1.0 and 0.3, JSON Feed 1.1."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from feeds.texts import Article

_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ATOM = "http://www.w3.org/2005/Atom"
_SY = "http://purl.org/rss/1.0/modules/syndication/"


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of its feed."""

    name: str
    home: str
    url: str
    language: str
    built: datetime


def rss2(head: Head, articles: Sequence[Article]) -> str:
    """Return RSS 2.0 as blogs write it: a teaser, and the text in content:encoded."""
    items = "".join(
        f"""
  <item>
    <title>{escape(article.title)}</title>
    <link>{article.url}</link>
    <comments>{article.url}#respond</comments>
    <dc:creator><![CDATA[{article.author}]]></dc:creator>
    <pubDate>{format_datetime(article.published)}</pubDate>
    <category><![CDATA[{article.section}]]></category>
    <guid isPermaLink="false">{escape(article.guid)}</guid>
    <description><![CDATA[{article.summary} [&#8230;]]]></description>
    <content:encoded><![CDATA[{article.html}]]></content:encoded>
  </item>"""
        for article in articles
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="{_CONTENT}" xmlns:dc="{_DC}" xmlns:atom="{_ATOM}"
  xmlns:sy="{_SY}">
<channel>
  <title>{head.name}</title>
  <atom:link href="{head.url}" rel="self" type="application/rss+xml" />
  <link>{head.home}</link>
  <description>News from {head.name}</description>
  <lastBuildDate>{format_datetime(head.built)}</lastBuildDate>
  <language>{head.language}</language>
  <sy:updatePeriod>hourly</sy:updatePeriod>
  <sy:updateFrequency>1</sy:updateFrequency>{items}
</channel>
</rss>
"""


def rss2_description(head: Head, articles: Sequence[Article]) -> str:
    """Return RSS 2.0 with the whole text in the description, as escaped HTML."""
    items = "".join(
        f"""
<item><title>{escape(article.title)}</title><link>{article.url}</link>
<guid isPermaLink="true">{article.url}</guid>
<author>desk@paper.example ({article.author})</author>
<pubDate>{article.published:%a, %d %b %Y %H:%M:%S} GMT</pubDate>
<category>{escape(article.section)}</category>
<enclosure url="{article.url}/picture.jpg" length="48213" type="image/jpeg"/>
<description>{escape(article.html)}</description></item>"""
        for article in articles
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>{head.name}</title><link>{head.home}</link>
<description>News from {head.name}</description><language>{head.language}</language>
<image><url>{head.home}logo.png</url><title>{head.name}</title><link>{head.home}</link></image>
<ttl>60</ttl><pubDate>{format_datetime(head.built)}</pubDate>{items}
</channel></rss>
"""


def rss1(head: Head, articles: Sequence[Article]) -> str:
    """Return RSS 1.0 (RDF), with dates and authors of Dublin Core."""
    listed = "".join(f'<rdf:li rdf:resource="{article.url}"/>' for article in articles)
    items = "".join(
        f"""
<item rdf:about="{article.url}"><title>{escape(article.title)}</title><link>{article.url}</link>
<description>{escape(article.summary)}</description><dc:creator>{article.author}</dc:creator>
<dc:date>{article.published.isoformat()}</dc:date><dc:subject>{escape(article.section)}</dc:subject>
<content:encoded><![CDATA[{article.html}]]></content:encoded></item>"""
        for article in articles
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="{_RDF}" xmlns:dc="{_DC}"
  xmlns:content="{_CONTENT}">
<channel rdf:about="{head.url}"><title>{head.name}</title><link>{head.home}</link>
<description>News from {head.name}</description><dc:language>{head.language}</dc:language>
<items><rdf:Seq>{listed}</rdf:Seq></items></channel>{items}
</rdf:RDF>
"""


def rss091(head: Head, articles: Sequence[Article]) -> str:
    """Return RSS 0.91: title, link and text, nothing else."""
    items = "".join(
        f"""
<item><title>{escape(article.title)}</title><link>{article.url}</link>
<description>{escape(article.html)}</description></item>"""
        for article in articles
    )
    return f"""<?xml version="1.0"?>
<rss version="0.91"><channel><title>{head.name}</title><link>{head.home}</link>
<description>News from {head.name}</description><language>{head.language}</language>{items}
</channel></rss>
"""


def atom1(head: Head, articles: Sequence[Article]) -> str:
    """Return Atom 1.0 with a teaser and the text as HTML."""
    entries = "".join(
        f"""
  <entry>
    <id>{escape(article.guid)}</id>
    <title type="html">{escape(article.title)}</title>
    <link rel="alternate" type="text/html" href="{article.url}"/>
    <author><name>{article.author}</name></author>
    <published>{article.published.isoformat()}</published>
    <updated>{article.updated:%Y-%m-%dT%H:%M:%SZ}</updated>
    <category term="{escape(article.section)}"/>
    <summary type="html">{escape(article.summary)}</summary>
    <content type="html">{escape(article.html)}</content>
  </entry>"""
        for article in articles
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="{_ATOM}" xml:lang="{head.language}">
  <id>{head.url}</id>
  <title>{head.name}</title>
  <link rel="self" href="{head.url}"/>
  <link rel="alternate" href="{head.home}"/>
  <updated>{head.built.isoformat()}</updated>{entries}
</feed>
"""


def atom03(head: Head, articles: Sequence[Article]) -> str:
    """Return Atom 0.3, which wrote issued and modified."""
    entries = "".join(
        f"""
<entry><id>{escape(article.guid)}</id><title>{escape(article.title)}</title>
<link rel="alternate" type="text/html" href="{article.url}"/>\
<author><name>{article.author}</name></author>
<issued>{article.published:%Y-%m-%dT%H:%M:%SZ}</issued>
<modified>{article.updated:%Y-%m-%dT%H:%M:%SZ}</modified>
<content type="text/html" mode="escaped">{escape(article.html)}</content></entry>"""
        for article in articles
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="{head.language}">
<title>{head.name}</title><link rel="alternate" type="text/html" href="{head.home}"/>
<modified>{head.built:%Y-%m-%dT%H:%M:%SZ}</modified>{entries}
</feed>
"""


def json11(head: Head, articles: Sequence[Article]) -> str:
    """Return JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.name,
        "home_page_url": head.home,
        "feed_url": head.url,
        "language": head.language,
        "items": [
            {
                "id": article.guid,
                "url": article.url,
                "title": article.title,
                "summary": article.summary,
                "content_html": article.html,
                "date_published": article.published.isoformat(),
                "date_modified": article.updated.isoformat(),
                "authors": [{"name": article.author}],
                "tags": [article.section],
            }
            for article in articles
        ],
    }
    return json.dumps(feed, ensure_ascii=False)


Form = Callable[[Head, Sequence[Article]], str]
_RSS, _XML = "application/rss+xml; charset=UTF-8", "text/xml; charset=utf-8"
_ATOM_TYPE, _JSON = "application/atom+xml; charset=utf-8", "application/feed+json"
FORMS: tuple[tuple[Form, str], ...] = (
    *[(rss2, _RSS)] * 6, *[(rss2_description, _XML)] * 4, *[(atom1, _ATOM_TYPE)] * 4,
    *[(json11, _JSON)] * 2, *[(rss1, "application/rdf+xml")] * 2, (rss091, _XML),
    (atom03, "application/xml"),
)  # fmt: skip
"""What 20 sources in a row write, with its Content-Type: most of them RSS 2.0 and Atom 1.0."""
