"""`newslake verify`: every file of the lake read to its last value, and what is damaged."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from cyclopts import Parameter

from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level
from flows.terminal.progress import Reporter
from flows.terminal.text import folder, plural, printable
from warehouse.database.data_files import DataFile
from warehouse.lake.lake import Lake as OpenLake
from warehouse.maintenance.verify import Verification
from warehouse.maintenance.verify import verify as look

SHOWN = 20
"""Lines of one kind."""


def verify(
    *,
    format: Annotated[  # noqa: A002 the option's name
        Literal["table", "json"],
        Parameter(name="--format", help="How to write what was found."),
    ] = "table",
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> int:
    """Say what is damaged in the lake."""
    logs.start(level_of(log_level, config))
    root = lake_folder(lake, config)
    with (
        OpenLake.open(root, create=False, read_only=True, unchecked=True) as opened,
        Reporter() as reporter,
    ):
        found = look(opened, reporter.say)
    if format == "json":
        sys.stdout.write(json.dumps(plain(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(found)))
    return 0 if found.whole else 1


def plain(found: Verification) -> dict[str, object]:
    """Return what was found as JSON holds it."""
    return {
        "lake": str(found.root),
        "lake_id": found.lake_id,
        "whole": found.whole,
        "damaged": [
            asdict(one.file) | {"path": f"{found.data.name}/{one.file.path}", "why": str(one)}
            for one in found.faults
        ],
        "batches": found.batches,
        "feeds": [
            asdict(feed) | {"first": f"{feed.first}", "last": f"{feed.last}"}
            for feed in found.affected_feeds
        ],
        "ledger": list(found.wrong),
        "published": list(found.published),
        "repair_cut_off": found.cut_off,
        "superseded_gone": list(found.gone),
        "unlisted": dict(found.orphaned),
        "set_aside": found.set_aside,
        "tables": [asdict(table) for table in found.tables],
    }


def lines(found: Verification) -> list[str]:
    """Return what was found as lines for a person, the verdict last."""
    return [
        *damages(found),
        *_notes(found),
        *_table(found),
        _said(found),
    ]


def damages(found: Verification) -> list[str]:
    """Return what is damaged, and what that concerns."""
    said = [
        f"damaged     {found.data.name}/{one.file.path}: {one} ({_batches(one.file)})"
        for one in found.faults
    ]
    feeds = [
        f"concerns    {printable(feed.url)}: {plural(feed.polls, 'poll')} from {feed.first} to"
        f" {feed.last}"
        for feed in found.affected_feeds
    ]
    wrong = [f"wrong       {sentence}" for sentence in (*found.wrong, *found.published)]
    cut_off = ["wrong       a repair was cut off: run `newslake repair` again"]
    return [
        *_first(said),
        *_first(feeds),
        *_first(wrong),
        *(cut_off if found.cut_off else []),
    ]


def _first(said: Sequence[str]) -> list[str]:
    more = len(said) - SHOWN
    return [*said[:SHOWN], *([f"            and {more:,} more"] if more > 0 else [])]


def _batches(file: DataFile) -> str:
    if file.low is None:
        return "no batch"
    return f"batch {file.low}" if file.low == file.high else f"batches {file.low} to {file.high}"


def _notes(found: Verification) -> list[str]:
    said = [
        f"note        {plural(count, 'file')} that no catalog lists in {found.data.name}/{place}/"
        for place, count in sorted(found.orphaned.items())
    ]
    if found.gone:
        said.append(f"note        {plural(len(found.gone), 'superseded file')} gone: no damage")
    if found.set_aside:
        said.append(f"note        {plural(found.set_aside, 'file')} set aside")
    return said


def _table(found: Verification) -> list[str]:
    titles = ("table", "files", "rows", "bytes", "damaged")
    cells = [
        (table.table, *(f"{n:,}" for n in (table.files, table.rows, table.size, table.damaged)))
        for table in found.tables
    ]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in (titles, *cells)
    ]


def _said(found: Verification) -> str:
    where = folder(found.root)
    if found.whole:
        return f"{where} is whole."
    if found.faults or found.cut_off:
        return f"{where} is damaged. `newslake repair` mends it, and says first what goes."
    if found.wrong:
        return f"{where} is damaged, and no repair brings those rows back: a backup does."
    return f"{where} is whole, what is published is not: `newslake repair` publishes it again."
