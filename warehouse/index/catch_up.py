"""Brings the index up to the lake: in turn when little is missing, else anew from all rows."""

from warehouse.database.sql import holds_batch
from warehouse.index.keys import KeyIndex
from warehouse.index.lake_rows import ReadableLake, batches, lacking
from warehouse.index.rebuild import fill_from_lake

_FEW = 64
"""Up to so many missing batches are always applied in turn."""


def catch_up(index: KeyIndex, lake: ReadableLake) -> None:
    """Bring the index up to the lake's last batch; a broken or foreign index is made again."""
    newest = lake.newest_snapshot()
    watermark = index.watermark()
    if watermark.lake_id == lake.id and (watermark.snapshot, watermark.made_at) == newest:
        return
    last = lake.batch_no()
    if watermark.lake_id != lake.id or not holds_batch(lake.connection, watermark.last_batch):
        index.clear(lake.id)
        watermark = index.watermark()
    missing = last - watermark.batch_no
    if missing > max(_FEW, watermark.batch_no):
        index.clear(lake.id)
        fill_from_lake(index, lake, last)
    elif missing:
        follows = watermark.batch_no
        for batch_no, batch, gap_from in batches(lake, watermark.batch_no + 1, last):
            if (gap_from or batch_no) != follows + 1:
                raise lacking(follows + 1)
            index.apply(batch, batch_no, gap_from)
            follows = batch_no
    index.set_snapshot(*newest)
