-- Which version of the reading a run had: a later one may read the same bytes otherwise, and a
-- revision that only this made says so. NULL for runs of before.
ALTER TABLE runs ADD COLUMN reader VARCHAR;
