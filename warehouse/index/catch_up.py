"""Brings the index up to the lake: in turn when little is missing, else anew from all rows."""

from warehouse.index.keys import KeyIndex
from warehouse.index.lake_rows import Readable, batches, lacking
from warehouse.index.rebuild import fill

_FEW = 64
"""Up to so many missing batches are always applied in turn."""


def catch_up(index: KeyIndex, lake: Readable) -> None:
    """Bring the index up to the lake's last batch; a broken or foreign index is made again."""
    newest = lake.newest_snapshot()
    mark = index.watermark()
    if mark.lake_id == lake.id and (mark.snapshot, mark.made_at) == newest:
        return
    last = lake.batch_no()
    if mark.lake_id != lake.id or not _holds(lake, mark.batch_no, mark.batch_id, last):
        index.clear(lake.id)
        mark = index.watermark()
    missing = last - mark.batch_no
    if missing > max(_FEW, mark.batch_no):
        index.clear(lake.id)
        fill(index, lake, last)
    elif missing:
        follows = mark.batch_no
        for batch_no, batch, gap_from in batches(lake, mark.batch_no + 1, last):
            if (gap_from or batch_no) != follows + 1:
                raise lacking(follows + 1)
            index.apply(batch, batch_no, gap_from)
            follows = batch_no
    index.set_snapshot(*newest)


def _holds(lake: Readable, batch_no: int, batch_id: str, last: int) -> bool:
    if batch_no == 0:
        return True
    if batch_no > last:
        return False
    sql = "SELECT batch_id FROM lake.batches WHERE batch_no = ?"
    return lake.connection.execute(sql, [batch_no]).fetchone() == (batch_id,)
