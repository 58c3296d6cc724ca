"""Renaming and moving in a sources file: the id stays, what was is written down."""

from pathlib import Path

import pytest

from articles.errors import SettingsError
from articles.identity.known_ids import Folder, KnownFeed, KnownIds, KnownSource
from connectors.sources import sources_file
from connectors.sources.edits import add
from connectors.sources.moves import move, move_folder, rename

FILE = """\
# Ours.
[[source]]
name = "Harbour Daily"  # since 1990
domains = ["harbour.example"]

[[feed]]
url = "https://feeds.harbour.example/all.xml" # all
source = 'harbour daily'
# The end.
[[feed]]
url = "https://quay.example/rss"
"""
LAKE = KnownIds(
    [KnownSource("7152f9a7ef6d5986", ("Harbour Daily",)), KnownSource("rows", ("港新聞",))],
    [
        KnownFeed(
            "980bb85696f8df8f", "7152f9a7ef6d5986", "rss",
            ("https://feeds.harbour.example/all.xml",),
        ),
        KnownFeed("press", "press", "files", ("press",), ("/old/press",)),
    ],
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a sources file."""
    found = tmp_path / "s.toml"
    found.write_text(FILE, encoding="utf-8")
    return found


class TestRename:
    """A source gets another name."""

    def test_with_a_table(self, path: Path) -> None:
        """In its table and at its feeds, with the lake's ids; all else stays as it is."""
        rename(path, "HARBOUR daily", "Ο Ταχυδρόμος", LAKE)
        assert path.read_text(encoding="utf-8") == FILE.replace(
            'name = "Harbour Daily"  # since 1990\ndomains = ["harbour.example"]\n',
            'name = "Ο Ταχυδρόμος"  # since 1990\ndomains = ["harbour.example"]\n'
            'id = "7152f9a7ef6d5986"\nformer = ["Harbour Daily"]\n',
        ).replace(
            "source = 'harbour daily'\n",
            'source = "Ο Ταχυδρόμος"\nid = "980bb85696f8df8f"\n',
        )

    def test_there_and_back(self, path: Path) -> None:
        """Each former name stands there once, the present one never."""
        for old, new in (("Harbour Daily", "B"), ("B", "C"), ("C", "harbour daily")):
            rename(path, old, new, LAKE)
        [source] = sources_file.listing(path).sources
        assert (source.name, source.former) == ("harbour daily", ("B", "C"))
        assert source.source_id == "7152f9a7ef6d5986"

    def test_spelling(self, path: Path) -> None:
        """Another spelling is no former name."""
        rename(path, "harbour daily", "HARBOUR DAILY")
        assert sources_file.listing(path).sources[0].former == ()

    def test_without_a_table(self, path: Path) -> None:
        """A source by domain, and one that only the lake has, get a table."""
        rename(path, "quay.example", "Quay Times")
        rename(path, "港新聞", "Harbour News", LAKE)
        _, quay, news = sources_file.listing(path).sources
        assert (quay.source_id, quay.former) == ("quay.example", ("quay.example",))
        assert (news.source_id, news.former) == ("rows", ("港新聞",))
        feed = sources_file.listing(path).feeds[1]
        assert (feed.source.source_id, feed.source.name) == ("quay.example", "Quay Times")
        assert feed.source.domains == ("quay.example",)

    def test_without_a_file(self, tmp_path: Path) -> None:
        """The file is made where the lake knows the source."""
        rename(tmp_path / "new.toml", "港新聞", "Harbour News", LAKE)
        assert sources_file.listing(tmp_path / "new.toml").sources[0].source_id == "rows"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("nobody", "X"), ("Harbour Daily", "港新聞"), ("Harbour Daily", "quay.example"),
            ("Harbour Daily", " "), ("Harbour Daily", "a\nb"),
        ],
    )  # fmt: skip
    def test_refused(self, path: Path, old: str, new: str) -> None:
        """Nobody has the old name, another has the new one, or it is no name: nothing changes."""
        with pytest.raises(SettingsError):
            rename(path, old, new, LAKE)
        assert path.read_text(encoding="utf-8") == FILE


class TestMove:
    """A feed gets another URL, a folder another place."""

    def test_feed(self, path: Path) -> None:
        """The id is the lake's; comments stay."""
        move(path, "https://FEEDS.harbour.example/all.xml", "https://new.example/rss", LAKE)
        assert path.read_text(encoding="utf-8") == FILE.replace(
            "url = \"https://feeds.harbour.example/all.xml\" # all\nsource = 'harbour daily'\n",
            "url = \"https://new.example/rss\" # all\nsource = 'harbour daily'\n"
            'id = "980bb85696f8df8f"\nformer = ["https://feeds.harbour.example/all.xml"]\n',
        )

    def test_there_and_back(self, path: Path) -> None:
        """Its source by domain stays, and owns every domain."""
        for old, new in (("quay", "b"), ("b", "c"), ("c", "quay")):
            move(path, f"https://{old}.example/rss", f"https://{new}.example/rss")
        feed = sources_file.listing(path).feeds[1]
        assert feed.former == ("https://b.example/rss", "https://c.example/rss")
        assert feed.feed_id == "quay.example_rss"
        assert feed.source.domains == ("b.example", "c.example", "quay.example")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("https://nobody.example/", "https://x.example/"),
            ("https://quay.example/rss", "https://feeds.harbour.example/all.xml"),
        ],
    )
    def test_refused(self, path: Path, old: str, new: str) -> None:
        """No such feed, or another is there: nothing changes."""
        with pytest.raises(SettingsError, match="Nothing was changed"):
            move(path, old, new, LAKE)
        with pytest.raises(ValueError, match="it "):
            move(path, "https://quay.example/rss", "new.example")
        assert path.read_text(encoding="utf-8") == FILE

    def test_folder(self, path: Path) -> None:
        """It gets a table, which follows it further."""
        move_folder(path, Folder("/old/press", "../old/press"), "/new/press", LAKE)
        move_folder(path, Folder("/new/press", "x"), "/newer/press", LAKE)
        folder = sources_file.listing(path).feeds[2]
        assert (folder.feed_id, folder.url) == ("press", "/newer/press")
        assert folder.former == ("/old/press", "/new/press")
        with pytest.raises(SettingsError, match="knows no folder"):
            move_folder(path, Folder("/other", "other"), "/x", LAKE)


def test_what_is_added_again_has_its_id(path: Path) -> None:
    """A feed that the lake knows gets the id that it has there."""
    other = path.with_name("other.toml")
    add(other, ["https://feeds.harbour.example/all.xml", "https://x.example/"], None, LAKE)
    assert [feed.feed_id for feed in sources_file.listing(other).feeds] == [
        "980bb85696f8df8f",
        "x.example",
    ]
