"""`newslake export`: the tables as plain Parquet, only the days that changed."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.options import Config, Lake, Level
from flows.terminal.text import folder, plural
from warehouse.publish import export as warehouse


def export(
    target: Annotated[
        Path, Parameter(help="The folder to write to; what newslake exported there is kept up.")
    ],
    /,
    *,
    lake: Lake = None,
    config: Config = None,
    log_level: Level = None,
) -> None:
    """Write the tables as plain Parquet for pandas, polars, Spark or DuckDB.

    Examples:
        newslake export parquet/
        newslake export /data/parquet --lake /data/lake
    """
    logs.start(level_of(log_level, config))
    done = warehouse.export(lake_folder(lake, config), target)
    changes = [f"{plural(done.written, 'file')} written", f"{done.kept:,} kept"]
    if done.removed:
        changes.append(f"{done.removed:,} removed")
    sys.stdout.write(
        f"{folder(done.target)} holds {plural(done.rows, 'row')} as of batch {done.batch_no}"
        f" ({', '.join(changes)}).\n"
    )
