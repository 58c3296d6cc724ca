-- Where a folder of files is, so that a lake that is copied elsewhere still knows it.
ALTER TABLE feed_settings ADD COLUMN folder VARCHAR;
