-- How often what is retryable was tried: it is read again until it is stored or given up.
-- NULL in rows that are older, and where nothing is to be tried again.
ALTER TABLE quarantine ADD COLUMN tries BIGINT;
ALTER TABLE quarantine ADD COLUMN given_up BOOLEAN;
ALTER TABLE feed_state ADD COLUMN tries VARCHAR;
ALTER TABLE schedules ADD COLUMN tries BIGINT;
ALTER TABLE schedules ADD COLUMN unread VARCHAR;
