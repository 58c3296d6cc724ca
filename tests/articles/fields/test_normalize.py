"""Entry to draft or rejection."""

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.fields import normalize as module
from articles.fields import titles
from articles.fields.normalize import entry_hash, normalize
from articles.model.drafts import Draft
from articles.model.entries import RAW_LIMIT, Entry, Feed, FeedKind, Markup, Rejected, Source
from articles.model.reasons import REASONS

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
PAPER = Source("paper.example", "The Paper", ("paper.example",))
TEXT = (
    "The leader of the interim government met officials of the neighbouring country on Monday in a"
    " move to ease tensions following the announcement of a new operation against militants."
)
OTHER = (
    "Shares of the carmaker fell sharply after its quarterly report showed weaker demand for"
    " electric cars in Europe, and analysts lowered their expectations for the coming year."
)


def feed(kind: FeedKind = "rss") -> Feed:
    """Return a feed of the paper."""
    return Feed("feed", PAPER, kind, "https://paper.example/feed")


def run(*entries: Entry, kind: FeedKind = "rss") -> list[Draft | Rejected]:
    """Normalize entries as one document."""
    return normalize([(entry, entry_hash(entry)) for entry in entries], feed(kind), NOW)


def draft_of(entry: Entry, kind: FeedKind = "rss") -> Draft:
    """Return the draft that an entry becomes."""
    (result,) = run(entry, kind=kind)
    assert isinstance(result, Draft), result
    return result


def entry(key: str = "a", text: str | None = TEXT, **fields: object) -> Entry:
    """Return an entry of a polled feed."""
    content = None if text is None else Markup(text)
    return replace(Entry(key=key, guid=key, content=content), **fields)  # type: ignore[arg-type]


def test_every_field_of_a_feed_entry_arrives() -> None:
    """A full entry becomes a draft with each field, its origin and its key form."""
    draft = draft_of(
        entry(
            url="http://www.paper.example/a?utm_source=rss",
            title=Markup("Talks &amp;amp; <b>tea</b>\nin Doha", "text/html"),
            content=Markup(f"<p>{TEXT}</p><p>{OTHER}</p>", "text/html"),
            summary=Markup("<p>Short.</p>", "text/html"),
            authors=("By Jane Doe and John Roe",),
            published="Tue, 02 Jul 2024 10:15:00 GMT",
            language="en-GB",
            repairs=("encoding:windows-1252",),
        )
    )
    assert draft.title.value == "Talks & tea in Doha"
    assert draft.body == f"{TEXT}\n\n{OTHER}"
    assert (draft.body_kind, draft.summary) == ("full", "Short.")
    assert draft.authors.value == ("Jane Doe", "John Roe")
    assert draft.published_at.value == datetime(2024, 7, 2, 10, 15, tzinfo=UTC)
    assert draft.language.value == "en"
    assert draft.url.value == "http://www.paper.example/a?utm_source=rss"
    assert draft.canonical_url == "https://paper.example/a"
    assert (draft.url_is_key, draft.owned, draft.polled) == (True, True, True)
    assert draft.repairs == ("encoding:windows-1252", "entities")
    assert draft.word_count == len(f"{TEXT} {OTHER}".split())
    assert draft.source == PAPER


def test_text_file_is_an_article_without_metadata() -> None:
    """A text file has a derived title, a detected language, no date, and is the operator's own."""
    draft = draft_of(entry(guid="a.txt", path="a.txt", origin="file"), kind="files")
    assert draft.title.origin == "text"
    assert (draft.language.value, draft.language.origin) == ("en", "text")
    assert draft.published_at.value is None
    assert (draft.owned, draft.polled, draft.body_kind) == (True, False, "full")


def test_summary_is_the_body_where_there_is_no_content() -> None:
    """Without content the summary is the body and says so."""
    draft = draft_of(entry(text=None, summary=Markup(TEXT)))
    assert (draft.body, draft.body_kind, draft.summary) == (TEXT, "summary", None)


@pytest.mark.parametrize("summary", [TEXT, TEXT + " And more."])
def test_summary_that_is_not_shorter_is_none(summary: str) -> None:
    """A summary that repeats the content is dropped; the content stays the body."""
    draft = draft_of(entry(summary=Markup(summary)))
    assert (draft.body, draft.body_kind, draft.summary) == (TEXT, "full", None)


def test_title_alone_is_an_article() -> None:
    """A title without a text is a draft whose content is its title."""
    draft = draft_of(entry(text=None, title=Markup("Talks in Doha")))
    assert (draft.body, draft.body_kind, draft.word_count) == (None, "summary", 3)
    assert draft.content_hash == draft_of(entry(text="Talks in Doha")).content_hash


@pytest.mark.parametrize("text", [None, "", " \n\u200b\ufeff", "<p><img src='x'></p>", "&nbsp;"])
def test_nothing_to_read_is_empty(text: str | None) -> None:
    """Neither title nor text is a rejection, link or not, with what was delivered."""
    (result,) = run(entry(text=text, url="https://paper.example/a", path="f.xml", raw='{"a": 1}'))
    assert isinstance(result, Rejected)
    assert (result.key, result.reason, result.path) == ("a", "empty", "f.xml")
    assert result.raw == b'{"a": 1}'
    assert result.entry_hash != 0


def test_publisher_is_the_source() -> None:
    """A row that names its publisher belongs to it, keys too; an entry of a feed in name alone."""
    said = {"publisher": " Daily  Planet ", "url": "https://paper.example/a"}
    row = draft_of(entry(**said, origin="file"), kind="files")
    assert row.source == Source("daily-planet", "Daily Planet")
    assert (row.owned, row.keys.scope) == (True, "daily-planet")
    named = draft_of(entry(**said))
    assert named.source == Source("daily-planet", "Daily Planet")
    assert (named.owned, named.keys.scope) == (True, PAPER.source_id)
    assert draft_of(entry(publisher="Paper.example")).source == PAPER


def test_publisher_of_a_feed_is_a_name() -> None:
    """Whatever publisher an entry of a feed names, its keys are those of the feed's own source."""
    link = "https://paper.example/a"
    named = draft_of(entry(publisher="Daily Planet", url=link))
    assert named.source == Source("daily-planet", "Daily Planet")
    assert named.keys.urls == draft_of(entry(url=link)).keys.urls
    assert not draft_of(
        entry(publisher="Elsewhere.example", url="https://elsewhere.example/")
    ).owned


def test_only_the_owner_owns_a_link() -> None:
    """A polled feed owns links into its source's domains; the operator's files own every link."""
    other = entry(url="https://elsewhere.example/a")
    assert not draft_of(other).owned
    assert draft_of(other, kind="files").owned
    assert draft_of(entry(url="https://news.paper.example/a")).owned
    assert not draft_of(entry(url="not a link")).owned


def test_home_page_is_no_key() -> None:
    """A link to the site's root is kept, but finds no article."""
    draft = draft_of(entry(url="https://www.paper.example/?utm_source=rss"))
    assert draft.canonical_url == "https://paper.example/"
    assert not draft.url_is_key


def test_link_that_unrelated_entries_share_is_no_key() -> None:
    """Entries of one document with unrelated texts spoil their common link, for all of them."""
    url = "https://paper.example/live"
    drafts = run(entry("a", url=url), entry("b", OTHER, url=url + "?utm_x=1"), entry("c", url=url))
    assert [isinstance(draft, Draft) and draft.url_is_key for draft in drafts] == [False] * 3


def test_link_that_one_article_carries_twice_stays_a_key() -> None:
    """The same text under two guids may share its link."""
    url = "https://paper.example/a"
    drafts = run(entry("a", url=url), entry("b", TEXT + " And more.", url=url))
    assert all(isinstance(draft, Draft) and draft.url_is_key for draft in drafts)


def test_content_hash_ignores_form() -> None:
    """HTML, wrapped text and typographic quotes of one text have one content hash."""
    plain = draft_of(entry(text='He said: "No deal—yet".'))
    html = draft_of(entry(content=Markup("<p>He said:\n“No deal-yet”.</p>", "text/html")))
    assert plain.content_hash == html.content_hash
    assert plain.body != html.body


def test_derived_title_is_no_content_state() -> None:
    """Only what was stated makes a state; a date of change does not."""
    first = draft_of(entry())
    assert first.state_hash == draft_of(entry("b", updated="2024-07-01")).state_hash
    assert first.state_hash != draft_of(entry(title=Markup("Talks"))).state_hash
    assert first.state_hash != draft_of(entry(published="2024-07-01")).state_hash
    assert first.state_hash != draft_of(entry(text=TEXT + " More.")).state_hash


CHANGES: dict[str, object] = {
    "guid": "b",
    "url": "https://paper.example/b",
    "title": Markup("b"),
    "content": Markup(TEXT, "text/html"),
    "summary": Markup("b"),
    "authors": ("b",),
    "authors_inherited": True,
    "published": "2024-07-01",
    "updated": "2024-07-01",
    "language": "de",
    "origin": "page",
    "publisher": "b",
}
NOT_READ = {
    "key", "path", "raw", "repairs", "former_guid", "published_confidence", "listed_in",
}  # fmt: skip


def test_changes_cover_the_entry() -> None:
    """Every field of an entry is either hashed or known not to be read for itself."""
    assert {field.name for field in dataclasses.fields(Entry)} == CHANGES.keys() | NOT_READ


@pytest.mark.parametrize("name", CHANGES)
def test_entry_hash_covers_what_is_read(name: str) -> None:
    """Another value of any field that normalize reads is another hash."""
    assert entry_hash(entry()) != entry_hash(entry(**{name: CHANGES[name]}))  # type: ignore[arg-type]


def test_entry_hash_tells_fields_apart() -> None:
    """The same value in another field, and an empty one for none, are other hashes."""
    assert entry_hash(entry(published="x")) != entry_hash(entry(updated="x"))
    assert entry_hash(entry(title=Markup(""))) != entry_hash(entry())
    assert entry_hash(entry(url="")) != entry_hash(entry())
    assert entry_hash(entry(authors=("a", "b"))) != entry_hash(entry(authors=("ab",)))
    assert entry_hash(entry("a", path="x", guid="a")) == entry_hash(entry("b", path="y", guid="a"))


def test_unforeseen_failure_rejects_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault inside one entry is that entry's rejection; the others become drafts, in order."""
    real = titles.title

    def fails(of: Entry, given: str, body: str) -> object:
        if of.key == "b":
            raise RuntimeError("no such \ud800 luck")
        return real(of, given, body)

    monkeypatch.setattr(module, "title", fails)
    first, second, third = run(entry("a"), entry("b", raw="x" * 2 * RAW_LIMIT), entry("c"))
    assert isinstance(first, Draft)
    assert isinstance(third, Draft)
    assert isinstance(second, Rejected)
    assert (second.key, second.reason) == ("b", "parse_crash")
    assert second.detail == "RuntimeError: no such \\ud800 luck"
    assert len(second.raw) == RAW_LIMIT


def test_memory_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Running out of memory is the worker's end, not an entry's fault."""

    def fails(*_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(module, "title", fails)
    with pytest.raises(MemoryError):
        run(entry())


def test_stored_fields_are_valid() -> None:
    """Lone surrogates and NULs are written out in what is stored as delivered."""
    draft = draft_of(entry("k\ud800", url="https://paper.example/\x00", raw='"\ud800"'))
    assert draft.entry.key == "k\\ud800"
    assert draft.url.value == "https://paper.example/\\x00"
    assert draft.entry.raw == '"\\ud800"'


texts = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.lists(
        st.sampled_from(
            ["<div>", "<p a='", "</p>", "&amp;", "&lt;p>", "â€™", "\ud800", "\x00", TEXT]
        ),
        max_size=12,
    ).map("".join),
)
maybe = st.none() | texts
markups = st.none() | st.builds(Markup, texts, st.sampled_from(["text/plain", "text/html"]))
dates = st.none() | texts | st.datetimes().map(str) | st.integers().map(str)
entries: st.SearchStrategy[Entry] = st.builds(
    Entry,
    key=texts,
    guid=maybe,
    url=maybe | texts.map("https://paper.example/".__add__),
    path=maybe,
    title=markups,
    content=markups,
    summary=markups,
    authors=st.lists(texts, max_size=3).map(tuple),
    authors_inherited=st.booleans(),
    published=dates,
    updated=dates,
    language=maybe | st.sampled_from(["en", "de-DE"]),
    origin=st.sampled_from(["feed", "file", "page"]),
    publisher=maybe,
    raw=texts,
)


def _assert_storable(value: object) -> None:
    if isinstance(value, str):
        value.encode()
    elif dataclasses.is_dataclass(value) and not isinstance(value, (Entry, type)):
        for field in dataclasses.fields(value):
            _assert_storable(getattr(value, field.name))


@settings(max_examples=300)
@given(st.lists(entries, max_size=4), st.sampled_from(["files", "rss"]))
def test_every_entry_becomes_a_draft_or_a_rejection(found: list[Entry], kind: FeedKind) -> None:
    """Whatever is delivered becomes a storable draft, or is rejected as empty; nothing crashes."""
    results = run(*found, kind=kind)
    assert len(results) == len(found)
    for result in results:
        _assert_storable(result)
        if isinstance(result, Rejected):
            assert result.reason == "empty", result
            assert result.reason in REASONS
        else:
            assert result.title.value or result.body
            assert result.content_hash
            result.entry.raw.encode()


@given(entries)
def test_normalizing_is_repeatable(found: Entry) -> None:
    """The same entry at the same time becomes the same draft."""
    assert run(found) == run(found)


def test_huge_nested_entry_is_a_draft() -> None:
    """A text of a million tags is one entry among others."""
    deep = entry("deep", content=Markup("<div>" * 1_000_000 + TEXT, "text/html"))
    before, middle, after = run(entry("a"), deep, entry("b"))
    assert isinstance(before, Draft)
    assert isinstance(after, Draft)
    assert isinstance(middle, Draft)
    assert middle.body == TEXT
