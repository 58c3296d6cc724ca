"""`newslake sources`: what each command does to the file, says, and refuses."""

import csv
import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from articles.errors import LakeMissing
from articles.identity.readable_ids import feed_id_of
from articles.model.entries import Feed, Source
from connectors.sources import sources_file
from flows import settings_file
from flows.logs import ROOMS
from flows.terminal import app, feed_table
from warehouse.queries.feeds import FeedFacts

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
A, B = "https://a.example/feed.xml", "https://b.example/feed.xml"
FILE = Path("seeds/sources.toml")
COMMANDS = ("list", "add", "remove", "enable", "disable", "rename", "move")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start where there are no settings and no sources file; end without our log handlers."""
    monkeypatch.chdir(tmp_path)
    yield
    for room in ROOMS:
        logging.getLogger(room).handlers.clear()
        logging.getLogger(room).setLevel(logging.NOTSET)
        logging.getLogger(room).propagate = True


def sources(*arguments: str) -> int:
    """Run `newslake sources` with these arguments; return its exit code."""
    return app.run(["sources", *arguments])


def feeds(path: Path = FILE) -> list[tuple[str, bool]]:
    """Return the feeds of the file, and whether each is enabled."""
    return [(feed.url, feed.enabled) for feed in sources_file.listing(path).feeds]


def pipe_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put data on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The group and each of its commands explain themselves, with examples."""
    assert sources(*name.split(), "--help") == 0
    shown = capsys.readouterr().out
    assert "Usage: newslake sources" in shown
    assert f"newslake sources {name}" in shown.partition("Examples:")[2]
    if name:
        assert "--sources" in shown


class TestAdd:
    """`newslake sources add`."""

    def test_urls(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Many at once; the file is made; what is known is counted and not added again."""
        assert sources("add", A, B, A) == 0
        assert feeds() == [(A, True), (B, True)]
        assert capsys.readouterr().out == "2 feeds added, 0 known (seeds/sources.toml).\n"
        assert sources("add", A) == 0
        assert capsys.readouterr().out == "0 feeds added, 1 known (seeds/sources.toml).\n"

    def test_known_and_disabled(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Who adds what is there but disabled is told how to turn it on."""
        sources("add", A)
        sources("disable", A)
        capsys.readouterr()
        assert sources("add", A, B) == 0
        assert f"`newslake sources enable {A}`" in capsys.readouterr().out
        assert feeds() == [(A, False), (B, True)]

    def test_a_source(self) -> None:
        """--source says whose they are."""
        assert sources("add", A, B, "--source", "Harbour Daily") == 0
        assert {feed.source.name for feed in sources_file.listing(FILE).feeds} == {"Harbour Daily"}

    def test_a_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One URL a line; # starts a comment, but not within a URL."""
        text = f"\ufeff# ours\r\n\r\n  {A}  # the main one\r\n{B}#top\t# other\n"
        Path("list.txt").write_bytes(text.encode())
        assert sources("add", "--from", "list.txt") == 0
        assert feeds() == [(A, True), (f"{B}#top", True)]
        pipe_in(monkeypatch, b"https://c.example/")
        assert sources("add", A, "--from", "-") == 0
        assert feeds()[-1] == ("https://c.example/", True)

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"https://c.example/\n\nexample.org\n", "line 3: “example.org” is no feed's URL"),
            (b"https://c.example/ https://d.example/", "line 1"),
            (b"https://c.example/\n\xff\n", "line 2: this is not UTF-8"),
            (b"\x1b[2J", "line 1: “\ufffd[2J”"),
        ],
    )
    def test_a_bad_line(self, data: bytes, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is added, the line is named, exit 2."""
        Path("list.txt").write_bytes(data)
        assert sources("add", A, "--from", "list.txt") == 2
        err = capsys.readouterr().err
        assert said in err
        assert "list.txt" in err
        assert not FILE.exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            [], ["example.org"], [A, "ftp://x.example/"], ["--from", "missing.txt"],
            ["--from", "."], [A, "--source", ""], ["--from", "a\0b"], [A, "--sources", "."],
        ],
    )  # fmt: skip
    def test_wrong_use(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """A clean sentence on standard error, exit 2, and no file."""
        assert sources("add", *arguments) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("newslake: ")
        assert "Traceback" not in err
        assert not FILE.exists()


class TestEdits:
    """`newslake sources remove|enable|disable`."""

    def test_by_url_and_source(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A URL means a feed, a name all feeds of that source; --all all of them."""
        sources("add", A, B, "--source", "Harbour Daily")
        sources("add", "https://c.example/")
        capsys.readouterr()
        assert sources("disable", "harbour daily") == 0
        assert capsys.readouterr().out == "2 feeds disabled (seeds/sources.toml).\n"
        assert [enabled for _, enabled in feeds()] == [False, False, True]
        assert sources("enable", A) == 0
        assert sources("disable", "--all") == 0
        assert [enabled for _, enabled in feeds()] == [False, False, False]
        assert sources("enable", "--all") == 0
        assert sources("remove", "c.example", B) == 0
        assert feeds() == [(A, True)]

    @pytest.mark.parametrize("name", ["remove", "enable", "disable"])
    def test_unknown(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing changes, and what is near is told."""
        sources("add", A, B)
        before = FILE.read_bytes()
        assert sources(name, B, "https://a.example/feed.xm") == 2
        assert f"Did you mean {A}" in capsys.readouterr().err
        assert FILE.read_bytes() == before

    @pytest.mark.parametrize(
        "arguments",
        [["remove"], ["enable"], ["disable"], ["enable", "--all", A], ["remove", "--all"]],
        ids=" ".join,
    )
    def test_wrong_use(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """None or too much named: a clean sentence and exit 2."""
        sources("add", A)
        assert sources(*arguments) == 2
        assert capsys.readouterr().err.startswith("newslake: ")
        assert feeds() == [(A, True)]

    def test_no_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        """There is nothing to remove where there is no file."""
        assert sources("remove", A) == 2
        assert "sources" in capsys.readouterr().err
        assert not FILE.parent.exists()


class TestWhichFile:
    """The sources file: option, variable, settings file, default."""

    def test_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each place wins over the next weaker one; the settings file's counts from its folder."""
        Path("conf").mkdir()
        Path("conf/newslake.toml").write_text('sources = "s.toml"\n', encoding="utf-8")
        config = Path("conf/newslake.toml")
        assert settings_file.sources_file(None) == FILE
        assert settings_file.sources_file(None, config) == Path("conf/s.toml")
        monkeypatch.setenv("NEWSLAKE_SOURCES", "of-variable.toml")
        assert settings_file.sources_file(None, config) == Path("of-variable.toml")
        assert settings_file.sources_file(Path("o.toml"), config) == Path("o.toml")
        sources("add", A)
        assert feeds(Path("of-variable.toml")) == [(A, True)]
        sources("add", B, "--sources", "o.toml")
        assert feeds(Path("o.toml")) == [(B, True)]

    def test_a_number(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What is no path is refused, naming file, line and key."""
        Path("newslake.toml").write_text("\nsources = 1\n", encoding="utf-8")
        assert sources("list") == 2
        assert "newslake.toml, line 2, sources" in capsys.readouterr().err


FEEDS = [
    Feed(feed_id_of(url), Source("s", name), "rss", url, enabled=enabled)
    for url, name, enabled in (
        (A, "Harbour Daily", True),
        (B, "Harbour Daily", True),
        ("https://c.example/", "x" * 60, False),
        ("https://d.example/\u202e", "ニュース", True),
    )
]
FACTS = {
    FEEDS[0].feed_id: FeedFacts(
        next_poll_at=NOW + timedelta(hours=1), stopped=False, last_status="new", last_error=None,
        last_started_at=NOW, new_per_day=1_234.56, failures=0,
    ),
    FEEDS[1].feed_id: FeedFacts(
        next_poll_at=None, stopped=True, last_status="failed", last_error="http_410",
        last_started_at=NOW, new_per_day=None, failures=2,
    ),
    FEEDS[2].feed_id: FeedFacts(
        next_poll_at=NOW, stopped=False, last_status="unchanged", last_error=None,
        last_started_at=NOW, new_per_day=0.0, failures=0,
    ),
}  # fmt: skip

TABLE = """\
source                            enabled  next due          last outcome       new a day  failures  url
Harbour Daily                     yes      2026-11-24 11:00  new                  1,234.6            https://a.example/feed.xml
Harbour Daily                     yes      never             failed (http_410)                    2  https://b.example/feed.xml
xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  no                         unchanged                0.0            https://c.example/
ニュース                          yes      now                                                       https://d.example/\ufffd
"""  # noqa: E501 - as it is shown


class TestList:
    """`newslake sources list`."""

    @pytest.mark.parametrize(
        ("hours", "shown"),
        [(-1, "now"), (0, "now"), (7 * 24, "2026-12-01T10:00:00Z"), (7 * 24 + 1, "now")],
    )
    def test_due(self, hours: int, shown: str) -> None:
        """A time that no poll can have set (over 7 days ahead) is due now, as a run takes it."""
        facts = replace(FACTS[FEEDS[0].feed_id], next_poll_at=NOW + timedelta(hours=hours))
        [row] = feed_table.rows(FEEDS[:1], {FEEDS[0].feed_id: facts}, NOW)
        assert row.next_due == shown

    def test_table(self) -> None:
        """Aligned lines, the URL last and whole; nothing steers the terminal."""
        found = feed_table.table(feed_table.rows(FEEDS, FACTS, NOW))
        assert found == TABLE.splitlines()

    def test_formats(self, capsys: pytest.CaptureFixture[str]) -> None:
        """CSV and JSON hold every value in full."""
        found = feed_table.rows(FEEDS, FACTS, NOW)
        feed_table.write(found, "json")
        values = json.loads(capsys.readouterr().out)
        feed_table.write(found, "csv")
        read = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert values[0] == {
            "source": "Harbour Daily", "url": A, "enabled": True,
            "next_due": "2026-11-24T11:00:00Z", "last_outcome": "new",
            "last_polled": "2026-11-24T10:00:00Z", "new_per_day": 1234.56, "failures": 0,
        }  # fmt: skip
        assert [row["url"] for row in read] == [row["url"] for row in values]
        assert values[3]["last_outcome"] is None

    def test_without_a_lake(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Feeds are listed before anything was polled; no lake is made."""
        sources("add", A)
        capsys.readouterr()
        assert sources("list") == 0
        out, err = capsys.readouterr()
        assert out.splitlines()[1].split() == ["a.example", "yes", "now", A]
        assert err == ""
        assert not Path("lake").exists()

    def test_the_lake(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Facts come from the lake that is named."""
        asked: list[Path] = []

        def facts(lake: Path) -> dict[str, FeedFacts]:
            asked.append(lake)
            return FACTS

        monkeypatch.setattr(feed_table, "feed_facts", facts)
        sources("add", A)
        capsys.readouterr()
        assert sources("list", "--lake", "there", "--format", "json") == 0
        assert json.loads(capsys.readouterr().out)[0]["last_outcome"] == "new"
        assert asked == [Path("there")]

    def test_missing_files(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Only the default file may be absent: then there are no feeds."""
        assert sources("list", "--format", "json") == 0
        out, err = capsys.readouterr()
        assert json.loads(out) == []
        assert "newslake sources add" in err
        assert sources("list", "--sources", "other.toml") == 2
        assert "other.toml" in capsys.readouterr().err

    def test_a_bad_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        """File, line and key are named, exit 2."""
        FILE.parent.mkdir()
        FILE.write_text("[[feed]]\nurl = 1\n", encoding="utf-8")
        assert sources("list") == 2
        assert "seeds/sources.toml, line 2, url" in capsys.readouterr().err


def test_a_missing_lake_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a lake nothing is known of any feed."""

    def missing(lake: Path) -> dict[str, FeedFacts]:
        raise LakeMissing("none", "")

    monkeypatch.setattr(feed_table, "feed_facts", missing)
    assert feed_table.feed_facts_of(Path("lake")) == {}
