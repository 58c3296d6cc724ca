"""Laws of the fast path: for feeds made at random it gives what feedparser gives, or nothing."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.expat.document import parse_plain
from connectors.feeds.decode import xml_text
from connectors.feeds.feedparser import parse_feed
from connectors.parsing.feed_fields import Parsed

ANSWERED = "https://news.example/feed"
RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:ext="urn:ext"{}>'
    "<channel>{}</channel></rss>"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:ext="urn:ext"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"{}><channel rdf:about="u">{}</rdf:RDF>'
)
ATOM = (
    '<feed xmlns="{ns}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:ext="urn:ext"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"{}>{}</feed>'
)
ATOM_10, ATOM_03 = "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"
TEXTS = [
    "", " ", "Plain words", " spaced\n ", "AT&amp;T", "a &lt; b", "&lt;b&gt;Bold&lt;/b&gt; title",
    "&lt;p&gt;One&lt;/p&gt;\n&lt;p&gt;Two &amp;amp; three&lt;/p&gt;", "<![CDATA[<p>In CDATA</p>]]>",
    "<![CDATA[ a & b ]]> and more", "x <!-- no --> y", "&#8217;curly&#x2019;", "&#146;low&#x92;",
    "Ã©tÃ©", "été à Genève", "日本語の記事", "\u0085next\u0085", "\xa0", "&amp;eacute;t",
    "&lt;nosuch&gt;tag&lt;/nosuch&gt;", "&amp;nosuch;", "line&#13;end", "\u2028", "&lt;/i&gt;", "0",
]  # fmt: skip
URLS = [
    "", "https://news.example/1", "/relative?a=1&amp;b=2", "https:////news.example/1",
    " https://news.example/2 ", "urn:1", "https://news.example/?a=1&amp;amp;b=2&amp;c;=3",
    "tag:news.example,2024:1", "mailto:x@news.example", "https://[broken/", "é/ü", "page.html",
    "https://news.example/" + "x" * 2100,
]  # fmt: skip
DATES = ["", "Mon, 02 Sep 2024 10:00:00 +0200", "2024-09-02T10:00:00Z", " mar., 2 sept. 2024 ", "é"]
NAMES = [
    "", "Ana Lopes", "ana@news.example", "ana@news.example (Ana Lopes)", "Ana &lt;a@b.example&gt;",
    "(Ana) a@b.co", "Añá", "mail me at a@b.museum, please", "@ana", "JosÃ©",
    "x" * 400 + "@y.example", "mara@quay.press (Mara Holt)", "Mara &lt;m@quay.online&gt;",
    "a@b.press (A B), c@d.de (C D)", "a@b.de, c@d.de", "A &lt;a@b.de&gt;; C &lt;c@d.media&gt;",
    "m@bücher.de (M)", "m@b.xn--p1ai (M)", "m@b.рф (M)",
]  # fmt: skip
LANGUAGES = ["", "en", "pt_BR", " de "]
TEXTUAL_NAMES = (
    "title description summary content content:encoded dc:title dc:description itunes:summary"
    " media:title media:description subtitle rights dc:rights media:text"
)
VIDEO = '<media:content medium="video"><media:description>V</media:description></media:content>'
FILM_GROUP = (
    "<media:group><media:content type='video/mp4'/><media:title>G</media:title></media:group>"
)
text, url, date = st.sampled_from(TEXTS), st.sampled_from(URLS), st.sampled_from(DATES)
name, language = st.sampled_from(NAMES), st.sampled_from(LANGUAGES)
extra = st.sampled_from(
    ["", "", "", ' xml:lang="fr_CH"', ' xml:lang=""', ' lang="es"', ' ext:x="1"', ' ext:lang="eo"']
)
kind = st.sampled_from(["", "", ' type="text"', ' type="html"', ' type="HTML"', ' type="text/html"',
    ' type="text/plain"', ' type="xhtml"', ' type="image/png"', ' type=""', ' mode="escaped"',
    ' mode="base64"'])  # fmt: skip


def element(names: str, inner: st.SearchStrategy[str], *attributes: str) -> st.SearchStrategy[str]:
    """Return elements of one of these names, with this inside and one of these attributes."""
    return st.builds(
        lambda one, inside, own, more: f"<{one}{own}{more}>{inside}</{one}>",
        st.sampled_from(names.split()),
        inner,
        st.sampled_from(["", *attributes]),
        extra,
    )


def person(names: str) -> st.SearchStrategy[str]:
    """Return persons as Atom has them."""
    inner = st.lists(
        st.one_of(
            element("name email", name),
            element("uri url homepage", url),
            st.sampled_from(["text", '<ext:image rel="x"/>', "<ext:a>b</ext:a>"]),
        ),
        max_size=4,
    )
    return element(names, inner.map("".join))


TEXTUAL = st.builds(
    lambda one, own, inside, more: f"<{one}{own}{more}>{inside}</{one}>",
    st.sampled_from(TEXTUAL_NAMES.split()),
    kind,
    text,
    extra,
)
LINK = st.one_of(
    element("link", url, ' rel="self"', ' type="text/html"'),
    st.builds(
        '<{}{}{} {}="{}"/>'.format,
        st.sampled_from(["link", "atom:link"]),
        st.sampled_from(["", ' rel="alternate"', ' rel="self"', ' rel="Enclosure"', ' rel="via"']),
        st.sampled_from(["", ' type="text/html"', ' type="application/rss+xml"', ' type="xhtml"']),
        st.sampled_from(["href", "href", "url", "HREF"]),
        url,
    ),
)
FIELD = st.one_of(
    TEXTUAL,
    LINK,
    element("guid id", url, ' isPermaLink="false"', ' isPermaLink="true"', ' ispermalink="no"'),
    element("pubDate published issued dcterms:issued created dcterms:created", date),
    element("updated modified lastBuildDate dc:date dcterms:modified atom:updated", date),
    element("author dc:creator itunes:author dc:contributor dc:publisher", name),
    person("author contributor"),
    element("language dc:language", language),
    element("category dc:subject comments slash:comments ext:a ext:b itunes:duration", text),
    st.sampled_from(
        [
            '<enclosure url="https://a.example/1.mp3" length="1" type="audio/mpeg"/>',
            '<media:content url="u" medium="image"><media:title>M</media:title></media:content>',
            "<media:group><media:content/><media:title type='html'>T</media:title></media:group>",
            "<media:group><media:description>D</media:description></media:group>",
            VIDEO,
            FILM_GROUP,
            '<media:content medium="image"/><media:description>C</media:description>',
            '<media:player url="https://a.example/p"/>',
            '<link hreflang="it" href="https://a.example/it"/>',
            '<link rel="alternate" hreflang="sv-SE" href="https://a.example/sv"/>',
            '<source url="https://news.example/rss">News</source>',
            "<source> News\n desk </source>",
            '<n:Source xmlns:n="urn:n">N</n:Source>',
            '<media:thumbnail url="https://a.example/1.png"/>',
            '<source url="https://b.example/">B</source>',
            "<source><title>S</title><author><name>N</name></author></source>",
            "<ext:deep><ext:er>x</ext:er><ext:er a='1'>y</ext:er></ext:deep>",
            '<ext:attributed a="1">text</ext:attributed>',
            "<unheard>of</unheard>",
            "<image>https://a.example/1.png</image>",
            "<image><url>u</url><title>t</title><link>l</link></image>",
            "<date>2020-01-01</date>",
            "<ext:title>no title</ext:title>",
            "<title>with <b>markup</b></title>",
            '<ns:a xmlns:ns="urn:other">b</ns:a>',
            '<dc:a xmlns:dc="urn:other">b</dc:a>',
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>',
            '<content src="https://a.example/1"/>',
            "&nbsp;",
            "stray text",
            "<?pi x?>",
        ]
    ),
)
ATTRIBUTES = st.sampled_from(
    ["", "", "", ' xml:lang="it"', ' lang="sv_SE"', ' rdf:about="https://a.example/r"',
     ' xml:base="https://b.example/"', ' ext:etag="1"', ' href="x"'],
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Return the text of a feed that is mostly in order."""
    form = draw(st.sampled_from(["rss", "rss", "rdf", ATOM_10, ATOM_10, ATOM_03]))
    tag = draw(st.sampled_from(["item"] * 5 + ["entry"])) if form in {"rss", "rdf"} else "entry"

    def entry(about: str, fields: list[str], gap: str) -> str:
        return f"<{tag}{about}>{gap.join(fields)}</{tag}>"

    entries = draw(
        st.lists(
            st.builds(
                entry,
                ATTRIBUTES if form == "rdf" else ATTRIBUTES.filter(lambda one: "rdf" not in one),
                st.lists(FIELD, max_size=7),
                st.sampled_from(["", "\n  ", "\r\n"]),
            ),
            max_size=3,
        )
    )
    head = draw(
        st.lists(st.one_of(FIELD, person("author itunes:owner managingEditor")), max_size=3)
    )
    tail = draw(st.lists(FIELD, max_size=1))
    own = draw(st.sampled_from(["", "", ' xml:lang="en_GB"', ' lang="nl"', ' version="0.3"']))
    own = "" if form == "rss" and "version" in own else own
    if form == "rdf":
        return RDF.format(own, "".join([*head, "</channel>", *entries]))
    inside = "".join([*head, *entries, *tail])
    return RSS.format(own, inside) if form == "rss" else ATOM.format(own, inside, ns=form)


def both(text: str) -> tuple[Parsed | None, Parsed]:
    """Return what the fast path and what feedparser makes of a text."""
    plain = parse_plain(text, path="p", answered=ANSWERED)
    return plain, parse_feed(text, path="p", answered=ANSWERED)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_fast_path_equals_feedparser(document: str) -> None:
    """Whatever the feed: all fields of all entries are equal, or feedparser is asked."""
    text, why = xml_text(document)
    assert not why
    plain = parse_plain(text, path="p", answered=ANSWERED)
    if plain is not None:
        assert plain == parse_feed(text, path="p", answered=ANSWERED)


@pytest.mark.parametrize(
    ("texts", "urls"),
    [(TEXTS, ["https://news.example/1"]), (["Words"], URLS)],
    ids=["texts", "urls"],
)
@pytest.mark.parametrize("form", ["rss", "rdf", ATOM_10, ATOM_03])
def test_ordinary_entries_take_the_fast_path(form: str, texts: list[str], urls: list[str]) -> None:
    """Every text and link in the usual elements of every format is read without feedparser."""
    for title, words, link in product(texts, texts[:8], urls):
        if form in {"rss", "rdf"}:
            body = f"<content:encoded>{words}</content:encoded>"
            body += f"<description>{title}</description><dc:creator>{words}</dc:creator>"
            inside = f"<title>{title}</title><link>{link}</link>{body}<dc:date>{words}</dc:date>"
            about = f' rdf:about="{link}"' if form == "rdf" else ""
            guid = "" if form == "rdf" else f"<guid>{link}</guid>"
            document = f"<item{about}>{inside}{guid}</item>"
            end = "" if form == "rss" else "</channel>"
            document = (RDF if form == "rdf" else RSS).format("", end + document)
        else:
            inside = f'<title type="html">{title}</title><link href="{link}"/><id>{link}</id>'
            inside += f'<content type="html">{words}</content><summary>{title}</summary>'
            inside += f"<author><name>{words}</name></author><updated>{words}</updated>"
            document = ATOM.format("", f"<entry>{inside}</entry>", ns=form)
        plain, full = both(document)
        assert plain is not None
        assert plain == full
        assert plain.entries


@pytest.mark.parametrize("byline", NAMES)
def test_bylines_are_told_apart_alike(byline: str) -> None:
    """Names and addresses come out of a byline as feedparser takes them; a huge one is its own."""
    plain, full = both(RSS.format("", f"<item><title>t</title><author>{byline}</author></item>"))
    assert (plain is None) == (len(byline) > 300)
    assert plain in (None, full)
