-- The first tables: all append-only, one for each dataclass of articles/model/, each with batch_no.
-- No inlining: it has open correctness bugs in DuckLake 1.5.5 (ducklake #1364, #1251).
CALL lake.set_option('data_inlining_row_limit', 0);
-- Quick to write; a merge packs what stays for long tighter (maintenance/files.py).
CALL lake.set_option('parquet_compression', 'lz4');
CALL lake.set_option('target_file_size', '128MB');

-- Which migrations have been run; the digest of the public views that were last made.
CREATE TABLE migrations (
    number BIGINT NOT NULL,
    name VARCHAR NOT NULL
);

-- One row: a random id, so that an index of another lake is never taken for this one's.
CREATE TABLE lake_ids (
    lake_id VARCHAR NOT NULL
);

CREATE TABLE batches (
    batch_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    committed_at TIMESTAMPTZ NOT NULL,
    polls BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    revisions BIGINT NOT NULL,
    sightings BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    now TIMESTAMPTZ,
    version VARCHAR NOT NULL,
    command VARCHAR NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE source_states (
    source_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    domains VARCHAR[] NOT NULL,
    country VARCHAR,
    language VARCHAR,
    licence VARCHAR,
    contact VARCHAR,
    batch_no BIGINT NOT NULL
);

CREATE TABLE feed_settings (
    feed_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    enabled BOOLEAN NOT NULL,
    interval_seconds BIGINT,
    batch_no BIGINT NOT NULL
);

CREATE TABLE polls (
    poll_id VARCHAR NOT NULL,
    feed_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL,
    http_status BIGINT,
    bytes BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    new BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    error VARCHAR,
    detail VARCHAR,
    batch_no BIGINT NOT NULL
);

CREATE TABLE entries (
    entry_id VARCHAR NOT NULL,
    feed_id VARCHAR NOT NULL,
    poll_id VARCHAR NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    entry_key VARCHAR NOT NULL,
    entry_hash BIGINT NOT NULL,
    guid VARCHAR,
    url VARCHAR,
    path VARCHAR,
    media_type VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    repairs VARCHAR[] NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE revisions (
    article_id VARCHAR NOT NULL,
    revision_no BIGINT NOT NULL,
    entry_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    feed_id VARCHAR NOT NULL,
    guid VARCHAR,
    url VARCHAR,
    url_from VARCHAR NOT NULL,
    url_confidence DOUBLE NOT NULL,
    title VARCHAR,
    title_from VARCHAR NOT NULL,
    title_confidence DOUBLE NOT NULL,
    body VARCHAR,
    body_kind VARCHAR NOT NULL,
    summary VARCHAR,
    authors VARCHAR[] NOT NULL,
    authors_from VARCHAR NOT NULL,
    authors_confidence DOUBLE NOT NULL,
    published_at TIMESTAMPTZ,
    published_from VARCHAR NOT NULL,
    published_confidence DOUBLE NOT NULL,
    language VARCHAR,
    language_from VARCHAR NOT NULL,
    language_confidence DOUBLE NOT NULL,
    word_count BIGINT NOT NULL,
    content_hash VARCHAR NOT NULL,
    state_hash VARCHAR NOT NULL,
    changed_fields VARCHAR[] NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE sightings (
    entry_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    revision_no BIGINT NOT NULL,
    feed_id VARCHAR NOT NULL,
    poll_id VARCHAR NOT NULL,
    url VARCHAR,
    guid VARCHAR,
    path VARCHAR,
    body_kind VARCHAR NOT NULL,
    moves BOOLEAN NOT NULL,
    flapping BOOLEAN NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE keys (
    key_hash BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    minted BOOLEAN NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE matches (
    article_id VARCHAR NOT NULL,
    other_article_id VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    threshold DOUBLE NOT NULL,
    version VARCHAR NOT NULL,
    decision VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE members (
    article_id VARCHAR NOT NULL,
    group_id VARCHAR NOT NULL,
    canonical_article_id VARCHAR NOT NULL,
    canonical_rule VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE quarantine (
    entry_id VARCHAR NOT NULL,
    feed_id VARCHAR NOT NULL,
    poll_id VARCHAR NOT NULL,
    entry_key VARCHAR NOT NULL,
    entry_hash BIGINT NOT NULL,
    path VARCHAR,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    raw BLOB NOT NULL,
    retryable BOOLEAN NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL,
    batch_no BIGINT NOT NULL
);

CREATE TABLE feed_state (
    feed_id VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    reading BIGINT NOT NULL,
    size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    content_hash VARCHAR NOT NULL,
    read_to BIGINT NOT NULL,
    complete BOOLEAN NOT NULL,
    hashes BLOB NOT NULL,
    batch_no BIGINT NOT NULL
);

