"""Which id a name, a URL or a folder has in a lake that knows some."""

from articles.identity.feed_ids import folder_feeds, resolved
from articles.identity.known_ids import Folder, KnownFeed, KnownIds, KnownSource, Listing
from articles.identity.readable_ids import feed_id_of, source_id_of
from articles.identity.source_ids import SourceIds
from articles.model.entries import Feed, Source
from articles.urls.canonical import comparable_url
from articles.urls.ownership import domain_of

POST = KnownSource("lindby", ("Lindby Post", "The Post"))
KANJI = KnownSource("3f5c7d28a9b01e64", ("港新聞",))


def feed(url: str, name: str | None = None, *former: str, own: str | None = None) -> Feed:
    """Return a feed as a file lists it."""
    domains = tuple(one for one in map(domain_of, (url, *former)) if one)
    source = name or domain_of((*former, url)[0]) or url
    return Feed(
        own or feed_id_of(comparable_url(url)), Source(source_id_of(source), source, domains),
        "rss", url, former=former, recorded=own is not None,
    )  # fmt: skip


def known(**urls: tuple[str, ...]) -> KnownIds:
    """Return a lake with these feeds of the Post."""
    feeds = [KnownFeed(feed_id, "lindby", "rss", every) for feed_id, every in urls.items()]
    return KnownIds([POST, KANJI], feeds)


def ids(lake: KnownIds, *feeds: Feed) -> list[str]:
    """Return the ids of feeds."""
    return [one.feed_id for one in resolved(Listing((), feeds), lake).feeds]


A, B, C = (f"https://{name}.example/rss" for name in "abc")


class TestSources:
    """Names of sources."""

    def test_names(self) -> None:
        """By the present name, then by a former one, in any spelling; hashes are kept."""
        found = SourceIds(known())
        assert found.id_of("the  POST") == found.id_of("Lindby post") == "lindby"
        assert found.name_of("lindby") == "The Post"
        assert found.id_of("港新聞") == KANJI.source_id

    def test_new(self) -> None:
        """A new name has the rule's id, always the same; a hash if another source has that."""
        found = SourceIds(known())
        assert found.id_of("Quay Times") == found.id_of("quay times") == "quay-times"
        assert found.id_of("Lindby").startswith("lindby-")
        assert found.id_of("LINDBY") == SourceIds(known()).id_of("Lindby")

    def test_a_present_name_beats_a_former_one(self) -> None:
        """Who took a name that another gave up has it."""
        lake = KnownIds([POST, KnownSource("new", ("Lindby Post",))])
        assert SourceIds(lake).id_of("Lindby Post") == "new"

    def test_of_the_file(self) -> None:
        """A table's former names find the lake's source; its rows may say either name."""
        table = Source("x", "Kō Shimbun", former=("港新聞",))
        found = SourceIds(known(), [table])
        assert [one.source_id for one in found.listed] == [KANJI.source_id]
        assert found.id_of("Kō Shimbun") == found.id_of("港新聞") == KANJI.source_id
        assert found.name_of(KANJI.source_id) == "Kō Shimbun"

    def test_recorded(self) -> None:
        """An id that stands in the file counts, unless the lake has the name under another."""
        other, same, new = (
            Source(source_id, name, recorded=True)
            for source_id, name in (("k", "港新聞"), ("lindby", "Renamed"), ("n", "New"))
        )
        found = [one.source_id for one in SourceIds(known(), [other, same, new]).listed]
        assert found == [KANJI.source_id, "lindby", "n"]

    def test_old_lakes_told_wide_letters_apart(self) -> None:
        """Names that are one by today's folding keep the ids that they have."""
        lake = KnownIds([KnownSource("wide", ("ＡＢＣ",)), KnownSource("abc", ("ABC",))])
        found = SourceIds(lake)
        assert (found.id_of("abc"), found.id_of("ＡＢＣ")) == ("abc", "wide")


class TestFeeds:
    """URLs of feeds."""

    def test_urls(self) -> None:
        """By the URL in any spelling, then by a former one."""
        lake = known(f1=(A,), f2=(C, B))
        assert ids(lake, feed("HTTPS://A.example/rss#x"), feed(C)) == ["f1", "f2"]

    def test_a_feed_moves(self) -> None:
        """By what the file says that it was; who is at the old URL now is another feed."""
        lake = known(f1=(A,))
        assert ids(lake, feed(B, None, A)) == ["f1"]
        after = known(f1=(A, B))
        assert ids(after, feed(A), feed(B)) == ["a.example_rss", "f1"]
        assert ids(after, feed(A)) == ["f1"]

    def test_recorded(self) -> None:
        """The file's id, if the lake has it, or has nothing at that URL."""
        lake = known(f1=(A,))
        assert ids(lake, feed(C, own="f1"), feed(B, own="mine")) == ["f1", "mine"]
        assert ids(lake, feed(A, own="mine")) == ["f1"]

    def test_taken(self) -> None:
        """A new feed never has the id of another."""
        lake = known(**{"a.example_rss": (B,)})
        one, other, third = ids(lake, feed(A), feed("http://a.example/rss"), feed(C))
        assert len({"a.example_rss", one, other, third}) == 4
        assert one.startswith("a.example_rss-")

    def test_domains_stay_owned(self) -> None:
        """Those of URLs that the lake remembers too."""
        lake = known(f1=(A, B))
        [found] = resolved(Listing((), (feed(C, "The Post", B),)), lake).feeds
        assert (found.feed_id, found.source.source_id) == ("f1", "lindby")
        assert found.source.domains == ("a.example", "b.example", "c.example")

    def test_a_source_by_domain_stays(self) -> None:
        """A feed that moved by its id alone keeps the source of the domain where it was."""
        there = KnownIds([KnownSource("a.example", ("a.example",))],
                         [KnownFeed("f1", "a.example", "rss", (A,))])  # fmt: skip
        [found] = resolved(Listing((), (feed(B, own="f1"),)), there).feeds
        assert (found.source.source_id, found.source.name) == ("a.example", "a.example")
        assert found.source.domains == ("a.example", "b.example")

    def test_again(self) -> None:
        """What was resolved without a lake resolves with it to the same as at once."""
        lake, listing = (
            known(f1=(A,)),
            Listing((), (feed(A), feed(B), feed("http://b.example/rss"))),
        )
        assert resolved(resolved(listing, KnownIds()), lake) == resolved(listing, lake)


class TestFolders:
    """Places of folders."""

    lake = KnownIds(
        [KnownSource("press", ("press",))],
        [KnownFeed("hash", "press", "files", ("old", "press"), ("/x/old", "/x/press"))],
    )

    def of(self, *folders: tuple[str, str], records: tuple[Feed, ...] = ()) -> list[str]:
        """Return the ids of folders, each an absolute and a relative path."""
        places = [Folder(*one) for one in folders]
        ids = SourceIds(self.lake)
        return [one.feed_id for one in folder_feeds(places, records, self.lake, ids)]

    def test_order(self) -> None:
        """The absolute path, then the relative one, then former ones; each id once."""
        assert self.of(("/x/press", "../x/press")) == ["hash"]
        assert self.of(("/y/press", "press")) == ["hash"]
        assert self.of(("/y/old", "old")) == self.of(("/x/old", "z")) == ["hash"]
        first, second = self.of(("/y/press", "press"), ("/x/press", "../x/press"))
        assert (first, second) == ("press", "hash")

    def test_recorded(self) -> None:
        """A record of the file beats them all."""
        record = Feed("hash", Source("", ""), "files", "/z", recorded=True)
        assert self.of(("/z", "z"), ("/x/press", "press"), records=(record,)) == ["hash", "press"]
        other = Feed("own", Source("", ""), "files", "/z", recorded=True)
        assert self.of(("/z", "z"), records=(other,)) == ["own"]

    def test_sources(self) -> None:
        """A known folder keeps its source; a new one is never a source with another."""
        ids = SourceIds(self.lake)
        places = [Folder("/y/press", "press"), Folder("/x/press", "../x/press")]
        new, old = folder_feeds(places, (), self.lake, ids)
        assert (old.source, old.folder) == (Source("press", "press"), "/x/press")
        assert new.source.name == "/y/press"
        assert new.source.source_id != "press"
