"""`newslake verify`: every file of the lake read to its last value, and what is damaged."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Literal

from cyclopts import Parameter

from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.damage import damage_lines
from flows.terminal.options import Config, Lake, Level
from flows.terminal.progress import Reporter
from flows.terminal.text import folder, plural, write_lines
from warehouse.lake.lake import Lake as OpenLake
from warehouse.maintenance.verify import Verification
from warehouse.maintenance.verify import verify as verify_lake


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
    """Read every file of the lake and say what is damaged; changes nothing.

    Examples:
        newslake verify
        newslake verify --format json --lake /data/lake
    """
    logs.start(level_of(log_level, config))
    root = lake_folder(lake, config)
    with (
        OpenLake.open(root, create=False, read_only=True, unchecked=True) as opened,
        Reporter() as reporter,
    ):
        verification = verify_lake(opened, reporter.say)
    if format == "json":
        sys.stdout.write(json.dumps(plain(verification), ensure_ascii=False, indent=2) + "\n")
    else:
        write_lines(lines(verification))
    return 0 if verification.whole else 1


def plain(verification: Verification) -> dict[str, object]:
    """Return what was found as JSON holds it."""
    return {
        "lake": str(verification.root),
        "lake_id": verification.lake_id,
        "whole": verification.whole,
        "damaged": [
            asdict(fault.file)
            | {"path": f"{verification.data.name}/{fault.file.path}", "why": str(fault)}
            for fault in verification.faults
        ],
        "batches": verification.batches,
        "feeds": [
            asdict(feed) | {"first": f"{feed.first}", "last": f"{feed.last}"}
            for feed in verification.affected_feeds
        ],
        "ledger": list(verification.wrong),
        "published": list(verification.published),
        "repair_cut_off": verification.cut_off,
        "superseded_gone": list(verification.gone),
        "unlisted": dict(verification.orphaned),
        "set_aside": verification.set_aside,
        "tables": [asdict(table) for table in verification.tables],
    }


def lines(verification: Verification) -> list[str]:
    """Return what was found as lines for a person, the verdict last."""
    return [
        *damage_lines(verification),
        *_notes(verification),
        *_table(verification),
        _verdict(verification),
    ]


def _notes(verification: Verification) -> list[str]:
    data = verification.data.name
    notes = [
        f"note        {plural(count, 'file')} that no catalog lists in {data}/{folder_name}/"
        for folder_name, count in sorted(verification.orphaned.items())
    ]
    if verification.gone:
        notes.append(
            f"note        {plural(len(verification.gone), 'superseded file')} gone: no damage"
        )
    if verification.set_aside:
        notes.append(f"note        {plural(verification.set_aside, 'file')} set aside")
    return notes


def _table(verification: Verification) -> list[str]:
    titles = ("table", "files", "rows", "bytes", "damaged")
    cells = [
        (table.table, *(f"{n:,}" for n in (table.files, table.rows, table.size, table.damaged)))
        for table in verification.tables
    ]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in (titles, *cells)
    ]


def _verdict(verification: Verification) -> str:
    where = folder(verification.root)
    if verification.whole:
        return f"{where} is whole."
    if verification.faults or verification.cut_off:
        return f"{where} is damaged. `newslake repair` mends it, and says first what goes."
    if verification.wrong:
        return f"{where} is damaged, and no repair brings those rows back: a backup does."
    return f"{where} is whole, what is published is not: `newslake repair` publishes it again."
