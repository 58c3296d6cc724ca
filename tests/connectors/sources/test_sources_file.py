"""The sources file: what it says, what is said about a bad one, and edits that keep the rest."""

import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import SettingsError
from articles.model.entries import Feed, Source
from connectors.http.urls import address
from connectors.limits import SOURCES_FILE_LIMIT
from connectors.sources import sources_file, toml_text
from connectors.sources.checked_values import SourcesFile
from connectors.sources.edits import AddedFeeds, add, remove, switch
from connectors.sources.sources_file import listing_of, tables_of

SAMPLE = """\
# Ours.
[[source]] # a newsroom
name = "Harbour Daily"
domains = ["harbour-daily.example", "WWW.Harbour.example."]
country = "qa"
language = "en"
licence = "CC BY 4.0"
contact = "desk@harbour.example"

# The main one.
[[feed]]
url = "https://feeds.harbour.example/all.xml" # [[feed]]
source = "harbour  daily"

[[ feed ]]
url = 'https://harbour.example/feed.JSON?a="b"'
interval = "2h"
enabled = false # for now

# Of no newsroom.
[["feed"]]
url = "http://127.0.0.1:8700/feed"
interval = 900
kind = "jsonfeed"
# The end.
"""


def write(folder: Path, text: str, name: str = "sources.toml") -> Path:
    """Write a sources file; return its path."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def feeds(text: str) -> list[Feed]:
    """Return the feeds of a text."""
    file = SourcesFile("s.toml", text)
    return list(listing_of(file, tables_of(file)).feeds)


def urls(path: Path) -> list[str]:
    """Return the URLs of a sources file."""
    return [feed.url for feed in sources_file.listing(path).feeds]


class TestReading:
    """What the tables mean."""

    def test_sample(self, tmp_path: Path) -> None:
        """Sources by name or by registered domain; intervals, kinds and switches as given."""
        first, second, third = sources_file.listing(write(tmp_path, SAMPLE)).feeds
        assert first.source == Source(
            "harbour-daily", "Harbour Daily",
            ("harbour-daily.example", "harbour.example", "www.harbour.example"),
            "QA", "en", "CC BY 4.0", "desk@harbour.example",
        )  # fmt: skip
        assert (first.kind, first.enabled, first.interval_seconds) == ("rss", True, None)
        assert first.feed_id == "feeds.harbour.example_all.xml"
        assert second.source == Source("harbour.example", "harbour.example", ("harbour.example",))
        assert (second.kind, second.enabled, second.interval_seconds) == ("jsonfeed", False, 7_200)
        assert third.source.name == third.url
        assert third.source.domains == ()
        assert (third.kind, third.interval_seconds) == ("jsonfeed", 900)

    def test_codes_are_written_one_way(self) -> None:
        """Countries (ISO 3166-1) are in capitals, languages in small letters, however given."""
        [feed] = feeds(
            '[[source]]\nname = "X"\ncountry = "gb"\nlanguage = "pt-BR"\n'
            '[[feed]]\nurl = "https://a.example/"\nsource = "X"\n'
        )
        assert (feed.source.country, feed.source.language) == ("GB", "pt-br")

    def test_feeds_of_a_source_share_it(self) -> None:
        """All have the same Source, which owns the domains of all their URLs."""
        one, two = feeds(
            '[[feed]]\nurl = "https://a.example/"\nsource = "X"\n'
            '[[feed]]\nurl = "https://feeds.b.example/"\nsource = "x"\n'
        )
        assert one.source is two.source
        assert one.source == Source("x", "X", ("a.example", "b.example"))

    def test_hosts_without_a_domain(self) -> None:
        """Feeds at addresses and at localhost are sources of their own, each for itself."""
        found = feeds(
            "".join(
                f'[[feed]]\nurl = "{url}"\n'
                for url in ("http://localhost/a", "http://localhost/b", "http://[::1]:80/")
            )
        )
        assert len({feed.source.source_id for feed in found}) == 3

    @pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff# nothing", "source = []\n"])
    def test_nothing(self, text: str) -> None:
        """A file without feeds is a sources file."""
        assert feeds(text) == []

    def test_other_ways_of_toml(self) -> None:
        """A byte order mark, Windows line ends and inline tables are read as well."""
        assert len(feeds("\ufeff" + SAMPLE.replace("\n", "\r\n"))) == 3
        assert len(feeds('feed = [{url = "https://a.example/"}]')) == 1

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [('"15m"', 900), ('"1h"', 3_600), ('"24 h"', 86_400), ('"1d"', 86_400), ("5000", 5_000)],
    )
    def test_intervals(self, value: str, seconds: int) -> None:
        """Minutes, hours, a day, or seconds."""
        [feed] = feeds(f'[[feed]]\nurl = "https://a.example/"\ninterval = {value}\n')
        assert feed.interval_seconds == seconds


FEED = '[[feed]]\nurl = "https://a.example/"\n'


def test_the_file_that_comes_along() -> None:
    """seeds/sources.toml has feeds in many languages, each of a source with a table, all off."""
    found = sources_file.listing(Path(__file__).parents[3] / "seeds" / "sources.toml").feeds
    assert len(found) >= 50
    assert len({feed.source.language for feed in found} - {None}) >= 12
    assert not any(feed.enabled for feed in found)


REFUSED = {
    "unknown table": ("[[sources]]\n", "line 1: a sources file has no 'sources'"),
    "unknown key above": ("\nlake = 1\n", "line 2: a sources file has no 'lake'"),
    "single brackets": (f"{FEED}[source]\nname = 'x'\n", "line 3, source: "),
    "feed is a text": ('feed = "https://a.example/"\n', "line 1, feed: "),
    "unknown key": (f"{FEED}urll = 1\n", "line 3, urll: "),
    "hidden key": (f'{FEED}"a\\u001bb" = 1\n', "line 1, 'a\\x1bb': "),
    "sub-table": (f"{FEED}[feed.more]\na = 1\n", "line 3, more: "),
    "no url": (f"{FEED}\n[[feed]]\nenabled = true\n", "line 4: this feed has no url"),
    "url is a number": ("[[feed]]\nenabled = true\nurl = 1\n", "line 3, url: "),
    "url without a scheme": ('[[feed]]\nurl = "a.example/x"\n', "line 2, url: "),
    "same url": (f"{FEED}#\n{FEED}", "line 5, url: line 2 has the same URL"),
    "same address": (
        f'{FEED}[[feed]]\nurl = "HTTPS://A.example"\n',
        "line 4, url: line 2 has the same URL",
    ),
    "enabled": (f'{FEED}enabled = "no"\n', "line 3, enabled: "),
    "kind": (f'{FEED}kind = "atom"\n', "line 3, kind: "),
    "kind is a list": (f"{FEED}kind = []\n", "line 3, kind: "),
    "short interval": (f'{FEED}interval = "14m"\n', "line 3, interval: "),
    "long interval": (f"{FEED}interval = 86401\n", "line 3, interval: "),
    "negative interval": (f"{FEED}interval = -900\n", "line 3, interval: "),
    "switch as interval": (f"{FEED}interval = true\n", "line 3, interval: "),
    "other interval": (f'{FEED}interval = "1 week"\n', "line 3, interval: "),
    "source is a number": (f"{FEED}source = 1\n", "line 3, source: "),
    "source is empty": (f'{FEED}source = " "\n', "line 3, source: "),
    "source without name": ("[[source]]\ncountry = 'x'\n", "line 1: this source has no name"),
    "long name": (f"[[source]]\nname = '{'x' * 201}'\n", "line 2, name: "),
    "same name": (
        "[[source]]\nname = 'X'\n[[source]]\nname = 'x'\n",
        "line 4, name: line 2 has the same name",
    ),
    "country": ("[[source]]\nname = 'X'\ncountry = 1\n", "line 3, country: "),
    "domains is a text": ("[[source]]\nname = 'X'\ndomains = 'x.org'\n", "line 3, domains: "),
    "domain is a number": ("[[source]]\nname = 'X'\ndomains = [1]\n", "line 3, domains: "),
    "public suffix": ("[[source]]\nname = 'X'\ndomains = ['co.uk']\n", "line 3, domains: "),
    "domain with a path": ("[[source]]\nname = 'X'\ndomains = ['a.org/b']\n", "line 3, domains: "),
    "same id": (
        f'{FEED}id = "a"\n[[feed]]\nurl = "https://b.example/"\nid = "a"\n',
        "line 6, id: line 3 has the same id",
    ),
    "same source id": (
        "[[source]]\nname = 'X'\nid = 'x'\n[[source]]\nname = 'Y'\nid = 'x'\n",
        "line 6, id: line 3 has the same id",
    ),
    "id is a number": (f"{FEED}id = 1\n", "line 3, id: "),
    "id with a blank": (f"{FEED}id = 'a b'\n", "line 3, id: an id has no blanks"),
    "former is a text": (f"{FEED}former = 'https://b.example/'\n", "line 3, former: "),
    "former is no URL": (f"{FEED}former = ['b.example']\n", "line 3, former: 'b.example'"),
    "former name": ("[[source]]\nname = 'X'\nformer = ['']\n", "line 3, former: "),
    "folder without id": ("[[feed]]\nurl = 'press'\nkind = 'files'\n", "this folder has no id"),
    "folder with a source": (
        "[[feed]]\nurl = 'press'\nkind = 'files'\nid = 'p'\nsource = 'X'\n",
        "line 5, source: ",
    ),
    "folder is a number": ("[[feed]]\nurl = 1\nkind = 'files'\nid = 'p'\n", "line 2, url: "),
    "no TOML": (f"{FEED}enabled = \n", "line 3, enabled: this is not TOML"),
    "not closed": (f'{FEED}source = "x', "line 3, source: this is not TOML"),
    "endless number": (f"{FEED}interval = {'9' * 5_000}\n", "this is not TOML"),
    "deep": (f"a = {'[' * 20_000}", "this is not TOML"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, said: str, tmp_path: Path) -> None:
    """A file that newslake does not understand is refused, naming file, line and key."""
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        sources_file.listing(path)
    assert caught.value.exit_code == 2
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint or "neither true nor false" in caught.value.message


def test_not_utf8(tmp_path: Path) -> None:
    """The line of the first bad byte is named."""
    path = tmp_path / "s.toml"
    path.write_bytes(b"# one\n# \xe9\n")
    with pytest.raises(SettingsError, match="line 2: the sources file is not in UTF-8"):
        sources_file.listing(path)


def test_unreadable(tmp_path: Path) -> None:
    """A missing file, a folder, a FIFO (which would hang) and a giant are refused."""
    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "giant").open("wb") as giant:
        giant.truncate(SOURCES_FILE_LIMIT + 1)
    for name in ("missing", ".", "fifo", "giant", "x" * 300, "a\0b"):
        with pytest.raises(SettingsError, match="sources file"):
            sources_file.listing(tmp_path / name)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://a.example/", "http:/a.example", "https://", "https://./",
        "https://a b/", "https://a.example/\t", "https://a.example/\x1b", "https://u:p@a.example/",
        "https://u@a.example/", "https://a.example:99999/", "https://[::1/", "file:///etc/passwd",
        "https://a.example/" + "x" * 2_048, "https://a.example/\udc80", "https://%00/",
    ],
)  # fmt: skip
def test_no_feeds_url(url: str) -> None:
    """Only a whole http(s) URL with a host, without user, spaces or controls, is a feed's."""
    with pytest.raises(ValueError, match="it "):
        address(url)


@given(st.text())
def test_addresses(url: str) -> None:
    """Any text is an address or a ValueError, and an address's own form is one."""
    try:
        found = address(url)
    except ValueError:
        return
    assert address(found.href).href == found.href


class TestIds:
    """What the file says of ids, former names and former places."""

    def test_sample(self, tmp_path: Path) -> None:
        """Ids as they stand there; a source owns the domains of former URLs; folders are listed."""
        path = write(
            tmp_path,
            '[[source]]\nname = "The Post"\nid = "post"\nformer = ["Lindby Post", "Post"]\n'
            '[[feed]]\nurl = "https://post.example/rss"\nsource = "the post"\nid = "0123"\n'
            'former = ["https://feeds.lindby.example/all"]\n'
            '[[feed]]\nurl = "press"\nkind = "files"\nid = "press"\nformer = ["/old/press"]\n',
        )
        found = sources_file.listing(path)
        [source], (feed, folder) = found.sources, found.feeds
        assert (source.source_id, source.former) == ("post", ("Lindby Post", "Post"))
        assert (feed.feed_id, feed.recorded) == ("0123", True)
        assert feed.source.source_id == "post"
        assert feed.source.domains == ("lindby.example", "post.example")
        assert (folder.kind, folder.url) == ("files", str(tmp_path / "press"))
        assert (folder.feed_id, folder.former) == ("press", ("/old/press",))

    def test_a_feed_that_moved_keeps_its_source(self) -> None:
        """Where no source is named it is the domain of the feed's first URL, and owns them all."""
        [feed] = feeds(
            '[[feed]]\nurl = "https://b.example/"\n'
            'former = ["https://a.example/", "https://c.example/"]\n'
        )
        assert feed.source.name == "a.example"
        assert feed.source.domains == ("a.example", "b.example", "c.example")

    def test_an_id_that_stands_there_is_nobody_else_s(self) -> None:
        """A feed whose id would be the one that another was given gets a hash."""
        one, two = feeds(
            '[[feed]]\nurl = "https://a.example/x"\n'
            '[[feed]]\nurl = "https://b.example/"\nid = "a.example_x"\n'
        )
        assert two.feed_id == "a.example_x"
        assert re.fullmatch("a.example_x-[0-9a-f]{8}", one.feed_id)


class TestAdding:
    """Feeds are put at the end."""

    def test_appends(self, tmp_path: Path) -> None:
        """What the file held stays, byte by byte."""
        path = write(tmp_path, SAMPLE)
        done = add(path, ["https://x.example/1", "https://x.example/2"], "My “Paper”")
        assert done == AddedFeeds(("https://x.example/1", "https://x.example/2"), ())
        assert path.read_text(encoding="utf-8") == SAMPLE + (
            '\n[[feed]]\nurl = "https://x.example/1"\nsource = "My “Paper”"\nid = "x.example_1"\n'
            '\n[[feed]]\nurl = "https://x.example/2"\nsource = "My “Paper”"\nid = "x.example_2"\n'
        )
        assert sources_file.listing(path).feeds[-1].source.name == "My “Paper”"

    def test_known(self, tmp_path: Path) -> None:
        """A URL that is there, or comes twice, is added once, however it is spelled."""
        path = write(tmp_path, SAMPLE)
        done = add(path, ["https://X.example", "https://x.example/", "http://127.0.0.1:8700/feed"])
        assert done.new == ("https://X.example",)
        assert [feed.url for feed in done.known] == ["http://127.0.0.1:8700/feed"]
        before = path.stat()
        assert add(path, ["https://x.example/"]).new == ()
        assert path.stat().st_ino == before.st_ino

    def test_makes_the_file(self, tmp_path: Path) -> None:
        """A missing file is made, with its folder, a head that explains it, and the usual mode."""
        path = tmp_path / "seeds" / "sources.toml"
        add(path, ["https://x.example/"])
        assert urls(path) == ["https://x.example/"]
        assert path.read_text(encoding="utf-8").startswith("# ")
        assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()

    @pytest.mark.parametrize("text", ["# no end of line", "\n\n", "\ufeff", "# a\r\n# b\r\n"])
    def test_ends(self, text: str, tmp_path: Path) -> None:
        """However the file ends, it is added to, with its own line ends."""
        path = write(tmp_path, text)
        add(path, ["https://x.example/"])
        assert urls(path) == ["https://x.example/"]
        data = path.read_bytes()
        assert data.count(b"\r\n") in {0, data.count(b"\n")}
        assert data.startswith(text.rstrip().encode())

    def test_quotes(self, tmp_path: Path) -> None:
        """What TOML would read otherwise is escaped."""
        path = tmp_path / "s.toml"
        strange = 'https://x.example/"\\u0041é'
        add(path, [strange], "a\\b")
        assert urls(path) == [strange]
        assert sources_file.listing(path).feeds[0].source.name == "a\\b"

    @pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201])
    def test_no_name(self, name: str, tmp_path: Path) -> None:
        """A source's name is a line of text."""
        with pytest.raises(SettingsError, match="--source"):
            add(tmp_path / "s.toml", ["https://x.example/"], name)
        assert not any(tmp_path.iterdir())


class TestEditing:
    """Feeds are removed and switched, by URL or by their source."""

    def test_remove(self, tmp_path: Path) -> None:
        """Its lines go, comments around it and everything else stay."""
        path = write(tmp_path, SAMPLE)
        assert [feed.kind for feed in remove(path, ["http://127.0.0.1:8700/feed"])] == ["jsonfeed"]
        start = SAMPLE.index('[["feed"]]')
        assert path.read_text(encoding="utf-8") == SAMPLE[:start] + "# The end.\n"
        remove(path, ["Harbour DAILY", "harbour.example"])
        left = path.read_text(encoding="utf-8")
        assert urls(path) == []
        assert all(line in left for line in ("# The main one.", "# Of no newsroom.", "# The end."))
        assert 'name = "Harbour Daily"' in left

    def test_added_and_removed(self, tmp_path: Path) -> None:
        """Who adds a feed and removes it again has the file of before."""
        path = write(tmp_path, SAMPLE)
        add(path, ["https://x.example/"], "X")
        remove(path, ["X"])
        assert path.read_text(encoding="utf-8") == SAMPLE

    def test_switch(self, tmp_path: Path) -> None:
        """Only the switch's line changes, and the id is repeated; a comment behind it stays."""
        path = write(tmp_path, SAMPLE)
        assert len(switch(path, ["harbour.example"], enabled=True)) == 1
        assert path.read_text(encoding="utf-8") == SAMPLE.replace(
            "enabled = false # for now",
            'enabled = true # for now\nid = "harbour.example_feed.json-1a3daed9"',
        )
        assert len(switch(path, None, enabled=False)) == 3
        assert not any(feed.enabled for feed in sources_file.listing(path).feeds)
        assert switch(path, None, enabled=False) == []
        switch(path, None, enabled=True)
        assert all(feed.enabled for feed in sources_file.listing(path).feeds)

    def test_unknown(self, tmp_path: Path) -> None:
        """A name that means nothing changes nothing; what is near to it is told."""
        path = write(tmp_path, SAMPLE)
        with pytest.raises(SettingsError) as caught:
            remove(path, ["harbour.example", "harbor daily"])
        assert "Harbour Daily" in caught.value.hint
        assert path.read_text(encoding="utf-8") == SAMPLE
        with pytest.raises(SettingsError, match="Nothing was changed"):
            switch(path, ["zzz"], enabled=True)

    @pytest.mark.parametrize(
        "text",
        [
            'feed = [{url = "https://a.example/"}]\n',
            '[[feed]]\nurl = "https://a.example/"\nsource = """x\\\nenabled = true"""\n',
            '[[feed]]\nurl = "https://a.example/"\nsource = """\n#"""\n',
        ],
        ids=["inline", "a key within a text", "a comment within a text"],
    )
    def test_what_it_can_not_edit(self, text: str, tmp_path: Path) -> None:
        """Where the edit would not be what was meant the file stays as it was."""
        path = write(tmp_path, text)
        with pytest.raises(SettingsError, match="Nothing was changed") as caught:
            switch(path, None, enabled=False)
        assert "by hand" in caught.value.hint
        assert path.read_text(encoding="utf-8") == text

    def test_no_file(self, tmp_path: Path) -> None:
        """There is nothing to edit where there is no file; none is made."""
        for path in (tmp_path / "s.toml", tmp_path / "missing" / "s.toml"):
            with pytest.raises(SettingsError):
                remove(path, ["https://a.example/"])
        assert not any(tmp_path.iterdir())

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        """The file that a link leads to is replaced, keeps its mode, and nothing is left over."""
        real = tmp_path / "real"
        real.mkdir()
        write(real, SAMPLE).chmod(0o640)
        link = tmp_path / "link.toml"
        link.symlink_to(real / "sources.toml")
        switch(link, None, enabled=False)
        assert link.is_symlink()
        assert stat.S_IMODE((real / "sources.toml").stat().st_mode) == 0o640
        assert [one.name for one in real.iterdir()] == ["sources.toml"]

    def test_a_failed_write(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A full disk leaves the file as it was, and nothing beside it."""

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        path = write(tmp_path, SAMPLE)
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(SettingsError, match="No space left"):
            switch(path, None, enabled=False)
        assert path.read_text(encoding="utf-8") == SAMPLE
        assert list(tmp_path.iterdir()) == [path]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


comments = st.sampled_from(["", "# a", "#[[feed]]", " ", '# """ \'', "\t# ü"])
switches = st.sampled_from(["", "enabled = true", "  enabled=false # off", "'enabled' = true"])
places = st.sampled_from(['url = "{}"', "url = '{}' # ]", '"url"="""{}"""', "  url = '''{}'''\t"])
tables = st.tuples(comments, st.sampled_from(["[[feed]]", " [[ 'feed' ]] #"]), places, switches)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, int]:
    """Return a sources file as somebody may write it, and how many feeds it has."""
    lines: list[str] = []
    drawn = draw(st.lists(tables, max_size=6))
    for number, (comment, header, place, enabled) in enumerate(drawn):
        if draw(st.booleans()):
            lines += ["[[source]]", f'name = "s{number}"', "domains = [ # [[feed]]", '"a.org"', "]"]
        url = place.format(f"https://h{number}.example/")
        lines += [comment, header, *draw(st.permutations([url, enabled, comment]))]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline])), len(drawn)


@given(texts(), st.data())
def test_edits_do_what_is_meant(drawn: tuple[str, int], data: st.DataObject) -> None:
    """Every edit changes what was named and nothing else; comments outside of feeds stay."""
    text, count = drawn
    before = feeds(text)
    assert len(before) == count
    numbers = data.draw(st.sets(st.integers(0, count - 1)) if count else st.just(set()))
    kept = [feed.url for at, feed in enumerate(before) if at not in numbers]
    assert [feed.url for feed in feeds(toml_text.removed(text, numbers))] == kept
    for enabled in (False, True):
        after = feeds(toml_text.switched(text, numbers, enabled=enabled))
        assert [feed.url for feed in after] == [feed.url for feed in before]
        for at, feed in enumerate(after):
            assert feed.enabled == (enabled if at in numbers else before[at].enabled)
    longer = toml_text.added(text, "feed", [{"url": '"https://new.example/"'}])
    assert longer.startswith(text.rstrip("\r\n"))
    assert [feed.url for feed in feeds(longer)] == [
        *(f.url for f in before),
        "https://new.example/",
    ]
