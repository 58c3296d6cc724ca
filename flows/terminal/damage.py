"""What is damaged in a lake, as `newslake verify` and `newslake repair` say it."""

from flows.terminal.text import plural, printable, shortened
from warehouse.database.data_files import DataFile
from warehouse.maintenance.verify import Verification

SHOWN = 20
"""The most lines that are shown of one kind."""
_INDENT = " " * 12


def damage_lines(verification: Verification) -> list[str]:
    """Return what is damaged, and what that concerns."""
    damaged = [
        f"damaged     {verification.data.name}/{fault.file.path}: {fault} ({_batches(fault.file)})"
        for fault in verification.faults
    ]
    feeds = [
        f"concerns    {printable(feed.url)}: {plural(feed.polls, 'poll')} from {feed.first} to"
        f" {feed.last}"
        for feed in verification.affected_feeds
    ]
    wrong = [
        f"wrong       {sentence}" for sentence in (*verification.wrong, *verification.published)
    ]
    cut_off = ["wrong       a repair was cut off: run `newslake repair` again"]
    return [
        *shortened(damaged, SHOWN, _INDENT),
        *shortened(feeds, SHOWN, _INDENT),
        *shortened(wrong, SHOWN, _INDENT),
        *(cut_off if verification.cut_off else []),
    ]


def _batches(file: DataFile) -> str:
    if file.low is None:
        return "no batch"
    return f"batch {file.low}" if file.low == file.high else f"batches {file.low} to {file.high}"
