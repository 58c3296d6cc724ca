-- What polls over HTTP leave for the next ones, and feeds' states of which there are many now.
CREATE TABLE schedules (
    feed_id VARCHAR NOT NULL,
    next_poll_at TIMESTAMPTZ,
    interval_seconds BIGINT NOT NULL,
    failures DOUBLE NOT NULL,
    gone BIGINT NOT NULL,
    host_until TIMESTAMPTZ,
    etag VARCHAR,
    last_modified VARCHAR,
    validated_url VARCHAR,
    parser VARCHAR NOT NULL,
    body_hash VARCHAR,
    asked_seconds BIGINT NOT NULL,
    skip_hours VARCHAR[] NOT NULL,
    skip_days VARCHAR[] NOT NULL,
    resting_host VARCHAR,
    batch_no BIGINT NOT NULL
);

-- Its hashes may be 32 KB a row: a merge holds a group of rows in memory.
CALL lake.set_option('parquet_row_group_size', 2048, table_name => 'feed_state');
