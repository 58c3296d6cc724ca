"""Forms of dates of the real world: the right moment, or none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.fields.date_zones import Hints
from articles.fields.dates import read_date
from articles.fields.published import published_at
from articles.model.drafts import Evidence
from articles.model.entries import Entry, Feed, Origin, Source

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def forms(name: str) -> list[list[str]]:
    """Return the rows of a table; its first line says what they mean."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("# ")]


@pytest.mark.parametrize(
    ("group", "form", "language", "region", "moment", "confidence"),
    [*forms("date_forms.tsv"), *forms("date_forms_unseen.tsv")],
)
def test_form_is_right_or_given_up(
    group: str, form: str, language: str, region: str, moment: str, confidence: str
) -> None:
    """Each form means the moment that its table states, as sure as it states, or nothing."""
    found = read_date(form, NOW, lambda: Hints(language, region))
    expected = (datetime.fromisoformat(moment), float(confidence)) if moment else None
    assert found == expected, group


@pytest.mark.parametrize(
    ("language", "url", "country", "hour"),
    [
        (None, None, None, 16),  # RFC 822: America's
        ("zh-TW", None, None, 2),
        (None, "https://news.example.cn/a", None, 2),
        (None, None, "TW", 2),
        ("en-US", "https://news.example.cn/a", "CN", 16),
        (None, "https://news.example.io/a", None, 16),
    ],
)
def test_place_of_an_ambiguous_zone(
    language: str | None, url: str | None, country: str | None, hour: int
) -> None:
    """CST is China's where the language tag, else the source's country, else the address says."""
    feed = Feed("f", Source("s", "S", country=country), "rss", "https://feeds.example.org/rss")
    entry = Entry(key="a", url=url, language=language, published="26 Nov 2025 10:00 CST")
    found = published_at(entry, "", NOW, feed, language and language[:2])
    assert found.value == datetime(2025, 11, 26, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Updated Nov. 5, 2025, 3:04 p.m. ET"], ("2025-11-05T20:04Z", "updated")),
        (["Updated Nov. 5, 2025", "Published Nov. 4, 2025"], ("2025-11-04T00:00Z", "text")),
        (["Stand: 26.11.2025, 10:00 Uhr"], ("2025-11-26T10:00Z", "updated")),
        (["Veröffentlicht am 26. November 2025"], ("2025-11-26T00:00Z", "text")),
        (["2025年11月26日"], ("2025-11-26T00:00Z", "text")),
    ],
)
def test_line_of_a_text(lines: list[str], expected: tuple[str, Origin]) -> None:
    """A line of a text is its date of publication, or, if it says so, its date of change."""
    body = "\n\n".join([*lines, *["Workers at the river went on strike over lunch breaks."] * 4])
    found = published_at(Entry(key="a"), body, NOW)
    assert found == Evidence(datetime.fromisoformat(expected[0]), expected[1], 0.5)
