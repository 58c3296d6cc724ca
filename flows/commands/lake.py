"""`newslake lake`: what an operator does to a lake as a whole.

Examples:
    newslake lake adopt
    newslake lake adopt --lake /data/lake
"""

from datetime import UTC, datetime

from flows import logs
from flows.settings_file import lake_folder
from flows.settings_file import log_level as level_of
from flows.terminal.command_help import group
from flows.terminal.options import Config, Level
from flows.terminal.options import Lake as LakeFolder
from flows.terminal.text import folder, plural, write_lines
from warehouse.lake.lake import Lake
from warehouse.maintenance.adopt import Adopted
from warehouse.maintenance.adopt import adopt as adopt_catalog


def adopt(*, lake: LakeFolder = None, config: Config = None, log_level: Level = None) -> None:
    """Accept an older catalog: what it does not know is set aside and read again.

    Examples:
        newslake lake adopt
        newslake lake adopt --lake /data/lake
    """
    logs.start(level_of(log_level, config))
    with Lake.open(lake_folder(lake, config), create=False, unchecked=True) as opened:
        adopted = adopt_catalog(opened, datetime.now(UTC))
        write_lines(lines(adopted, folder(opened.root)))


def lines(adopted: Adopted, root: str) -> list[str]:
    """Return what was done, for a person."""
    kept, last = adopted.last_kept, adopted.gap_to
    if kept == last and not adopted.set_aside:
        return [f"The catalog of {root} is the one that its data know: there was nothing to do."]
    sentences = [f"The lake {root} goes on with this catalog, which ends with batch {kept:,}."]
    if last > kept:
        gone = f"Batch {last:,} is" if last == kept + 1 else f"Batches {kept + 1:,} to {last:,} are"
        sentences.append(f"{gone} given up: numbers go on at {last + 1:,}.")
    if adopted.set_aside:
        files = plural(adopted.set_aside, "file")
        sentences.append(f"{files} that it does not list lie in data/orphans/ for a day.")
    sentences.append("Run `newslake ingest`: it reads again what feeds and files still hold.")
    return sentences


app = group("lake", __doc__, {"adopt": adopt})
