"""Whether a catalog and a data folder belong together; where they don't, nothing is touched."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import duckdb

from articles.errors import LakeError
from warehouse.database.attach import LakeLocation
from warehouse.database.data_files import ORPHANS, lake_id, live, may_hold
from warehouse.database.errors import damaged_file_error
from warehouse.database.sql import LastBatch, holds_batch, last_batch, quoted
from warehouse.lake import lake_mark
from warehouse.lake.lake_mark import LakeMark

_MAKING = ("migrations", "lake_ids")
"""Tables whose files a making leaves that was cut off before it named a lake."""
_NAMING = (*_MAKING, "batches")
"""Tables that say which lake a catalog is and how far it has come."""
_UNTOUCHED = "Nothing was touched."


class CatalogedLake(Protocol):
    """What ownership asks of a lake whose catalog is attached."""

    id: str
    location: LakeLocation
    connection: duckdb.DuckDBPyConnection


def refuse_making(location: LakeLocation) -> None:
    """Raise LakeError where a new lake would be made on top of another one's files.

    Files of `migrations` and `lake_ids` alone, with no lake named, are a making that was cut off.
    """
    data = Path(location.data)
    _refuse_nested(data)
    mark, published = lake_mark.read(data), published_batch(location.root)
    files = [file for file in islice(_parquet(data), 10_000) if _is_of_lake(file, data)]
    if not (mark or published or files):
        return
    named = (mark.lake_id, mark.batch_no) if mark else published
    known = f" of the lake {named[0]}, up to batch {named[1]:,}" if named else ""
    message = (
        f"{_catalog(location)} is missing or empty, but {data} holds {len(files):,} Parquet files"
        f"{known}"
    )
    hint = (
        f"{_UNTOUCHED} Put its catalog back from a backup (`newslake lake adopt` accepts an older"
        " one), or begin a new lake in another folder with --lake."
    )
    raise LakeError(message, hint)


def _refuse_nested(data: Path) -> None:
    """Raise LakeError for a data folder within another lake's."""
    outer = next((above for above in data.parents if (above / lake_mark.NAME).exists()), None)
    if outer is not None:
        message = f"{data} lies within the data folder of another lake, {outer}"
        raise LakeError(message, f"{_UNTOUCHED} Name another folder for the lake with --lake.")


def refuse_misfit(lake: CatalogedLake) -> None:
    """Raise LakeError for a catalog that is another lake's, older than the data or went apart.

    For lakes that may be damaged: it asks the catalog alone, for the bounds of its files.
    """
    refuse_foreign(lake)
    mark = lake_mark.read(Path(lake.location.data))
    if mark is None or mark.batch_no == 0:
        return
    high = max(
        (file.high or 0 for file in live(lake.connection) if file.table == "batches"), default=0
    )
    if high < mark.batch_no or not may_hold(lake.connection, mark.batch_no, mark.batch_id):
        raise _older(lake, mark.batch_no, high)


def check(lake: CatalogedLake, *, write: bool) -> tuple[LakeMark | None, LastBatch]:
    """Return the mark of a lake's data, once the catalog fits it, and the ledger's last batch.

    Data without a mark gets it now; it is None where there is none and nothing is to be written.
    Raises LakeError for a catalog that is older than the data or another lake's.
    """
    data = Path(lake.location.data)
    refuse_foreign(lake)
    last = last_batch(lake.connection)
    mark = lake_mark.read(data)
    if mark is not None:
        if mark.batch != last and not holds_batch(lake.connection, mark.batch):
            raise _older(lake, mark.batch_no, last[0])
        return mark, last
    if not write:
        return None, last
    # A lake of before there were marks, or one whose making was cut off just before it.
    published = published_batch(lake.location.root)
    if published and published[1] > last[0]:
        raise _older(lake, published[1], last[0])
    refuse_missing(lake)
    mark = LakeMark(lake.id, *last)
    lake_mark.write(data, mark)
    return mark, last


def fits(lake: CatalogedLake) -> bool:
    """Tell whether the catalog knows the batch that the data's mark names."""
    mark = lake_mark.read(Path(lake.location.data))
    return mark is None or (mark.lake_id == lake.id and holds_batch(lake.connection, mark.batch))


def refuse_foreign(lake: CatalogedLake) -> None:
    """Raise LakeError where the data's mark, or without one news.duckdb, names another lake."""
    mark = lake_mark.read(Path(lake.location.data))
    published = None if mark else published_batch(lake.location.root)
    named = mark.lake_id if mark else published[0] if published else lake.id
    if lake.id in (named, ""):  # empty: what named it is damaged
        return
    message = (
        f"{_catalog(lake.location)} is that of another lake ({lake.id}) than the data in"
        f" {lake.location.data} ({named})"
    )
    raise LakeError(message, f"{_UNTOUCHED} Put the lake's own catalog back from a backup.")


def refuse_other_files(lake: CatalogedLake) -> None:
    """Raise LakeError where not even what says which lake it is lies in the data folder.

    Asks the catalog alone: the tables of a foreign one can't be read here.
    """
    gone = [path for path in missing(lake) if Path(path).parent.name in _NAMING]
    if not gone:
        return
    lake.id = lake_id(lake.connection)
    refuse_misfit(lake)
    raise damaged_file_error(f"{Path(lake.location.data).name}/{gone[0]}", None)


def refuse_missing(lake: CatalogedLake) -> None:
    """Raise LakeError where live files that the catalog lists are gone."""
    gone = missing(lake)
    if not gone:
        return
    message = (
        f"{len(gone):,} of the files that {_catalog(lake.location)} lists are not in"
        f" {lake.location.data}, such as {gone[0]}"
    )
    hint = f"{_UNTOUCHED} Put them back, or see `newslake verify` and `newslake repair`."
    raise LakeError(message, hint)


def present_mark(lake: CatalogedLake) -> LakeMark:
    """Return the mark that the ledger's last batch makes."""
    return LakeMark(lake.id, *last_batch(lake.connection))


def missing(lake: CatalogedLake) -> list[str]:
    """Return the live files of all tables that are not there, relative to the data folder."""
    data = Path(lake.location.data)
    listed = sorted(file.path for file in live(lake.connection))
    return [path for path in listed if not (data / path).is_file()]


def published_batch(root: Path) -> tuple[str, int] | None:
    """Return lake id and batch_no that `news.duckdb` names; None where it names none.

    One that can't be read (a client holds it, it is damaged) says nothing, and stops nothing.
    """
    path = root / "news.duckdb"
    if not path.is_file():
        return None
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute(f"ATTACH {quoted(str(path))} AS news (READ_ONLY)")
            row = connection.execute("SELECT lake_id, batch_no FROM news.lake_info").fetchone()
    except duckdb.Error:
        return None
    return (str(row[0]), int(row[1])) if row else None


def _parquet(data: Path) -> Iterator[Path]:
    return data.rglob("*.parquet")


def _is_of_lake(file: Path, data: Path) -> bool:
    parts: Collection[str] = file.relative_to(data).parts
    return not any(name in parts for name in (*_MAKING, ORPHANS))


def _catalog(location: LakeLocation) -> str:
    return "its catalog in PostgreSQL" if location.conninfo else f"the catalog {location.sqlite}"


def _older(lake: CatalogedLake, batch_no: int, last: int) -> LakeError:
    ends = f"ends with batch {last:,}" if last < batch_no else "has another batch of that number"
    message = (
        f"the data in {lake.location.data} go up to batch {batch_no:,}, but"
        f" {_catalog(lake.location)} {ends}: it is older, or a copy that went another way"
    )
    hint = (
        f"{_UNTOUCHED} Put the newest catalog back. If that is lost, `newslake lake adopt` goes on"
        " with this one; the next run then reads again what feeds and files still hold."
    )
    return LakeError(message, hint)
