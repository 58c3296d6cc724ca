"""The fast path: over feed files it gives what feedparser gives; what it leaves, what it bears."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.expat import document, elements
from connectors.expat.document import parse_plain
from connectors.feeds.decode import feed_text, xml_text
from connectors.feeds.feedparser import parse_feed
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.feed_fields import Parsed

ROOTS = (Path(__file__).parents[2], Path(__file__).parents[3] / "seeds")
ANSWERED = "https://news.example/feed"


def both(text: str, repairs: tuple[str, ...] = ()) -> tuple[Parsed | None, Parsed]:
    """Return what the fast path and what feedparser makes of a text."""
    plain = parse_plain(text, path="p", answered=ANSWERED, repairs=repairs)
    return plain, parse_feed(text, path="p", answered=ANSWERED, repairs=repairs)


def feed_files() -> Iterator[Path]:
    """Yield every file of the tests and seeds that is an XML feed."""
    for root in ROOTS:
        for path in sorted(root.rglob("*")):
            if not path.is_file() or path.suffix in {".py", ".expected", ".parquet", ".gz"}:
                continue
            decoded = feed_text(path.read_bytes(), None)
            if decoded and not xml_text(decoded.text)[1]:
                yield path


@pytest.mark.parametrize("path", list(feed_files()), ids=lambda path: path.name)
def test_fast_path_equals_feedparser_on_files(path: Path) -> None:
    """Every feed file of the tests and the seeds gives equal entries, or is feedparser's."""
    decoded = feed_text(path.read_bytes(), None)
    assert decoded is not None
    plain, full = both(xml_text(decoded.text)[0], decoded.repairs)
    assert plain is None or plain == full


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><item><title>t</title></item></channel>",
        "<rss><channel><item><title>a & b</title></item></channel></rss>",
        "<rss><channel><item><title>a&nbsp;b</title></item></channel></rss>",
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
        "<!DOCTYPE rss><rss><channel/></rss>",
        '<?xml-stylesheet encoding="latin1"?><rss><channel/></rss>',
        "<!-- <!ENTITY a 'b'> --><rss><channel/></rss>",
        '<rss xml:base="https://a.example/"><channel/></rss>',
        '<rss xmlns:dc="urn:other"><channel/></rss>',
        '<rss xmlns:x="http://purl.org/dc/elements/1.1/"><channel/></rss>',
        '<rss xmlns="urn:other"><channel/></rss>',
        '<rss xmlns:a="urn:1"><channel xmlns:a="urn:2"/></rss>',
        "<rss><channel><title>a</title></channel><channel><title>b</title></channel></rss>",
        "<rss><channel><item><title>t</title><date>2020</date></item></channel></rss>",
        "<rss><channel><item><title>t <b>b</b></title></item></channel></rss>",
        "<rss><channel><item><a><title>t</title></a></item></channel></rss>",
        "<rss><channel><item><title type='image/png'>t</title></item></channel></rss>",
        "<rss><channel><item><title mode='base64'>dA==</title></item></channel></rss>",
        "<rss><channel><item><content src='u'/></item></channel></rss>",
        "<rss><channel><item><item><title>t</title></item></item></channel></rss>",
        "<channel><item><title>t</title></item></channel>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><source/></entry></feed>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><summary type='xhtml'/></entry></feed>",
    ],
)  # fmt: skip
def test_uncertain_documents_are_handed_over(document: str) -> None:
    """What feedparser may read in its own way is left to it."""
    assert parse_plain(document) is None


def test_namespaces_may_be_declared_where_they_are_used() -> None:
    """FeedBurner declares its namespaces on the elements: that is plain too."""
    item = (
        '<item><title>t</title><feedburner:origLink xmlns:feedburner="http://rssnamespace.org/'
        'feedburner/ext/1.0">https://a.example/1</feedburner:origLink></item>'
    )
    own = '<atom10:link xmlns:atom10="http://www.w3.org/2005/Atom" rel="self" href="https://a.example/f"/>'
    plain, full = both(f"<rss version='2.0'><channel>{own}{item}{item}</channel></rss>")
    assert plain is not None
    assert plain == full


def test_entries_beyond_the_limit_are_counted() -> None:
    """Of more entries than the limit the first are read and all counted, as by feedparser."""
    items = "".join(f"<item><guid>{number}</guid></item>" for number in range(ENTRY_LIMIT + 5))
    plain, full = both(f"<rss><channel>{items}</channel></rss>")
    assert plain is not None
    assert plain == full
    assert (len(plain.entries), plain.total) == (ENTRY_LIMIT, ENTRY_LIMIT + 5)


@pytest.mark.parametrize(
    "inner",
    [
        "<a>" * 100_000 + "</a>" * 100_000,
        "<a " + " ".join(f"b{n}='1'" for n in range(9_000)) + "/>",
    ],
    ids=["deep", "attributes"],
)
def test_hostile_shapes_are_read_in_passing(inner: str) -> None:
    """A hundred thousand nested elements or thousands of attributes are no trouble for expat."""
    document = f"<rss><channel><item><title>t</title>{inner}</item></channel></rss>"
    plain = parse_plain(document)
    assert plain is not None
    assert plain.total == 1


def test_every_word_of_feedparser_is_known() -> None:
    """No element that feedparser gives a meaning is ignored unless it is listed as harmless."""
    from feedparser.mixin import _FeedParserMixin

    names = [name.partition("_")[2] for name in dir(_FeedParserMixin)]
    handled = {
        name.partition("_")[2].lower() for name in names if name.startswith(("start_", "end_"))
    } - {"geom"}
    assert len(handled) > 80
    harmless = {key for key in handled if elements.is_ignored(key)}
    assert harmless == {
        "category", "cloud", "dc_subject",
        "dcterms_valid", "enclosure", "itunes_block", "itunes_category", "itunes_explicit",
        "itunes_image", "itunes_keywords", "keywords", "media_category", "media_credit",
        "media_keywords", "media_license", "media_player", "media_rating", "media_restriction",
        "media_thumbnail",
    }  # fmt: skip


def test_every_step_of_the_tables_exists() -> None:
    """Each meaning that a table names is a step of the reader."""
    meanings = {meaning for table in elements.CONTEXTS.values() for meaning in table.values()}
    assert [name for name in meanings if not hasattr(document._FeedReader, f"_on_{name}")] == []
