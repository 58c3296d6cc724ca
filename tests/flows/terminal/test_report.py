"""The table at the end of a run: every count, nothing that steers a terminal, a query that fits."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from flows.outcome import PollSummary, Report, Tally
from flows.terminal import report as reports

REPORT = Report(
    run_id="r",
    tallies={"seeds": Tally(read=12, new=7, changed=2, duplicate=1, unchanged=1, quarantined=1)},
    skipped=0,
    failures=[],
    lake=Path("lake"),
    articles=9,
    batches=1,
    seconds=1.25,
)


def printed(report: Report, width: int = 100) -> str:
    """Return what a reader sees."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(reports.screen(report))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_row_a_source_and_their_sums() -> None:
    """Each source's counts stand in its row, the sums in the last."""
    tallies = REPORT.tallies | {"wire": Tally(read=1_000, new=1_000, failed=2)}
    lines = printed(replace(REPORT, tallies=tallies)).splitlines()
    assert lines[0].split() == ["source", *reports.COLUMNS]
    assert lines[2].split() == ["seeds", "12", "7", "2", "1", "1", "1", "0"]
    assert lines[3].split() == ["wire", "1,000", "1,000", "0", "0", "0", "0", "2"]
    assert lines[5].split() == ["total", "1,012", "1,007", "2", "1", "1", "1", "2"]


def test_the_rest_of_many_sources_is_one_row() -> None:
    """A dump of thousands of publishers shows the biggest, and loses no count."""
    tallies = {f"s{number}": Tally(read=number, new=number) for number in range(100)}
    rows = reports.rows(replace(REPORT, tallies=tallies))
    assert len(rows) == reports.MOST_SOURCES + 2
    assert rows[0][0] == "s99"
    assert rows[-2][0] == "… 80 more"
    assert sum(row[1][0] for row in rows[:-1]) == rows[-1][1][0] == sum(range(100))


def test_names_steer_neither_the_terminal_nor_the_markup() -> None:
    """A publisher's name comes from a file that anybody may have written."""
    tallies = {"a\x1b[2J[red]|b\n": Tally(read=1, new=1)}
    report = replace(REPORT, tallies=tallies)
    assert "\x1b" not in printed(report)
    assert "[red]|b" in printed(report)
    assert "[red]\\|b\ufffd |" in reports.markdown(report)


def test_what_was_left_out_is_said() -> None:
    """Skipped files and failures stand below the table, the latter not without end."""
    report = replace(REPORT, skipped=1, failures=[f"f{number}" for number in range(12)])
    said = reports.notes(report)
    assert said[0] == "1 file skipped: its kind is not read."
    assert said[1] == "Failed: f0"
    assert "Failed: … and 2 more." in said
    assert "Failed: f11" in reports.notes(report, None)


def test_a_dry_run_says_that_nothing_was_stored() -> None:
    """There is no lake to point at and nothing to query."""
    text = printed(replace(REPORT, dry_run=True))
    assert "Dry run: nothing was stored." in text
    assert "newslake sql" not in text


def test_the_lake_and_a_query_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query works when pasted: another lake than the default one is an option of it."""
    monkeypatch.chdir(tmp_path)
    assert "The lake lake/ holds 9 articles" in printed(REPORT)
    assert 'Try: newslake sql "select' in printed(REPORT, 200)
    elsewhere = replace(REPORT, lake=tmp_path / "my lake")
    assert "--lake 'my lake/' \"select" in reports.query(elsewhere)


def test_only_quarantine_is_worth_a_query_when_nothing_else_came(tmp_path: Path) -> None:
    """Where every entry was rejected, the query shows why."""
    report = replace(REPORT, articles=0, tallies={"s": Tally(read=1, quarantined=1)})
    assert "from quarantine" in reports.query(report)


def test_markdown_holds_the_same_rows() -> None:
    """The artifact in Prefect's UI is the same table."""
    lines = reports.markdown(REPORT).splitlines()
    assert lines[0] == f"| source | {' | '.join(reports.COLUMNS)} |"
    assert lines[2] == "| seeds | 12 | 7 | 2 | 1 | 1 | 1 | 0 |"
    assert lines[3].startswith("| total | 12 |")
    assert "- The lake " in reports.markdown(REPORT)


def test_a_pipe_gets_lines_unfolded(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no terminal has no width to fold at."""
    reports.show(replace(REPORT, failures=["x" * 150]))
    assert "x" * 150 in capsys.readouterr().out


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (PollSummary(), None),
        (PollSummary(feeds=3, due=3), None),
        (PollSummary(feeds=3, due=3, left=1), "1 feed is still due: the next run asks."),
        (PollSummary(feeds=3), "No feed of 3 is due. --all-feeds asks before that."),
        (
            PollSummary(feeds=3, next_at=datetime(2026, 11, 24, 14, 35, tzinfo=UTC)),
            (
                "No feed of 3 is due; the next is at 2026-11-24 14:35 UTC."
                " --all-feeds asks before that."
            ),
        ),
    ],
)
def test_feeds_that_were_not_asked_are_told_of(summary: PollSummary, said: str | None) -> None:
    """Whoever waits for a feed reads why nothing came of it."""
    notes = reports.notes(replace(REPORT, summary=summary))
    assert [note for note in notes if "feed" in note.lower()] == ([said] if said else [])


def test_a_dry_run_says_that_it_asked_nobody() -> None:
    """A rehearsal must not be taken for a poll."""
    report = replace(REPORT, dry_run=True, summary=PollSummary(feeds=3, due=2, left=2))
    assert "2 feeds due: a dry run asks nobody." in reports.notes(report)
    assert reports.run_name(report) == "ingest: 2 due feeds, 7 new, dry"


def test_a_feed_that_was_read_in_part_is_named() -> None:
    """What is missing from a feed that gave its entries is said, as a failure is."""
    report = replace(REPORT, partly=["https://a.example/feed: it holds 2,500 entries"])
    line = "Broken or cut: https://a.example/feed: it holds 2,500 entries"
    assert line in reports.notes(report)
