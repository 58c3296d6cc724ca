"""The end of a run in words: the table for a terminal, the same in Markdown for Prefect's UI."""

import os
import shlex
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from flows.outcome import Report, Tally
from flows.settings_file import DEFAULT_LAKE
from flows.terminal.text import folder, plural, printable

COLUMNS = ("read", "new", "changed", "duplicate", "unchanged", "quarantined", "failed")
MOST_SOURCES = 20
"""A dump can name thousands of sources: the table shows those with the most entries."""
MOST_FAILURES = 10
"""The most notes of a kind below the table on a terminal."""
CLOCK_MATTERS = timedelta(hours=1)
"""A clock that is behind by less is only being set by its time server."""


def counts(tally: Tally) -> tuple[int, ...]:
    """Return the tally in the order of COLUMNS."""
    return tuple(getattr(tally, column) for column in COLUMNS)


def rows(report: Report, most: int | None = MOST_SOURCES) -> list[tuple[str, tuple[int, ...]]]:
    """Return a row a source (at most `most`, then one for the rest), and the total last."""
    every = [(printable(name), counts(tally)) for name, tally in report.tallies.items()]
    shown = every
    if most is not None and len(every) > most:
        ranked = sorted(every, key=lambda row: -row[1][0])
        shown, rest = ranked[:most], ranked[most:]
        shown = [*shown, (f"… {len(rest):,} more", _sums(rest))]
    return [*shown, ("total", _sums(every))]


def notes(report: Report, most: int | None = MOST_FAILURES) -> list[str]:
    """Return what there is to say below the table, a sentence each; `most` of a kind."""
    sentences = [*_of_the_clock(report), *_of_feeds(report)]
    if report.skipped:
        kinds = "its kind is" if report.skipped == 1 else "their kinds are"
        sentences.append(f"{plural(report.skipped, 'file')} skipped: {kinds} not read.")
    sentences += [f"Another run read {printable(name)} meanwhile." for name in report.overtaken]
    sentences += _listed("Broken or cut", report.partly, most)
    sentences += _listed("Failed", report.failures, most)
    if report.dry_run:
        return [*sentences, "Dry run: nothing was stored."]
    sentences.append(
        f"The lake {folder(report.lake)} holds {plural(report.articles, 'article')}"
        f" ({plural(report.batches, 'batch', 'batches')} committed in {report.seconds:.1f} s)."
    )
    return sentences


def _of_the_clock(report: Report) -> list[str]:
    """Return a warning where this machine's clock is wrong: what it stamps is wrong for good."""
    behind = report.clock_behind
    if behind < CLOCK_MATTERS:
        return []
    far = plural(behind.days, "day") if behind.days else plural(behind.seconds // 3600, "hour")
    sentence = (
        f"This machine's clock is {far} behind the lake's last run: set it right. Dates were"
        f" bounded by that run's time; what this run stored is stamped {far} too early."
    )
    return [sentence]


def _of_feeds(report: Report) -> list[str]:
    """Return what there is to say of feeds that were not asked."""
    summary = report.summary
    if report.dry_run and summary.due:
        return [f"{plural(summary.due, 'feed')} due: a dry run asks nobody."]
    if summary.left:
        are = "is" if summary.left == 1 else "are"
        return [f"{plural(summary.left, 'feed')} {are} still due: the next run asks."]
    if summary.feeds and not summary.due:
        when = f"; the next is at {summary.next_at:%Y-%m-%d %H:%M} UTC" if summary.next_at else ""
        return [f"No feed of {summary.feeds:,} is due{when}. --all-feeds asks before that."]
    return []


def _listed(kind: str, details: Sequence[str], most: int | None) -> list[str]:
    sentences = [f"{kind}: {printable(detail)}" for detail in details[:most]]
    if most is not None and len(details) > most:
        sentences.append(f"{kind}: … and {len(details) - most:,} more.")
    return sentences


def run_name(report: Report) -> str:
    """Return what a run did, in a few words: its name in Prefect's UI."""
    polled = f"{plural(report.summary.due, 'due feed')}, " if report.summary.due else ""
    new = sum(tally.new for tally in report.tallies.values())
    return f"ingest: {polled}{new:,} new{', dry' if report.dry_run else ''}"


def query(report: Report) -> str:
    """Return one command worth trying now, as a shell takes it."""
    there = "" if _is_default(report.lake) else f"--lake {shlex.quote(folder(report.lake))} "
    if report.articles == 0 and any(tally.quarantined for tally in report.tallies.values()):
        sql = "select path, reason, detail from quarantine"
    else:
        sql = "select title, published_at, revision_count, is_canonical from articles limit 5"
    return f'newslake sql {there}"{sql}"'


def screen(report: Report) -> RenderableType:
    """Return the table and the notes for a terminal or a file."""
    *sources, total = rows(report)
    name, *sums = _cells(total)
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False, show_footer=True)
    table.add_column("source", footer=name, overflow="fold")
    for column, footer in zip(COLUMNS, sums, strict=True):
        table.add_column(column, footer=footer, justify="right", no_wrap=True)
    for row in sources:
        table.add_row(*(Text(cell) for cell in _cells(row)))
    lines = ["", *notes(report)]
    if not report.dry_run:
        lines.append(f"Try: {query(report)}")
    return Group(table, *(Text(line, overflow="fold") for line in lines))


def show(report: Report) -> None:
    """Print the table and the notes on standard output; a file or pipe gets them unfolded."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=240)
    console.print(screen(report))


def markdown(report: Report) -> str:
    """Return the table and the notes in Markdown, for a Prefect artifact."""
    head = ("source", *COLUMNS)
    lines = [_line(head), _line(["---", *("---:" for _ in COLUMNS)])]
    lines += [_line(_cells(row)) for row in rows(report, None)]
    below = [f"- {note}" for note in notes(report, None)]
    if not report.dry_run:
        below.append(f"- Try: `{query(report)}`")
    return "\n".join([*lines, "", *below]) + "\n"


def _sums(every: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[int, ...]:
    return tuple(sum(numbers[column] for _, numbers in every) for column in range(len(COLUMNS)))


def _cells(row: tuple[str, tuple[int, ...]]) -> list[str]:
    return [row[0], *(f"{number:,}" for number in row[1])]


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _is_default(lake: Path) -> bool:
    return os.path.realpath(lake) == os.path.realpath(DEFAULT_LAKE)
