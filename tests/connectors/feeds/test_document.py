"""Feed documents as a poll gets them: what they hold, what they ask, and how they fail."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors
from articles.model.entries import Entry, Markup, Rejected
from articles.model.reasons import ERRORS
from connectors.expat import document as expat_document
from connectors.feeds import document as feed_document
from connectors.feeds.decode import feed_text, xml_text
from connectors.feeds.document import Document, read_document
from connectors.feeds.update_period import pace_of
from connectors.limits import ASKED_SECONDS_LIMIT, ENTRY_LIMIT

CASES = Path(__file__).parents[1] / "feedcases"
FILES = sorted(path for path in CASES.iterdir() if path.suffix != ".expected")


def expected(path: Path) -> dict[str, Any]:
    """Return what stands beside a case file."""
    found: dict[str, Any] = json.loads(Path(f"{path}.expected").read_text(encoding="utf-8"))
    return found


def view(one: Entry | Rejected, names: list[str]) -> dict[str, object]:
    """Return the fields that an expectation names."""
    fields: dict[str, object] = {}
    for name in names:
        value = getattr(one, name.removesuffix("_type"), None)
        if isinstance(value, Markup):
            value = value.media_type if name.endswith("_type") else value.value
        fields[name] = list(value) if isinstance(value, tuple) else value
    return fields


def read(path: Path, *, plain: bool) -> Document:
    """Return what a case file holds."""
    wanted = expected(path)
    charset, answered = wanted.get("charset"), wanted.get("answered")
    return read_document(path.read_bytes(), charset=charset, answered=answered, plain=plain)


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "feedparser"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_document_becomes_what_stands_beside_it(path: Path, plain: bool) -> None:  # noqa: FBT001 - a parameter
    """Each document gives the entries, the outcome and the pace that its expectation names."""
    wanted = expected(path)
    document = read(path, plain=plain)
    seen = {
        "error": document.error,
        "detail": document.detail,
        "asked_seconds": document.asked_seconds,
        "skip_hours": list(document.skip_hours),
        "skip_days": list(document.skip_days),
    }
    assert seen == wanted["document"]
    entries = [
        view(one, list(fields))
        for one, fields in zip(document.entries, wanted["entries"], strict=True)
    ]
    assert entries == wanted["entries"]


@pytest.mark.parametrize(
    "path", [path for path in FILES if "plain" in expected(path)], ids=lambda path: path.name
)
def test_document_takes_the_path_that_stands_beside_it(path: Path) -> None:
    """Ordinary feeds of each format are read by expat, and the others by feedparser."""
    wanted = expected(path)
    decoded = feed_text(path.read_bytes(), wanted.get("charset"))
    assert decoded is not None
    plain = expat_document.parse_plain(xml_text(decoded.text)[0])
    assert (plain is not None) is wanted["plain"]


def test_without_plain_every_feed_is_feedparsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`plain=False` does not even try the fast path."""
    monkeypatch.setattr(expat_document, "parse_plain", None)
    data = b"<rss><channel><item><title>t</title></item></channel></rss>"
    assert len(read_document(data, plain=False).entries) == 1


@pytest.mark.parametrize("plain", [True, False])
def test_too_many_entries_are_kept_up_to_the_limit(plain: bool) -> None:  # noqa: FBT001 - a parameter
    """The first 2,000 entries stay beside the error `too_large`."""
    items = "".join(f"<item><guid>{number}</guid></item>" for number in range(ENTRY_LIMIT + 1))
    document = read_document(f"<rss><channel>{items}</channel></rss>".encode(), plain=plain)
    assert (len(document.entries), document.error) == (ENTRY_LIMIT, "too_large")
    assert document.detail == "it holds 2001 entries; the first 2000 were read"
    feed = {"items": [{"id": number} for number in range(ENTRY_LIMIT + 1)]}
    document = read_document(json.dumps(feed).encode())
    assert (len(document.entries), document.error) == (ENTRY_LIMIT, "too_large")


@pytest.mark.parametrize("form", ["plain", "feedparser", "json"])
@pytest.mark.parametrize("newest_first", [True, False], ids=["newest first", "oldest first"])
@pytest.mark.parametrize("many", [ENTRY_LIMIT + 3, 12 * ENTRY_LIMIT])
def test_of_too_many_the_newest_are_kept(form: str, newest_first: bool, many: int) -> None:  # noqa: FBT001 - a parameter
    """Whichever end of a document they stand at; the others are counted and named."""
    first = datetime(2001, 1, 1, tzinfo=UTC)
    dates = [first + timedelta(hours=number) for number in range(many)]
    dated = list(enumerate(dates))[:: -1 if newest_first else 1]
    if form == "json":
        items = [{"id": str(n), "date_published": date.isoformat()} for n, date in dated]
        data = json.dumps({"items": items})
    else:
        data = "<rss><channel>{}</channel></rss>".format(
            "".join(f"<item><guid>{n}</guid><pubDate>{format_datetime(date)}</pubDate></item>"
                    for n, date in dated)
        )  # fmt: skip
    document = read_document(data.encode(), plain=form == "plain")
    kept = [int(entry.guid or 0) for entry in document.entries if isinstance(entry, Entry)]
    assert sorted(kept) == list(range(many - ENTRY_LIMIT, many))
    assert kept == sorted(kept, reverse=newest_first)
    assert document.error == "too_large"
    assert document.detail == f"it holds {many} entries; the newest {ENTRY_LIMIT} were read"


def test_parser_that_fails_is_an_error_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a parser raises is said of the document; MemoryError passes, the worker is spent."""

    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(expat_document, "parse_plain", fail)
    failure: BaseException = KeyError("license")
    document = read_document(b"<rss><channel/></rss>")
    assert (document.error, document.detail) == (
        "parse_crash",
        "its parser failed: KeyError: 'license'",
    )
    failure = MemoryError()
    with pytest.raises(MemoryError):
        read_document(b"<rss><channel/></rss>")


def test_reader_is_imported_cheaply() -> None:
    """Importing it loads no parser."""
    code = (
        "import sys, connectors.feeds.document\n"
        "print([one for one in ('feedparser', 'xml.sax', 'pyexpat') if one in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(connectors.__file__).parents[1],
    )
    assert ran.stdout.strip() == "[]"


def test_version_is_a_short_text() -> None:
    """Schedules keep the version beside the validators."""
    assert feed_document.VERSION.isascii()
    assert 0 < len(feed_document.VERSION) < 20


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda one: one.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(
                ["<rss>", "<channel>", "<item>", "<title>", "</title>", "&#0;", "<ttl>", "9", "]]>",
                 "<![CDATA[", "<feed>", "<entry>", '{"items":', "[", "<!--", "<skipHours>"]
            ),
            max_size=12,
        ).map(lambda parts: "".join(parts).encode()),
    ),
    st.sampled_from([None, "utf-8", "x-none", "windows-1252", "utf-16"]),
)  # fmt: skip
def test_any_bytes_become_a_document(data: bytes, charset: str | None) -> None:
    """Nothing raises; an error is one of the closed list, and has a detail."""
    document = read_document(data, charset=charset, answered="https://a.example/")
    assert document.error is None or document.error in ERRORS
    assert bool(document.detail) or document.error is None
    assert document.error != "parse_crash"


@given(st.text(alphabet="<>/!-[]tlsy:updaePriodFqncykHhDwxm0123456789 ", max_size=400))
def test_pace_never_raises_and_is_bounded(text: str) -> None:
    """Whatever stands in a document, the pause it asks for is within bounds."""
    seconds, hours, days = pace_of(text)
    assert 0 <= seconds <= ASKED_SECONDS_LIMIT
    assert len(hours) <= 24
    assert len(days) <= 7
