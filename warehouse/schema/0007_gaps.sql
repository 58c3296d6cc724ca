-- A row of the ledger may stand for numbers that a lost catalog, a repair or a restored backup took
-- away: they are never given to other batches.
ALTER TABLE batches ADD COLUMN gap_from BIGINT;
