"""Whether a catalog and a data folder belong together; where they don't, nothing is touched."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import duckdb

from articles.errors import LakeError
from warehouse.database.attach import LakeLocation
from warehouse.database.data_files import ORPHANS, lake_id, live, may_hold
from warehouse.database.errors import damaged
from warehouse.database.sql import quoted
from warehouse.lake import mark as marks
from warehouse.lake import standing
from warehouse.lake.mark import LakeMark

_MAKING = ("migrations", "lake_ids")
"""Tables whose files a making leaves that was cut off before it named a lake."""
_NAMING = (*_MAKING, "batches")
"""Tables that say which lake a catalog is and how far it has come."""
_UNTOUCHED = "Nothing was touched."


class Cataloged(Protocol):
    """What is asked of a lake whose catalog is attached."""

    id: str
    place: LakeLocation
    connection: duckdb.DuckDBPyConnection

    def batch_no(self) -> int:
        """Return the number of the last batch."""


def refuse_making(place: LakeLocation) -> None:
    """Raise LakeError where a new lake would be made on top of another one's files.

    Files of `migrations` and `lake_ids` alone, with no lake named, are a making that was cut off.
    """
    data = Path(place.data)
    _refuse_nested(data)
    mark, shown = marks.read(data), published(place.root)
    found = [file for file in islice(_parquet(data), 10_000) if _is_of_lake(file, data)]
    if not (mark or shown or found):
        return
    named = (mark.lake_id, mark.batch_no) if mark else shown
    known = f" of the lake {named[0]}, up to batch {named[1]:,}" if named else ""
    message = (
        f"{_catalog(place)} is missing or empty, but {data} holds {len(found):,} Parquet files"
        f"{known}"
    )
    hint = (
        f"{_UNTOUCHED} Put its catalog back from a backup (`newslake lake adopt` accepts an older"
        " one), or begin a new lake in another folder with --lake."
    )
    raise LakeError(message, hint)


def _refuse_nested(data: Path) -> None:
    """Raise LakeError for a data folder within another lake's."""
    outer = next((above for above in data.parents if (above / marks.NAME).exists()), None)
    if outer is not None:
        message = f"{data} lies within the data folder of another lake, {outer}"
        raise LakeError(message, f"{_UNTOUCHED} Name another folder for the lake with --lake.")


def refuse_misfit(lake: Cataloged) -> None:
    """Raise LakeError for a catalog that is another lake's, older than the data or went apart.

    For lakes that may be damaged: it asks the catalog alone, for the bounds of its files.
    """
    refuse_foreign(lake)
    mark = marks.read(Path(lake.place.data))
    if mark is None or mark.batch_no == 0:
        return
    high = max(
        (file.high or 0 for file in live(lake.connection) if file.table == "batches"), default=0
    )
    if high < mark.batch_no or not may_hold(lake.connection, mark.batch_no, mark.batch_id):
        raise _older(lake, mark.batch_no, high)


def check(lake: Cataloged, *, write: bool) -> LakeMark | None:
    """Return the mark of a lake's data once the catalog fits it; one without a mark gets it now.

    None where it has none and nothing is to be written. Raises LakeError for a catalog that is
    older than the data or another lake's.
    """
    data = Path(lake.place.data)
    refuse_foreign(lake)
    mark = marks.read(data)
    if mark is not None:
        if not holds(lake, mark):
            raise _older(lake, mark.batch_no)
        return mark
    if not write:
        return None
    # A lake of before there were marks, or one whose making was cut off just before it.
    shown = published(lake.place.root)
    if shown and shown[1] > lake.batch_no():
        raise _older(lake, shown[1])
    refuse_missing(lake)
    mark = newest(lake)
    marks.write(data, mark)
    return mark


def fits(lake: Cataloged) -> bool:
    """Tell whether the catalog knows the batch that the data's mark names."""
    mark = marks.read(Path(lake.place.data))
    return mark is None or (mark.lake_id == lake.id and holds(lake, mark))


def refuse_foreign(lake: Cataloged) -> None:
    """Raise LakeError where the data's mark, or without one news.duckdb, names another lake."""
    mark = marks.read(Path(lake.place.data))
    shown = None if mark else published(lake.place.root)
    named = mark.lake_id if mark else shown[0] if shown else lake.id
    if lake.id in (named, ""):  # empty: what named it is damaged
        return
    message = (
        f"{_catalog(lake.place)} is that of another lake ({lake.id}) than the data in"
        f" {lake.place.data} ({named})"
    )
    raise LakeError(message, f"{_UNTOUCHED} Put the lake's own catalog back from a backup.")


def refuse_other_files(lake: Cataloged) -> None:
    """Raise LakeError where not even what says which lake it is lies in the data folder.

    Asks the catalog alone: the tables of a foreign one can't be read here.
    """
    gone = [path for path in missing(lake) if Path(path).parent.name in _NAMING]
    if not gone:
        return
    lake.id = lake_id(lake.connection)
    refuse_misfit(lake)
    raise damaged(f"{Path(lake.place.data).name}/{gone[0]}", None)


def refuse_missing(lake: Cataloged) -> None:
    """Raise LakeError where live files that the catalog lists are gone."""
    gone = missing(lake)
    if not gone:
        return
    message = (
        f"{len(gone):,} of the files that {_catalog(lake.place)} lists are not in"
        f" {lake.place.data}, such as {gone[0]}"
    )
    hint = f"{_UNTOUCHED} Put them back, or see `newslake verify` and `newslake repair`."
    raise LakeError(message, hint)


def holds(lake: Cataloged, mark: LakeMark) -> bool:
    """Tell whether a lake's ledger has the batch that a mark names."""
    if mark.batch_no == 0:
        return True
    sql = "SELECT batch_id FROM lake.batches WHERE batch_no = ?"
    return lake.connection.execute(sql, [mark.batch_no]).fetchall() == [(mark.batch_id,)]


def newest(lake: Cataloged) -> LakeMark:
    """Return the mark that the catalog's own last batch makes."""
    return LakeMark(lake.id, *standing.newest(lake.connection))


def missing(lake: Cataloged) -> list[str]:
    """Return the live files of all tables that are not there, relative to the data folder."""
    data = Path(lake.place.data)
    listed = sorted(file.path for file in live(lake.connection))
    return [path for path in listed if not (data / path).is_file()]


def published(root: Path) -> tuple[str, int] | None:
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


def _catalog(place: LakeLocation) -> str:
    return "its catalog in PostgreSQL" if place.conninfo else f"the catalog {place.sqlite}"


def _older(lake: Cataloged, batch_no: int, last: int | None = None) -> LakeError:
    last = lake.batch_no() if last is None else last
    ends = f"ends with batch {last:,}" if last < batch_no else "has another batch of that number"
    message = (
        f"the data in {lake.place.data} go up to batch {batch_no:,}, but {_catalog(lake.place)}"
        f" {ends}: it is older, or a copy that went another way"
    )
    hint = (
        f"{_UNTOUCHED} Put the newest catalog back. If that is lost, `newslake lake adopt` goes on"
        " with this one; the next run then reads again what feeds and files still hold."
    )
    return LakeError(message, hint)
